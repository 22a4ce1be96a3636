// SPDX-License-Identifier: GPL-3.0-or-later
// Judges each column of a target and paints it in colour and height.
#include "gui/views/chart/timeline.h"

#include "gui/models/format.h"

#include <QDateTime>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int gap = 6; // beside a name

} // namespace

Timeline::Timeline(const Session &session, TimeWindow &window, QWidget *parent) : Strip(session, window, parent)
{
    setAccessibleName(tr("Availability over time"));
    connect(&session, &Session::targetsChanged, this, [this] {
        m_caches.clear();
        updateGeometry();
    });
}

int Timeline::roomForNames() const
{
    int widest = 0;
    for (const auto &target : session().targets())
        widest = std::max(widest, fontMetrics().horizontalAdvance(u'/' + target.name));
    return widest + 2 * gap;
}

QRectF Timeline::names() const
{
    const QRectF plot = content(0);
    const bool atRight = QWidget::width() - plot.right() > plot.left(); // as those of the lines above
    return atRight ? QRectF(plot.right() + gap, 0, QWidget::width() - plot.right() - gap, height())
                   : QRectF(gap, 0, plot.left() - 2 * gap, height());
}

int Timeline::rowHeight() const
{
    return session().targets().size() > 6 ? 10 : 13;
}

QSize Timeline::sizeHint() const
{
    return {300, 6 + rowHeight() * std::min(12, static_cast<int>(session().targets().size()))};
}

double Timeline::xToSeconds(double pixel) const
{
    const QRectF plot = content(0);
    return timeWindow().from() + (pixel - plot.left()) / plot.width() * timeWindow().span();
}

double Timeline::width() const
{
    return ColumnCache::widthFor(timeWindow().span(), std::max(30, QWidget::width() / 8));
}

State Timeline::stateOf(const QString &target, const ColumnCache::Column &column) const
{
    if (column.n == 0)
        return State::Unknown;
    if (column.errors == column.n)
        return State::Down;
    const auto limit = session().limitOf(target);
    if (column.errors > 0 || (limit && column.measured && column.p99 > *limit))
        return State::Degraded;
    return State::Ok;
}

void Timeline::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    QFont font = this->font();
    font.setPointSizeF(font.pointSizeF() * 0.76);
    painter.setFont(font);
    int top = 3;
    for (const auto &target : session().targets()) {
        if (top + rowHeight() > height())
            break;
        paintRow(painter, target.name, top);
        top += rowHeight();
    }
}

void Timeline::paintRow(QPainter &painter, const QString &name, int top)
{
    const QRectF row(content(0).left(), top + 1, content(0).width(), rowHeight() - 3);
    painter.setPen(colours().muted);
    const auto room = names();
    const bool atRight = room.left() > row.left();
    painter.drawText(
        QRectF(room.left(), top, room.width(), rowHeight()),
        Qt::AlignVCenter | Qt::TextDontClip | (atRight ? Qt::AlignLeft : Qt::AlignRight),
        painter.fontMetrics().elidedText(atRight ? u'/' + name : name, Qt::ElideRight, static_cast<int>(room.width())));
    const auto *history = session().series(name);
    if (!history)
        return;
    painter.setPen(Qt::NoPen);
    painter.fillRect(row, colours().grid);
    painter.setClipRect(row);
    const double columnWidth = width();
    // A slow target has several columns between two ticks: each tick's state lasts until the next.
    const auto target = std::ranges::find(session().targets(), name, &probe::Target::name);
    const double reach = std::max(columnWidth, 1.2 * std::chrono::duration<double>(target->interval).count());
    const double scale = row.width() / timeWindow().span();
    for (const auto &[index, column] :
         m_caches[name].columns(session(), *history, timeWindow().from() - reach, timeWindow().to(), columnWidth)) {
        const State state = stateOf(name, column);
        if (state == State::Unknown && !column.gap)
            continue;
        const double from = static_cast<double>(index) * columnWidth;
        const double to = column.gap ? from + columnWidth : std::min(from + reach, session().now());
        const QRectF cell(row.left() + (from - timeWindow().from()) * scale, row.top(), (to - from) * scale + 0.5,
                          row.height());
        if (column.gap) {
            painter.fillRect(cell, colours().surface);
            painter.fillRect(cell, QBrush(colours().muted, Qt::BDiagPattern));
            continue;
        }
        painter.fillRect(cell, colours().surface);
        // Height is the second cue: full is ok, two thirds degraded, one third down.
        const double share = state == State::Ok ? 1 : state == State::Degraded ? 0.66 : 0.36;
        painter.fillRect(cell.adjusted(0, row.height() * (1 - share), 0, 0),
                         withAlpha(colours().colourOf(state), state == State::Ok ? 0.75 : 1));
    }
    painter.setClipping(false);
}

void Timeline::mousePressEvent(QMouseEvent *event)
{
    const double centre = xToSeconds(event->position().x());
    const double span = std::min(timeWindow().span(), 60.0);
    timeWindow().showRange(centre - span / 2, centre + span / 2);
}

bool Timeline::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event); // over a lane or its name, which may be cut short
    const int row = (help->y() - 3) / rowHeight();
    if (row < 0 || row >= session().targets().size()) {
        QToolTip::hideText();
        return true;
    }
    const QString name = session().targets()[row].name;
    if (names().contains(help->pos())) {
        QToolTip::showText(help->globalPos(), u'/' + name, this);
        return true;
    }
    const double at = xToSeconds(help->x());
    const auto q =
        session().series(name)->quantiles(session().instantAt(at - width()), session().instantAt(at + width()));
    QToolTip::showText(help->globalPos(),
                       tr("/%1 at %2: %3 available, %4 of %5 failed")
                           .arg(name,
                                QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(at * 1000)).toString(u"HH:mm:ss"_s),
                                formatShare(q.availability()), formatCount(q.errors), formatCount(q.n)),
                       this);
    return true;
}

} // namespace openloop::gui
