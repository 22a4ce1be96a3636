// SPDX-License-Identifier: GPL-3.0-or-later
// What the window says, without a window: figures, verdicts, time ranges, pace.
#include "gui/models/event_log.h"
#include "gui/models/figures/advice.h"
#include "gui/models/figures/comparison.h"
#include "gui/models/figures/time_window.h"
#include "gui/models/format.h"
#include "gui/models/pace.h"
#include "gui/models/profile_file.h"
#include "gui/models/verdict.h"
#include "gui/models/watches/chosen_figure.h"
#include "gui/models/watches/jobs.h"
#include "gui/models/watches/metrics.h"
#include "gui/models/watches/server_watch.h"
#include "gui/models/watches/service_description.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <cmath>
#include <mutex>

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

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What is found below the server's address.
ServiceDescription::Found findDescription(const test::ProgrammedServer &server, const QString &path = {})
{
    ServiceDescription description;
    auto result = ServiceDescription::Found::failed(u"not yet"_s);
    bool isThere = false;
    description.find(u"http://127.0.0.1:%1"_s.arg(server.port()) + path, [&](const auto &found) {
        result = found;
        isThere = true;
    });
    if (!QTest::qWaitFor([&isThere] { return isThere; }, test::patience))
        result.error = u"nothing came"_s;
    return result;
}

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
}

Situation healthy()
{
    Situation now;
    now.targets = {target(u"health"_s, State::Ok), target(u"factorize"_s, State::Ok)};
    now.targets.front().promise = Promise{20, 10, u"p99"_s, 0.912, true, {}};
    return now;
}

} // namespace

class ModelsTest : public QObject
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

    void aForeignMetricBecomesAFigureWithNameAndUnit()
    {
        const auto suggested = [](const QByteArray &line) { return suggestedFigure(parseMetrics(line).first()); };
        const auto requests = suggested("http_requests_total{code=\"500\",by=\"a\"} 3");
        QCOMPARE(
            requests,
            (ChosenFigure{u"http_requests_total{by=\"a\",code=\"500\"}"_s, u"Http requests"_s, u"requests"_s, true}));
        QCOMPARE(suggested("go_memstats_heap_bytes 1").unit, u"B"_s);
        QCOMPARE(suggested("process_cpu_seconds_total 1").unit, u"s"_s);
        const auto before = parseMetrics("http_requests_total{code=\"500\",by=\"a\"} 3\nup 1\nx_seconds 0.0123\n");
        const auto now = parseMetrics("http_requests_total{by=\"a\",code=\"500\"} 9\nhttp_requests_total 100\nup NaN\n"
                                      "x_seconds 0.0123\n");
        QCOMPARE(textOf(requests, valueOf(requests, now, before, 2)), u"3.00\u2009requests/s"_s);
        QCOMPARE(valueOf(requests, before, now, 2), 0.0); // it began anew
        QVERIFY(!valueOf(requests, now, {}, 0)); // no rate without a scrape before
        const ChosenFigure up{u"up"_s, u"Up"_s, {}, false};
        QVERIFY(valueOf(up, before, {}, 0) && !valueOf(up, now, {}, 0));
        QCOMPARE(textOf(suggestedFigure(now.last()), valueOf(suggestedFigure(now.last()), now, {}, 0)),
                 u"12.3\u2009ms"_s);
        QCOMPARE(figuresFromJson(toJson({requests, up})).value, (QList{requests, up}));
        QCOMPARE(figuresFromJson({QJsonObject{{u"name"_s, u"a"_s}}}).error, u"figures[0].metric is missing"_s);
        QCOMPARE(figuresFromJson(toJson(QList<ChosenFigure>(13, up))).error, u"figures: at most 12"_s);
        const ChosenFigure longName{u"up"_s, QString(201, u'x'), {}, false};
        QCOMPARE(figuresFromJson(toJson({longName})).error, u"figures[0]: a text is longer than 200"_s);
    }

    void aStretchOfTimeIsSaidInWholeUnits()
    {
        QCOMPARE(formatStretch(59.98, true), u"last 1\u2009min"_s);
        QCOMPARE(formatStretch(86400, true), u"last 24\u2009h"_s);
        QCOMPARE(formatStretch(40, false), u"40\u2009s, held"_s);
        QCOMPARE(formatSpan(200), u"3\u2009min\u200920\u2009s"_s);
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

    void anUntrustworthyMeasurementBlamesNobody()
    {
        auto now = healthy();
        now.targets.front().state = State::Degraded;
        now.trustworthy = false;
        now.doubt = u"this machine is busy"_s;
        QCOMPARE(verdictOn(now).word, u"NOT SURE"_s);
        QCOMPARE(verdictOn(now).sentence, u"this machine is busy"_s);
    }

    void aLiveRangeFollowsThePresentAndAHeldOneDoesNot()
    {
        TimeWindow window;
        window.setNow(1000);
        window.setNow(1010);
        QCOMPARE(window.to(), 1010.0);
        window.hold();
        window.setNow(1020);
        QCOMPARE(window.to(), 1010.0);
        window.goLive();
        QCOMPARE(window.to(), 1020.0);
    }

    void panningBackHoldsAndPanningToTheEndIsLiveAgain()
    {
        TimeWindow window;
        window.setBeginning(0);
        window.setNow(1000);
        window.pan(50);
        QVERIFY(!window.isLive());
        QCOMPARE(window.to(), 950.0);
        window.pan(-80);
        QVERIFY(window.isLive());
        QCOMPARE(window.to(), 1000.0);
    }

    void zoomingKeepsThePointUnderThePointer()
    {
        TimeWindow window;
        window.setBeginning(0);
        window.setNow(1000);
        window.showRange(400, 500);
        window.zoom(0.5, 425);
        QCOMPARE(window.from(), 412.5);
        QCOMPARE(window.to(), 462.5);
    }

    void theWholeRecordingGrowsWithIt()
    {
        TimeWindow window;
        QSignalSpy changed(&window, &TimeWindow::changed);
        window.setBeginning(100);
        window.setNow(200);
        window.showAll();
        window.setNow(300);
        QCOMPARE(window.span(), 200.0);
        QCOMPARE(changed.count(), 1);
    }

    void aHiddenWindowIsNeverPaintedAndAnUnfocusedOneTwiceASecond()
    {
        const auto paints = [](Attention attention) {
            Pace pace;
            int count = 0;
            const Pace::Clock::time_point start{std::chrono::hours(1)};
            for (int tick = 0; tick < 100; ++tick)
                count += pace.due(attention, start + tick * std::chrono::milliseconds(50)) ? 1 : 0;
            return count;
        };
        QCOMPARE(paints(Attention::Focused), 50);
        QCOMPARE(paints(Attention::Unfocused), 10);
        QCOMPARE(paints(Attention::Hidden), 0);
    }

    void metricsAreReadAsPrometheusWritesThem()
    {
        const auto metrics = parseMetrics("# HELP x y\n"
                                          "up 1\n"
                                          "http_requests_total{path=\"/a } b\",say=\"\\\"x\\n\"} 12 1700000000\n"
                                          "open{le=\"+Inf\"} +Inf\nbroken{a=\"b\nno value\n");
        QCOMPARE(metrics.size(), 3);
        QCOMPARE(metrics[1].name, u"http_requests_total"_s);
        QCOMPARE(metrics[1].labels[u"path"_s], u"/a } b"_s);
        QCOMPARE(metrics[1].labels[u"say"_s], u"\"x\n"_s);
        QCOMPARE(metrics[1].value, 12.0);
        QVERIFY(std::isinf(metrics[2].value));
    }

    void metricsAreReadHoweverTheyAreWritten_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("expected"); // name{label=value} value
        QTest::newRow("tabs") << QByteArray("\ta\t\t3\t1700000000") << u"a 3"_s;
        QTest::newRow("blanks in braces") << QByteArray("a { x = \"1\" , y=\"2\" , } 3") << u"a{x=1}{y=2} 3"_s;
        QTest::newRow("blanks before braces") << QByteArray("a  {x=\"1\"}  3") << u"a{x=1} 3"_s;
        QTest::newRow("no blank behind braces") << QByteArray("a{x=\"1\"}3") << u"a{x=1} 3"_s;
        QTest::newRow("no labels") << QByteArray("a{} 3") << u"a 3"_s;
        QTest::newRow("escapes") << QByteArray(R"(a{x="C:\\d \"q\" \n}#"} 3)") << u"a{x=C:\\d \"q\" \n}#} 3"_s;
        QTest::newRow("exemplar") << QByteArray("a_bucket{le=\"1\"} 3 # {trace_id=\"x y\"} 0.5 1700000000.1")
                                  << u"a_bucket{le=1} 3"_s;
        QTest::newRow("time below zero") << QByteArray("a 3 -3982045") << u"a 3"_s;
        QTest::newRow("time with a point") << QByteArray("a 3 1700000000.123") << u"a 3"_s;
        QTest::newRow("carriage return") << QByteArray("a 3\r") << u"a 3"_s;
        QTest::newRow("exponent") << QByteArray("a 1.5e+03") << u"a 1500"_s;
        QTest::newRow("sign") << QByteArray("a +3") << u"a 3"_s;
        QTest::newRow("NaN") << QByteArray("a NaN") << u"a nan"_s;
        QTest::newRow("+Inf") << QByteArray("a +Inf") << u"a inf"_s;
        QTest::newRow("-Inf") << QByteArray("a -Inf") << u"a -inf"_s;
        QTest::newRow("Inf") << QByteArray("a Inf") << u"a inf"_s;
        QTest::newRow("quoted name") << QByteArray(R"({"my.name",x="1"} 3)") << u"my.name{x=1} 3"_s;
        QTest::newRow("quoted label") << QByteArray(R"(a{"my label"="1"} 3)") << u"a{my label=1} 3"_s;
        QTest::newRow("comment") << QByteArray("# a 3") << QString();
        QTest::newRow("no value") << QByteArray("a{x=\"1\"}") << QString();
        QTest::newRow("no number") << QByteArray("a 3,5") << QString();
        QTest::newRow("no quotes") << QByteArray("a{x=1} 3") << QString();
        QTest::newRow("no end") << QByteArray("a{x=\"1} 3") << QString();
    }
    void metricsAreReadHoweverTheyAreWritten()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, expected);
        const auto metrics = parseMetrics("before 1\n" + line + "\nafter 2\n");
        QCOMPARE(metrics.size(), expected.isEmpty() ? 2 : 3);
        QCOMPARE(metrics.last().name, u"after"_s);
        if (expected.isEmpty())
            return;
        QString read = metrics[1].name;
        auto labels = metrics[1].labels.keys();
        labels.sort();
        for (const auto &label : labels)
            read += u'{' + label + u'=' + metrics[1].labels[label] + u'}';
        QCOMPARE(read + u' ' + QString::number(metrics[1].value), expected);
    }

    void whatStandsBehindTheEndIsNotRead()
    {
        QCOMPARE(parseMetrics("a 1\n# EOF\nb 2\n").size(), 1);
        QCOMPARE(parseMetrics("a 1\n# EOF of the first part\nb 2\n").size(), 2);
    }

    void aFigureThatIsNoNumberIsNotShown()
    {
        const auto figures = serverFigures(parseMetrics("openloop_pool_busy NaN\n"
                                                        "openloop_queue_length{lane=\"quick\"} NaN\n"
                                                        "openloop_queue_length{lane=\"long\"} 6\n"
                                                        "process_resident_memory_bytes +Inf\n"));
        QVERIFY(!figures.poolBusy && !figures.residentBytes);
        QCOMPARE(*figures.queued, 6.0);
    }

    void theLagOfSeveralLoopsIsThatOfTheWorst()
    {
        const auto scrape = [](int late) {
            return parseMetrics("openloop_event_loop_lag_seconds_bucket{loop=\"0\",le=\"0.001\"} 5\n"
                                "openloop_event_loop_lag_seconds_bucket{loop=\"0\",le=\"0.5\"} 5\n"
                                "openloop_event_loop_lag_seconds_bucket{loop=\"1\",le=\"0.001\"} 5\n"
                                "openloop_event_loop_lag_seconds_bucket{loop=\"1\",le=\"0.5\"} "
                                + QByteArray::number(5 + late));
        };
        QCOMPARE(*serverFigures(scrape(1), scrape(0), 2).loopLagMilliseconds, 500.0);
    }

    void metricsAreAskedForWhereTheyAre()
    {
        QList<QByteArray> asked;
        std::mutex mutex;
        test::ProgrammedServer server([&](int, const QByteArray &path) {
            const std::scoped_lock lock(mutex);
            asked << path;
            test::Reaction reaction;
            reaction.body = path == "/many" ? QByteArray("a 1\n").repeated(mostMetrics + 1)
                : path == "/none"           ? QByteArray("<html>")
                                            : QByteArray("up 1\n");
            return reaction;
        });
        const QString base = u"http://127.0.0.1:%1"_s.arg(server.port());
        ServerWatch watch;
        watch.setMetrics(u"/actuator/prometheus"_s);
        watch.setBase(base);
        TRY_VERIFY(watch.problem().isEmpty());
        {
            const std::scoped_lock lock(mutex);
            QCOMPARE(asked.first(), QByteArray("/actuator/prometheus"));
        }
        watch.setMetrics(base + u"/many"_s);
        TRY_VERIFY(watch.problem().contains(u"more than 100000 samples"));
        watch.setMetrics(u"/none"_s);
        TRY_VERIFY(watch.problem().contains(u"no metrics"));
    }

    void aDocumentIsFoundAtTheUsualPlaces_data()
    {
        QTest::addColumn<QByteArray>("place");
        for (const auto &place : ServiceDescription::places())
            QTest::newRow(qPrintable(place)) << place.toLatin1();
    }
    void aDocumentIsFoundAtTheUsualPlaces()
    {
        QFETCH(QByteArray, place);
        test::ProgrammedServer server([place](int, const QByteArray &path) {
            test::Reaction reaction;
            reaction.status = path == place ? 200 : 404;
            reaction.body = path == place ? "openapi: 3.1.0\nservers: [{url: /v1}]\npaths: {/a: {get: {}}}" : "none";
            return reaction;
        });
        const auto found = findDescription(server);
        QVERIFY2(found, qPrintable(found.error));
        QCOMPARE(found->size(), 1);
        QVERIFY(found->first().url.endsWith(u"/v1/a"_s));
    }

    void aDocumentIsFoundBelowThePathOfTheService()
    {
        for (const QByteArray place : {"/master/openapi.json", "/master/v2/v3/api-docs", "/swagger.json"}) {
            test::ProgrammedServer server([place](int, const QByteArray &path) {
                test::Reaction reaction;
                reaction.status = path == place ? 200 : 404;
                reaction.body = path == place ? "{\"openapi\":\"3.1.0\",\"paths\":{\"/a\":{\"get\":{}}}}" : "none";
                return reaction;
            });
            const auto found = findDescription(server, u"/master/v2/health?a=b"_s);
            QVERIFY2(found, qPrintable(found.error));
            const QString base = place.startsWith("/master/v2") ? u"/master/v2"_s
                : place.startsWith("/master")                   ? u"/master"_s
                                                                : QString();
            QCOMPARE(found->first().url, u"http://127.0.0.1:%1%2/a"_s.arg(server.port()).arg(base));
        }
    }

    void aServiceWithoutADocumentIsToldWhatWasAsked()
    {
        test::ProgrammedServer server([](int, const QByteArray &path) {
            test::Reaction reaction; // a page for everything, as single-page applications have it
            reaction.body = "<!doctype html><title>x</title>";
            reaction.status = path == "/openapi.json" ? 401 : 200;
            return reaction;
        });
        const auto none = findDescription(server);
        QVERIFY2(none.error.contains(u"/openapi.json: HTTP 401"_s), qPrintable(none.error));
        QVERIFY2(none.error.contains(u"/swagger.json: a page"_s), qPrintable(none.error));
        QCOMPARE(server.requests(), ServiceDescription::places().size());

        test::ProgrammedServer old([](int, const QByteArray &path) {
            test::Reaction reaction;
            reaction.status = path == "/api-docs" ? 200 : 404;
            reaction.body = R"({"swaggerVersion":"1.2"})";
            return reaction;
        });
        const auto tooOld = findDescription(old);
        QVERIFY2(tooOld.error.contains(u"/api-docs: Swagger 1.2"_s), qPrintable(tooOld.error));
    }

    void aDocumentIsReadFromAFile()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"api.yaml"_s);
        write(path, "openapi: 3.0.0\nservers: [{url: 'http://h:2/v1'}]\npaths: {/a: {get: {}}}");
        const auto found = ServiceDescription::read(path, u"http://127.0.0.1:1"_s);
        QVERIFY2(found, qPrintable(found.error));
        QCOMPARE(found->first().url, u"http://h:2/v1/a"_s);
        write(path, "openapi: 5.0.0");
        QVERIFY(ServiceDescription::read(path, {}).error.startsWith(path + u": OpenAPI 5.0.0"_s));
        QVERIFY(ServiceDescription::read(folder.filePath(u"none"_s), {}).error.contains(u"none"));
    }

    void aStalledLoopIsSeenInTheScrapeThatFollowsIt()
    {
        const auto scrape = [](int fast, int slow) {
            return QByteArray("openloop_event_loop_lag_seconds_bucket{le=\"0.001\"} %1\n"
                              "openloop_event_loop_lag_seconds_bucket{le=\"0.5\"} %2\n"
                              "openloop_event_loop_lag_seconds_bucket{le=\"+Inf\"} %2\n"
                              "openloop_pool_busy 2\nopenloop_pool_threads 4\n"
                              "openloop_queue_length{lane=\"quick\"} 1\nopenloop_queue_length{lane=\"long\"} 6\n"
                              "process_cpu_seconds_total 3\nopenloop_build_info{version=\"1.2\"} 1\n")
                .replace("%1", QByteArray::number(fast))
                .replace("%2", QByteArray::number(fast + slow));
        };
        ServerWatch watch;
        QSignalSpy changed(&watch, &ServerWatch::changed);
        watch.take(scrape(100, 0), 1000);
        watch.take(scrape(120, 1), 1002);
        watch.take(scrape(140, 1), 1004);
        QCOMPARE(changed.size(), 3);
        QCOMPARE(*watch.history()[1].figures.loopLagMilliseconds, 500.0);
        QCOMPARE(*watch.history()[2].figures.loopLagMilliseconds, 1.0);
        const auto &figures = watch.history()[2].figures;
        QCOMPARE(*figures.queued, 7.0);
        QCOMPARE(*figures.poolBusy, 2.0);
        QCOMPARE(*figures.poolSize, 4.0);
        QCOMPARE(*figures.cpuShare, 0.0);
        QCOMPARE(figures.build, u"1.2"_s);
        QVERIFY(!figures.residentBytes);
        QCOMPARE(watch.around(1001, 1001), u"event loop late by up to 500\u2009ms, pool 2 of 4 busy, 7 queued"_s);
        QCOMPARE(watch.around(2000, 2001), QString());
    }

    void stallsAreAskedOfAServiceOfOursAlone()
    {
        for (const bool ours : {true, false}) {
            std::atomic<int> asked = 0;
            test::ProgrammedServer server([&asked, ours](int, const QByteArray &path) {
                test::Reaction reaction;
                reaction.body = ours ? "openloop_build_info{version=\"1\"} 1\n" : "up 1\n";
                if (path == "/stalls") {
                    ++asked;
                    reaction.body = "{\"now\":\"2026-01-01T11:00:10.000Z\",\"stalls\":[{\"began_at\":"
                                    "\"2026-01-01T11:00:09.000Z\",\"duration_ms\":380,\"request\":null}]}";
                }
                return reaction;
            });
            ServerWatch watch;
            watch.setBase(server.url({}));
            TRY_VERIFY(watch.problem().isEmpty());
            QList<probe::ServerStall> told;
            watch.askStalls([&told](const QList<probe::ServerStall> &stalls) { told = stalls; });
            if (ours)
                TRY_COMPARE(told.size(), 1);
            QCOMPARE(asked.load(), ours ? 1 : 0);
        }
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

    void jobsAreReadFromAListAndFromAnObjectAroundIt()
    {
        const QByteArray list = R"([{"id":7,"n":"360","state":"done","progress":1,
            "factors":[{"prime":"2","exponent":3},{"prime":"3","exponent":2},{"prime":"5","exponent":1}]}])";
        for (const auto &json : {list, QByteArray("{\"factorizations\":" + list + "}")}) {
            const auto jobs = parseJobs(json);
            QCOMPARE(jobs.size(), 1);
            QCOMPARE(jobs.first().id, u"7"_s);
            QCOMPARE(jobs.first().factors, u"2^3 · 3^2 · 5"_s);
            QVERIFY(jobs.first().isOver());
        }
        QVERIFY(parseJobs("nonsense").isEmpty());
    }

    void jobsOfTheServiceBeforeAreDropped()
    {
        const auto baseOf = [](const test::ProgrammedServer &server) {
            return u"http://127.0.0.1:%1"_s.arg(server.port());
        };
        test::ProgrammedServer before([](int, const QByteArray &) {
            test::Reaction reaction;
            reaction.latency = std::chrono::milliseconds(200);
            reaction.body = R"([{"id": "1", "n": "15", "state": "done"}])";
            return reaction;
        });
        test::ProgrammedServer after([](int, const QByteArray &) {
            test::Reaction reaction;
            reaction.kind = test::Reaction::Kind::Silence;
            return reaction;
        });
        JobList list;
        list.setBase(baseOf(before));
        list.setWatched(true);
        TRY_COMPARE(before.requests(), 1);
        list.setBase(baseOf(after));
        TRY_COMPARE(after.requests(), 1);
        probe::Fetcher other; // asks later, so its answer comes after the one that was on its way
        bool answered = false;
        other.get(baseOf(before), [&answered](const probe::Fetched &) { answered = true; });
        TRY_VERIFY(answered);
        QCOMPARE(list.rowCount(), 0);
    }

    void aProfileThatCannotBeReadIsKept()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"monitor.json"_s);
        for (const QString &kept : {path + u".broken"_s, path + u".broken-2"_s}) {
            const QByteArray precious = "{\"targets\": [oops " + kept.toUtf8();
            write(path, precious);
            const ProfileFile file(path);
            QVERIFY2(file.problem().contains(kept), qPrintable(file.problem()));
            QVERIFY(file.profile().targets.isEmpty() && !file.hasRules());
            QCOMPARE(file.save(file.profile()), QString());
            QCOMPARE(contentOf(kept), precious);
            QVERIFY(ProfileFile(path).problem().isEmpty());
        }
    }

    void whatAProfileHoldsBesideOursIsWrittenAgain()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"monitor.json"_s);
        const QJsonObject target{
            {u"name"_s, u"a"_s}, {u"url"_s, u"http://x.test/a"_s}, {u"owner"_s, u"me"_s}, {u"method"_s, u"PUT"_s}};
        const QJsonObject window{{u"later"_s, 1}, {u"span_s"_s, 5}};
        write(path,
              QJsonDocument(
                  QJsonObject{{u"note"_s, u"mine"_s}, {u"window"_s, window}, {u"targets"_s, QJsonArray{target}}})
                  .toJson());
        const ProfileFile file(path);
        QCOMPARE(file.problem(), QString());
        auto profile = file.profile();
        profile.window = {{u"span_s"_s, 60}};
        profile.targets.first().method = "GET";
        QCOMPARE(file.save(profile), QString());
        const auto saved = QJsonDocument::fromJson(contentOf(path)).object();
        QCOMPARE(saved[u"note"_s].toString(), u"mine"_s);
        QCOMPARE(saved[u"window"_s].toObject(), QJsonObject({{u"later"_s, 1}, {u"span_s"_s, 60}}));
        const auto again = saved[u"targets"_s].toArray().first().toObject();
        QCOMPARE(again[u"owner"_s].toString(), u"me"_s);
        QVERIFY(!again.contains(u"method"_s)); // ours, and at its default now
        QCOMPARE(probe::loadProfile(path)->targets, profile.targets);
    }

    void anEmptyListOfRulesIsNoMissingOne()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"monitor.json"_s);
        QVERIFY(!ProfileFile(path).hasRules());
        write(path, "{\"targets\": []}");
        QVERIFY(!ProfileFile(path).hasRules());
        QCOMPARE(ProfileFile(path).save({}), QString());
        QVERIFY(ProfileFile(path).hasRules());
        QVERIFY(ProfileFile(path).profile().rules.isEmpty());
    }

    void comparedFactorsHaveTheSameDecimals()
    {
        Comparison comparison;
        comparison.set({{u"a"_s, 1.0, 0.8, 2.0, 2.0, 3.0, 60.0, 200, 200, 0, 0}});
        const auto cell = [&comparison](int column) { return comparison.index(0, column).data().toString(); };
        QVERIFY2(cell(Comparison::P50).endsWith(u"× 0.80"_s), qPrintable(cell(Comparison::P50)));
        QVERIFY2(cell(Comparison::P95).endsWith(u"× 1.00"_s), qPrintable(cell(Comparison::P95)));
        QVERIFY2(cell(Comparison::P99).endsWith(u"× 20.0"_s), qPrintable(cell(Comparison::P99)));
        comparison.setBrief(true);
        QCOMPARE(cell(Comparison::P50), u"× 0.80"_s);
        QVERIFY(comparison.index(0, Comparison::P50).data(Qt::ToolTipRole).toString().contains(u" → "_s));
    }

    void theEventLogIsNewestFirstAndBounded()
    {
        EventLog log;
        {
            QAbstractItemModelTester tester(&log);
            for (int i = 0; i < 20; ++i)
                log.add({double(i), Event::Kind::Note, {}, {}});
        }
        for (int i = 0; i < EventLog::capacity + 10; ++i)
            log.add({double(i), Event::Kind::Note, {}, QString::number(i)});
        QCOMPARE(log.rowCount(), EventLog::capacity);
        QCOMPARE(log.index(0, EventLog::Text).data().toString(), QString::number(EventLog::capacity + 9));
    }
};

QTEST_GUILESS_MAIN(ModelsTest)
#include "test_models.moc"
