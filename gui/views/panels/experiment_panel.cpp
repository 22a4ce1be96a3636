// SPDX-License-Identifier: GPL-3.0-or-later
// Fills the table of before, during and after, and words the verdict.
#include "gui/views/panels/experiment_panel.h"

#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"
#include "gui/views/state_badge.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>
#include <numeric>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

State stateOf(probe::Isolation isolation)
{
    switch (isolation) {
    case probe::Isolation::Pass: return State::Ok;
    case probe::Isolation::Fail: return State::Down;
    case probe::Isolation::Inconclusive: break;
    }
    return State::Degraded;
}

QString wordFor(probe::Isolation isolation)
{
    switch (isolation) {
    case probe::Isolation::Pass: return ExperimentPanel::tr("PASS");
    case probe::Isolation::Fail: return ExperimentPanel::tr("FAIL");
    case probe::Isolation::Inconclusive: break;
    }
    return ExperimentPanel::tr("INCONCLUSIVE");
}

QString p99Of(const probe::Quantiles &quantiles)
{
    const auto &tail = quantiles.hasP99() ? quantiles.p99 : quantiles.max;
    if (!tail)
        return u"–"_s;
    const QString text = (tail->atLeast ? u"> "_s : QString()) + formatDuration(probe::toMilliseconds(tail->value));
    return text;
}

QString number(double value)
{
    return QLocale().toString(value, 'f', value < 10 ? 2 : value < 100 ? 1 : 0);
}

/// "× 1.04 (0.91 to 1.22)", or without its interval; a dash where there is none.
QString textOf(const std::optional<probe::Ratio> &ratio, bool withInterval)
{
    if (!ratio)
        return u"–"_s;
    const QString text = u"× "_s + number(ratio->value);
    return withInterval ? ExperimentPanel::tr("%1 (%2 to %3)").arg(text, number(ratio->low), number(ratio->high))
                        : text;
}

} // namespace

ExperimentPanel::ExperimentPanel(QWidget *parent)
    : RunPanel(tr("Run isolation test"), tr("Abort"), parent), m_progress(new QProgressBar(this)),
      m_table(new QTableWidget(this)), m_copy(new QPushButton(tr("Copy command line"), this))
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    large.setBold(true);
    badge().setFont(large);
    badge().setShapeSize(18);
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(8);
    m_progress->setRange(0, 1000);
    m_table->setProperty("role", u"figures"_s);
    m_table->setColumnCount(5);
    m_table->setHorizontalHeaderLabels({tr("Target"), tr("Ratio of p99"), tr("before"), tr("during"), tr("after")});
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false); // arrows walk in it, Tab leaves it
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->setDefaultSectionSize(19);
    QFont small = m_table->font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    m_table->setFont(small);
    m_table->horizontalHeader()->setFixedHeight(QFontMetrics(m_table->font()).height()
                                                + 11); // 8 of padding, the line below
    m_table->horizontalHeader()->setMinimumSectionSize(30);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed); // by fitColumns()
    m_table->setTextElideMode(Qt::ElideRight);
    m_table->setWordWrap(false); // at an underscore, too
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->setAccessibleName(tr("Latency before, during and after the load"));
    m_copy->setToolTip(tr("The same test as a command, for a terminal or CI"));
    head().insertStretch(1, 1);
    auto *told = new QHBoxLayout;
    told->addWidget(&sentence(), 1);
    told->addWidget(m_copy);
    body().addLayout(told);
    body().addWidget(m_progress);
    body().addWidget(m_table, 1);
    body().addStretch(0);
    connect(m_copy, &QPushButton::clicked, this, &ExperimentPanel::copyCommandWanted);
    showIdle();
}

void ExperimentPanel::showIdle()
{
    m_verdict.reset();
    badge().setState(State::Unknown, tr("Isolation test"));
    sentence().setText(
        tr("Does heavy work slow the light requests? 10 s baseline, 20 s under load, 10 s recovery, then a verdict."));
    m_progress->hide();
    m_table->hide();
    m_copy->hide();
    setRunning(false);
}

void ExperimentPanel::showPhase(probe::IsolationPhase phase, const probe::IsolationConfig &config)
{
    using probe::IsolationPhase;
    if (phase == IsolationPhase::Idle || phase == IsolationPhase::Done || phase == IsolationPhase::Aborted)
        return;
    const QString what = phase == IsolationPhase::Baseline ? tr("Baseline: measuring without load")
        : phase == IsolationPhase::Loaded   ? tr("Load: %1 requests of /%2 in flight").arg(config.n).arg(config.load)
        : phase == IsolationPhase::Recovery ? tr("Recovery: the load is gone")
                                            : tr("Waiting for the last answers");
    badge().setState(State::Unknown, tr("Isolation test running"));
    m_phase = what;
    m_length = std::chrono::duration<double>(config.length()).count();
    sentence().setText(what);
    m_progress->show();
    setRunning(true);
    m_copy->hide();
    m_table->hide();
}

void ExperimentPanel::showProgress(double fraction)
{
    m_progress->setValue(static_cast<int>(fraction * 1000));
    if (const double left = m_length * (1 - fraction); isRunning() && left > 0)
        sentence().setText(tr("%1. %2 left").arg(m_phase, formatSpan(std::ceil(left))));
}

QString ExperimentPanel::said() const
{
    return sentence().text();
}

void ExperimentPanel::showVerdict(const probe::IsolationVerdict &verdict)
{
    m_verdict = verdict;
    badge().setState(stateOf(verdict.isolation), wordFor(verdict.isolation));
    sentence().setText(verdict.headline);
    sentence().setToolTip(verdict.sentence);
    m_progress->hide();
    const bool compares = !verdict.targets.isEmpty(); // else the command would be refused, too
    m_copy->setVisible(compares);
    runButton().setText(tr("Run again"));
    setRunning(false);
    fillTable();
    m_table->setVisible(compares);
}

void ExperimentPanel::fillTable()
{
    m_table->setRowCount(static_cast<int>(m_verdict->targets.size()));
    int row = 0;
    for (const auto &target : m_verdict->targets) {
        const QStringList cells{u'/' + target.name, textOf(target.ratio, true), p99Of(target.before),
                                p99Of(target.during), p99Of(target.after)};
        for (int column = 0; column < cells.size(); ++column) {
            auto *item = new QTableWidgetItem(cells[column]);
            item->setToolTip(target.sentence + u'\n'
                             + tr("Where there are fewer than 100 answers, the longest instead of a p99."));
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
            m_table->setItem(row, column, item);
        }
        ++row;
    }
    fitColumns();
}

/// A ratio without its interval and times without their length, where the names would be cut short for them; the
/// tooltip says both.
void ExperimentPanel::fitColumns()
{
    if (!m_verdict)
        return;
    constexpr int around = 12; // pixels: the table's frame and scroll bar
    const QMargins margins = layout()->contentsMargins(); // the layout's own rectangle may be that of another moment
    const int room = contentsRect().width() - margins.left() - margins.right() - around;
    auto widths = write(true);
    if (std::accumulate(widths.begin(), widths.end(), 0) > room)
        widths = write(false);
    constexpr int leastName = 64; // pixels
    const int others = std::accumulate(widths.begin() + 1, widths.end(), 0);
    widths[0] = std::max(leastName, room - others);
    for (int column = 0; column < m_table->columnCount(); ++column)
        m_table->setColumnWidth(column, widths[static_cast<std::size_t>(column)]);
}

/// Words of the table, in full or in brief; returns what its columns need.
std::vector<int> ExperimentPanel::write(bool full)
{
    const auto over = [full](const QString &when, probe::Nanoseconds length) {
        return full ? u"%1 (%2)"_s.arg(when, formatSpan(std::chrono::duration<double>(length).count())) : when;
    };
    const auto &config = m_verdict->config;
    m_table->setHorizontalHeaderLabels({tr("Target"), full ? tr("Ratio of p99") : tr("Ratio"),
                                        over(tr("before"), config.baseline), over(tr("during"), config.loaded),
                                        over(tr("after"), config.recovery)});
    for (int row = 0; row < m_table->rowCount(); ++row)
        m_table->item(row, 1)->setText(textOf(m_verdict->targets[row].ratio, full));
    constexpr int padding = 16; // of a cell, both sides
    const QFontMetrics metrics(m_table->font());
    const QFontMetrics headings(m_table->horizontalHeader()->font());
    std::vector<int> widths;
    for (int column = 0; column < m_table->columnCount(); ++column) {
        int widest = headings.horizontalAdvance(m_table->horizontalHeaderItem(column)->text());
        for (int row = 0; row < m_table->rowCount(); ++row)
            widest = std::max(widest, metrics.horizontalAdvance(m_table->item(row, column)->text()));
        widths.push_back(widest + padding);
    }
    return widths;
}

void ExperimentPanel::resizeEvent(QResizeEvent *event)
{
    RunPanel::resizeEvent(event);
    fitColumns();
}

} // namespace openloop::gui
