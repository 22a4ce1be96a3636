// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the card from its figures: large tail, details, sparkline; tells its clicks and keys.
#include "gui/views/card.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int usual = 6; // small figures; what may come beside them has a row of its own

QFont scaled(QFont font, qreal factor, bool bold = false)
{
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setBold(bold);
    return font;
}

double tailOf(const TargetFigures &figures)
{
    return (figures.hasTail() ? figures.p99 : figures.max).value_or(-1);
}

} // namespace

Card::Card(QWidget *parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
}

void Card::setSeriesStyle(const SeriesStyle &style)
{
    m_style = style;
    update();
}

void Card::setFigures(const TargetFigures &figures)
{
    const auto before = rows();
    m_figures = figures;
    if (rows() != before)
        updateGeometry();
    if (const double tail = tailOf(figures); tail >= 0)
        m_unit = durationUnit(tail, m_unit);
    QStringList spoken;
    for (const auto &[label, value] : details())
        spoken << label + u' ' + value;
    const QString summary = u"%1 %2, %3 %4, %5, %6"_s.arg(wordFor(figures), figures.cause, headlineLabel(), headline(),
                                                          stretch(), spoken.join(u", "_s));
    setAccessibleName(figures.name);
    if (summary != accessibleDescription())
        setAccessibleDescription(summary);
    QStringList lines{figures.url, tr("Figures: %1. Curve: p50 of the last minute.").arg(stretch())};
    for (const auto &more : {figures.cause, figures.advice, note()}) {
        if (!more.isEmpty())
            lines << more;
    }
    if (figures.retried > 0)
        lines << tr("%n request(s) met the closing of a kept connection and were sent again", nullptr,
                    static_cast<int>(figures.retried));
    setToolTip(lines.join(u'\n'));
    update();
}

QString Card::headline() const
{
    return durationText(tailOf(m_figures), m_unit);
}

QString Card::durationText(double milliseconds, DurationUnit unit) const
{
    const bool isMore = m_figures.moreFrom && milliseconds >= *m_figures.moreFrom;
    return (isMore ? u"> "_s : QString()) + formatDuration(milliseconds, unit);
}

QString Card::headlineLabel() const
{
    return m_figures.hasTail() || m_figures.measured == 0 ? u"p99"_s : tr("max (n=%1)").arg(m_figures.measured);
}

QString Card::stretch() const
{
    return formatStretch(m_figures.seconds, m_figures.untilNow);
}

QString Card::note() const
{
    if (m_figures.isMuted)
        return tr("not probed during the test");
    const auto &promise = m_figures.promise;
    if (!promise || !promise->value || !m_figures.hasTail() || m_figures.state == State::Down)
        return {};
    // The promise is kept or broken over the rule's own time: said where the figure above seems to say otherwise.
    const bool seemsKept = m_figures.p99.value_or(0) < promise->limit;
    if (seemsKept == promise->kept)
        return {};
    const auto now = u"%1 %2"_s.arg(promise->label, formatDuration(*promise->value));
    const auto over = formatSpan(promise->seconds);
    return promise->kept ? tr("last %1: %2, under %3").arg(over, now, formatLimit(promise->limit))
                         : tr("last %1: %2, over %3").arg(over, now, formatLimit(promise->limit));
}

QList<std::pair<QString, QString>> Card::details() const
{
    // The unit of the headline, unless that would turn the figure into zeros.
    const auto shown = [this](std::optional<double> value) {
        return durationText(value.value_or(-1), durationUnit(value.value_or(-1), m_unit));
    };
    const QString errors = m_figures.errors == 0 ? formatShare(0) : formatShare(m_figures.errorShare());
    QList<std::pair<QString, QString>> all{
        {tr("last"), shown(m_figures.last)}, {u"p50"_s, shown(m_figures.p50)}, {u"p95"_s, shown(m_figures.p95)},
        {tr("max"), shown(m_figures.max)},   {tr("errors"), errors},           {u"n"_s, formatCount(m_figures.n)}};
    if (const auto &days = m_figures.certificateDays)
        all.append({tr("certificate"), *days < 0 ? tr("ended") : u"%1 d"_s.arg(std::floor(*days))});
    if (m_figures.retried > 0)
        all.append({tr("retried"), formatCount(m_figures.retried)});
    return all;
}

int Card::detailRows() const
{
    return usual / detailColumns() + (m_figures.certificateDays || m_figures.retried > 0 ? 1 : 0);
}

QColor Card::inkOf(const QColor &usual) const
{
    const bool silent = m_figures.state == State::Stale && !m_figures.isMerelyLoaded();
    return silent ? colours().muted : usual;
}

void Card::setSelected(bool selected)
{
    m_selected = selected;
    update();
}

void Card::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const bool marked = hasFocus() || m_selected;
    painter.setPen(QPen(marked ? colours().accent : colours().border, marked ? 2 : 1));
    painter.setBrush(colours().surface);
    painter.drawRoundedRect(marked ? frame.adjusted(0.5, 0.5, -0.5, -0.5) : frame, 8, 8);
    const bool alarming =
        !m_figures.isMerelyLoaded() && (m_figures.state == State::Down || m_figures.state == State::Degraded);
    if (alarming) {
        painter.setClipRect(QRectF(0, 0, 5, height()));
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours().colourOf(m_figures.state));
        painter.drawRoundedRect(frame, 8, 8);
        painter.setClipping(false);
    }
    const QRectF inner = frame.adjusted(12, 8, -11, -8);
    paintTitle(painter, QRectF(inner.left(), inner.top(), inner.width(), 18));
    const qreal detailsHeight = rowHeight * detailRows();
    const qreal below = rowHeight * rows();
    const QRectF middle(inner.left(), inner.top() + 21, inner.width(), inner.height() - 24 - below);
    paintHeadline(painter, middle);
    paintNote(painter, QRectF(inner.left(), middle.bottom() + 3, inner.width(), below - detailsHeight));
    paintDetails(painter, QRectF(inner.left(), inner.bottom() - detailsHeight, inner.width(), detailsHeight));
}

void Card::paintTitle(QPainter &painter, const QRectF &area) const
{
    const qreal middle = area.center().y();
    QPen pen(m_style.colour, 2.4, m_style.dash, Qt::FlatCap);
    if (m_style.dash == Qt::DashLine)
        pen.setDashPattern({3, 1.2});
    painter.setPen(pen);
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.left() + 22, middle));
    painter.setPen(QPen(m_style.colour, 1.4));
    painter.setBrush(m_style.colour);
    paintMarker(painter, m_style.marker, QPointF(area.left() + 11, middle), 8);

    const QString word = wordFor(m_figures);
    const State shape = m_figures.isMuted ? State::Paused : m_figures.isMerelyLoaded() ? State::Ok : m_figures.state;
    painter.setFont(scaled(font(), 0.82, true));
    const int wordWidth = painter.fontMetrics().horizontalAdvance(word);
    painter.setPen(colours().colourOf(shape));
    painter.drawText(area, Qt::AlignRight | Qt::AlignVCenter, word);
    paintState(painter, colours(), shape, QPointF(area.right() - wordWidth - 11, middle), 13);

    painter.setFont(scaled(font(), 1.0, true));
    painter.setPen(inkOf(colours().text));
    const QRectF nameArea = area.adjusted(29, 0, -wordWidth - 24, 0);
    const QString name = m_figures.isControl ? m_figures.name : u'/' + m_figures.name;
    painter.drawText(nameArea, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(name, Qt::ElideRight, static_cast<int>(nameArea.width())));
}

void Card::paintHeadline(QPainter &painter, const QRectF &area) const
{
    // In the state's colour only where the state is what the figure says: its rule has a time of its own.
    const auto &promise = m_figures.promise;
    const bool over = promise && !promise->kept && m_figures.p99.value_or(0) > promise->limit;
    painter.setPen(m_figures.state == State::Down ? colours().error : over ? colours().warn : inkOf(colours().text));
    if (m_figures.state == State::Down) {
        paintCause(painter, area);
        return;
    }
    const QString figure = headline();
    const QString label = headlineLabel();
    const QFont small = scaled(font(), 0.82);
    const QFontMetrics metrics(small);
    const int labelWidth = std::max(metrics.horizontalAdvance(label), metrics.horizontalAdvance(stretch()));
    // The words beside it need their place.
    qreal size = detailColumns() < 3 ? 1.55 : 1.9;
    while (size > 1
           && QFontMetrics(scaled(font(), size, true)).horizontalAdvance(figure) + 8 + labelWidth > area.width())
        size -= 0.1;
    painter.setFont(scaled(font(), size, true));
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter, figure);
    const int width = painter.fontMetrics().horizontalAdvance(figure);
    painter.setFont(small);
    painter.setPen(colours().muted);
    const QRectF lines(area.left() + width + 7, area.center().y() - metrics.height(), labelWidth + 1,
                       2 * metrics.height());
    painter.drawText(lines, Qt::AlignLeft | Qt::AlignTop, label);
    painter.drawText(lines, Qt::AlignLeft | Qt::AlignBottom, stretch());
    const QRectF line(area.left() + width + labelWidth + 18, area.top() + 2, area.width() - width - labelWidth - 18,
                      area.height() - 4);
    if (line.width() > 24)
        paintSparkline(painter, line);
}

/// In one line where it fits, else smaller in two.
void Card::paintCause(QPainter &painter, const QRectF &area) const
{
    const int width = static_cast<int>(area.width());
    painter.setFont(scaled(font(), 1.1, true));
    const bool fits = painter.fontMetrics().horizontalAdvance(m_figures.cause) <= width;
    if (!fits)
        painter.setFont(scaled(font(), 0.95, true));
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter | (fits ? 0 : Qt::TextWordWrap),
                     painter.fontMetrics().elidedText(m_figures.cause, Qt::ElideRight, fits ? width : width * 3 / 2));
}

void Card::paintSparkline(QPainter &painter, const QRectF &area) const
{
    const auto &values = m_figures.sparkline;
    const auto measured = [](double value) { return value >= 0; };
    if (std::ranges::count_if(values, measured) < 2)
        return;
    double low = 1e300;
    double high = 0;
    for (const double value : values) {
        if (measured(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    // At least one octave, so that noise of a few per cent does not look like a mountain range.
    const double bottom = std::log(std::max(low, 1e-3)) - 0.15;
    const double top = std::max(std::log(std::max(high, 1e-3)), bottom + 1.2);
    const double step = area.width() / static_cast<double>(values.size() - 1);
    QPolygonF run;
    painter.setPen(QPen(m_style.colour, 1.5));
    painter.setBrush(Qt::NoBrush);
    for (std::size_t i = 0; i <= values.size(); ++i) {
        if (i < values.size() && measured(values[i])) {
            const double share = (std::log(std::max(values[i], 1e-3)) - bottom) / (top - bottom);
            run << QPointF(area.left() + step * static_cast<double>(i), area.bottom() - share * area.height());
        } else if (!run.isEmpty()) {
            painter.drawPolyline(run);
            run.clear();
        }
    }
}

void Card::paintDetails(QPainter &painter, const QRectF &area) const
{
    const auto shown = details();
    const qreal height = rowHeight;
    const QFont small = scaled(font(), 0.79);
    painter.setFont(small);
    for (int i = 0; i < shown.size(); ++i) {
        const auto &[label, value] = shown[i];
        const int columns = i < usual ? detailColumns() : 2; // the last row has the longer words
        const int row = i < usual ? i / columns : usual / detailColumns();
        const int column = (i < usual ? i : i - usual) % columns;
        const qreal width = area.width() / columns;
        const QRectF cell(area.left() + width * column, area.top() + height * row, width - 6, height);
        painter.setPen(colours().muted);
        painter.drawText(cell, Qt::AlignLeft | Qt::AlignVCenter, label);
        constexpr double soon = 14; // days
        const bool failing = (i == 4 && m_figures.errors > 0)
            || (i == 6 && m_figures.certificateDays && *m_figures.certificateDays < soon);
        painter.setPen(inkOf(failing ? colours().error : colours().text));
        const qreal labelWidth = painter.fontMetrics().horizontalAdvance(label) + 4;
        const QRectF place = cell.adjusted(labelWidth, 0, 6, 0);
        // A long figure in a narrow card is narrower, for half of it would be another figure.
        if (const auto needed = QFontMetricsF(small).horizontalAdvance(value); needed > place.width()) {
            QFont narrower = small;
            narrower.setStretch(std::max(60, static_cast<int>(96 * place.width() / needed)));
            painter.setFont(narrower);
        }
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, value);
        painter.setFont(small);
    }
}

void Card::paintNote(QPainter &painter, const QRectF &area) const
{
    if (area.isEmpty())
        return;
    const bool broken = m_figures.promise && !m_figures.promise->kept && !m_figures.isMuted;
    QFont small = scaled(font(), 0.82);
    if (const int needed = QFontMetrics(small).horizontalAdvance(note()); needed > area.width())
        small.setStretch(std::max(70, static_cast<int>(96 * area.width() / needed)));
    painter.setFont(small);
    painter.setPen(broken ? colours().warn : colours().muted);
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(note(), Qt::ElideRight, static_cast<int>(area.width())));
}

void Card::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    updateGeometry(); // in two columns it is higher
}

void Card::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        emit activated();
}

void Card::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Select)
        emit activated();
    else
        QWidget::keyPressEvent(event);
}

} // namespace openloop::gui
