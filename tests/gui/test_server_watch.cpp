// SPDX-License-Identifier: GPL-3.0-or-later
// What the monitor learns of a service beside its answers: metrics, stalls, jobs and its OpenAPI document.
#include "gui/models/watches/chosen_figure.h"
#include "gui/models/watches/jobs.h"
#include "gui/models/watches/metrics.h"
#include "gui/models/watches/server_watch.h"
#include "gui/models/watches/service_description.h"
#include "tests/gui/small_files.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <mutex>

using namespace openloop;
using namespace openloop::gui;
using openloop::test::write;
using namespace Qt::Literals::StringLiterals;

namespace {

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

} // namespace

class ServerWatchTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

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
};

QTEST_GUILESS_MAIN(ServerWatchTest)
#include "test_server_watch.moc"
