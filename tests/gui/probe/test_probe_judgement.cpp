// SPDX-License-Identifier: GPL-3.0-or-later
// What is made of measurements: alarms, isolation verdicts, the search for the breaking load.
#include "gui/probe/experiments/isolation.h"
#include "gui/probe/experiments/load_search.h"
#include "gui/probe/headless/report.h"
#include "gui/probe/judgement/rules.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <random>

using namespace openloop::probe;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

Sample sampleAt(Instant due, Nanoseconds response, Outcome outcome = Outcome::Ok)
{
    Sample sample;
    sample.due = sample.sent = due;
    sample.done = sample.firstByte = due + response;
    sample.outcome = outcome;
    sample.status = 200;
    return sample;
}

/// Feeds a rule a target whose latency is `slow` between two times, ten ticks a second; collects the events.
std::optional<RuleEvent> judged(RuleWatch &watch, Instant now, const Series &series, const QList<Instant> &open = {},
                                bool suspended = false)
{
    watch.look(now, series, open);
    return watch.evaluate(now, suspended);
}

QList<RuleEvent> watched(RuleWatch watch, Nanoseconds slowFrom, Nanoseconds slowUntil, bool suspended = false)
{
    QList<RuleEvent> events;
    Series series;
    for (Nanoseconds t{0}; t < 60s; t += 100ms) {
        const bool slow = t >= slowFrom && t < slowUntil;
        series.add(sampleAt(Instant{t}, slow ? 50ms : 1ms));
        if (const auto event = judged(watch, Instant{t + 60ms}, series, {}, suspended))
            events.append(*event);
    }
    return events;
}

RuleWatch watchOf(const QString &rule)
{
    return RuleWatch(*parseRule(rule), u"health"_s);
}

using Latency = std::function<Nanoseconds(Nanoseconds, bool loaded)>;

/// An isolation test at ten ticks a second, and what it meets: `latency` gives the response at a time since the start,
/// `control` that of the control probe.
struct Play {
    Latency latency;
    LoadState load = {u"f"_s, 8, 8, 4, 0};
    Latency control = [](Nanoseconds, bool) { return 200us; };
    int busyOf20 = 6;
    QStringList probed = {u"health"_s}; ///< beside the loaded one
    std::function<Outcome(const QString &name, bool loaded)> outcome = [](const QString &, bool) {
        return Outcome::Ok;
    };
};

IsolationVerdict played(const Play &play)
{
    IsolationTest test(IsolationConfig{u"f"_s, 8, 10s, 20s, 10s});
    QList<Target> targets;
    for (const auto &name : play.probed + QStringList{u"f"_s}) {
        targets.emplaceBack();
        targets.last().name = name;
    }
    test.start(Instant{}, targets);
    for (Nanoseconds t{0}; t < 60s && test.phase() != IsolationPhase::Done; t += 100ms) {
        Batch batch;
        batch.from = Instant{t};
        batch.until = Instant{t + 100ms};
        const bool loaded = test.phase() == IsolationPhase::Loaded;
        for (const auto &name : play.probed)
            batch.targets << TargetBatch{
                name, {sampleAt(batch.from, play.latency(t, loaded), play.outcome(name, loaded))}, {}, 0, 0};
        if (loaded)
            batch.loads = {play.load};
        const qint64 ticks = t / 100ms;
        batch.processors = ProcessorTime{loaded ? ticks * play.busyOf20 : 0, ticks * 20, 0};
        for (int i = 0; i < 4; ++i) {
            batch.control.append(sampleAt(batch.from, play.control(t, loaded)));
            batch.lags.append(20us);
        }
        test.add(batch);
    }
    return test.verdict();
}

} // namespace

class TestProbeJudgement : public QObject
{
    Q_OBJECT

private slots:
    void aRuleFiresOnceWithinWindowPlusHoldPlusASecondAndRecovers()
    {
        const auto events = watched(watchOf(u"p99<20ms over 10s for 5s"_s), 20s, 30s);
        QCOMPARE(events.size(), 2);
        QVERIFY(events[0].firing);
        QVERIFY(events[0].at >= Instant{25s} && events[0].at <= Instant{26s});
        QVERIFY(events[0].value.startsWith(u"p99 50"));
        QVERIFY(!events[1].firing);
        QVERIFY(events[1].at >= Instant{44s} && events[1].at <= Instant{47s});
        QVERIFY(events[1].lasted > 20s);
    }

    void aRuleDoesNotFlicker()
    {
        auto watch = watchOf(u"p50<20ms over 1s"_s);
        Series series;
        int events = 0;
        for (int i = 0; i < 600; ++i) { // swings around the limit, closer than the margin
            series.add(sampleAt(Instant{i * 100ms}, i / 20 % 2 == 0 ? 19ms : 21ms));
            events += judged(watch, Instant{i * 100ms + 50ms}, series).has_value();
        }
        QCOMPARE(events, 1);
        QCOMPARE(watch.state(), RuleState::Firing);
    }

    void aShortSpikeDoesNotFireARuleThatHoldsForLonger()
    {
        QVERIFY(watched(watchOf(u"p95<20ms over 1s for 5s"_s), 20s, 22s).isEmpty());
    }

    void aCountIsJudgedWhenItsWindowIsFull()
    {
        QVERIFY(watched(watchOf(u"n>=95 over 10s"_s), 0s, 0s).isEmpty());
        const auto missed = watched(watchOf(u"n>=105 over 10s"_s), 0s, 0s);
        QCOMPARE(missed.size(), 1);
        QVERIFY(missed[0].firing);
        QVERIFY(missed[0].at >= Instant{10s} && missed[0].at <= Instant{11s});
        const auto exceeded = watched(watchOf(u"n<50 over 10s"_s), 0s, 0s);
        QCOMPARE(exceeded.size(), 1);
        QVERIFY(exceeded[0].at <= Instant{5s}); // what is too much already becomes no less
        auto reached = watchOf(u"n>=20 over 10s"_s);
        Series series;
        for (int i = 0; i < 50; ++i) {
            series.add(sampleAt(Instant{i * 100ms}, 1ms));
            judged(reached, Instant{i * 100ms + 60ms}, series);
        }
        QCOMPARE(reached.state(), RuleState::Ok); // nor what is enough
        QVERIFY(reached.wasJudged());
    }

    void anUntrustworthyMeasurementFiresNothing()
    {
        QVERIFY(watched(watchOf(u"p99<20ms over 10s"_s), 20s, 30s, true).isEmpty());
    }

    void aRuleThatWasSuspendedMostOfTheTimeWasNotJudged()
    {
        const auto wasJudged = [](int suspendedOf100) {
            auto watch = watchOf(u"p99<20ms over 10s"_s);
            Series series;
            for (int i = 0; i < 100; ++i) {
                series.add(sampleAt(Instant{i * 100ms}, 1ms));
                judged(watch, Instant{i * 100ms + 60ms}, series, {}, i >= 100 - suspendedOf100);
            }
            return watch.wasJudged();
        };
        QVERIFY(wasJudged(0));
        QVERIFY(wasJudged(40));
        QVERIFY(!wasJudged(97)); // the first moments, before anything is known of the machine, prove nothing
        QVERIFY(!watchOf(u"p99<20ms"_s).wasJudged());
    }

    void tooFewAnswersMakeNoP99()
    {
        Statistics statistics;
        for (int i = 0; i < 30; ++i)
            statistics.add(Outcome::Ok, 2ms);
        const auto condition = *parseCondition(u"p99<20ms"_s);
        QVERIFY(condition.holds(statistics.quantiles()));
        QVERIFY2(condition.valueText(statistics.quantiles()).startsWith(u"max (n=30) 2"),
                 qPrintable(condition.valueText(statistics.quantiles())));
        const auto verdict = played({[](Nanoseconds, bool) { return 1ms; }});
        const auto sentence = verdict.targets[0].sentence; // 10 s and 20 s, but for half a second, at 10 Hz
        QVERIFY2(sentence.contains(u"max (n=95) 1") && sentence.contains(u" before, p99 1"), qPrintable(sentence));
    }

    void aStallFiresBeforeItEnds()
    {
        auto watch = watchOf(u"p99<20ms over 10s"_s);
        Series series;
        for (int i = 0; i < 100; ++i)
            series.add(sampleAt(Instant{i * 100ms}, 1ms));
        QVERIFY(!judged(watch, Instant{10s}, series, {Instant{10s - 5ms}}));
        const auto event = judged(watch, Instant{10s + 400ms}, series, {Instant{10s}, Instant{10s + 100ms}});
        QVERIFY(event && event->firing);
    }

    void silenceIsNoRecovery()
    {
        auto watch = watchOf(u"p99<20ms over 1s"_s);
        Series series;
        series.add(sampleAt(Instant{1s}, 50ms));
        QVERIFY(judged(watch, Instant{1100ms}, series));
        for (auto t = 2s; t < 20s; t += 1s)
            QVERIFY(!judged(watch, Instant{t}, series));
        QCOMPARE(watch.state(), RuleState::Firing);
    }

    void theIntervalOfARatioHoldsTheTruth()
    {
        std::mt19937 random(7);
        std::exponential_distribution<double> exponential(1);
        std::vector<Nanoseconds> before, during;
        for (int i = 0; i < 400; ++i) {
            before.emplace_back(static_cast<qint64>(1e6 * exponential(random)));
            during.emplace_back(static_cast<qint64>(3e6 * exponential(random)));
        }
        const auto ratio = p99Ratio(before, during);
        QVERIFY(ratio->low < 3 && ratio->high > 3);
        QVERIFY(ratio->low > 1);
        QCOMPARE(p99Ratio(before, during)->low, ratio->low);
        QVERIFY(!p99Ratio({}, during));
    }

    void aServiceThatStaysFastPasses()
    {
        const auto verdict = played({[](Nanoseconds t, bool) { return 800us + (t / 100ms) % 7 * 50us; }});
        QCOMPARE(verdict.isolation, Isolation::Pass);
        QCOMPARE(verdict.targets.size(), 1);
        QVERIFY(verdict.targets[0].before.n >= 90 && verdict.targets[0].during.n >= 190);
        QVERIFY(verdict.targets[0].ratio->value < 1.5);
    }

    void aServiceThatBlocksFails()
    {
        const auto verdict = played({[](Nanoseconds, bool loaded) { return loaded ? 900ms : 1ms; }});
        QCOMPARE(verdict.isolation, Isolation::Fail);
        QVERIFY(verdict.targets[0].ratio->low > 100);
        QVERIFY(verdict.targets[0].after.p99->value < 2ms);
        QVERIFY(verdict.sentence.startsWith(u"Not isolated"));
    }

    void aLoadThatNobodyAnsweredProvesNothing()
    {
        const auto verdict = played({[](Nanoseconds, bool) { return 1ms; }, {u"f"_s, 8, 0, 40, 40}});
        QCOMPARE(verdict.isolation, Isolation::Inconclusive);
        QVERIFY(!verdict.trustworthy); // which is exit code 4, as of any load that never was
        QCOMPARE(verdict.sentence, u"No verdict: f answered no request of the load"_s);
    }

    void aTestOfTheLoadedTargetAloneSaysThatItNeedsAnother()
    {
        const auto verdict = played({.latency = [](Nanoseconds, bool) { return 1ms; }, .probed = {}});
        QCOMPARE(verdict.isolation, Isolation::Inconclusive);
        QVERIFY(verdict.targets.isEmpty());
        for (const auto &said : {verdict.sentence, verdict.headline})
            QVERIFY2(said.startsWith(u"No verdict: f is the only target"), qPrintable(said));
    }

    void nothingAnsweredBeforeTheLoadIsNothingToCompareWith()
    {
        const auto verdict =
            played({.latency = [](Nanoseconds, bool) { return 900ms; },
                    .outcome = [](const QString &, bool loaded) { return loaded ? Outcome::Ok : Outcome::Refused; }});
        QCOMPARE(verdict.isolation, Isolation::Inconclusive);
        QCOMPARE(verdict.headline, u"No verdict: health had no success before the load to compare with"_s);
        QCOMPARE(verdict.targets.size(), 1);
        QVERIFY(!verdict.targets[0].ratio);
        QVERIFY2(verdict.targets[0].sentence.startsWith(u"health: no answer before, p99 900")
                     && !verdict.targets[0].sentence.contains(u"times"),
                 qPrintable(verdict.targets[0].sentence));
    }

    void whoAnswersNothingUnderLoadIsTheMostAffected()
    {
        const auto verdict = played(
            {.latency = [](Nanoseconds, bool) { return 1ms; },
             .probed = {u"health"_s, u"gone"_s},
             .outcome = [](const QString &name,
                           bool loaded) { return loaded && name == u"gone"_s ? Outcome::Refused : Outcome::Ok; }});
        QCOMPARE(verdict.isolation, Isolation::Fail);
        QVERIFY2(verdict.headline.endsWith(u"Most affected is gone"), qPrintable(verdict.headline));
    }

    void aMachineThatIsBusyBeforeTheLoadGivesNoVerdict()
    {
        const auto verdict = played({[](Nanoseconds, bool loaded) { return loaded ? 900ms : 1ms; },
                                     {u"f"_s, 8, 8, 4, 0},
                                     [](Nanoseconds, bool loaded) { return loaded ? 200us : 30ms; }});
        QCOMPARE(verdict.isolation, Isolation::Inconclusive);
        QVERIFY(!verdict.trustworthy);
        QVERIFY(verdict.sentence.contains(u"this machine is busy"));
    }

    void aServiceThatStaysFastPassesThoughItsLoadKeepsTheMachineBusy()
    {
        // A busy machine makes latencies longer, never shorter.
        const auto verdict = played({[](Nanoseconds, bool) { return 1ms; },
                                     {u"f"_s, 8, 8, 4, 0},
                                     [](Nanoseconds, bool loaded) { return loaded ? 9ms : 200us; }});
        QCOMPARE(verdict.isolation, Isolation::Pass);
        QVERIFY(verdict.trustworthy);
    }

    void aServiceIsHeldAgainstOneThatDoesNothingOnTheSameMachine()
    {
        const auto withControl = [](Nanoseconds control, int busyOf20) {
            return played({[](Nanoseconds, bool loaded) { return loaded ? 30ms : 1ms; },
                           {u"f"_s, 8, 8, 4, 0},
                           [control](Nanoseconds, bool loaded) { return loaded ? control : 200us; },
                           busyOf20});
        };
        QCOMPARE(withControl(9ms, 6).isolation, Isolation::Fail);
        QCOMPARE(withControl(9ms, 20).isolation, Isolation::Fail);
        QVERIFY(withControl(9ms, 20).trustworthy);
        const auto alike = withControl(20ms, 6);
        QCOMPARE(alike.isolation, Isolation::Pass);
        QVERIFY2(alike.sentence.contains(u"1.50 (1.50 to 1.50) times that of the control probe"),
                 qPrintable(alike.sentence));
        // Work of normal priority on every processor is a reason, not an excuse.
        const auto starved = withControl(20ms, 20);
        QCOMPARE(starved.isolation, Isolation::Inconclusive);
        QVERIFY(!starved.trustworthy);
        QVERIFY(starved.sentence.contains(u"measure from another one"));
    }

    void whatTheHostOfAVirtualMachineTookIsSaid()
    {
        TrustJudge judge;
        for (int i = 0; i <= 10; ++i)
            judge.addProcessors(Instant{i * 1s}, {i * 200, i * 200, i * 50});
        const auto trust = judge.verdictOfRun();
        QCOMPARE(trust.level, TrustLevel::HostBusy);
        QVERIFY2(trust.reason.endsWith(u"the host of this virtual machine took 25 % of its time"),
                 qPrintable(trust.reason));
    }

    void workOfNormalPriorityOnEveryProcessorIsDistrusted()
    {
        const auto levelAt = [](qint64 busyOf200) {
            TrustJudge judge;
            for (int i = 0; i <= 100; ++i) { // 10 s in steps of 100 ms, two processors: 20 ticks each
                judge.addProcessors(Instant{i * 100ms}, {1000 + i * busyOf200 / 10, 5000 + i * 20, 0});
                judge.addLag(Instant{i * 100ms}, 10us);
            }
            return judge.verdict(Instant{10s}).level;
        };
        QCOMPARE(levelAt(200), TrustLevel::HostBusy);
        QCOMPARE(levelAt(150), TrustLevel::Trustworthy);
        QVERIFY(levelAt(100) == TrustLevel::Trustworthy);
    }

    void workThatStepsBackKeepsNoProcessorBusy()
    {
        const auto time = ProcessorTime::fromLine("cpu  10 400 20 300 5 1 2 7 0 0\n");
        QVERIFY(time);
        QCOMPARE(time->busy, 10 + 20 + 1 + 2 + 7);
        QCOMPARE(time->total, 745);
        QCOMPARE(time->stolen, 7);
        QVERIFY(!ProcessorTime::fromLine("cpu0 1 2 3"));
        QVERIFY(ProcessorTime::now());
    }

    void theBreakingLoadIsFoundByDoublingAndBisection()
    {
        for (const int breaks : {1, 2, 7, 8, 33, 64}) {
            LoadSearch search(64);
            int steps = 0;
            int most = search.mostSteps();
            QVERIFY(most >= 1 && most <= 14);
            for (; const auto n = search.next(); ++steps, --most) {
                QVERIFY2(search.mostSteps() >= 1 && search.mostSteps() <= most, "what is left never grows");
                search.report({*n, *n < breaks, {}, *n == breaks ? u"busy"_s : QString()});
                most = std::min(most, search.mostSteps() + 1);
            }
            QCOMPARE(search.mostSteps(), 0);
            QCOMPARE(search.lowestBroken(), std::optional(breaks));
            QCOMPARE(search.highestKept(), breaks - 1);
            QCOMPARE(search.doubt(), u"busy"_s);
            QVERIFY(steps <= 14);
        }
        LoadSearch never(5);
        while (const auto n = never.next())
            never.report({*n, true, {}, {}});
        QVERIFY(!never.lowestBroken());
        QVERIFY(never.doubt().isEmpty());
        QCOMPARE(never.highestKept(), 5);
    }

    void aTargetThatRefusesItsLoadGivesNoVerdict()
    {
        RunReport report;
        report.targets = {TargetResult()};
        report.targets[0].answered = true;
        report.loads = {{.name = u"f"_s, .wanted = 4, .completed = 100, .failed = 100, .refused = 50}}; // half are 504
        QCOMPARE(report.exitCode(), ExitCode::Kept);
        report.loads[0].refused = 51;
        QCOMPARE(report.exitCode(), ExitCode::Untrustworthy);
        QVERIFY2(report.doubt().contains(u"f refused"_s), qPrintable(report.doubt()));

        Play play{[](Nanoseconds, bool) { return 1ms; }};
        play.load = {.name = u"f"_s, .wanted = 8, .inFlight = 8, .completed = 100, .failed = 51, .refused = 50};
        QCOMPARE(played(play).isolation, Isolation::Pass);
        play.load.refused = 51;
        const IsolationVerdict verdict = played(play);
        QCOMPARE(verdict.isolation, Isolation::Inconclusive);
        QVERIFY(!verdict.trustworthy);
        QVERIFY2(verdict.sentence.contains(u"f refused"_s), qPrintable(verdict.sentence));
    }

    void loadThatOnlyFailsIsNoLoad()
    {
        LoadWitness refused, slow, answered;
        for (int i = 1; i <= 10; ++i) {
            refused.add({u"f"_s, 4, 0, 0, 4 * i});
            slow.add({u"f"_s, 4, 4, 0, 0});
            answered.add({u"f"_s, 4, 0, 9 * i, i});
        }
        QVERIFY(!refused.sawLoad());
        QVERIFY(slow.sawLoad()); // perhaps nothing came back, but the service had it
        QVERIFY(answered.sawLoad());
        RunReport report;
        report.targets = {TargetResult()};
        report.targets[0].answered = true;
        report.search = {{0, true, {}, {}}, {1, false, {}, {}}};
        report.lowestBroken = 1;
        report.unloaded = u"f answered no request of the load"_s;
        QCOMPARE(report.exitCode(), ExitCode::NoAnswer);
        QVERIFY(toTable(report).contains(u"f answered no request"));
        QVERIFY(!toTable(report).contains(u"break at"));
        QVERIFY(QJsonDocument::fromJson(toJson(report))[u"search"_s][u"lowest_broken"_s].isNull());
    }

    void noReportTellsAPassword()
    {
        RunReport report;
        TargetResult result;
        result.target.url = u"http://ann:SECRET@h/health"_s;
        result.lastProblem = u"connection refused"_s;
        report.targets = {result};
        QVERIFY(toTable(report).contains(u"http://ann:***@h/health"));
        QVERIFY(toJson(report).contains("http://ann:***@h/health"));
        QVERIFY(!toTable(report).contains(u"SECRET"));
        QVERIFY(!(toJson(report) + toJUnit(report)).contains("SECRET"));
    }

    void aCauseIsOneLineOfBoundedLength()
    {
        Sample sample;
        sample.outcome = Outcome::TlsFailed;
        sample.cause = "SSL certificate problem: self-signed certificate";
        QCOMPARE(problemOf(sample), u"TLS failed: SSL certificate problem: self-signed certificate"_s);
        sample.cause = "a\r\nb\x1b[31m" + QByteArray(1000, 'x');
        QVERIFY(problemOf(sample).startsWith(u"TLS failed: a b [31mxxx"));
        QVERIFY(problemOf(sample).size() < 200);
    }

    void exitCodesRankWhatMakesTheRestMeaningless()
    {
        RunReport report;
        TargetResult result;
        report.targets = {result};
        report.asserts = {
            AssertResult{.text = u"a"_s, .target = u"t"_s, .ok = false, .value = {}, .valueText = {}, .warning = {}}};
        report.trust.level = TrustLevel::HostBusy;
        QCOMPARE(report.exitCode(), ExitCode::NoAnswer);
        report.targets[0].answered = true;
        QCOMPARE(report.exitCode(), ExitCode::Untrustworthy);
        report.trust.level = TrustLevel::Trustworthy;
        QCOMPARE(report.exitCode(), ExitCode::Broken);
        report.asserts[0].ok = true;
        QCOMPARE(report.exitCode(), ExitCode::Kept);
    }

    void theJsonHasTheShapeOfTheContract()
    {
        RunReport report;
        Statistics statistics;
        statistics.add(Outcome::Ok, 410us);
        TargetResult result;
        result.target.name = u"health"_s;
        result.target.url = u"http://h/health"_s;
        result.quantiles = statistics.quantiles();
        report.targets = {result};
        report.asserts = {AssertResult{.text = u"health.p99<20ms"_s,
                                       .target = u"health"_s,
                                       .ok = true,
                                       .value = 0.41,
                                       .isLatency = true,
                                       .valueText = {},
                                       .warning = {}}};
        const auto object = QJsonDocument::fromJson(toJson(report)).object();
        const auto target = object[u"targets"_s][0].toObject();
        for (const auto &key : {u"name"_s, u"url"_s, u"n"_s, u"errors"_s, u"skipped"_s, u"p50_ms"_s, u"p95_ms"_s,
                                u"p99_ms"_s, u"max_ms"_s})
            QVERIFY2(target.contains(key), qPrintable(key));
        QCOMPARE(target[u"p50_ms"_s].toDouble(), 0.41);
        QCOMPARE(object[u"asserts"_s][0].toObject(),
                 (QJsonObject{{u"text"_s, u"health.p99<20ms"_s}, {u"ok"_s, true}, {u"value_ms"_s, 0.41}}));
        QVERIFY(object[u"trustworthy"_s].toBool());
        QVERIFY(object[u"control"_s].toObject().contains(u"p99_ms"_s));
    }
};

QTEST_GUILESS_MAIN(TestProbeJudgement)
#include "test_probe_judgement.moc"
