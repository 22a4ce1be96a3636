// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the last figures in a grid, with bars and curves of their history.
#include "gui/views/panels/server_panel.h"

#include "gui/models/format.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QString number(std::optional<double> value)
{
    return value && std::abs(*value) < 1e15 ? formatCount(static_cast<qint64>(*value)) : u"–"_s;
}

std::optional<double> shareOf(std::optional<double> part, std::optional<double> whole)
{
    return part && whole && *whole > 0 ? std::optional(std::min(1.0, *part / *whole)) : std::nullopt;
}

} // namespace

ServerPanel::ServerPanel(const ServerWatch &watch, QWidget *parent) : QFrame(parent), m_watch(watch)
{
    setProperty("role", u"panel"_s);
    setMinimumHeight(96);
    connect(&watch, &ServerWatch::changed, this, &ServerPanel::describe);
    describe();
}

std::vector<ServerPanel::Figure> ServerPanel::figures() const
{
    const auto &f = m_watch.history().back().figures;
    const auto history = [this](std::optional<double> ServerFigures::*figure) {
        std::vector<double> values;
        for (const auto &entry : m_watch.history())
            values.push_back((entry.figures.*figure).value_or(-1));
        return values;
    };
    return {{tr("Loop lag, at most"),
             f.loopLagMilliseconds ? formatLimit(*f.loopLagMilliseconds) : u"–"_s,
             {},
             history(&ServerFigures::loopLagMilliseconds)},
            {tr("Pool busy"),
             tr("%1 of %2").arg(number(f.poolBusy), number(f.poolSize)),
             shareOf(f.poolBusy, f.poolSize),
             {}},
            {tr("Queue"), number(f.queued), {}, history(&ServerFigures::queued)},
            {tr("In flight"), number(f.inFlight), {}, history(&ServerFigures::inFlight)},
            {tr("Memory"),
             f.residentBytes ? formatBytes(*f.residentBytes) : u"–"_s,
             {},
             history(&ServerFigures::residentBytes)},
            {tr("Processors"), f.cpuShare ? threeDigits(*f.cpuShare) : u"–"_s, {}, history(&ServerFigures::cpuShare)}};
}

void ServerPanel::describe()
{
    QStringList spoken;
    if (m_watch.problem().isEmpty()) {
        for (const auto &figure : figures())
            spoken << figure.label + u' ' + figure.value;
    }
    setAccessibleName(spoken.isEmpty() ? m_watch.problem() : tr("Server: %1").arg(spoken.join(u", "_s)));
    update();
}

void ServerPanel::paintEvent(QPaintEvent *event)
{
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF inner = QRectF(rect()).adjusted(14, 10, -14, -10);
    if (!m_watch.problem().isEmpty()) {
        painter.setPen(colours().muted);
        painter.drawText(inner, Qt::AlignCenter | Qt::TextWordWrap, m_watch.problem());
        return;
    }
    const qreal width = inner.width() / 3;
    const qreal height = std::min(inner.height() / 2, 76.0);
    int index = 0;
    for (const auto &figure : figures()) {
        const int row = index / 3;
        const QRectF cell(inner.left() + index % 3 * width, inner.top() + row * height, width - 16, height - 8);
        paintFigure(painter, cell, figure);
        ++index;
    }
}

void ServerPanel::paintFigure(QPainter &painter, const QRectF &cell, const Figure &figure) const
{
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    painter.setFont(small);
    painter.setPen(colours().muted);
    painter.drawText(cell, Qt::AlignLeft | Qt::AlignTop, figure.label);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    painter.setFont(large);
    painter.setPen(colours().text);
    painter.drawText(cell.adjusted(0, 14, 0, 0), Qt::AlignLeft | Qt::AlignTop, figure.value);
    const qreal used = 14 + painter.fontMetrics().height() + 2;
    const QRectF rest(cell.left(), cell.top() + used, cell.width(), std::min(22.0, cell.height() - used));
    if (rest.height() < 5)
        return;
    if (!figure.share)
        return paintHistory(painter, rest, figure.history);
    const QRectF bar(rest.left(), rest.top(), rest.width(), 5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours().grid);
    painter.drawRoundedRect(bar, 2.5, 2.5);
    painter.setBrush(*figure.share >= 1 ? colours().warn : colours().accent);
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * *figure.share, bar.height()), 2.5, 2.5);
}

void ServerPanel::paintHistory(QPainter &painter, const QRectF &area, const std::vector<double> &values) const
{
    if (values.size() < 2)
        return;
    const double highest = std::max(1e-9, *std::ranges::max_element(values));
    const double step = area.width() / static_cast<double>(values.size() - 1);
    QPolygonF line;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] >= 0)
            line << QPointF(area.left() + step * static_cast<double>(i),
                            area.bottom() - 1 - values[i] / highest * (area.height() - 2));
    }
    painter.setPen(QPen(colours().accent, 1.4));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
}

} // namespace openloop::gui
