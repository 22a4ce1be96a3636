// SPDX-License-Identifier: GPL-3.0-or-later
// The eight measurement rules of the monitor, each as a test: a monitor that bends one invents or hides
// faults.
#include "gui/probe/engine/control_courier.h"
#include "gui/probe/engine/control_responder.h"
#include "gui/probe/engine/schedule.h"
#include "gui/probe/judgement/stalls.h"
#include "gui/probe/samples/series.h"
#include "tests/support/engine_recording.h"
#include "tests/support/free_port.h"
#include "tests/support/programmed_server.h"

#include <QDeadlineTimer>
#include <QThread>

#include <iterator>

using namespace openloop::probe;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

Sample answeredAfter400ms()
{
    Sample sample;
    sample.due = sample.sent = Instant{10s};
    sample.done = sample.firstByte = sample.due + 400ms;
    sample.phases.firstByte = 400ms;
    sample.status = 200;
    return sample;
}

Reaction reactionOf(Reaction::Kind kind)
{
    Reaction reaction;
    reaction.kind = kind;
    return reaction;
}

/// A courier of its own, which is driven by hand.
struct Controlled {
    explicit Controlled(quint16 port)
        : courier(reactor, port, [this](const Answer &answer) { samples.append(answer.sample); })
    {
    }

    bool reaches(qsizetype count)
    {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (samples.size() < count && std::chrono::steady_clock::now() < end)
            reactor.waitUntil(end);
        return samples.size() == count;
    }

    Reactor reactor;
    QList<Sample> samples;
    ControlCourier courier;
};

} // namespace

class TestMeasurementRules : public QObject
{
    Q_OBJECT

private slots:
    // 1
    void ticksStayOnTheGridHoweverLateTheyAreTaken()
    {
        const Instant t0{1h};
        Schedule schedule(t0, 3ms);
        QList<Instant> dues;
        for (const auto now : {t0, t0 + 4ms, t0 + 50ms, t0 + 51ms}) {
            while (const auto due = schedule.take(now))
                dues.append(*due);
        }
        QCOMPARE(dues.size(), 18);
        for (qsizetype k = 0; k < dues.size(); ++k)
            QVERIFY(dues[k] == t0 + k * 3ms);
    }

    void aScheduleOfSomeLengthHasAllTheTicksOfIt()
    {
        const Instant t0{1h};
        Schedule schedule(t0, 5ms, 1s);
        int ticks = 0;
        while (schedule.take(t0 + 1h))
            ++ticks;
        QCOMPARE(ticks, 200);
        QVERIFY(schedule.hasEnded());
        schedule.skipTo(t0 + 2h);
        QVERIFY(!schedule.take(t0 + 3h));
    }

    void ticksBeyondTheInFlightCapWaitAndKeepTheirDueTime()
    {
        const Instant t0{1h};
        TickQueue queue(2, 3);
        for (int k = 0; k < 5; ++k)
            QVERIFY(queue.add(t0 + k * 1ms) == TickQueue::Fate::Waits || k > 2);
        QVERIFY(queue.takeForSending() == t0);
        QVERIFY(queue.takeForSending() == t0 + 1ms);
        QVERIFY(!queue.takeForSending());
        queue.finished();
        QVERIFY(queue.takeForSending() == t0 + 2ms);
    }

    void onlyTicksBeyondTheWaitingCapAreSkipped()
    {
        TickQueue queue(1, 10'000);
        QVERIFY(queue.add({}) == TickQueue::Fate::Waits);
        QVERIFY(queue.takeForSending());
        for (int k = 0; k < 10'000; ++k)
            QVERIFY(queue.add({}) == TickQueue::Fate::Waits);
        QVERIFY(queue.add({}) == TickQueue::Fate::Skipped);
    }

    void aStallIsNotHiddenByWaiting()
    {
        ProgrammedServer server([](int, const QByteArray &) { return answerAfter(0ms); });
        Engine engine;
        EngineRecording recording(engine);
        engine.setTargets({targetFor(server.url())});
        bool stalled = false;
        connect(&engine, &Engine::batch, this, [&](const Batch &batch) {
            if (!std::exchange(stalled, batch.until > engine.origin() + 500ms) && stalled)
                server.stallFor(1s);
        });
        QVERIFY(recording.run(engine, 3000ms));
        // A closed loop would have seen one slow answer. Here each tick that fell into the stall waited its
        // share of it.
        QVERIFY(server.stalledUntil() - server.stalledFrom() >= 1s);
        const auto felt = recording.feltBy(u"t"_s, server.stalledFrom(), server.stalledUntil());
        QVERIFY2(felt.size() >= (server.stalledUntil() - server.stalledFrom()) / 10ms - 1,
                 qPrintable(QString::number(felt.size())));
        for (const auto &[sample, share] : felt)
            QVERIFY(sample.response() >= share);
        QCOMPARE(recording.samples[u"t"_s].size(), recording.statistics(u"t"_s).quantiles().measured);
    }

    void waitingCountsInResponseButNotInService()
    {
        ProgrammedServer server([](int, const QByteArray &) { return answerAfter(200ms); });
        Engine engine(oneAtATime());
        EngineRecording recording(engine);
        engine.setTargets({targetFor(server.url(), 100ms)});
        QVERIFY(recording.run(engine, 1000ms));
        const auto &samples = recording.samples[u"t"_s];
        QVERIFY(samples.size() + recording.lost >= 9);
        for (qsizetype k = 1; k < samples.size(); ++k) {
            QVERIFY(samples[k].sent >= samples[k - 1].done); // one at a time
            QVERIFY(samples[k].service() >= 200ms && samples[k].service() <= samples[k].done - samples[k - 1].done);
            QVERIFY(samples[k].wait() >= k * 100ms); // twice as many come as are served
            QVERIFY(samples[k].response() == samples[k].wait() + samples[k].service());
        }
    }

    // 2
    void aTimeoutCountsAsMoreThanTheTimeout()
    {
        ProgrammedServer server([](int number, const QByteArray &) {
            Reaction reaction;
            reaction.kind = number % 2 == 0 ? Reaction::Kind::Answer : Reaction::Kind::Silence;
            return reaction;
        });
        Engine engine;
        EngineRecording recording(engine);
        engine.setTargets({targetFor(server.url(), 20ms, 300ms)});
        QVERIFY(recording.run(engine, 1000ms));
        const auto quantiles = recording.statistics(u"t"_s).quantiles();
        QVERIFY(quantiles.timeouts + recording.lost >= 20);
        QCOMPARE(quantiles.errors, quantiles.timeouts);
        QCOMPARE(quantiles.measured, quantiles.n);
        QVERIFY(quantiles.p99 && quantiles.p99->atLeast);
        QVERIFY(quantiles.p99->value >= 300ms);
        QVERIFY(quantiles.p99->text().startsWith(u"> "));
    }

    void aFastRefusalIsNoFastSuccess()
    {
        Engine engine;
        EngineRecording recording(engine);
        engine.setTargets({targetFor(u"http://127.0.0.1:%1/"_s.arg(freePort()))});
        QVERIFY(recording.run(engine, 500ms));
        const auto quantiles = recording.statistics(u"t"_s).quantiles();
        QVERIFY(quantiles.n + recording.lost >= 40);
        QCOMPARE(quantiles.errors, quantiles.n);
        QCOMPARE(quantiles.availability(), 0.0);
        QVERIFY(!quantiles.p50);
        QCOMPARE(recording.count(u"t"_s, Outcome::Refused), quantiles.n);
    }

    // 3: exactness and merging are in test_statistics
    void aP99NeedsAHundredSamples()
    {
        Statistics statistics;
        for (int i = 0; i < 99; ++i)
            statistics.add(Outcome::Ok, 1ms);
        QCOMPARE(statistics.quantiles().p99Label(), u"max (n=99)"_s);
        statistics.add(Outcome::Ok, 1ms);
        QCOMPARE(statistics.quantiles().p99Label(), u"p99"_s);
    }

    // 4
    void connectionsAreKeptAndNotShared()
    {
        ProgrammedServer server([](int, const QByteArray &) { return answerAfter(0ms); });
        Engine engine(oneAtATime());
        EngineRecording recording(engine);
        auto first = targetFor(server.url(), 50ms);
        auto second = first;
        second.name = u"u"_s;
        engine.setTargets({first, second});
        QVERIFY(recording.run(engine, 1000ms));
        QVERIFY(server.requests() + recording.lost >= 36);
        QCOMPARE(server.connections(), 2);
        for (const auto &name : {first.name, second.name}) {
            const auto &samples = recording.samples[name];
            QVERIFY(samples.size() + recording.lost >= 18);
            QVERIFY(std::all_of(samples.begin() + 1, samples.end(),
                                [](const Sample &sample) { return sample.reused && sample.phases.tcp == 0ns; }));
        }
    }

    void aNewConnectionEachTimeShowsItsPhases()
    {
        ProgrammedServer server([](int, const QByteArray &) { return answerAfter(5ms); });
        Engine engine;
        EngineRecording recording(engine);
        auto target = targetFor(server.url(), 50ms);
        target.newConnectionEachTime = true;
        engine.setTargets({target});
        QVERIFY(recording.run(engine, 500ms));
        QCOMPARE(server.connections(), server.requests());
        for (const auto &sample : recording.samples[u"t"_s]) {
            const auto &phases = sample.phases;
            QVERIFY(!sample.reused);
            QVERIFY(phases.tcp > 0ns);
            QVERIFY(phases.firstByte >= 4ms);
            QVERIFY(phases.dns + phases.tcp + phases.tls + phases.firstByte + phases.body == sample.service());
        }
    }

    void loadGoesOverConnectionsOfItsOwn()
    {
        ProgrammedServer server([](int, const QByteArray &path) { return answerAfter(path == "/load" ? 30s : 0s); });
        Engine engine;
        EngineRecording recording(engine);
        auto target = targetFor(server.url(), 50ms);
        target.loadUrl = server.url(u"/load"_s);
        engine.setTargets({target});
        engine.start();
        engine.setLoad(u"t"_s, 8);
        TRY_COMPARE(recording.last.loads.value(0).inFlight, 8);
        TRY_VERIFY(recording.samples[u"t"_s].size() >= 10);
        QCOMPARE(recording.count(u"t"_s, Outcome::Ok), recording.samples[u"t"_s].size());
        TRY_VERIFY(server.open() >= 9);
        engine.setLoad(u"t"_s, 0);
        TRY_VERIFY(server.open() < 9); // what was in flight is dropped, so that the service can stop its work
    }

    // 5
    void aSuspendIsAGapAndNoLatency()
    {
        SuspendDetector detector;
        QVERIFY(!detector.observe(Instant{10s}, 10s));
        QVERIFY(!detector.observe(Instant{10s + 100ms}, 10s + 101ms));
        const auto gap = detector.observe(Instant{10s + 200ms}, 3h + 10s + 201ms);
        QVERIFY(gap);
        QCOMPARE(gap->reason, GapReason::Suspended);
        QVERIFY(gap->lost == 3h);
        QVERIFY(!detector.observe(Instant{10s + 300ms}, 3h + 10s + 301ms));
    }

    void theWallClockIsAnOffsetThatASuspendMoves()
    {
        const WallClock::Wall noon(1'000'000s);
        WallClock clock(Instant{10s}, noon);
        clock.shift(Instant{20s}, 3h);
        QVERIFY(clock.at(Instant{5s}) == noon - 5s);
        QVERIFY(clock.at(Instant{15s}) == noon + 5s);
        QVERIFY(clock.at(Instant{21s}) == noon + 11s + 3h);
    }

    void aNewRunGetsNoBatchOfTheOneBefore()
    {
        Engine::Options options;
        options.batchInterval = 1ms;
        Engine engine(options);
        engine.setTargets({targetFor(u"http://127.0.0.1:9"_s)});
        int restarts = 0, old = 0;
        bool restarted = false;
        connect(&engine, &Engine::batch, this, [&](const Batch &batch) {
            old += batch.until < engine.origin() ? 1 : 0;
            if (std::exchange(restarted, true))
                return;
            engine.stop(); // while others of its run lie behind this batch
            engine.start();
            ++restarts;
        });
        engine.start();
        while (restarts < 5) {
            std::this_thread::sleep_for(20ms); // this thread is busy with something else, as a window can be
            restarted = false;
            QVERIFY(QTest::qWaitFor([&] { return restarted; }, patience));
        }
        QCOMPARE(old, 0);
    }

    // 6
    void aPauseIsAGapWithItsReason()
    {
        ProgrammedServer server([](int, const QByteArray &) { return answerAfter(0ms); });
        Engine engine;
        EngineRecording recording(engine);
        engine.setTargets({targetFor(server.url())});
        engine.start();
        TRY_VERIFY(recording.samples[u"t"_s].size() > 10);
        engine.pause();
        const auto batches = recording.batches;
        TRY_VERIFY(recording.batches > batches + 5);
        engine.resume();
        const auto pausedGaps = [&recording] {
            QList<Gap> paused; // a machine that stands still makes others
            std::ranges::copy_if(recording.gaps, std::back_inserter(paused),
                                 [](const Gap &gap) { return gap.reason == GapReason::Paused; });
            return paused;
        };
        TRY_COMPARE(pausedGaps().size(), 1);
        const auto gap = pausedGaps().first();
        const auto after = [&] {
            return std::ranges::count_if(recording.samples[u"t"_s],
                                         [&gap](const Sample &sample) { return sample.due >= gap.until; });
        };
        TRY_VERIFY(after() > 10);
        QVERIFY(gap.until - gap.from > 300ms); // of the five batches that were waited for
        for (const auto &sample : recording.samples[u"t"_s])
            QVERIFY(sample.due <= gap.from || sample.due >= gap.until);

        Series series(engine.origin());
        series.addGap(gap);
        const auto columns = series.columns(gap.from - 1s, gap.until + 1s, 50);
        QVERIFY(!columns.first().gap);
        QVERIFY(std::ranges::any_of(columns, [](const Column &c) { return c.gap == GapReason::Paused; }));
    }

    // 7
    void slowControlsAndLateTicksMakeItUntrustworthy()
    {
        TrustJudge judge;
        Instant now{1h};
        Sample control;
        for (int i = 0; i < 400; ++i, now += 25ms) {
            control.due = control.sent = now;
            control.done = now + 200us;
            judge.addControl(control);
            judge.addLag(now, 50us);
        }
        QCOMPARE(judge.verdict(now).level, TrustLevel::Trustworthy);
        for (int i = 0; i < 5; ++i, now += 25ms) {
            control.due = now;
            control.done = now + 9ms;
            judge.addControl(control);
        }
        QCOMPARE(judge.verdict(now).level, TrustLevel::HostBusy);
        QVERIFY(!judge.verdict(now).reason.isEmpty());

        TrustJudge lags;
        for (int i = 0; i < 300; ++i)
            lags.addLag(now, i % 20 == 0 ? 3ms : 10us);
        QCOMPARE(lags.verdict(now).level, TrustLevel::HostBusy);
    }

    void aDoubtAtTheEdgeDoesNotComeAndGo()
    {
        TrustJudge judge;
        Instant now{1h};
        int changes = 0;
        auto level = TrustLevel::Unknown;
        for (int i = 0; i < 4000; ++i, now += 25ms) { // each window holds four or five late ticks: one is too many
            judge.addLag(now, i % 90 == 0 ? 3ms : 10us);
            Sample control;
            control.due = control.sent = now;
            control.done = now + 200us;
            judge.addControl(control);
            const auto trust = judge.verdict(now);
            QCOMPARE(trust.reason.isEmpty(), !trust.suspendsAlerts());
            changes += std::exchange(level, trust.level) != trust.level;
        }
        QCOMPARE(level, TrustLevel::HostBusy);
        QCOMPARE(changes, 2); // enough was seen, then doubt: it was at the edge all the time
        for (int i = 0; i < 1000; ++i, now += 25ms) {
            judge.addLag(now, 10us);
            level = judge.verdict(now).level;
        }
        QCOMPARE(level, TrustLevel::Trustworthy);
    }

    void aFastControlPutsTheBlameOnTheService()
    {
        Sample slow = answeredAfter400ms();
        slow.serverTiming = "loop;dur=380;desc=\"event loop, blocked\"";
        Sample control = slow;
        control.done = control.due + 300us;
        QCOMPARE(blameFor(slow, {control}).culprit, Culprit::EventLoop);
        QVERIFY(blameFor(slow, {control}).sentence.contains(u"blocked for 380 ms of 400 ms"));
        slow.serverTiming = "gc;dur=380;desc=\"garbage\"";
        QCOMPARE(blameFor(slow, {control}).culprit, Culprit::Service);
        QVERIFY(blameFor(slow, {control}).sentence.contains(u"garbage 380 ms"));
        control.done = control.due + 390ms;
        QCOMPARE(blameFor(slow, {control}).culprit, Culprit::Host);
    }

    void aStallThatTheServiceTellsOfIsNamedWithItsRequest()
    {
        // The service's clock is an hour late.
        const QByteArray answer = R"({"now":"2026-01-01T11:00:10.000Z","stalls":[
            {"began_at":"2026-01-01T11:00:09.000Z","duration_ms":380,"over":true,"loop":0,
             "request":{"method":"POST","route":"/x/{id}","id":"4f2a","evidence":"running"},"stack":["f"]},
            {"began_at":"2026-01-01T11:00:08.000Z","duration_ms":900,"over":true,"loop":0,"request":null,"stack":[]},
            {"began_at":"soon","duration_ms":1},{"began_at":"2026-01-01T11:00:09.000Z","duration_ms":-1},7]})";
        constexpr double now = 1767268810; // 2026-01-01T12:00:10Z
        const auto stalls = parseStalls(answer, now);
        QCOMPARE(stalls.size(), 2);
        const Blame blocked{Culprit::EventLoop, 380ms, u"event loop: blocked"_s};
        const auto at = [&](double due, const Blame &blame) { return blameOnStall(blame, due, 400ms, stalls); };
        QCOMPARE(at(now - 1.01, blocked).sentence, u"event loop: stood still for 380 ms at POST /x/{id} (4f2a)"_s);
        QCOMPARE(at(now - 2, blocked).sentence, u"event loop: stood still for 900 ms, at no request that is known"_s);
        QCOMPARE(at(now - 0.7, blocked).sentence, blocked.sentence); // a fifth of it
        QCOMPARE(at(now - 3600, blocked).sentence, blocked.sentence);
        const Blame host{Culprit::Host, 400ms, u"host"_s};
        QCOMPARE(at(now - 1, host).sentence, host.sentence);
        for (const QByteArray &broken : {QByteArray(), QByteArray("[]"), QByteArray(R"({"now":1,"stalls":{}})")})
            QVERIFY(parseStalls(broken, now).isEmpty());
    }

    void whatIsLateTogetherWithTheControlIsNoBlockedLoop()
    {
        Sample slow = answeredAfter400ms();
        Sample control = slow;
        for (const auto &timing : {"total;dur=0.1", "loop;dur=380"}) {
            slow.serverTiming = timing;
            control.outcome = Outcome::Ok;
            control.done = control.due + 4ms; // as fast as is trusted
            QCOMPARE(blameFor(slow, {control}).culprit, Culprit::EventLoop);
            for (const auto late : {6ms, 40ms, 150ms, 199ms, 200ms, 400ms}) {
                control.done = control.due + late;
                const auto blame = blameFor(slow, {control});
                QVERIFY2(blame.culprit == (late < 200ms ? Culprit::Service : Culprit::Host),
                         qPrintable(blame.sentence));
                QVERIFY2(blame.sentence.contains(u"control probe took "_s) && !blame.sentence.contains(u"blocked"_s),
                         qPrintable(blame.sentence));
            }
            for (const auto outcome : {Outcome::Failed, Outcome::Reset, Outcome::Skipped}) {
                control.outcome = outcome; // at once, but that says nothing of how busy the host is
                control.done = control.due;
                QCOMPARE(blameFor(slow, {control}).culprit, Culprit::Service);
            }
        }
        slow.serverTiming = "db;dur=390, total;dur=391"; // the service saw that itself
        control.outcome = Outcome::Ok;
        control.done = control.due + 40ms;
        QCOMPARE(blameFor(slow, {control}).culprit, Culprit::Database);
    }

    void theServiceSaysWhichPartOfItWasSlow()
    {
        Sample slow = answeredAfter400ms();
        const auto blamed = [&slow](const char *timing) {
            slow.serverTiming = timing;
            return blameFor(slow, {}).culprit;
        };
        QCOMPARE(blamed("queue;dur=350, compute;dur=40, total;dur=391"), Culprit::Pool);
        QCOMPARE(blamed("queue;dur=1, compute;dur=380, total;dur=391"), Culprit::Computing);
        QCOMPARE(blamed("db;dur=390, total;dur=391"), Culprit::Database);
        QCOMPARE(blamed("upstream;dur=390, total;dur=391"), Culprit::Upstream);
        QCOMPARE(blamed("total;dur=0.1"), Culprit::EventLoop);
        QCOMPARE(blamed("total;dur=391"), Culprit::Service);
        QCOMPARE(blamed(""), Culprit::Service);
        slow.status = 0;
        QVERIFY(blameFor(slow, {}).sentence.contains(u"no answer within 400 ms"));
    }

    void theControlSendsOneRequestBehindTheOther()
    {
        const ControlResponder responder;
        Controlled controlled(responder.port());
        const auto due = std::chrono::steady_clock::now();
        for (int i = 0; i < 100; ++i)
            controlled.courier.start({}, due - i * 1ms);
        QCOMPARE(controlled.courier.openDues().size(), 100u);
        QVERIFY(controlled.reaches(100));
        for (int i = 0; i < 100; ++i) {
            const auto &sample = controlled.samples[i];
            QCOMPARE(sample.outcome, Outcome::Ok);
            QVERIFY(sample.due == due - i * 1ms && sample.sent >= due && sample.done >= sample.sent);
            QCOMPARE(sample.phases.sum(), sample.service());
        }
        QVERIFY(controlled.courier.openDues().empty());
    }

    void aControlThatBreaksFailsAndConnectsAnew()
    {
        ProgrammedServer server([](int, const QByteArray &) { return reactionOf(Reaction::Kind::Reset); });
        Controlled controlled(server.port());
        for (int i = 1; i <= 2; ++i) {
            controlled.courier.start({}, std::chrono::steady_clock::now());
            QVERIFY(controlled.reaches(i));
            QCOMPARE(controlled.samples.last().outcome, Outcome::Reset);
            TRY_COMPARE(server.connections(), i);
        }
        Controlled refused(freePort());
        refused.courier.start({}, std::chrono::steady_clock::now());
        QVERIFY(refused.reaches(1));
        QCOMPARE(refused.samples.last().outcome, Outcome::Reset);
    }

    void aControlThatSaysNothingHasTimedOut()
    {
        ProgrammedServer server([](int, const QByteArray &) { return reactionOf(Reaction::Kind::Silence); });
        Controlled controlled(server.port());
        controlled.courier.start({}, std::chrono::steady_clock::now());
        controlled.courier.onDeadline(controlled.courier.deadline() - 1ns);
        QVERIFY(controlled.samples.isEmpty());
        controlled.courier.onDeadline(controlled.courier.deadline());
        QCOMPARE(controlled.samples.size(), 1);
        QCOMPARE(controlled.samples.last().outcome, Outcome::TimedOut);
        QCOMPARE(controlled.courier.deadline(), Instant::max());
    }

    void theControlProbeRunsBesideEveryTarget()
    {
        Engine engine;
        EngineRecording recording(engine);
        engine.start();
        TRY_VERIFY(recording.control.size() > 20);
        QVERIFY(std::ranges::all_of(recording.control, [](const Sample &s) { return s.outcome == Outcome::Ok; }));
        QVERIFY(recording.lags.size() >= recording.control.size());
    }

    // 8
    void aBlockedCallerDelaysBatchesAndNotMeasurements()
    {
        ProgrammedServer server([](int, const QByteArray &) { return answerAfter(0ms); });
        Engine engine;
        EngineRecording recording(engine);
        engine.setTargets({targetFor(server.url())});
        engine.start();
        TRY_VERIFY(recording.batches > 2);
        // The caller's thread hangs, that is the point, until more requests came than can be in flight.
        const auto from = std::chrono::steady_clock::now();
        const auto enough = server.requests() + Engine::Options().inFlightCap + 50;
        const QDeadlineTimer deadline(patience);
        while (server.requests() < enough && !deadline.hasExpired())
            QThread::msleep(10); // hanging is the point; the next look at the count
        const auto until = std::chrono::steady_clock::now();
        QVERIFY(server.requests() >= enough);
        TRY_VERIFY(recording.last.until > until);
        const auto measured = std::ranges::count_if(
            recording.samples[u"t"_s], [&](const Sample &sample) { return sample.due > from && sample.done < until; });
        QVERIFY2(measured >= 40, qPrintable(QString::number(measured)));
    }

    void batchesComeTenTimesASecond()
    {
        Engine engine;
        EngineRecording recording(engine);
        engine.start();
        TRY_VERIFY(recording.batches >= 20);
        QVERIFY(recording.last.until >= engine.origin() + (recording.batches - 1) * 100ms); // no more often
        auto lengths = recording.lengths;
        std::ranges::sort(lengths);
        const auto usual = lengths[lengths.size() / 2]; // a busy machine makes some of them longer
        QVERIFY2(usual >= 90ms && usual < 200ms, qPrintable(QString::number(usual / 1ms)));
    }
};

int main(int argc, char *argv[])
{
    return openloop::test::measuringMain<TestMeasurementRules>(argc, argv);
}
#include "test_measurement_rules.moc"
