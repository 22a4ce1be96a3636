// SPDX-License-Identifier: GPL-3.0-or-later
// What the window says of what it knows: figures with their units, the verdict, causes and next steps.
#include "gui/models/event_log.h"
#include "gui/models/figures/advice.h"
#include "gui/models/format.h"
#include "gui/models/verdict.h"
#include "gui/models/watches/chosen_figure.h"

#include <QSet>
#include <QTest>

using namespace openloop;
using namespace openloop::gui;
using namespace Qt::Literals::StringLiterals;

namespace {

TargetFigures target(const QString &name, State state, const QString &cause = {})
{
    TargetFigures result;
    result.name = name;
    result.state = state;
    result.cause = cause;
    return result;
}

Situation healthy()
{
    Situation now;
    now.targets = {target(u"health"_s, State::Ok), target(u"factorize"_s, State::Ok)};
    now.targets.front().promise = Promise{20, 10, u"p99"_s, 0.912, true, {}};
    return now;
}

} // namespace

class VerdictTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void durationsHaveThreeDigitsAndAUnit()
    {
        QCOMPARE(formatDuration(0.9123), u"0.912\u2009ms"_s);
        QCOMPARE(formatDuration(41.27), u"41.3\u2009ms"_s);
        QCOMPARE(formatDuration(9.996), u"10.0\u2009ms"_s);
        QCOMPARE(formatDuration(412.4), u"412\u2009ms"_s);
        QCOMPARE(formatDuration(1240), u"1.24\u2009s"_s);
        QCOMPARE(formatDuration(0.0123), u"12.3\u2009µs"_s);
        QCOMPARE(formatDuration(-1), u"–"_s);
        QCOMPARE(formatDuration(12345, DurationUnit::Milliseconds), u"12300\u2009ms"_s);
    }

    void chosenLimitsHaveNoFalseDigits()
    {
        QCOMPARE(formatLimit(20), u"20\u2009ms"_s);
        QCOMPARE(formatLimit(0.1), u"0.1\u2009ms"_s);
        QCOMPARE(formatLimit(10000), u"10\u2009s"_s);
        QCOMPARE(formatLimit(0.01), u"10\u2009µs"_s);
    }

    void theUnitOfACardDoesNotJumpAtABoundary()
    {
        QCOMPARE(durationUnit(1001), DurationUnit::Seconds);
        QCOMPARE(durationUnit(1001, DurationUnit::Milliseconds), DurationUnit::Milliseconds);
        QCOMPARE(durationUnit(1600, DurationUnit::Milliseconds), DurationUnit::Seconds);
        QCOMPARE(durationUnit(700, DurationUnit::Seconds), DurationUnit::Seconds);
        QCOMPARE(durationUnit(500, DurationUnit::Seconds), DurationUnit::Milliseconds);
    }

    void sharesAreNeverRoundedToPerfection()
    {
        QCOMPARE(formatShare(0), u"0\u2009%"_s);
        QCOMPARE(formatShare(0.9999), u"99.99\u2009%"_s);
        QCOMPARE(formatShare(0.048), u"4.8\u2009%"_s);
    }

    void aStretchOfTimeIsSaidInWholeUnits()
    {
        QCOMPARE(formatStretch(59.98, true), u"last 1\u2009min"_s);
        QCOMPARE(formatStretch(86400, true), u"last 24\u2009h"_s);
        QCOMPARE(formatStretch(40, false), u"40\u2009s, held"_s);
        QCOMPARE(formatSpan(200), u"3\u2009min\u200920\u2009s"_s);
    }

    void theVerdictIsGoodWhileHealthHoldsUnderLoad()
    {
        auto now = healthy();
        now.loadedTarget = u"factorize"_s;
        now.loadSize = 8;
        const auto verdict = verdictOn(now);
        QCOMPARE(verdict.state, State::Ok);
        QCOMPARE(verdict.sentence,
                 u"/health stays under 20\u2009ms while 8 /factorize run: p99 0.912\u2009ms in the last 10\u2009s"_s);
    }

    void aBlockedLoopIsNamedWithItsFigureAndItsLoad()
    {
        auto now = healthy();
        now.loadedTarget = u"factorize"_s;
        now.loadSize = 8;
        now.targets.front().state = State::Degraded;
        now.targets.front().promise = Promise{20, 10, u"p99"_s, 1240, false, {}};
        const auto verdict = verdictOn(now);
        QCOMPARE(verdict.word, u"BLOCKED"_s);
        QCOMPARE(verdict.sentence,
                 u"/health takes 1.24\u2009s (p99 in the last 10\u2009s), more than the 20\u2009ms it may while 8 "
                 u"/factorize run"_s);
        now.targets.front().promise->alarmAfter = 5; // the rule is broken, and has not fired yet: said, too
        QVERIFY(verdictOn(now).sentence.endsWith(u"; an alarm if that lasts 5\u2009s"_s));
    }

    void anAlarmThatHasNotEndedIsNoGoodNews()
    {
        auto now = healthy();
        now.alarms = {{u"health"_s, u"p99<20ms over 10s for 5s"_s, u"p99 19 ms"_s, true}};
        QCOMPARE(verdictOn(now).state, State::Degraded);
        QCOMPARE(verdictOn(now).sentence,
                 u"/health: p99<20ms over 10s for 5s holds again (p99 19 ms); the alarm ends once that lasts"_s);
        now.alarms.front().target = now.loadedTarget = u"factorize"_s;
        QCOMPARE(verdictOn(now).state, State::Ok); // what the load is for
    }

    void aLoadedTargetMayRefuse()
    {
        auto now = healthy();
        now.targets.back().state = State::Degraded;
        QCOMPARE(verdictOn(now).state, State::Degraded);
        now.loadedTarget = u"factorize"_s;
        now.loadSize = 8;
        QCOMPARE(verdictOn(now).state, State::Ok);
    }

    void aTargetUnderLoadIsLoadedWhateverItAnswers()
    {
        auto loaded = target(u"factorize"_s, State::Stale);
        QCOMPARE(wordFor(loaded), u"NO DATA"_s);
        loaded.isUnderLoad = true;
        QCOMPARE(wordFor(loaded), u"LOADED"_s);
        loaded.state = State::Down;
        QCOMPARE(wordFor(loaded), u"DOWN"_s);
    }

    void downComesWithDurationCauseAndNextStep()
    {
        auto now = healthy();
        now.trustworthy = false;
        now.targets.front() = target(u"health"_s, State::Down, u"connection refused"_s);
        now.targets.front().advice = u"Is the service running?"_s;
        now.targets.front().stateSeconds = 12.3;
        const auto verdict = verdictOn(now);
        QCOMPARE(verdict.word, u"DOWN 12\u2009s"_s);
        QCOMPARE(verdict.sentence, u"/health: connection refused. Is the service running?"_s);
    }

    void severalThatAreDownAreCounted()
    {
        auto now = healthy();
        now.targets = {target(u"a"_s, State::Ok), target(u"b"_s, State::Down, u"refused"_s),
                       target(u"c"_s, State::Down)};
        QVERIFY2(verdictOn(now).sentence.endsWith(u" 1 more target(s) are down."_s),
                 qPrintable(verdictOn(now).sentence));
    }

    void whoFailsOrIsBusyIsNotCalledSlow()
    {
        auto one = target(u"flaky"_s, State::Degraded);
        QCOMPARE(wordFor(one), u"SLOW"_s);
        one.errors = 1;
        QCOMPARE(wordFor(one), u"FAILING"_s);
        one.promise = Promise{20, 10, u"p99"_s, 31, false, {}};
        QCOMPARE(wordFor(one), u"SLOW"_s);
        one.isControl = true;
        QCOMPARE(wordFor(one), u"BUSY"_s);
    }

    void anUntrustworthyMeasurementBlamesNobody()
    {
        auto now = healthy();
        now.targets.front().state = State::Degraded;
        now.trustworthy = false;
        now.doubt = u"this machine is busy"_s;
        QCOMPARE(verdictOn(now).word, u"NOT SURE"_s);
        QCOMPARE(verdictOn(now).sentence, u"this machine is busy"_s);
    }

    void everyCauseHasASentenceAndANextStepOfItsOwn()
    {
        probe::Target target;
        target.name = u"health"_s;
        target.url = u"http://service.test:8080/health"_s;
        target.timeout = std::chrono::seconds(5);
        using probe::Outcome;
        const auto failure = [](Outcome outcome, quint16 status = 0) {
            return probe::Cause{probe::Cause::Kind::Failure, outcome, status, {}};
        };
        QSet<QString> advices, headlines;
        int causes = 0;
        for (const auto outcome : {Outcome::Refused, Outcome::TimedOut, Outcome::Unresolved, Outcome::WrongAnswer,
                                   Outcome::Reset, Outcome::TlsFailed, Outcome::Failed}) {
            const auto advice = adviceOn(failure(outcome), target);
            QVERIFY2(!advice.isEmpty(), qPrintable(probe::outcomeName(outcome)));
            advices << advice;
            ++causes;
            const auto absence = absenceOf(failure(outcome), u"why"_s, target);
            QCOMPARE(absence.isRefused, outcome == Outcome::Refused); // only there a service could be started
            QCOMPARE(absence.headline == u"No service at service.test:8080."_s, absence.isRefused);
            QVERIFY(absence.detail.contains(advice));
            headlines << absence.headline;
        }
        for (const int status : {302, 400, 401, 404, 405, 500, 503}) {
            advices << adviceOn(failure(Outcome::HttpError, static_cast<quint16>(status)), target);
            ++causes;
        }
        QCOMPARE(advices.size(), causes);
        QCOMPARE(headlines.size(), 6); // a wrong answer and what is no HTTP are both no good answer
        QVERIFY(adviceOn(failure(Outcome::TimedOut), target).contains(u"within 5\u2009s"_s));
        QVERIFY(absenceOf(failure(Outcome::Unresolved), {}, target).headline.contains(u"service.test"_s));
        QVERIFY(absenceOf({}, {}, target).headline.startsWith(u"Looking for"_s));
    }

    void anEventNamesItsTargetOnce()
    {
        EventLog log;
        log.add({1, Event::Kind::Alert, u"health"_s, u"health: p99<20ms over 10s broken: p99 41 ms"_s});
        log.add({2, Event::Kind::Alert, u"health"_s, u"down: connection refused"_s});
        const auto details = [&log](int row) {
            return log.index(row, EventLog::Text).data(Qt::DisplayRole).toString();
        };
        QCOMPARE(details(1), u"/health: p99<20ms over 10s broken: p99 41 ms"_s);
        QCOMPARE(details(0), u"/health: down: connection refused"_s);
    }
};

QTEST_GUILESS_MAIN(VerdictTest)
#include "test_verdict.moc"
