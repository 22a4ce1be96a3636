// SPDX-License-Identifier: GPL-3.0-or-later
// What eyes would complain of, found by a machine: words that are cut though there is room, that stand out too little,
// or that lie outside the window. In three widths, both schemes and both languages. (look/ has states and dialogs.)
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/figures_dialog.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/panels/events_panel.h"
#include "gui/views/panels/server_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/verdict_bar.h"
#include "tests/gui/look/look_fixture.h"
#include "tests/support/ticks.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDockWidget>
#include <QTableWidget>

#include <algorithm>

using namespace openloop;
using namespace openloop::test;

class WindowLookTest : public LookFixture
{
    Q_OBJECT
private slots:
    void init()
    {
        speak(QLocale::English);
        serve([](int, const QByteArray &path) {
            Reaction reaction;
            reaction.latency = path.startsWith("/factorize") ? 60ms : 2ms;
            if (path == "/metrics")
                reaction.body = "# a service that is not ours\nnode_load1 0.42\nnode_memory_free_bytes 1048576\n"
                                "http_requests_total{code=\"200\"} 10\nhttp_requests_total{code=\"500\"} 2\n";
            return reaction;
        });
    }
    void cleanup() { endAll(); }

    void everyViewIsWholeClearAndTranslated_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<QLocale::Language>("language");
        for (const int width : {640, 1280, 2560}) {
            for (const auto language : {QLocale::English, QLocale::German})
                QTest::addRow("%d %s", width, qPrintable(QLocale::languageToString(language))) << width << language;
        }
    }

    void everyViewIsWholeClearAndTranslated()
    {
        QFETCH(const int, width);
        QFETCH(const QLocale::Language, language);
        speak(language);
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        resizeTo(width);
        QVERIFY(!m_window->chartPanel().findChild<QAbstractButton *>()->visibleRegion().isEmpty());
        for (int mode = 0; mode < chartModes; ++mode) {
            m_window->chartPanel().setMode(static_cast<ChartMode>(mode));
            look(*m_window, u"mode %1"_s.arg(mode));
        }
        for (const auto mode : {Theme::Mode::Light, Theme::Mode::Dark})
            lookAtPanels(width, u"panels"_s, mode);
    }

    void theLookReadsWhatWidgetsPaint()
    {
        openOnService();
        QVERIFY(hasMore(m_window->session(), u"health"_s, 20));
        const auto isRead = [this](const QString &text, const char *by) {
            return std::ranges::any_of(wordsPaintedBy(*m_window), [&](const PaintedWords &words) {
                return words.text.contains(text) && words.widget && words.widget->inherits(by);
            });
        };
        TRY_VERIFY(isRead(u"p99"_s, "openloop::gui::Card"));
        QVERIFY(isRead(u"health"_s, "openloop::gui::Timeline"));
        QVERIFY(isRead(u"SLO 20"_s, "openloop::gui::PlotView"));
        QVERIFY(isRead(u"Isolation test"_s, "openloop::gui::StateBadge"));
        QVERIFY(isRead(u"Limit"_s, "QTabBar"));
    }

    void theFirstWindowLiesInsideTheScreen()
    {
        const auto isInside = [this] {
            const auto there = m_window->screen()->availableGeometry();
            if (!there.contains(m_window->geometry()))
                qInfo() << m_window->geometry() << "on" << there;
            return there.contains(m_window->geometry());
        };
        openOnService();
        QVERIFY(isInside());
        m_window->resize(3000, 2000);
        const auto state = m_window->savedState();
        m_window->restoreState(state); // of a larger screen
        QVERIFY(isInside());
    }

    void aNarrowWindowHasItsEventsInATabAndAWideOneBesideTheOthers()
    {
        openOnService();
        auto *events = m_window->findChild<QDockWidget *>(u"events"_s);
        const auto isTab = [&] { return !m_window->tabifiedDockWidgets(events).isEmpty(); };
        m_window->resize(1200, 700);
        QVERIFY(!isTab());
        m_window->resize(640, 700);
        QVERIFY(isTab());
        m_window->resize(1200, 700);
        QVERIFY(!isTab());
    }

    void eventsWrapAndNameTheirTargetOnce()
    {
        openOnService();
        m_window->resize(1200, 800); // where the list is not behind others
        auto *events = m_window->findChild<EventsPanel *>();
        m_window->session().noteExperiment(u"short"_s);
        m_window->session().noteExperiment(QString(40, u'w') + u" and more "_s + QString(40, u'w'));
        QCoreApplication::processEvents();
        const auto heightOf = [&](const QString &text) { // the machine may add events of its own
            const auto *model = events->model();
            const auto found =
                model->match(model->index(0, EventLog::Text), Qt::DisplayRole, text, 1, Qt::MatchContains);
            return found.isEmpty() ? -1 : events->visualRect(found.first()).height();
        };
        TRY_VERIFY(heightOf(u"short"_s) > 0 && heightOf(u"and more"_s) > heightOf(u"short"_s));
    }

    void heatmapAndPhasesNameTheirTargetAndTheirColours()
    {
        openOnService();
        TRY_VERIFY(m_window->session().figures(u"health"_s, 0, 1e12).n > 20);
        auto &panel = m_window->chartPanel();
        panel.setMode(ChartMode::Points);
        QVERIFY(panel.key().isHidden());
        panel.setMode(ChartMode::Heatmap);
        QVERIFY2(panel.key().text().title.startsWith(u"/health: "_s), qPrintable(panel.key().text().title));
        QVERIFY(panel.key().text().title.contains(u"last "_s));
        QVERIFY(panel.key().text().most >= 1);
        QVERIFY(panel.key().isVisible());
        panel.chart().setSelected(u"factorize"_s);
        panel.refresh();
        QVERIFY(panel.key().text().title.startsWith(u"/factorize: "_s));
        panel.setMode(ChartMode::Phases);
        QVERIFY(panel.key().text().title.startsWith(u"/factorize: "_s));
        QCOMPARE(panel.key().text().entries.size(), std::size_t(6));
        panel.setMode(ChartMode::Histogram);
        QVERIFY(panel.key().text().title.contains(u"last "_s));
    }

    void figuresOfAForeignServiceAreChosenNamedAndKept()
    {
        openOnService();
        auto *panel = m_window->findChild<ServerPanel *>();
        auto *button = panel->findChild<QAbstractButton *>(u"chooseFigures"_s);
        TRY_VERIFY(!button->isHidden());
        button->click();
        auto *dialog = m_window->findChild<FiguresDialog *>();
        QVERIFY(dialog);
        auto *table = dialog->findChild<QTableWidget *>();
        QCOMPARE(table->rowCount(), 4);
        for (int row = 0; row < 2; ++row)
            table->item(row, 0)->setCheckState(Qt::Checked);
        table->item(0, 1)->setText(u"Load"_s);
        table->item(0, 2)->setText(u"processes"_s);
        dialog->accept();
        QVERIFY2(panel->accessibleName().contains(u"Load 0.420\u2009processes"_s), qPrintable(panel->accessibleName()));
        QVERIFY2(panel->accessibleName().contains(u"1.00\u2009MiB"_s), qPrintable(panel->accessibleName()));
        const auto state = m_window->savedState();
        m_window.reset();
        openOnService();
        m_window->restoreState(state);
        panel = m_window->findChild<ServerPanel *>();
        TRY_VERIFY(panel->accessibleName().contains(u"Load 0.420\u2009processes"_s));
    }
};

QTEST_MAIN(WindowLookTest)
#include "test_window_look.moc"
