// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the last figures in a grid, with bars and curves of their history.
#include "gui/views/panels/server_panel.h"

#include "gui/models/format.h"

#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int margin = 14; // pixels
constexpr int besides = 16; // between two figures

QString number(std::optional<double> value)
{
    return value && std::abs(*value) < 1e15 ? formatCount(static_cast<qint64>(*value)) : u"–"_s;
}

std::optional<double> shareOf(std::optional<double> part, std::optional<double> whole)
{
    return part && whole && *whole > 0 ? std::optional(std::min(1.0, *part / *whole)) : std::nullopt;
}

} // namespace

ServerPanel::ServerPanel(const ServerWatch &watch, QWidget *parent)
    : QFrame(parent), m_watch(watch), m_choose(new QToolButton(this))
{
    setProperty("role", u"panel"_s);
    m_choose->setText(tr("Choose figures…"));
    m_choose->setToolTip(tr("Which of the service's metrics are shown, under which name and with which unit"));
    m_choose->setObjectName(u"chooseFigures"_s);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(margin, 6, margin, 6);
    layout->addStretch(1);
    layout->addWidget(m_choose, 0, Qt::AlignRight);
    connect(m_choose, &QToolButton::clicked, this, &ServerPanel::chooseWanted);
    connect(&watch, &ServerWatch::changed, this, &ServerPanel::describe);
    describe();
}

QSize ServerPanel::sizeHint() const
{
    const auto rows = m_watch.problem().isEmpty() ? (figures().size() + 2) / 3 : 1;
    return {420, static_cast<int>(rows) * 60 + m_choose->sizeHint().height() + 24};
}

QSize ServerPanel::minimumSizeHint() const
{
    const auto shown = m_watch.problem().isEmpty() ? figures() : std::vector<Figure>();
    const int columns = shown.empty() ? 1 : columnsFor(shown);
    const int rows = std::max(1, (static_cast<int>(shown.size()) + columns - 1) / columns);
    const int words = QFontMetrics(labelFont()).height() + QFontMetrics(valueFont()).height() + 6;
    return {200, rows * words + m_choose->sizeHint().height() + 24};
}

QFont ServerPanel::labelFont() const
{
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    return small;
}

QFont ServerPanel::valueFont() const
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.15);
    large.setBold(true);
    return large;
}

int ServerPanel::columnsFor(const std::vector<Figure> &shown) const
{
    constexpr int most = 6;
    constexpr int least = 100; // pixels
    const QFontMetrics labels(labelFont());
    const QFontMetrics values(valueFont());
    int widest = least;
    for (const auto &figure : shown)
        widest = std::max({widest, labels.horizontalAdvance(figure.label), values.horizontalAdvance(figure.value)});
    const auto width = static_cast<int>(contentArea().width());
    return std::clamp((width + besides) / (std::min(widest, width / 2) + besides + 1), 1, most);
}

std::vector<ServerPanel::Figure> ServerPanel::knownFigures() const
{
    const auto &f = m_watch.history().back().figures;
    const auto history = [this](std::optional<double> ServerFigures::*figure) {
        std::vector<double> values;
        for (const auto &entry : m_watch.history())
            values.push_back((entry.figures.*figure).value_or(-1));
        return values;
    };
    std::vector<Figure> known;
    const auto add = [&](bool isOffered, Figure figure) {
        if (isOffered)
            known.push_back(std::move(figure));
    };
    add(f.loopLagMilliseconds.has_value(),
        {tr("Loop lag, at most"),
         formatLimit(f.loopLagMilliseconds.value_or(0)),
         {},
         history(&ServerFigures::loopLagMilliseconds)});
    add(f.poolBusy || f.poolSize,
        {tr("Pool busy"),
         tr("%1 of %2 threads").arg(number(f.poolBusy), number(f.poolSize)),
         shareOf(f.poolBusy, f.poolSize),
         {}});
    add(f.queued.has_value(),
        {tr("Queue"), tr("%1 waiting").arg(number(f.queued)), {}, history(&ServerFigures::queued)});
    add(f.inFlight.has_value(),
        {tr("In flight"), tr("%1 requests").arg(number(f.inFlight)), {}, history(&ServerFigures::inFlight)});
    add(f.residentBytes.has_value(),
        {tr("Memory"), formatBytes(f.residentBytes.value_or(0)), {}, history(&ServerFigures::residentBytes)});
    // Of one processor: two that are busy are 200 %.
    add(f.cpuShare.has_value(),
        {tr("Processor time"),
         threeDigits(f.cpuShare.value_or(0) * 100) + u"\u2009%"_s,
         {},
         history(&ServerFigures::cpuShare)});
    return known;
}

std::vector<ServerPanel::Figure> ServerPanel::figures() const
{
    auto all = knownFigures();
    const auto &last = m_watch.history().back().chosen;
    for (const auto &figure : m_watch.chosen()) {
        const auto found = last.find(figure.key());
        const auto value = found == last.end() ? std::nullopt : std::optional(*found);
        std::vector<double> values;
        for (const auto &entry : m_watch.history())
            values.push_back(entry.chosen.value(figure.key(), -1));
        all.push_back({figure.name, textOf(figure, value), {}, std::move(values)});
    }
    return all;
}

void ServerPanel::describe()
{
    QStringList spoken;
    const bool isThere = m_watch.problem().isEmpty();
    if (isThere) {
        for (const auto &figure : figures())
            spoken << figure.label + u' ' + figure.value;
    }
    m_choose->setVisible(isThere);
    setToolTip(isThere ? tr("Figures of the last scrape, every two seconds; curves of the last ten minutes")
                       : QString());
    setAccessibleName(spoken.isEmpty() ? m_watch.problem() : tr("Server: %1").arg(spoken.join(u", "_s)));
    updateGeometry();
    update();
}

QRectF ServerPanel::contentArea() const
{
    const int below = m_choose->isHidden() ? 0 : m_choose->height() + 2;
    return QRectF(rect()).adjusted(margin, 8, -margin, -8 - below);
}

void ServerPanel::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    updateGeometry(); // in fewer columns it is higher
}

void ServerPanel::paintEvent(QPaintEvent *event)
{
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF inner = contentArea();
    const auto shown = m_watch.problem().isEmpty() ? figures() : std::vector<Figure>();
    if (shown.empty()) {
        painter.setPen(colours().muted);
        painter.drawText(inner, Qt::AlignCenter | Qt::TextWordWrap,
                         m_watch.problem().isEmpty()
                             ? tr("None of its metrics is known by name: choose those that matter.")
                             : m_watch.problem());
        return;
    }
    const int columns = columnsFor(shown);
    const int rows = (static_cast<int>(shown.size()) + columns - 1) / columns;
    const qreal width = (inner.width() + besides) / columns;
    const qreal height = std::min(inner.height() / rows, 76.0);
    int index = 0;
    for (const auto &figure : shown) {
        const QRectF cell(inner.left() + index % columns * width, inner.top() + index / columns * height,
                          width - besides, height - 4);
        paintFigure(painter, cell, figure);
        ++index;
    }
}

void ServerPanel::paintFigure(QPainter &painter, const QRectF &cell, const Figure &figure) const
{
    painter.setFont(labelFont());
    painter.setPen(colours().muted);
    const auto fitted = [&](const QString &text) {
        return painter.fontMetrics().elidedText(text, Qt::ElideRight, static_cast<int>(cell.width()) + 1);
    };
    painter.drawText(cell.adjusted(0, 0, 1, 0), Qt::AlignLeft | Qt::AlignTop, fitted(figure.label));
    const qreal below = painter.fontMetrics().height();
    painter.setFont(valueFont());
    painter.setPen(colours().text);
    painter.drawText(cell.adjusted(0, below, 1, 0), Qt::AlignLeft | Qt::AlignTop, fitted(figure.value));
    const qreal used = below + painter.fontMetrics().height() + 2;
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
