// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs, against the real program: what was accepted is finished, whatever happens to the service meanwhile.
#include "server/store/schema.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <semaphore>
#include <thread>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int mostJobsOfALife = 10; // else the last start has too much to do for a test
const QByteArray sieved = semiprime(150); // long enough to be held while it is sieved

// The servers that are started as long as it lives hold every computation from the start.
class HeldFromTheStart
{
public:
    HeldFromTheStart() { qputenv("OPENLOOP_TEST_HOLD", "sieving"); }
    ~HeldFromTheStart() { qunsetenv("OPENLOOP_TEST_HOLD"); }
};

} // namespace

class TestJobs : public QObject
{
    Q_OBJECT

private slots:
    void aJobIsAcceptedAndDone();
    void waitingIsAPreference();
    void theSameKeyIsTheSameJob();
    void aKeyIsOneText_data();
    void aKeyIsOneText();
    void anUnfinishedNumberIsTheSameJob();
    void aPageLeadsToTheNext();
    void badInputNamesItsField_data();
    void badInputNamesItsField();
    void progressIsToldEverySecondUntilDone();
    void deletingStopsTheWork();
    void aSlowReaderHoldsNothingUp();
    void whoeverLeavesHoldsNothingUp();
    void aFullQueueStillAnswersForWhatIsInIt();
    void nothingAcceptedIsLostByKills_data();
    void nothingAcceptedIsLostByKills();
    void aJobThatKillsTheServiceThreeTimesFails();
    void aJobThatIsGivenUpTellsWhatItHas();
    void aWaitingJobHasItsEstimate();
    void aStopPutsJobsBackAndCutsNoAnswer();
    void aServerThatIsAloneListsItself();
    void aServerIsNamedByItsPortThoughItIsAnyFreeOne();
};

void TestJobs::aJobIsAcceptedAndDone()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const auto answer = RawClient(server.port()).post(jobs, bodyOf("360"));
    QVERIFY(answer);
    QCOMPARE(answer->status, 202);
    const QByteArray path = answer->fields.value("location");
    QVERIFY(path.startsWith("/factorizations/"));
    QCOMPARE(objectOf(answer)[u"n"_s].toString(), u"360"_s);
    TRY_COMPARE(job(server.port(), path)[u"state"_s].toString(), u"done"_s);
    const QJsonObject done = job(server.port(), path);
    QCOMPARE(productOf(done), 360);
    QCOMPARE(done[u"progress"_s].toDouble(), 1.0);
    for (const QString &time : {u"created_at"_s, u"started_at"_s, u"finished_at"_s})
        QVERIFY2(QDateTime::fromString(done[time].toString(), Qt::ISODateWithMs).isValid(), qPrintable(time));
}

void TestJobs::waitingIsAPreference()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const auto soon = RawClient(server.port()).post(jobs, bodyOf(sieved), "Prefer: wait=30\r\n", longest);
    QVERIFY(soon);
    QCOMPARE(soon->status, 200);
    QCOMPARE(soon->fields.value("preference-applied"), "wait=30");
    QCOMPARE(objectOf(soon)[u"state"_s].toString(), u"done"_s);
    QVERIFY(server.hold("sieving"));
    const QByteArray another = semiprime(150, 2);
    const QByteArray path = accept(server.port(), another);
    TRY_COMPARE(server.figure("held"), 1);
    const auto later = RawClient(server.port()).post(jobs, bodyOf(another), "Prefer: wait=1\r\n", longest);
    QVERIFY(later);
    QCOMPARE(later->status, 202);
    QCOMPARE(later->fields.value("location"), path);
    QCOMPARE(objectOf(later)[u"state"_s].toString(), u"running"_s);
}

void TestJobs::theSameKeyIsTheSameJob()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray key = "Idempotency-Key: a6c1\r\n";
    const QByteArray first = accept(server.port(), "91", key);
    QVERIFY(!first.isEmpty());
    TRY_COMPARE(job(server.port(), first)[u"state"_s].toString(), u"done"_s);
    QCOMPARE(accept(server.port(), "91", key), first);
    QVERIFY(accept(server.port(), "91") != first);
    const auto other = RawClient(server.port()).post(jobs, bodyOf("93"), key);
    QVERIFY(other);
    QCOMPARE(other->status, 422);
    QVERIFY(other->body.contains("Idempotency-Key"));
}

void TestJobs::aKeyIsOneText_data()
{
    rows<QByteArray, QByteArray>({"fields", "problem"},
                                 {{"bytes that read alike", "Idempotency-Key: k\xff\r\n", "no text in UTF-8"},
                                  {"two", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "more than once"},
                                  {"long", "Idempotency-Key: " + QByteArray(256, 'k') + "\r\n", "longer than 255"}});
}

void TestJobs::aKeyIsOneText()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, problem);
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const Answer answer = RawClient(server.port()).post(jobs, bodyOf("91"), fields).value_or(Answer());
    QCOMPARE(answer.status, 422);
    QVERIFY2(answer.body.contains("Idempotency-Key") && answer.body.contains(problem), answer.body.constData());
}

void TestJobs::anUnfinishedNumberIsTheSameJob()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    const QByteArray first = accept(server.port(), sieved);
    QVERIFY(!first.isEmpty());
    TRY_COMPARE(server.figure("held"), 1);
    QCOMPARE(accept(server.port(), sieved), first);
    QVERIFY(server.release());
    TRY_COMPARE(job(server.port(), first)[u"state"_s].toString(), u"done"_s);
    QVERIFY(accept(server.port(), sieved) != first);
}

void TestJobs::aPageLeadsToTheNext()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    QSet<QString> accepted;
    for (int n = 1; n <= 6; ++n)
        accepted.insert(QString::fromLatin1(accept(server.port(), QByteArray::number(n)).split('/').last()));
    QCOMPARE(accepted.size(), 6);
    for (const int limit : {3, 4}) {
        QSet<QString> listed;
        int pages = 0;
        for (QString page = u"/factorizations?limit=%1"_s.arg(limit); !page.isEmpty(); ++pages) {
            const QJsonObject body = job(server.port(), page.toLatin1());
            const QJsonArray data = body[u"data"_s].toArray();
            QVERIFY(data.size() <= limit);
            for (const QJsonValue &entry : data)
                listed.insert(entry[u"id"_s].toString());
            page = body[u"next"_s].toString();
        }
        QCOMPARE(pages, 2); // a full page leads nowhere when it is the last
        QCOMPARE(listed, accepted);
    }
    TRY_COMPARE(job(server.port(), jobs + "?state=done")[u"data"_s].toArray().size(), 6);
    QCOMPARE(job(server.port(), jobs + "?state=failed")[u"data"_s].toArray().size(), 0);
    QCOMPARE(statusOf(RawClient(server.port()).get(jobs + "?after=")), 422); // a cursor that was lost is no first page
}

void TestJobs::badInputNamesItsField_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("field");
    QTest::newRow("no JSON") << QByteArray("n=91") << QByteArray("body");
    QTest::newRow("an array") << QByteArray("[91]") << QByteArray("body");
    QTest::newRow("no n") << QByteArray("{}") << QByteArray("n");
    QTest::newRow("zero") << QByteArray("{\"n\":0}") << QByteArray("n");
    QTest::newRow("negative") << QByteArray("{\"n\":-5}") << QByteArray("n");
    QTest::newRow("a fraction") << QByteArray("{\"n\":1.5}") << QByteArray("n");
    QTest::newRow("a number that lost bits") << QByteArray("{\"n\":9007199254740993}") << QByteArray("n");
    QTest::newRow("and with a fraction") << QByteArray("{\"n\":9007199254740993.0}") << QByteArray("n");
    QTest::newRow("letters") << QByteArray("{\"n\":\"ten\"}") << QByteArray("n");
    QTest::newRow("null") << QByteArray("{\"n\":null}") << QByteArray("n");
    QTest::newRow("too long") << bodyOf(QByteArray(101, '7')) << QByteArray("n");
    QTest::newRow("a million digits") << bodyOf(QByteArray(1'000'000, '7')) << QByteArray("n");
}

void TestJobs::badInputNamesItsField()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, field);
    static ServerProcess server(QStringLiteral(TEST_SERVER));
    if (server.port() == 0)
        QVERIFY(server.waitUntilReady());
    const auto answer = RawClient(server.port()).post(jobs, body);
    QVERIFY(answer);
    QCOMPARE(answer->status, 422);
    QCOMPARE(objectOf(answer)[u"field"_s].toString().toLatin1(), field);
}

void TestJobs::progressIsToldEverySecondUntilDone()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray path = heldJob(server, sieved);
    QVERIFY(!path.isEmpty());
    RawClient client(server.port());
    client.ask(path + "/events");
    QByteArray stream = client.readSome(longest);
    int silent = 0;
    constexpr int looks = 9; // neighbours on the machine may make one silence longer, not most of them
    for (int i = 0; i < looks; ++i) {
        const QByteArray more = client.readSome(1s);
        silent += more.isEmpty() ? 1 : 0;
        stream += more;
    }
    QVERIFY2(silent < looks / 2, "more than a second without a word");
    QVERIFY(stream.startsWith("HTTP/1.1 200 OK"));
    QVERIFY(stream.contains("text/event-stream"));
    QVERIFY(stream.count("event: progress") > looks / 2);
    QVERIFY(stream.contains("\"phase\":\"sieving\""));
    QVERIFY(!stream.contains("event: done"));
    QVERIFY(server.release());
    const QByteArray end = "0\r\n\r\n";
    for (const auto until = Clock::now() + longest; !stream.endsWith(end) && Clock::now() < until;) {
        const QByteArray more = client.readSome();
        QVERIFY(!more.isEmpty());
        stream += more;
    }
    QVERIFY(stream.contains("event: done"));
    QCOMPARE(job(server.port(), path)[u"state"_s].toString(), u"done"_s);
    QCOMPARE(client.get("/health").value_or(Answer()).status, 200); // the connection goes on
}

void TestJobs::deletingStopsTheWork()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray path = heldJob(server, sieved);
    QVERIFY(!path.isEmpty());
    QCOMPARE(job(server.port(), path)[u"state"_s].toString(), u"running"_s);
    QCOMPARE(job(server.port(), path)[u"phase"_s].toString(), u"sieving"_s);
    RawClient watcher(server.port());
    watcher.ask(path + "/events");
    QVERIFY(hears(watcher, "event: progress"));
    QCOMPARE(RawClient(server.port()).remove(path).value_or(Answer()).status, 204);
    QVERIFY(hears(watcher, "event: cancelled"));
    TRY_COMPARE(server.figure("running"), 0); // never released: it was stopped
    QCOMPARE(job(server.port(), path)[u"state"_s].toString(), u"cancelled"_s);
    QCOMPARE(RawClient(server.port()).remove(path).value_or(Answer()).status, 204);
    QCOMPARE(RawClient(server.port()).remove(jobs + "/0000000000000000").value_or(Answer()).status, 404);
}

void TestJobs::aSlowReaderHoldsNothingUp()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    const QByteArray path = accept(server.port(), sieved);
    std::vector<RawClient> watchers;
    for (int i = 0; i < 50; ++i) {
        watchers.emplace_back(server.port());
        watchers.back().shrinkReceiveBuffer();
        watchers.back().ask(path + "/events");
    }
    TRY_COMPARE(server.figure("held"), 1);
    QVERIFY(server.release());
    TRY_COMPARE(job(server.port(), path)[u"state"_s].toString(), u"done"_s);
    watchers.clear(); // some unread, all left
    const auto inFlight = [&] {
        return objectOf(RawClient(server.port()).get("/test/in_flight"))[u"in_flight"_s].toInt(-1);
    };
    TRY_COMPARE(inFlight(), 1);
}

void TestJobs::whoeverLeavesHoldsNothingUp()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray path = heldJob(server, sieved);
    QVERIFY(!path.isEmpty());
    const auto inFlight = [&] {
        return objectOf(RawClient(server.port()).get("/test/in_flight"))[u"in_flight"_s].toInt(-1);
    };
    {
        RawClient waiting(server.port());
        const QByteArray body = bodyOf(sieved);
        waiting.send("POST " + jobs + " HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\nContent-Length: "
                     + QByteArray::number(body.size()) + "\r\n\r\n" + body);
        RawClient watching(server.port());
        watching.ask(path + "/events");
        TRY_COMPARE(inFlight(), 3);
    }
    TRY_COMPARE(inFlight(), 1); // only if the loop turns is this answered at all
}

void TestJobs::aFullQueueStillAnswersForWhatIsInIt()
{
    const QTemporaryDir folder;
    const QString url = u"sqlite:"_s + folder.filePath(u"full.sqlite"_s);
    {
        OwnConnection sql(url);
        bringSchemaUpToDate(sql);
        sql.command(u"INSERT INTO tasks (id, kind, payload, payload_hash, state, due_at, version, format, created_at) "
                    "WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < 10000) "
                    "SELECT n, 'factorization', n, 'factorization:' || n, 'held', 9e15, 1, 1, 1 FROM each"_s);
        sql.command(u"INSERT INTO request_keys (key, task, payload_hash, created_at) "
                    "VALUES ('k', 15, 'factorization:15', 9e15)"_s);
    }
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--database"_s, url});
    QVERIFY(server.waitUntilReady());
    const auto post = [&](const QByteArray &n, const QByteArray &fields = {}) {
        return RawClient(server.port()).post(jobs, bodyOf(n), fields).value_or(Answer());
    };
    const Answer refused = post("10001");
    QCOMPARE(refused.status, 503);
    QVERIFY(refused.fields.contains("retry-after"));
    QCOMPARE(post("10001", "Idempotency-Key: other\r\n").status, 503);
    QCOMPARE(post("15").status, 202);
    QCOMPARE(post("15").fields.value("location"), jobs + "/000000000000000f");
    QCOMPARE(post("15", "Idempotency-Key: k\r\n").status, 202);
    QCOMPARE(post("21", "Idempotency-Key: k\r\n").status, 422);
    QVERIFY(RawClient(server.port()).remove(jobs + "/0000000000000001"));
    QCOMPARE(post("10001", "Idempotency-Key: other\r\n").status, 202); // the refusal has left nothing behind
}

void TestJobs::nothingAcceptedIsLostByKills_data()
{
    eitherDatabase();
}

void TestJobs::nothingAcceptedIsLostByKills()
{
    QFETCH(bool, postgres);
    DatabaseOfRow database(postgres);
    const QStringList arguments{u"--database"_s, database.url()};
    QMap<QByteArray, QByteArray> accepted; // path -> n
    unsigned long seed = 0;
    for (int kills = 0; kills < 20; ++kills) {
        ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(server.waitUntilReady());
        std::counting_semaphore<> answers(0);
        std::jthread load([&](const std::stop_token &stop) {
            for (int jobs = 0; jobs < mostJobsOfALife && !stop.stop_requested(); ++jobs) {
                const QByteArray n = semiprime(110 + unsigned(seed % 40), seed);
                ++seed;
                const QByteArray path = accept(server.port(), n);
                if (path.isEmpty())
                    continue;
                accepted[path] = n;
                answers.release();
            }
        });
        // the moment of the kill is the experiment: after so many answers, whatever is in the making
        const int enough = kills % mostJobsOfALife;
        for (int i = 0; i < enough; ++i)
            QVERIFY(answers.try_acquire_for(longest));
        ::kill(pid_t(server.processId()), SIGKILL);
        load.request_stop();
        load.join();
        server.process().waitForFinished();
    }
    ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
    QVERIFY(server.waitUntilReady());
    QVERIFY(accepted.size() > 20);
    for (auto entry = accepted.cbegin(); entry != accepted.cend(); ++entry) {
        TRY_COMPARE_WITHIN(job(server.port(), entry.key())[u"state"_s].toString(), u"done"_s, 2 * patience);
        QCOMPARE(productOf(job(server.port(), entry.key())), mpz_class(entry.value().toStdString(), 10));
    }
    qInfo("%d jobs were accepted and done over 20 kills", int(accepted.size()));
}

void TestJobs::aJobThatKillsTheServiceThreeTimesFails()
{
    const HeldFromTheStart held;
    qputenv("OPENLOOP_TEST_HOLD_AFTER_DEATHS", "1"); // a minute otherwise
    const auto restore = qScopeGuard([] { qunsetenv("OPENLOOP_TEST_HOLD_AFTER_DEATHS"); });
    const QTemporaryDir folder;
    const QStringList arguments{u"--database"_s, u"sqlite:"_s + folder.filePath(u"kills.sqlite"_s)};
    QByteArray path;
    for (int death = 0; death < 3; ++death) {
        ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(server.waitUntilReady());
        if (path.isEmpty())
            path = accept(server.port(), sieved);
        TRY_COMPARE(server.figure("held"), 1);
        QCOMPARE(job(server.port(), path)[u"state"_s].toString(), u"running"_s);
        ::kill(pid_t(server.processId()), SIGKILL);
        QVERIFY(server.process().waitForFinished());
    }
    ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
    QVERIFY(server.waitUntilReady());
    TRY_COMPARE(job(server.port(), path)[u"state"_s].toString(), u"failed"_s);
    QVERIFY(!job(server.port(), path)[u"detail"_s].toString().isEmpty());
}

void TestJobs::aWaitingJobHasItsEstimate()
{
    const HeldFromTheStart held;
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"1"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(!accept(server.port(), semiprime(150)).isEmpty());
    TRY_COMPARE(server.figure("held"), 1);
    const QJsonObject waiting = job(server.port(), accept(server.port(), semiprime(280, 2)));
    QCOMPARE(waiting[u"state"_s].toString(), u"queued"_s);
    QVERIFY(waiting[u"eta"_s].toDouble() > 0);
    QCOMPARE(waiting[u"progress"_s].toDouble(), 0.0);
    QVERIFY(server.release());
}

void TestJobs::aJobThatIsGivenUpTellsWhatItHas()
{
    qputenv("OPENLOOP_TEST_CURVES", "16");
    const auto restore = qScopeGuard([] { qunsetenv("OPENLOOP_TEST_CURVES"); });
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--max-digits"_s, u"200"_s});
    QVERIFY(server.waitUntilReady());
    const QByteArray hard = semiprime(420); // too long to be sieved
    const mpz_class n = mpz_class(hard.toStdString()) * 12;
    const QByteArray path = accept(server.port(), QByteArray::fromStdString(n.get_str()));
    QJsonObject told;
    TRY_COMPARE((told = job(server.port(), path))[u"state"_s].toString(), u"failed"_s);
    QVERIFY(told[u"factors"_s].isNull());
    QCOMPARE(told[u"remaining"_s].toArray(), QJsonArray{QString::fromLatin1(hard)});
    QCOMPARE(QJsonDocument(told[u"found"_s].toArray()).toJson(QJsonDocument::Compact),
             R"([{"exponent":2,"prime":"2"},{"exponent":1,"prime":"3"}])");
}

void TestJobs::aStopPutsJobsBackAndCutsNoAnswer()
{
    const HeldFromTheStart held;
    const QTemporaryDir folder;
    const QStringList arguments{u"--database"_s, u"sqlite:"_s + folder.filePath(u"stop.sqlite"_s), u"--drain-timeout"_s,
                                u"600"_s}; // longer than the stop is waited for: it has to end by itself
    QByteArray path;
    {
        ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(server.waitUntilReady());
        path = accept(server.port(), sieved);
        TRY_COMPARE(server.figure("held"), 1);
        const std::array<const char *, 4> paths{"/health", "/query_database", "/call_other_service",
                                                "/factorize?n=1000000016000000063"};
        std::array<std::atomic<int>, 4> whole{};
        std::atomic<int> cut = 0;
        std::vector<std::jthread> clients;
        for (std::size_t i = 0; i < paths.size(); ++i) {
            clients.emplace_back([&, i](const std::stop_token &stop) {
                RawClient client(server.port());
                while (!stop.stop_requested()) {
                    const auto answer = client.get(paths[i]);
                    if (answer)
                        ++whole[i];
                    // an idle connection may be closed at any time, an answer not be cut: some of it must be missing
                    else if (!client.readSome(1ms).isEmpty())
                        ++cut;
                    if (!answer || answer->fields.value("connection") == "close")
                        return;
                }
            });
        }
        const auto allAreBusy = [&] { return std::ranges::all_of(whole, [](const auto &count) { return count > 9; }); };
        TRY_VERIFY(allAreBusy());
        QCOMPARE(server.stop(), 0);
        clients.clear();
        QCOMPARE(cut.load(), 0);
    }
    ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
    QVERIFY(server.waitUntilReady());
    TRY_COMPARE(server.figure("held"), 1);
    QCOMPARE(job(server.port(), path)[u"state"_s].toString(), u"running"_s);
}

void TestJobs::aServerThatIsAloneListsItself()
{
    const HeldFromTheStart holds;
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--node-name"_s, u"alone"_s});
    QVERIFY(server.waitUntilReady());
    const QByteArray path = accept(server.port(), sieved);
    TRY_COMPARE(server.figure("held"), 1);
    const QJsonArray nodes = objectOf(RawClient(server.port()).get("/nodes"))[u"data"_s].toArray();
    QCOMPARE(nodes.size(), 1);
    QCOMPARE(nodes[0][u"name"_s].toString(), u"alone"_s);
    QCOMPARE(nodes[0][u"state"_s].toString(), u"alive"_s);
    const QJsonArray computed = nodes[0][u"jobs"_s].toArray();
    QCOMPARE(computed.size(), 1);
    QCOMPARE(computed[0][u"phase"_s].toString(), u"sieving"_s);
    QVERIFY(path.endsWith(computed[0][u"id"_s].toString().toLatin1()));
    QCOMPARE(job(server.port(), path)[u"node"_s].toString(), u"alone"_s);
}

void TestJobs::aServerIsNamedByItsPortThoughItIsAnyFreeOne()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const auto name = [&] {
        const QJsonArray nodes = objectOf(RawClient(server.port()).get("/nodes"))[u"data"_s].toArray();
        return nodes[0][u"name"_s].toString();
    };
    TRY_VERIFY2(name().endsWith(u":%1"_s.arg(server.port())), qPrintable(name())); // once it has joined
}

QTEST_GUILESS_MAIN(TestJobs)
#include "test_jobs.moc"
