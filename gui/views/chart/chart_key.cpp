// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the key from the right, and gives the title what is left.
#include "gui/views/chart/chart_key.h"

#include "gui/models/format.h"
#include "gui/views/plot/view.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int gap = 6; // pixels, between a colour and its word
constexpr int swatch = 10;
constexpr int scaleWidth = 96;

QString mostOf(const KeyText &text)
{
    return ChartKey::tr("%n request(s) in %1", nullptr, static_cast<int>(text.most)).arg(text.cell);
}

} // namespace

ChartKey::ChartKey(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.88);
    setFont(small);
    hide();
}

void ChartKey::setText(const KeyText &text)
{
    m_text = text;
    setVisible(!text.title.isEmpty());
    QStringList spoken{text.title};
    for (const auto &entry : text.entries)
        spoken << entry.name;
    if (text.most > 0)
        spoken << tr("up to %n request(s) in %1", nullptr, static_cast<int>(text.most)).arg(text.cell);
    const auto name = spoken.join(u", "_s);
    setAccessibleName(name);
    setToolTip(name);
    fold();
    update();
}

QSize ChartKey::sizeHint() const
{
    return {300, m_tall ? 2 * lineHeight() : lineHeight()};
}

int ChartKey::neededWidth() const
{
    int needed = 0;
    if (m_text.most > 0)
        needed = scaleWidth + fontMetrics().horizontalAdvance(formatCount(1) + mostOf(m_text)) + 3 * gap;
    for (const auto &entry : m_text.entries)
        needed += fontMetrics().horizontalAdvance(entry.name) + swatch + 3 * gap;
    return needed;
}

void ChartKey::fold()
{
    const int words = fontMetrics().horizontalAdvance(m_text.title);
    const bool tall =
        neededWidth() > 0 && PlotView::leftMargin + words + neededWidth() + PlotView::rightMargin + gap > width();
    if (std::exchange(m_tall, tall) != tall)
        updateGeometry();
}

void ChartKey::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fold();
}

void ChartKey::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    int right = width() - PlotView::rightMargin;
    right = m_text.most > 0 ? paintScale(painter, right) : paintEntries(painter, right);
    if (m_tall)
        right = width() - PlotView::rightMargin;
    const QRect area(PlotView::leftMargin, 0, right - gap - PlotView::leftMargin, lineHeight());
    painter.setPen(colours().text);
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(m_text.title, Qt::ElideRight, area.width()));
}

/// The colours from one request to the most of them in a cell; returns where it begins.
int ChartKey::paintScale(QPainter &painter, int right) const
{
    const auto metrics = fontMetrics();
    const auto most = mostOf(m_text);
    const QRect line = colourLine();
    const auto least = formatCount(1);
    painter.setPen(colours().muted);
    const auto word = [&](const QString &text) {
        const int width = metrics.horizontalAdvance(text);
        painter.drawText(QRect(right - width, line.top(), width, line.height()), Qt::AlignCenter, text);
        right -= width + gap;
    };
    word(most);
    const QRect bar(right - scaleWidth, line.top() + (line.height() - swatch) / 2, scaleWidth, swatch);
    // As the cells: by the logarithm, from one on.
    const double whole = std::log1p(m_text.most);
    for (int x = 0; x < bar.width(); ++x) {
        const double part = static_cast<double>(x) / (bar.width() - 1);
        const double share = (std::log(2) + part * (whole - std::log(2))) / whole;
        painter.fillRect(bar.left() + x, bar.top(), 1, bar.height(), heatColour(share, colours().dark));
    }
    right = bar.left() - gap;
    word(least);
    return right;
}

int ChartKey::paintEntries(QPainter &painter, int right) const
{
    const QRect line = colourLine();
    for (const auto &entry : m_text.entries | std::views::reverse) {
        const int width = fontMetrics().horizontalAdvance(entry.name);
        painter.setPen(colours().muted);
        painter.drawText(QRect(right - width, line.top(), width, line.height()), Qt::AlignCenter, entry.name);
        right -= width + gap;
        painter.fillRect(QRect(right - swatch, line.top() + (line.height() - swatch) / 2, swatch, swatch),
                         entry.colour);
        right -= swatch + 2 * gap;
    }
    return right;
}

} // namespace openloop::gui
