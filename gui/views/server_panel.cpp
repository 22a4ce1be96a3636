// SPDX-License-Identifier: GPL-3.0-or-later
// See server_panel.h.
#include "gui/views/server_panel.h"

#include "common/endpoints.h"
#include "gui/models/format.h"

#include <QPainter>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QString number(std::optional<double> value)
{
    return value ? formatCount(static_cast<qint64>(*value)) : u"–"_s;
}

} // namespace

ServerPanel::ServerPanel(QWidget *parent) : QFrame(parent)
{
    setProperty("role", u"panel"_s);
    setMinimumHeight(96);
    m_problem = tr("Not asked yet");
    m_timer.setInterval(2000);
    connect(&m_timer, &QTimer::timeout, this, &ServerPanel::ask);
    m_timer.start();
}

void ServerPanel::setPalette(const Palette &palette)
{
    m_palette = &paletteFor(palette.dark);
    update();
}

void ServerPanel::setBase(const QString &base)
{
    if (base == m_base)
        return;
    m_base = base;
    m_figures = {};
    ask();
}

void ServerPanel::showEvent(QShowEvent *event)
{
    QFrame::showEvent(event);
    ask();
}

void ServerPanel::ask()
{
    if (m_asking || m_base.isEmpty() || !isVisible())
        return;
    m_asking = true;
    const QString base = m_base;
    m_fetcher.get(m_base + endpoints::metrics, [this, base](const probe::Fetched &answer) {
        m_asking = false;
        if (base != m_base)
            return;
        if (answer.status == 200)
            showMetrics(parseMetrics(answer.body));
        else
            showProblem(answer.status > 0 ? tr("%1 offers no /metrics (HTTP %2)").arg(m_base).arg(answer.status) : answer.error);
    });
}

void ServerPanel::showMetrics(const QList<Metric> &metrics)
{
    m_figures = serverFigures(metrics);
    m_problem.clear();
    setAccessibleName(tr("Server: loop lag %1, pool %2 of %3 busy, queue %4, %5 in flight, %6")
                          .arg(formatDuration(m_figures.loopLagMilliseconds.value_or(-1)), number(m_figures.poolBusy), number(m_figures.poolSize),
                               number(m_figures.poolQueue), number(m_figures.inFlight), formatBytes(m_figures.residentBytes.value_or(0))));
    update();
}

void ServerPanel::showProblem(const QString &problem)
{
    m_problem = problem;
    setAccessibleName(problem);
    update();
}

void ServerPanel::paintEvent(QPaintEvent *event)
{
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF inner = QRectF(rect()).adjusted(14, 10, -14, -10);
    if (!m_problem.isEmpty()) {
        painter.setPen(m_palette->muted);
        painter.drawText(inner, Qt::AlignCenter | Qt::TextWordWrap, m_problem);
        return;
    }
    const auto &f = m_figures;
    const auto share = [](std::optional<double> part, std::optional<double> whole) {
        return part && whole && *whole > 0 ? std::optional(std::min(1.0, *part / *whole)) : std::nullopt;
    };
    const qreal width = inner.width() / 3;
    const qreal height = std::min(inner.height() / 2, 64.0);
    const auto cell = [&](int column, int row) { return QRectF(inner.left() + column * width, inner.top() + row * height, width - 12, height - 6); };
    paintFigure(painter, cell(0, 0), tr("Loop lag"), formatDuration(f.loopLagMilliseconds.value_or(-1)),
                f.loopLagMilliseconds ? std::optional(std::min(1.0, *f.loopLagMilliseconds / 20)) : std::nullopt);
    paintFigure(painter, cell(1, 0), tr("Pool busy"), tr("%1 of %2").arg(number(f.poolBusy), number(f.poolSize)), share(f.poolBusy, f.poolSize));
    paintFigure(painter, cell(2, 0), tr("Queue"), number(f.poolQueue), {});
    paintFigure(painter, cell(0, 1), tr("In flight"), number(f.inFlight), {});
    paintFigure(painter, cell(1, 1), tr("Memory"), f.residentBytes ? formatBytes(*f.residentBytes) : u"–"_s, {});
}

void ServerPanel::paintFigure(QPainter &painter, const QRectF &cell, const QString &label, const QString &value, std::optional<double> share) const
{
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    painter.setFont(small);
    painter.setPen(m_palette->muted);
    painter.drawText(cell, Qt::AlignLeft | Qt::AlignTop, label);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    painter.setFont(large);
    painter.setPen(m_palette->text);
    painter.drawText(cell.adjusted(0, 14, 0, 0), Qt::AlignLeft | Qt::AlignTop, value);
    if (!share)
        return;
    const QRectF bar(cell.left(), cell.top() + 38, cell.width(), 5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_palette->grid);
    painter.drawRoundedRect(bar, 2.5, 2.5);
    painter.setBrush(*share >= 1 ? m_palette->warn : m_palette->accent);
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * *share, bar.height()), 2.5, 2.5);
}

} // namespace openloop::gui
