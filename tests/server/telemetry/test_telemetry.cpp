// SPDX-License-Identifier: GPL-3.0-or-later
// What the service says about itself, and that it is true: metrics, Server-Timing, the log of stalls, openapi.json.
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestTelemetry : public QObject
{
    Q_OBJECT

private slots:
    void timeIsAccountedFor();
    void theMetricsAreClean();
    void aMadeUpMethodIsNoSeries();
    void aBlockedLoopIsSeen();
    void theDescriptionIsTrue();
    void aFileThatIsNoDatabaseAnyMoreIsNotReady();
    void theLogKnowsABugByItsRequestAndClient();
    void aLogThatNobodyReadsAnyMoreEndsNothing();

private:
    // Runs a statement in the database of a server, as some other program might.
    static void execute(const QString &file, const QString &statement);
};

void TestTelemetry::timeIsAccountedFor()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const QList<std::pair<QByteArray, QByteArray>> expected{
        {"/health", "total;dur="},
        {"/query_database", "db;dur="},
        {"/call_other_service", "upstream;dur="},
        {"/factorize?n=91", "compute;dur="},
        {"/factorize?n=91", "queue;dur="},
        {"/nowhere", "total;dur="},
    };
    for (const auto &[path, part] : expected) {
        const auto answer = client.get(path);
        QVERIFY(answer);
        QVERIFY2(answer->fields.value("server-timing").contains(part), path.constData());
    }
}

void TestTelemetry::theMetricsAreClean()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    for (const char *path :
         {"/health", "/factorize?n=91", "/factorize?n=abc", "/nowhere", "/factorizations/x", "/metrics"})
        client.get(path);
    const auto metrics = client.get("/metrics");
    QVERIFY(metrics);
    if (peersAreLeftOut())
        QSKIP("Prometheus is left out here");
    QProcess promtool;
    promtool.setProcessEnvironment(peerEnvironment());
    promtool.start(peerProgram(u"promtool"_s), {u"check"_s, u"metrics"_s});
    QVERIFY2(promtool.waitForStarted(), "promtool is in Debian's package prometheus: resources/fetch-peers.sh");
    promtool.write(metrics->body);
    promtool.closeWriteChannel();
    QVERIFY(promtool.waitForFinished());
    const QByteArray complaints = promtool.readAllStandardError() + promtool.readAllStandardOutput();
    QCOMPARE(complaints, QByteArray());
    QCOMPARE(promtool.exitCode(), 0);
    for (const char *name :
         {"openloop_http_requests_total{method=\"GET\",route=\"/factorize\",status=\"422\"} 1",
          "openloop_http_requests_total{method=\"GET\",route=\"/factorizations/{id}\",status=\"404\"} 1",
          "openloop_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
          "openloop_event_loop_lag_seconds_bucket{le=\"0.001\"}", "openloop_build_info{"})
        QVERIFY2(metrics->body.contains(name), name);
}

void TestTelemetry::aMadeUpMethodIsNoSeries()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    for (int i = 0; i < 100; ++i) {
        client.ask("/health", "M" + QByteArray::number(i));
        QCOMPARE(statusOf(client.read()), 405);
    }
    const auto metrics = client.get("/metrics");
    QVERIFY(metrics);
    QVERIFY(
        metrics->body.contains("openloop_http_requests_total{method=\"other\",route=\"/health\",status=\"405\"} 100"));
    QVERIFY(!metrics->body.contains("\"M7\""));
}

// Counted in the lag histogram, and the log says where; once more where the thread that watches stood still as well.
void TestTelemetry::aBlockedLoopIsSeen()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    for (int tries = 0; tries < 3 && !server.standardError().contains("libQt6Sql"); ++tries)
        QCOMPARE(statusOf(client.get("/test/database_sleep_on_the_loop?ms=600")), 200);
    const auto late = [&] {
        return server.metric("openloop_event_loop_lag_seconds_count")
            - server.metric("openloop_event_loop_lag_seconds_bucket{le=\"0.1\"}");
    };
    TRY_VERIFY(late() >= 1);
    TRY_VERIFY(server.standardError().contains("the event loop goes on; it stood still for"));
    const QByteArray log = server.standardError();
    QVERIFY2(log.contains("the event loop has stood still for"), log.constData());
    QVERIFY2(log.contains("openloop::http::") && log.contains("libQt6Sql"), log.constData());
}

// What openapi.json describes is there, with these methods and no others.
void TestTelemetry::theDescriptionIsTrue()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const auto description = client.get("/openapi.json");
    QVERIFY(description);
    const QJsonObject paths = QJsonDocument::fromJson(description->body)[u"paths"_s].toObject();
    QVERIFY(paths.size() > 8);
    QVERIFY(paths.contains(u"/test/figures"_s)); // it is made of the routes, not of words
    const QRegularExpression argument(u"\\{\\w+\\}"_s);
    for (auto path = paths.begin(); path != paths.end(); ++path) {
        QSet<QString> described;
        for (const QString &key : path.value().toObject().keys()) {
            if (key == u"parameters")
                continue;
            described.insert(key.toUpper());
            const QJsonObject operation = path.value()[key].toObject();
            const QByteArray asked = QJsonDocument(operation[u"parameters"_s].toArray()).toJson();
            QVERIFY2(asked.contains("parameters/RequestId") && asked.contains("parameters/TraceParent"),
                     asked.constData());
            for (const QJsonValue &response : operation[u"responses"_s].toObject()) {
                const QJsonObject fields = response[u"headers"_s].toObject();
                QVERIFY2(fields.contains(u"X-Request-Id"_s) && fields.contains(u"traceparent"_s),
                         qPrintable(path.key()));
            }
        }
        client.ask(path.key().replace(argument, u"0"_s).toLatin1(), "OPTIONS");
        const auto options = client.read();
        QVERIFY2(options && options->status == 204, qPrintable(path.key()));
        QSet<QString> allowed;
        for (const QByteArray &method : options->fields.value("allow").split(','))
            allowed.insert(QString::fromLatin1(method.trimmed()));
        allowed.remove(u"OPTIONS"_s);
        allowed.remove(u"HEAD"_s);
        QCOMPARE(allowed, described);
    }
    for (const char *page : {"/docs", "/redoc"})
        QVERIFY(client.get(page).value_or(Answer()).body.contains("openapi.json"));
}

void TestTelemetry::execute(const QString &file, const QString &statement)
{
    {
        auto database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
        database.setDatabaseName(file);
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY2(query.exec(statement), qPrintable(query.lastError().text()));
    }
    QSqlDatabase::removeDatabase(u"other"_s);
}

void TestTelemetry::aFileThatIsNoDatabaseAnyMoreIsNotReady()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"spoilt.sqlite"_s);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--database"_s, u"sqlite:"_s + path});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(statusOf(client.get("/readyz")), 200);
    execute(path, u"PRAGMA wal_checkpoint(TRUNCATE)"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.write(QByteArray(12'288, 'x'));
    file.close();
    const auto statusAt = [&client](const char *path) { return statusOf(client.get(path)); };
    TRY_VERIFY(statusAt("/query_database") == 503 && statusAt("/readyz") == 503);
    QCOMPARE(statusOf(client.get("/health")), 200);
}

void TestTelemetry::theLogKnowsABugByItsRequestAndClient()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"renamed.sqlite"_s);
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--database"_s, u"sqlite:"_s + path, u"--trusted-proxy"_s, u"127.0.0.1"_s});
    QVERIFY(server.waitUntilReady());
    execute(path, u"ALTER TABLE todos RENAME COLUMN title TO other"_s);
    RawClient proxy(server.port());
    proxy.send("GET /query_database HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n");
    const auto answer = proxy.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 500);
    const QString id = QJsonDocument::fromJson(answer->body)[u"request_id"_s].toString();
    QVERIFY(!id.isEmpty());
    QVERIFY(!answer->body.contains("no such"));
    TRY_VERIFY(server.standardError().contains("request " + id.toLatin1()
                                               + " of 203.0.113.5: GET /query_database: no such column"));
}

// Whoever collects it is restarted, or was `head`.
void TestTelemetry::aLogThatNobodyReadsAnyMoreEndsNothing()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"tables.db"_s);
    const QStringList wrapper{u"bash"_s, u"-c"_s, u"exec \"$0\" \"$@\" 2> >(true)"_s};
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--database"_s, u"sqlite:"_s + path}, wrapper);
    QVERIFY(server.waitUntilReady());
    execute(path, u"ALTER TABLE todos RENAME COLUMN title TO other"_s);
    RawClient client(server.port());
    QCOMPARE(statusOf(client.get("/query_database")), 500); // which is logged
    QCOMPARE(statusOf(client.get("/health")), 200);
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestTelemetry)
#include "test_telemetry.moc"
