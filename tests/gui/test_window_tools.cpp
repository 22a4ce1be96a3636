// SPDX-License-Identifier: GPL-3.0-or-later
// The window's tools on a real service: the search for the limit, rules, targets to pick, replay, comparison, every
// view.
#include "gui/models/figures/phases.h"
#include "gui/theme/themed.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/chart/sample_popup.h"
#include "gui/views/dialogs/pick_dialog.h"
#include "gui/views/dialogs/rules_dialog.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/panels/limit_panel.h"
#include "gui/views/panels/server_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/replay_bar.h"
#include "gui/views/verdict_bar.h"
#include "gui/window/experiments.h"
#include "gui/window/exports.h"
#include "gui/window/recordings.h"
#include "gui/window/targets.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/ticks.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSlider>
#include <QTemporaryDir>

#include <set>

using namespace openloop;
using namespace openloop::test;

namespace {

/// /health slows down by 10 ms for each /factorize beyond two that is in flight, as a service does that shares its
/// threads.
class CrowdedService
{
public:
    Reaction operator()(int, const QByteArray &path)
    {
        Reaction reaction;
        const auto now = std::chrono::steady_clock::now();
        std::erase_if(m_busyUntil, [now](auto until) { return until < now; });
        if (path.startsWith("/factorize")) {
            reaction.latency = 200ms;
            m_busyUntil.insert(now + reaction.latency);
        } else if (path == "/openapi.json") {
            reaction.body =
                R"({"openapi":"3.1.0","paths":{"/health":{"get":{}},"/version":{"get":{}},"/things":{"post":{}}}})";
        } else if (path == "/metrics") {
            reaction.body = "openloop_pool_busy 2\nopenloop_pool_threads 2\nopenloop_queue_length{lane=\"long\"} 6\n";
        } else {
            const auto crowd = static_cast<int>(m_busyUntil.size());
            reaction.latency = 1ms + std::max(0, crowd - 2) * 100ms;
            reaction.fields = "Server-Timing: compute;dur=0.5, total;dur=0.6\r\nX-Request-Id: abc123\r\n";
        }
        return reaction;
    }

private:
    std::multiset<std::chrono::steady_clock::time_point> m_busyUntil;
};

} // namespace

class WindowToolsTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init()
    {
        serve([service = std::make_shared<CrowdedService>()](int number, const QByteArray &path) {
            return (*service)(number, path);
        });
        auto targets = *probe::targetsFromArguments({base() + u"/health"_s, base() + u"/factorize"_s});
        targets[0].interval = 20ms;
        targets[1].interval = 1s;
        open(targets, {*probe::parseRule(u"health: p50<90ms over 2s"_s)});
        TRY_VERIFY(!m_window->showsFirstRun());
    }

    void cleanup() { endAll(); }

    void theLimitIsFoundWithOneClick()
    {
        probe::LoadSearchConfig config;
        config.maxN = 16;
        config.settle = 300ms;
        config.measure = 600ms;
        m_window->experiments().setSearchConfig(config);
        auto *button = m_window->findChild<QPushButton *>(u"findLimit"_s);
        TRY_VERIFY(button->isEnabled());
        button->click();
        TRY_VERIFY(m_window->limitPanel().findChildren<QLabel *>().first()->text().endsWith(u" left"_s)
                   || !m_window->limitPanel().verdict().isEmpty());
        TRY_VERIFY(!m_window->limitPanel().verdict().isEmpty());
        // From three parallel ones on it takes 100 ms; the machine itself may only make it worse.
        QVERIFY2(m_window->limitPanel().verdict().contains(u"breaks at"_s)
                     || m_window->limitPanel().verdict().contains(u"broken"_s),
                 qPrintable(m_window->limitPanel().verdict()));
        QCOMPARE(m_window->session().engine().load(u"factorize"_s), 0);
    }

    void anAbortedSearchLeavesNoLoad()
    {
        probe::LoadSearchConfig config;
        config.settle = config.measure = 200ms;
        m_window->experiments().setSearchConfig(config);
        m_window->experiments().toggleSearch();
        TRY_VERIFY(m_window->session().engine().load(u"factorize"_s) > 0);
        m_window->experiments().toggleSearch();
        QCOMPARE(m_window->session().engine().load(u"factorize"_s), 0);
        QVERIFY(m_window->limitPanel().verdict().isEmpty());
    }

    void rulesAreEditedAsTextAndCheckedWhileTyped()
    {
        m_window->targets().editRules();
        auto *dialog = m_window->findChild<RulesDialog *>();
        auto *ok = dialog->findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok);
        QCOMPARE(dialog->text().toPlainText(), u"health: p50<90ms over 2s"_s);
        dialog->text().setPlainText(u"health: p99<20"_s);
        QVERIFY(!ok->isEnabled());
        QVERIFY(dialog->problem().contains(u"Line 1"_s));
        dialog->text().setPlainText(u"nobody: p99<20ms"_s);
        QVERIFY(dialog->problem().contains(u"nobody"_s));
        dialog->text().setPlainText(u"health: p99<500ms over 5s\n\nerrors<1%"_s);
        QCOMPARE(dialog->problem(), QString());
        ok->click();
        QCOMPARE(m_window->session().rules().size(), 2);
        QCOMPARE(*m_window->session().limitOf(u"health"_s), 500.0);
    }

    void aBrokenRuleIsAnEvent()
    {
        auto &session = m_window->session();
        session.setRules({*probe::parseRule(u"health: p50<20ms over 1s"_s)});
        session.engine().stop(); // its batches are made here, so that no busy machine suspends alerts unasked
        auto from = session.instantAt(session.now()) + 1s;
        const auto alertsAfter = [&](probe::TrustLevel trust) {
            for (int i = 0; i < 20; ++i, from += 100ms) {
                probe::Sample sample;
                sample.due = sample.sent = from;
                sample.done = sample.firstByte = from + 50ms;
                sample.status = 200;
                probe::Batch batch;
                batch.from = from;
                batch.until = from + 100ms;
                batch.targets << probe::TargetBatch{u"health"_s, {sample}, {}, 0, 0};
                batch.trust.level = trust;
                session.take(batch);
            }
            return std::ranges::count_if(session.events(), [](const Event &event) {
                return event.kind == Event::Kind::Alert && event.text.startsWith(u"health: p50<20ms"_s);
            });
        };
        QCOMPARE(alertsAfter(probe::TrustLevel::HostBusy), 0);
        QCOMPARE(alertsAfter(probe::TrustLevel::Trustworthy), 1);
    }

    void targetsArePickedFromWhatTheServiceDescribes()
    {
        m_window->targets().offer();
        TRY_VERIFY(m_window->findChild<PickDialog *>());
        auto *dialog = m_window->findChild<PickDialog *>();
        QCOMPARE(dialog->list().count(), 1); // /health is measured already, /things is no GET
        QVERIFY(dialog->list().item(0)->text().startsWith(u"/version"_s));
        auto *ok = dialog->findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok);
        QVERIFY(!ok->isEnabled());
        dialog->list().item(0)->setCheckState(Qt::Checked);
        ok->click();
        QCOMPARE(m_window->session().targets().size(), 3);
        TRY_VERIFY(m_window->session().figures(u"version"_s, 0, 1e12).n > 0);
    }

    void targetsArePickedFromAFile()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"api.yaml"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("openapi: 3.0.3\nservers: [{url: 'http://elsewhere.example/v1'}]\npaths: {/a: {get: {}}}\n");
        file.close();
        m_window->targets().offerFile(path);
        auto *dialog = m_window->findChild<PickDialog *>();
        QVERIFY(dialog);
        QCOMPARE(dialog->list().item(0)->text(), u"http://elsewhere.example/v1/a"_s); // not where the others are
        dialog->reject();
    }

    void aRecordingIsReplayedWithItsControlItsLoadAndAScrubber()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        m_window->session().record(path);
        m_window->session().setLoad(u"factorize"_s, 2);
        QVERIFY(hasMore(m_window->session(), u"health"_s, 150));
        m_window->session().setLoad(u"factorize"_s, 0);
        const auto measured = m_window->session().targets();
        m_window->recordings().show(path);
        auto &session = m_window->session();
        auto &bar = m_window->replayBar();
        QVERIFY(bar.isVisible());
        QVERIFY(session.controlFigures(0, 1e12).n > 20);
        QCOMPARE(session.loads().size(), 1U);
        QCOMPARE(session.loads().front().target, u"factorize"_s);
        bar.scrubber().setValue(bar.scrubber().maximum() / 2);
        const double middle = (session.beginning() + session.end()) / 2;
        QVERIFY(std::abs(session.now() - middle) < 0.01);
        // To the middle of the load, which began as late as this machine brought the window up.
        const auto load = session.loads().front();
        const double loaded = (load.from + load.to.value_or(session.end())) / 2;
        bar.scrubber().setValue(static_cast<int>(bar.scrubber().maximum() * (loaded - session.beginning())
                                                 / (session.end() - session.beginning())));
        const auto shown = session.figures(u"factorize"_s, session.now() - 10, session.now());
        QVERIFY(session.figures(u"health"_s, session.now() - 10, session.now()).last);
        QVERIFY(session.watch(u"health"_s)->state() != State::Unknown
                && session.watch(u"health"_s)->state() != State::Down);
        QVERIFY(shown.isUnderLoad);
        QVERIFY(m_window->verdictBar().verdict().sentence.contains(u"while 2 /factorize run"_s)
                || m_window->verdictBar().verdict().sentence.contains(u"this machine is busy"_s));
        QVERIFY(!m_window->findChild<QPushButton *>(u"load"_s)->isEnabled());
        QCOMPARE(m_window->timeWindow().to(), session.now());
        bar.setSpeed(4);
        bar.togglePlaying();
        TRY_COMPARE(session.now(), session.end());
        QVERIFY(!bar.isPlaying());
        m_window->recordings().close();
        QVERIFY(!session.isReplay());
        QVERIFY(!bar.isVisible());
        QVERIFY(session.targets() == measured);
        TRY_VERIFY(session.figures(u"health"_s, 0, 1e12).n > 0);
    }

    void twoSessionsCompareByTheirQuantiles()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"before.sqlite"_s);
        m_window->session().record(path);
        QVERIFY(hasMore(m_window->session(), u"health"_s, 100));
        m_window->session().record(folder.filePath(u"after.sqlite"_s));
        m_window->session().setLoad(u"factorize"_s, 8);
        m_window->timeWindow().setSpan(2);
        const auto p50 = [this] {
            return m_window->session()
                .figures(u"health"_s, m_window->timeWindow().from(), m_window->timeWindow().to())
                .p50;
        };
        TRY_VERIFY(p50().value_or(0) > 300);
        QCOMPARE(m_window->comparePanel().compareWith(path), QString());
        const auto &comparison = m_window->comparePanel().comparison();
        QCOMPARE(comparison.rowCount(), 2);
        const auto cell = comparison.index(0, Comparison::P50);
        QVERIFY(cell.data(Comparison::ChangeRole).toDouble() > 3);
        QVERIFY2(cell.data().toString().contains(u"× "_s), qPrintable(cell.data().toString()));
        const QString whole = cell.data(Qt::ToolTipRole).toString(); // the cell may have no room for it
        QVERIFY2(whole.contains(u" → "_s) && whole.contains(u"× "_s), qPrintable(whole));
        QVERIFY(!m_window->comparePanel().compareWith(folder.filePath(u"none"_s)).isEmpty());
    }

    void aSpikeIsBlamedWithWhatTheServiceSaysOfItself()
    {
        m_window->session().setLoad(u"factorize"_s, 8);
        TRY_VERIFY(m_window->session().figures(u"health"_s, 0, 1e12).max.value_or(0) > 400);
        m_window->session().setLoad(u"factorize"_s, 0);
        const auto &series = *m_window->session().series(u"health"_s);
        const auto samples = series.samples(series.begin(), series.end());
        const auto slowest =
            std::ranges::max_element(samples, {}, [](const auto &sample) { return sample.response(); });
        const auto sample = m_window->session().detailed(u"health"_s, *slowest);
        QCOMPARE(sample.requestId, QByteArray("abc123"));
        const double at = m_window->session().secondsAt(sample.due);
        const auto found = SamplePopup::nearest(
            m_window->session(), at, std::chrono::duration<double, std::milli>(sample.response()).count(), 0.001);
        QVERIFY(found);
        QCOMPARE(found->target, u"health"_s);
        // The loop, where this machine was quick enough to tell.
        const QString sentence = found->blame.sentence;
        QVERIFY2(sentence.startsWith(u"event loop: blocked"_s) || sentence.startsWith(u"host"_s)
                     || sentence.startsWith(u"service: "_s),
                 qPrintable(sentence));
    }

    void theServerPanelShowsItsPool()
    {
        auto *panel = m_window->findChild<ServerPanel *>();
        TRY_VERIFY(panel->accessibleName().contains(u"2 of 2"_s));
        QVERIFY(panel->accessibleName().contains(u"Queue 6"_s));
    }

    void theServerPanelShowsNothingForWhatIsNoNumber()
    {
        ServerWatch watch;
        const ServerPanel panel(watch);
        watch.take("openloop_pool_busy NaN\nopenloop_pool_threads 4\nopenloop_queue_length +Inf\n"
                   "openloop_requests_in_flight\t1e300\n",
                   1000);
        QVERIFY(!panel.accessibleName().contains(u"Queue"_s));
        QVERIFY(!panel.accessibleName().contains(u"Memory"_s));
        for (const auto &figure : {u"Pool busy – of 4 threads"_s, u"In flight – requests"_s})
            QVERIFY2(panel.accessibleName().contains(figure), qPrintable(panel.accessibleName()));
    }

    void everyPartOfADarkWindowIsDark()
    {
        m_theme->setMode(Theme::Mode::Dark);
        auto targets = m_window->session().targets();
        targets.append(targets.last());
        targets.last().name = u"late"_s;
        m_window->session().setTargets(targets); // one card more
        const QTemporaryDir folder;
        QCOMPARE(m_window->exports().exportTo(folder.filePath(u"white.html"_s)), QString()); // from the same chart
        int parts = 0;
        for (const auto *part : m_window->findChildren<QObject *>()) {
            const auto *themed = dynamic_cast<const Themed *>(part);
            QVERIFY2(!themed || themed->colours().dark, part->metaObject()->className());
            parts += themed ? 1 : 0;
        }
        QVERIFY(parts > 20);
    }

    void everyViewAndEveryDockCanBeShown()
    {
        TRY_VERIFY(m_window->session().figures(u"health"_s, 0, 1e12).n > 20);
        std::set<QByteArray> pictures;
        for (int mode = 0; mode < chartModes; ++mode) {
            m_window->chartPanel().setMode(static_cast<ChartMode>(mode));
            const QImage picture = m_window->chartPanel().chart().grab().toImage();
            pictures.insert(QByteArray(reinterpret_cast<const char *>(picture.constBits()), picture.sizeInBytes()));
        }
        QCOMPARE(pictures.size(), static_cast<std::size_t>(chartModes));
        for (auto *dock : m_window->findChildren<QDockWidget *>()) {
            dock->show();
            dock->raise();
            TRY_VERIFY(!dock->visibleRegion().isEmpty());
            QVERIFY2(!dock->windowTitle().isEmpty(), qPrintable(dock->objectName()));
        }
    }

    void thePhasesOfAColumnAddUpToOneOfItsRequests()
    {
        TRY_VERIFY(m_window->session().figures(u"health"_s, 0, 1e12).n > 50);
        const auto &session = m_window->session();
        const auto columns = phasesOf(session, *session.series(u"health"_s), session.beginning(), session.now(), 10);
        QVERIFY(!columns.empty());
        for (const auto &column : columns) {
            QVERIFY(std::ranges::is_sorted(column.upTo));
            QVERIFY(column.upTo.back() >= 0.99);
        }
    }
};

QTEST_MAIN(WindowToolsTest)
#include "test_window_tools.moc"
