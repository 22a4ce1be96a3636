// SPDX-License-Identifier: GPL-3.0-or-later
// Many pictures of the window on one sheet, so that eyes see them side by side.
#pragma once

#include <QDir>
#include <QFontMetrics>
#include <QImage>
#include <QPainter>

#include <algorithm>

namespace openloop::pictures {

/// Puts the folder's pictures whose names fit `pattern` on a sheet, `columns` beside each other, each with its name and
/// at most `width` pixels wide. False: there are none, or the sheet cannot be written.
inline bool composeSheet(const QDir &folder, const QString &pattern, int columns, int width, const QString &path)
{
    struct Cell {
        QString name;
        QImage picture;
    };
    std::vector<Cell> cells;
    for (const auto &file : folder.entryList({pattern}, QDir::Files, QDir::Name)) {
        QImage picture(folder.filePath(file));
        if (picture.width() > width)
            picture = picture.scaledToWidth(width, Qt::SmoothTransformation);
        picture.setDevicePixelRatio(1);
        if (!picture.isNull())
            cells.push_back({file.section(u'.', 0, -2), picture});
    }
    if (cells.empty())
        return false;
    constexpr int gap = 12;
    constexpr int caption = 20;
    int height = gap;
    std::vector<int> rows;
    for (std::size_t first = 0; first < cells.size(); first += static_cast<std::size_t>(columns)) {
        int tallest = 0;
        for (auto i = first; i < std::min(cells.size(), first + static_cast<std::size_t>(columns)); ++i)
            tallest = std::max(tallest, cells[i].picture.height());
        rows.push_back(height);
        height += caption + tallest + gap;
    }
    QImage sheet((width + gap) * columns + gap, height, QImage::Format_RGB32);
    sheet.fill(QColor(0x80, 0x80, 0x80));
    QPainter painter(&sheet);
    painter.setPen(Qt::white);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const int left = gap + static_cast<int>(i) % columns * (width + gap);
        const int top = rows[i / static_cast<std::size_t>(columns)];
        painter.drawText(QRect(left, top, width, caption), Qt::AlignLeft | Qt::AlignVCenter, cells[i].name);
        painter.drawImage(left, top + caption, cells[i].picture);
    }
    painter.end();
    return sheet.save(path);
}

} // namespace openloop::pictures
