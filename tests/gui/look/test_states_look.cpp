// SPDX-License-Identifier: GPL-3.0-or-later
// The window in each state that a measurement may be in, looked at in both schemes, three widths and both languages.
#include "gui/views/load_control.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/limit_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/plot/view.h"
#include "gui/views/top_bar.h"
#include "gui/views/verdict_bar.h"
#include "gui/window/experiments.h"
#include "gui/window/recordings.h"
#include "tests/gui/look/look_fixture.h"
#include "tests/support/free_port.h"
#include "tests/support/ticks.h"

#include <QTemporaryDir>

#include <atomic>

using namespace openloop;
using namespace openloop::test;

namespace {

/// A factorization's number as long as they come.
const QByteArray longNumber(100, '9');

QByteArray jobs()
{
    QByteArrayList all;
    for (const char *state : {"queued", "running", "done", "failed", "cancelled"})
        all << R"({"id":"1","n":")" + longNumber + R"(","state":")" + state
                + R"(","phase":"siqs","progress":0.42,"factors":[{"prime":")" + longNumber.left(60)
                + R"(","exponent":2},{"prime":"3","exponent":1}]})";
    return R"({"data":[)" + all.join(',') + "]}";
}

const QByteArray metrics = "openloop_pool_busy 2\nopenloop_pool_threads 2\nopenloop_queue_length{lane=\"long\"} 6\n"
                           "openloop_requests_in_flight 17\nopenloop_event_loop_lag_seconds 0.025\n"
                           "process_resident_memory_bytes 29300000\nprocess_cpu_seconds_total 12\n";

} // namespace

class StatesLookTest : public LookFixture
{
    Q_OBJECT
private slots:
    void init()
    {
        m_mode = Mode::Good;
        serve([this](int, const QByteArray &path) { return answer(path); });
    }
    void cleanup() { endAll(); }

    /// An area behind a name would dim it: what stands in a plot covers what it stands on.
    void namesInAPlotAreReadOnEveryArea()
    {
        for (const auto mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
            m_theme->setMode(mode);
            for (const auto &colour : m_theme->palette().series) {
                QWidget window;
                window.resize(600, 400);
                auto *plot = new PlotView(&window);
                plot->resize(window.size());
                plot->setAxes(PlotAxis::Duration, PlotAxis::Duration);
                plot->setXRange(0, 10);
                plot->setYRange(0, 100);
                PlotSeries area;
                area.name = u"the name of an area"_s;
                area.style.colour = colour;
                area.buckets = {{0, 0, 90}, {10, 0, 90}};
                area.withLine = false;
                area.bandOpacity = 0.75;
                plot->setSeries({area});
                plot->setSpans({{0, 10, u"the reason of a load"_s, PlotSpan::Kind::Load}});
                plot->setLimitLine(70, u"the name of a limit"_s);
                dress(window, m_theme->palette());
                window.show();
                QVERIFY(QTest::qWaitForWindowExposed(&window, patience));
                plot->redraw();
                QVERIFY(wordsPaintedBy(window).size() > 3);
                QCOMPARE(complaintsOf(window).join(u'\n'), QString());
            }
        }
    }

    /// A window is as high as its top needs to be at its own width, not at the least that it could have.
    void aLongSentenceKeepsNoWideWindowHigh()
    {
        openAndMeasure();
        const auto isSo = [this] {
            m_window->verdictBar().setVerdict(
                {State::Down, u"DOWN 12 s"_s, QString(60, u'x').replace(u'x', u"word "_s)});
            m_window->resize(1280, 700);
            QCoreApplication::sendPostedEvents();
            return m_window->size() == QSize(1280, 700);
        };
        TRY_VERIFY2(isSo() && isSo(), qPrintable(u"%1 high"_s.arg(m_window->height())));
    }

    void everyStateIsWholeClearAndTranslated_data() { rowsInEachLanguage("state", states); }

    void everyStateIsWholeClearAndTranslated()
    {
        QFETCH(const QString, state);
        QFETCH(const QLocale::Language, language);
        speak(language);
        for (const auto &[name, reach] : states) {
            if (state == QLatin1StringView(name))
                (this->*reach)();
        }
        QVERIFY(!QTest::currentTestFailed());
        for (const int width : {1280, 2560, 640}) {
            resizeTo(width);
            look(*m_window, u"%1, %2"_s.arg(state).arg(width));
        }
        lookAtPanels(640, state, Theme::Mode::Light); // where there is the least room
    }

private:
    enum class Mode { Good, Silent, Failing, Slow };
    using Reach = void (StatesLookTest::*)();
    static const std::initializer_list<std::pair<const char *, Reach>> states;

    Reaction answer(const QByteArray &path) const
    {
        Reaction reaction;
        const auto mode = m_mode.load();
        reaction.latency = path.startsWith("/factorize") || mode == Mode::Slow ? 60ms : 2ms;
        if (mode == Mode::Silent)
            reaction.kind = Reaction::Kind::Silence;
        if (mode == Mode::Failing)
            reaction.status = 500;
        if (path == "/metrics")
            reaction.body = metrics;
        if (path.startsWith("/factorizations"))
            reaction.body = jobs();
        return reaction;
    }

    void openAndMeasure()
    {
        openOn(base());
        QVERIFY(hasMore(m_window->session(), u"health"_s, 20));
        QVERIFY(hasMore(m_window->session(), u"factorize"_s, 1));
    }
    void waitFor(State state)
    {
        TRY_COMPARE(m_window->session().watch(u"health"_s)->state(), state);
        TRY_COMPARE(m_window->verdictBar().verdict().state, state);
    }

    void nothingYet()
    {
        m_mode = Mode::Silent;
        openOn(base());
    }
    void noTarget() { open({}, {}); }
    void refused()
    {
        openOn(u"http://127.0.0.1:%1"_s.arg(freePort()));
        waitFor(State::Down);
    }
    void unknownHost()
    {
        openOn(u"http://no-such-host.invalid:8080"_s);
        waitFor(State::Down);
    }
    void timedOut()
    {
        m_mode = Mode::Silent;
        openOn(base(), [](auto &target) { target.timeout = 100ms; });
        waitFor(State::Down);
    }
    void failing()
    {
        m_mode = Mode::Failing;
        openOn(base());
        waitFor(State::Down);
    }
    void wrongAnswer()
    {
        openOn(base(), [](auto &target) { target.expectation.bodyContains = "something else"; });
        waitFor(State::Down);
    }
    void downAfterAll()
    {
        openAndMeasure();
        m_mode = Mode::Failing;
        waitFor(State::Down);
    }
    void silent()
    {
        openOn(base(), [](auto &target) { target.timeout = longest; }); // else it is down before it is looked at
        QVERIFY(hasMore(m_window->session(), u"health"_s, 20));
        m_mode = Mode::Silent;
        TRY_COMPARE(m_window->session().watch(u"health"_s)->state(), State::Stale);
    }
    void slow()
    {
        m_mode = Mode::Slow;
        openAndMeasure();
        TRY_COMPARE(m_window->session().watch(u"health"_s)->state(), State::Degraded);
    }
    void loaded()
    {
        openAndMeasure();
        m_window->topBar().load().toggle();
        QVERIFY(hasMore(m_window->session(), u"health"_s, 20));
    }
    void held()
    {
        openAndMeasure();
        m_window->toggleHold();
    }
    void isolationRuns()
    {
        shortTest(10min);
        m_window->experiments().toggleTest();
        QVERIFY(hasMore(m_window->session(), u"health"_s, 20));
    }
    void isolationIsDone()
    {
        shortTest(1s);
        m_window->experiments().toggleTest();
        TRY_VERIFY(m_window->experimentPanel().verdict().has_value());
    }
    void limitIsFound()
    {
        openAndMeasure();
        probe::LoadSearchConfig config;
        config.maxN = 4;
        config.measure = config.settle = 200ms;
        m_window->experiments().setSearchConfig(config);
        m_window->experiments().toggleSearch();
        TRY_VERIFY(!m_window->limitPanel().verdict().isEmpty());
    }
    void notRecorded()
    {
        openAndMeasure();
        m_window->session().record(m_folder.filePath(u"missing/folder/here.sqlite"_s));
        TRY_VERIFY(!m_window->session().recordingProblem().isEmpty());
    }
    void compared()
    {
        openAndMeasure();
        QCOMPARE(m_window->comparePanel().compareWith(recording()), QString());
    }
    void replayed()
    {
        openAndMeasure();
        m_window->recordings().show(recording());
        QVERIFY(m_window->session().isReplay());
    }
    void manyTargets()
    {
        QList<probe::Target> targets;
        for (int i = 1; i <= 14; ++i) {
            auto one = probe::targetsFromArguments(
                           {u"http://127.0.0.1:%1/a/rather-long-name-of-a-path-%2"_s.arg(m_server->port()).arg(i)})
                           ->first();
            one.interval = 100ms;
            targets << one;
        }
        open(targets, defaultRules(targets));
        QVERIFY(hasMore(m_window->session(), targets.last().name, 5));
    }

    void shortTest(std::chrono::nanoseconds length)
    {
        openAndMeasure();
        probe::IsolationConfig config;
        config.baseline = config.loaded = config.recovery = length;
        config.settle = 100ms;
        m_window->experiments().setIsolationConfig(config);
    }
    /// Of what is measured now.
    QString recording()
    {
        const auto path = m_folder.filePath(u"%1.sqlite"_s.arg(++m_recordings));
        m_window->session().record(path);
        [&] { QVERIFY(hasMore(m_window->session(), u"health"_s, 50)); }();
        m_window->session().record(m_folder.filePath(u"%1-next.sqlite"_s.arg(m_recordings)));
        return path;
    }

    std::atomic<Mode> m_mode = Mode::Good;
    QTemporaryDir m_folder;
    int m_recordings = 0;
};

const std::initializer_list<std::pair<const char *, StatesLookTest::Reach>> StatesLookTest::states{
    {"nothing yet", &StatesLookTest::nothingYet},
    {"no target", &StatesLookTest::noTarget},
    {"refused", &StatesLookTest::refused},
    {"unknown host", &StatesLookTest::unknownHost},
    {"timed out", &StatesLookTest::timedOut},
    {"failing", &StatesLookTest::failing},
    {"wrong answer", &StatesLookTest::wrongAnswer},
    {"down after all", &StatesLookTest::downAfterAll},
    {"silent", &StatesLookTest::silent},
    {"slow", &StatesLookTest::slow},
    {"loaded", &StatesLookTest::loaded},
    {"held", &StatesLookTest::held},
    {"isolation test runs", &StatesLookTest::isolationRuns},
    {"isolation test is done", &StatesLookTest::isolationIsDone},
    {"limit is found", &StatesLookTest::limitIsFound},
    {"not recorded", &StatesLookTest::notRecorded},
    {"compared", &StatesLookTest::compared},
    {"replayed", &StatesLookTest::replayed},
    {"many targets", &StatesLookTest::manyTargets},
};

QTEST_MAIN(StatesLookTest)
#include "test_states_look.moc"
