// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the row of buttons above the chart and keeps it in step with it.
#include "gui/views/chart/chart_panel.h"

#include "gui/views/fitting_label.h"
#include "gui/views/folding_row.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

ChartPanel::ChartPanel(const Session &session, TimeWindow &window, QWidget *parent)
    : QFrame(parent), m_session(session), m_window(window), m_key(new ChartKey(this)),
      m_chart(new LatencyChart(session, window, this)), m_timeline(new Timeline(session, window, this)),
      m_minimap(new Minimap(session, window, this))
{
    setProperty("role", u"panel"_s);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(2, 6, 2, 4);
    layout->setSpacing(0);
    layout->addWidget(header());
    layout->addWidget(m_key);
    layout->addWidget(m_chart, 1);
    layout->addWidget(m_timeline);
    layout->addWidget(m_minimap);
    m_chart->setFocusPolicy(Qt::StrongFocus);
    setTabOrder(m_modeButtons->buttons().last(), m_chart); // as they stand
    connect(&m_window, &TimeWindow::changed, this, [this] {
        showWindow();
        refresh();
    });
    showWindow();
}

QWidget *ChartPanel::header()
{
    auto *bar = new FoldingRow({8, 2, 8, 4}, 4, this);
    m_title = new FittingLabel(bar); // gives way in a narrow window
    m_title->setProperty("role", u"heading"_s); // before it is measured
    m_title->setTexts({tr("Latency")});
    m_title->setToolTip(tr("From when a request was due until its last byte: what users feel.\nLine: p50. Band: p50 to "
                           "p99. Points: single requests. Crosses: failures."));
    bar->first().addWidget(m_title, 1);
    m_spanButtons = segments(bar->first(), {tr("1m"), tr("5m"), tr("10m"), tr("1h"), tr("24h"), tr("All")},
                             {tr("Last minute (1)"), tr("Last 5 minutes (2)"), tr("Last 10 minutes (3)"),
                              tr("Last hour (4)"), tr("Last 24 hours (5)"), tr("The whole session (6)")});
    m_scaleButtons = segments(bar->first(), {tr("Log"), tr("Lin")},
                              {tr("Logarithmic latency axis (G)"), tr("Linear latency axis (G)")});
    m_modeButtons =
        segments(bar->second(), {tr("Points"), tr("Heatmap"), tr("Histogram"), tr("CCDF"), tr("Phases")},
                 {tr("Lines, bands and points (H)"), tr("How many requests took how long, over time (H)"),
                  tr("Share of requests by latency (H)"), tr("Share of requests slower than x (H)"),
                  tr("Where the median request's time goes: waiting, DNS, TCP, TLS, first byte, body (H)")});
    connect(m_spanButtons, &QButtonGroup::idClicked, this, &ChartPanel::chooseSpan);
    connect(m_scaleButtons, &QButtonGroup::idClicked, this, [this](int id) { setLogarithmic(id == 0); });
    connect(m_modeButtons, &QButtonGroup::idClicked, this, [this](int id) { setMode(static_cast<ChartMode>(id)); });
    bar->second().addStretch(0);
    m_scaleButtons->button(0)->setChecked(true);
    m_modeButtons->button(0)->setChecked(true);
    return bar;
}

QButtonGroup *ChartPanel::segments(QBoxLayout &into, const QStringList &labels, const QStringList &hints)
{
    auto *box = new QHBoxLayout;
    box->setSpacing(0);
    auto *group = new QButtonGroup(this);
    for (int i = 0; i < labels.size(); ++i) {
        auto *button = new QToolButton(this);
        button->setText(labels[i]);
        button->setToolTip(hints[i]);
        button->setAccessibleName(hints[i]);
        button->setCheckable(true);
        button->setProperty("role",
                            i == 0                       ? u"segmentFirst"_s
                                : i + 1 == labels.size() ? u"segmentLast"_s
                                                         : u"segment"_s);
        group->addButton(button, i);
        box->addWidget(button);
    }
    into.addLayout(box);
    return group;
}

void ChartPanel::refresh()
{
    m_chart->setRoomAtRight(m_timeline->isHidden() ? 0 : m_timeline->roomForNames());
    m_chart->refresh();
    m_key->setText(m_chart->key());
    m_timeline->setRightSpace(m_chart->plot().rightSpace());
    m_minimap->setRightSpace(m_chart->plot().rightSpace());
    m_timeline->update();
    m_minimap->update();
}

void ChartPanel::chooseSpan(int index)
{
    if (const double span = spans[static_cast<std::size_t>(index)]; span > 0)
        m_window.setSpan(span);
    else
        m_window.showAll();
}

void ChartPanel::setMode(ChartMode mode)
{
    m_modeButtons->button(static_cast<int>(mode))->setChecked(true);
    m_chart->setMode(mode);
    m_timeline->setVisible(isOverTime(mode));
    for (auto *button : m_scaleButtons->buttons())
        button->setEnabled(mode == ChartMode::Points); // the other views have one scale only
    refresh(); // timeline and minimap follow the chart's margins
}

void ChartPanel::setLogarithmic(bool logarithmic)
{
    m_scaleButtons->button(logarithmic ? 0 : 1)->setChecked(true);
    m_chart->setLogarithmic(logarithmic);
}

void ChartPanel::showWindow()
{
    m_spanButtons->setExclusive(false);
    for (int i = 0; i < m_spanButtons->buttons().size(); ++i) {
        const double span = spans[static_cast<std::size_t>(i)];
        m_spanButtons->button(i)->setChecked(span == 0 ? m_window.showsAll()
                                                       : !m_window.showsAll() && m_window.span() == span);
    }
    m_spanButtons->setExclusive(true);
}

} // namespace openloop::gui
