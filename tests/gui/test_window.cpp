// SPDX-License-Identifier: GPL-3.0-or-later
// The real window on a real service: what a person sees and can do, by clicks and keys.
#include "common/stop_signals.h"
#include "gui/models/default_rules.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/chart/latency_chart.h"
#include "gui/views/chart/timeline.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/fitting_label.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/top_bar.h"
#include "gui/views/verdict_bar.h"
#include "gui/window/experiments.h"
#include "gui/window/targets.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/free_port.h"
#include "tests/support/ticks.h"

#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTranslator>

#include <csignal>

using namespace openloop;
using namespace openloop::test;

class WindowTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init() { serveUsual(); }
    void cleanup() { endAll(); }

    void cardsShowTheFiguresOfTheService()
    {
        openOnService();
        auto &cards = m_window->targetsPanel().cards();
        TRY_VERIFY(cards.front()->figures().hasTail());
        const auto &health = cards.front()->figures();
        QCOMPARE(health.name, u"health"_s);
        QVERIFY(health.p50 && health.p95 && health.p99);
        QVERIFY(*health.p50 >= 2); // and as much more as the machine is busy
        QVERIFY(*health.p99 >= *health.p95 && *health.p95 >= *health.p50);
        QCOMPARE(health.errors, 0);
        QCOMPARE(cards.front()->headlineLabel(), u"p99"_s);
        QVERIFY(cards.front()->stretch().startsWith(u"last "_s));
        QVERIFY(cards.back()->figures().isControl);
        QVERIFY(cards.front()->accessibleDescription().contains(u"p50"_s));
    }

    void aFirstRunWithoutServiceOffersThreeWaysOn()
    {
        openOn(u"http://127.0.0.1:%1"_s.arg(freePort()));
        TRY_VERIFY(m_window->firstRun().headline().startsWith(u"No service at 127.0.0.1:"_s));
        QVERIFY(m_window->showsFirstRun());
        QCOMPARE(m_window->firstRun().findChildren<QPushButton *>().size(), 3);
        TRY_COMPARE(m_window->verdictBar().verdict().state, State::Down);
        m_window->findChild<QPushButton *>(u"copyCurl"_s)->click();
        QVERIFY(QApplication::clipboard()->text().startsWith(u"curl "_s));
    }

    void theChartReplacesTheFirstRunWithTheFirstAnswer()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
    }

    // Half a word says nothing, and half a port is another one.
    void whatHasNoRoomIsNotShownInPart()
    {
        openOnService();
        const auto labels = m_window->findChildren<FittingLabel *>();
        QCOMPARE(labels.size(), 2);
        QSet<QString> texts; // of each width, all of which were whole
        for (int width = 1500; width >= 620; width -= 20) {
            m_window->resize(width, 800);
            QCoreApplication::processEvents();
            for (const auto *label : labels) {
                const bool isWhole = label->text().isEmpty() || label->sizeHint().width() <= label->width();
                QVERIFY2(!label->isVisible() || isWhole, qPrintable(u"%1: %2"_s.arg(width).arg(label->text())));
                texts << label->text();
            }
        }
        const auto some = [&texts](const QString &part) {
            return std::ranges::any_of(texts, [&part](const QString &text) { return text.contains(part); });
        };
        QVERIFY(some(u"(127.0.0.1:%1)"_s.arg(m_server->port())) && some(u"Latency"_s));
        QVERIFY(texts.size() >= 4); // there was room for less as well
    }

    void oneButtonSaturatesAndStops()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        auto *button = m_window->findChild<QPushButton *>(u"load"_s);
        m_window->findChild<QSpinBox *>()->setValue(5);
        const int before = m_server->connections();
        button->click();
        QCOMPARE(m_window->session().loadedTarget(), u"factorize"_s);
        TRY_VERIFY(m_server->connections() >= before + 5);
        QCOMPARE(button->text(), u"Stop load"_s);
        QCOMPARE(m_window->session().loadSize(), 5);
        button->click();
        TRY_VERIFY(m_window->session().loadedTarget().isEmpty());
        QVERIFY(m_window->session().loads().back().to.has_value());
    }

    void theNumberOfParallelRequestsIsCapped()
    {
        openOnService();
        auto *count = m_window->findChild<QSpinBox *>();
        count->setValue(100'000);
        QCOMPARE(count->value(), probe::Engine::maxLoad);
    }

    void aDeadServiceIsSaidToBeDown()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_server.reset();
        TRY_COMPARE(m_window->verdictBar().verdict().state, State::Down);
        QVERIFY(m_window->verdictBar().verdict().word.startsWith(u"DOWN"_s));
        QVERIFY(!m_window->showsFirstRun());
        TRY_VERIFY(m_window->session().log().rowCount() > 0);
    }

    void theThemeSwitchesTheWholeApplication()
    {
        openOnService();
        m_theme->setMode(Theme::Mode::Dark);
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 40);
        const QImage dark = m_window->grab().toImage();
        m_theme->setMode(Theme::Mode::Light);
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() > 200);
        QVERIFY(m_window->grab().toImage().pixelColor(3, 3).lightness() > dark.pixelColor(3, 3).lightness());
    }

    void theKeyboardAloneIsEnough()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->activateWindow();
        auto &chart = m_window->chartPanel();
        chart.chart().setFocus();
        QTest::keyClick(&chart.chart(), Qt::Key_Space);
        QVERIFY(!m_window->timeWindow().isLive());
        QTest::keyClick(&chart.chart(), Qt::Key_L);
        QVERIFY(m_window->timeWindow().isLive());
        QTest::keyClick(&chart.chart(), Qt::Key_2);
        QCOMPARE(m_window->timeWindow().span(), 300.0);
        QTest::keyClick(&chart.chart(), Qt::Key_6);
        QVERIFY(m_window->timeWindow().showsAll());
        QTest::keyClick(&chart.chart(), Qt::Key_G);
        QVERIFY(!chart.chart().isLogarithmic());
        QTest::keyClick(&chart.chart(), Qt::Key_H);
        QCOMPARE(chart.chart().mode(), ChartMode::Heatmap);
        QTest::keyClick(&chart.chart(), Qt::Key_B);
        QCOMPARE(m_window->session().loadedTarget(), u"factorize"_s);
        QTest::keyClick(&chart.chart(), Qt::Key_B);
        TRY_VERIFY(m_window->session().loadedTarget().isEmpty());
    }

    void everyButtonCanBeReachedAndIsNamed()
    {
        openOnService();
        for (const auto *button : m_window->findChildren<QAbstractButton *>()) {
            if (!button->isVisible() || button->objectName().startsWith(u"qt_"_s))
                continue;
            QVERIFY2(!button->text().isEmpty() || !button->accessibleName().isEmpty(), qPrintable(button->toolTip()));
        }
    }

    void theIsolationTestEndsWithAVerdict()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        probe::IsolationConfig config;
        config.baseline = config.loaded = config.recovery = 1200ms;
        config.settle = 100ms;
        m_window->experiments().setIsolationConfig(config);
        m_window->experiments().toggleTest();
        QVERIFY(!m_window->experimentPanel().verdict());
        const auto &cards = m_window->targetsPanel().cards();
        const auto isMuted = [&cards] { return cards[3]->figures().isMuted; };
        TRY_VERIFY(isMuted());
        QVERIFY(cards[3]->accessibleDescription().contains(u"NOT PROBED"_s));
        QVERIFY(cards[3]->note().contains(u"not probed"_s));
        TRY_VERIFY(m_window->experimentPanel().said().endsWith(u" left"_s));
        TRY_VERIFY(m_window->experimentPanel().verdict().has_value());
        const auto *health = m_window->experimentPanel().verdict()->find(u"health"_s);
        QVERIFY(health && health->before.n > 0 && health->during.n > 0);
        const auto *table = m_window->experimentPanel().findChild<QTableWidget *>();
        int columns = 0; // which have all the room at once, though nobody moves the window
        for (int column = 0; column < table->columnCount(); ++column)
            columns += table->columnWidth(column);
        QVERIFY2(columns >= table->width() * 9 / 10, qPrintable(u"%1 of %2"_s.arg(columns).arg(table->width())));
        QCOMPARE(m_window->session().engine().load(u"factorize"_s), 0);
        TRY_VERIFY(!isMuted());
    }

    void anIsolationTestOfASingleTargetSaysAtOnceWhyThereIsNoVerdict()
    {
        auto targets = *probe::targetsFromArguments({u"api="_s + m_server->url(u"/health"_s)});
        targets.front().interval = 20ms;
        m_window = std::make_unique<MainWindow>(*m_theme, targets, defaultRules(targets));
        m_window->show();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->experiments().toggleTest();
        TRY_VERIFY(m_window->experimentPanel().verdict().has_value());
        QVERIFY(m_window->experimentPanel().verdict()->sentence.startsWith(u"No verdict: api is the only target"_s));
        QVERIFY(m_window->session().loads().empty());
        QVERIFY(std::ranges::any_of(m_window->session().events(), [](const Event &event) {
            return event.kind == Event::Kind::Experiment && event.text.startsWith(u"No verdict"_s);
        }));
        QVERIFY(hasMore(m_window->session(), u"api"_s, 1)); // not muted
    }

    void namesStandBesideTheDataWhereTimeRunsToTheEdge()
    {
        openOnService();
        TRY_VERIFY(m_window->session().figures(u"health"_s, 0, 1e12).n > 5);
        auto &panel = m_window->chartPanel();
        panel.setMode(ChartMode::Points);
        const int needed = panel.fontMetrics().horizontalAdvance(u"/call_other_service"_s);
        QVERIFY(panel.chart().plot().rightSpace() > std::min(needed, panel.chart().plot().width() / 5));
        panel.setMode(ChartMode::Histogram);
        QCOMPARE(panel.chart().plot().rightSpace(), PlotView::rightMargin);
    }

    void aStopSignalClosesTheWindow()
    {
        openOnService();
        const StopSignals onStop([this] { m_window->close(); });
        QCOMPARE(std::raise(SIGTERM), 0);
        QVERIFY(m_window->isVisible());
        TRY_VERIFY(!m_window->isVisible());
    }

    void theLayoutAndChoicesSurviveTheWindow()
    {
        openOnService();
        m_window->chartPanel().chooseSpan(2);
        m_window->chartPanel().setLogarithmic(false);
        m_window->findChild<QSpinBox *>()->setValue(3);
        m_theme->setMode(Theme::Mode::Dark);
        const auto state = m_window->savedState();
        m_window.reset();
        m_theme = std::make_unique<Theme>();
        openOnService();
        m_window->restoreState(state);
        QCOMPARE(m_window->timeWindow().span(), 600.0);
        QVERIFY(!m_window->chartPanel().chart().isLogarithmic());
        QCOMPARE(m_window->topBar().load().requests(), 3);
        QCOMPARE(m_theme->mode(), Theme::Mode::Dark);
    }

    void aPanelThatASavedLayoutDoesNotKnowIsBesideTheOthers()
    {
        openOnService();
        m_window->findChild<QDockWidget *>(u"fleet"_s)->setObjectName(u"of another version"_s);
        const auto state = m_window->savedState();
        m_window.reset();
        openOnService();
        m_window->restoreState(state);
        auto *fleet = m_window->findChild<QDockWidget *>(u"fleet"_s);
        QVERIFY(m_window->tabifiedDockWidgets(fleet).contains(m_window->findChild<QDockWidget *>(u"jobs"_s)));
        QVERIFY(!fleet->isFloating());
        m_window->goTo(fleet);
        TRY_VERIFY(!fleet->visibleRegion().isEmpty());
    }

    void theWindowSpeaksGerman()
    {
        QTranslator german;
        QVERIFY(german.load(QLocale(QLocale::German), u"openloop"_s, u"_"_s, u":/translations"_s));
        QCoreApplication::installTranslator(&german);
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        QCOMPARE(m_window->findChild<QPushButton *>(u"load"_s)->text(), u"/factorize auslasten"_s);
        QCOMPARE(m_window->targets().addFromText(u"curl -X"_s), u"Zu -X fehlt der Wert"_s); // a reason, too
        QCoreApplication::removeTranslator(&german);
    }

    void belowEveryChartTargetsAreNamedInFull()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->resize(1280, 800);
        const auto *chart = m_window->findChild<LatencyChart *>();
        const auto *timeline = m_window->findChild<Timeline *>();
        QVERIFY(chart && timeline);
        for (const auto mode : {ChartMode::Points, ChartMode::Heatmap, ChartMode::Phases}) {
            m_window->chartPanel().setMode(mode);
            TRY_VERIFY(chart->plot().rightSpace() >= timeline->roomForNames());
        }
    }

    void anIsolationTestThatCannotBeginSaysWhy()
    {
        openOn(u"http://127.0.0.1:%1"_s.arg(freePort()));
        m_window->experiments().toggleTest();
        QVERIFY(m_window->experimentPanel().verdict());
        QCOMPARE(m_window->experimentPanel().verdict()->sentence, u"No isolation test: nothing answers yet"_s);
    }

    void anAbortedIsolationTestLeavesNoLoad()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        probe::IsolationConfig config;
        config.baseline = 100ms;
        m_window->experiments().setIsolationConfig(config);
        m_window->experiments().toggleTest();
        TRY_VERIFY(m_window->session().engine().load(u"factorize"_s) > 0);
        m_window->experiments().toggleTest();
        QCOMPARE(m_window->session().engine().load(u"factorize"_s), 0);
        QVERIFY(!m_window->experimentPanel().verdict());
    }
};

QTEST_MAIN(WindowTest)
#include "test_window.moc"
