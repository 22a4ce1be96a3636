// SPDX-License-Identifier: GPL-3.0-or-later
// Work under real traffic, against the real program: shared, bounded, fair, given up when nobody waits.
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/server_process.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTest>

#include <algorithm>
#include <array>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

const QByteArray sieved = semiprime(150); // long enough to be held while it is sieved
const QByteArray moment = "/factorize?n=1000000016000000063";

std::vector<RawClient> clientsOf(quint16 port, int count, const QByteArray &path)
{
    std::vector<RawClient> clients;
    for (int i = 0; i < count; ++i) {
        clients.emplace_back(port);
        clients.back().ask(path);
    }
    return clients;
}

// Of all threads of a process; its first one is that of the event loop.
QMap<qint64, int> nicenesses(qint64 process)
{
    QMap<qint64, int> all;
    const QStringList threads = QDir(u"/proc/%1/task"_s.arg(process)).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &thread : threads)
        all.insert(thread.toLongLong(), ::getpriority(PRIO_PROCESS, id_t(thread.toLongLong())));
    return all;
}

// Of a thread, ns; 0: this kernel knows of none.
quint64 sliceOf(qint64 thread)
{
    std::array<quint64, 7> attributes{sizeof attributes}; // size and policy, flags, nice and priority, runtime, ...
    return ::syscall(SYS_sched_getattr, pid_t(thread), attributes.data(), sizeof attributes, 0U) == 0 ? attributes[3]
                                                                                                      : 0;
}

// How many results a database holds.
int resultsIn(const QString &file)
{
    int results = -1;
    {
        auto database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"results"_s);
        database.setDatabaseName(file);
        database.open();
        QSqlQuery query(u"SELECT count(*) FROM results"_s, database);
        if (query.next())
            results = query.value(0).toInt();
    }
    QSqlDatabase::removeDatabase(u"results"_s);
    return results;
}

const QByteArray longRunning = "openloop_pool_computations{lane=\"long\"}";
const QByteArray longQueued = "openloop_queue_length{lane=\"long\"}";
const QByteArray shared = "openloop_shared_computations_total";

const QStringList twoPatientThreads{u"--cpu-threads"_s, u"2"_s, u"--factorize-timeout"_s, u"600"_s};

// Who share one computation, which is held in the sieve; none: they do not.
std::vector<RawClient> aHundredOfOneNumber(ServerProcess &server)
{
    if (!server.waitUntilReady() || !server.hold("sieving"))
        return {};
    std::vector<RawClient> clients = clientsOf(server.port(), 100, "/factorize?n=" + sieved);
    const auto share = [&] { return server.metric(shared) == 99.0 && server.figure("held") == 1; };
    return QTest::qWaitFor(share, patience) ? std::move(clients) : std::vector<RawClient>();
}

} // namespace

class TestWork : public QObject
{
    Q_OBJECT

private slots:
    void equalNumbersAreComputedOnce();
    void workGoesOnWhileAnyoneWaits();
    void aFloodOfLongNumbersDelaysNoShortOne();
    void aJobLendsItsThreadToWhoWaits();
    void clientsTakeTurns();
    void aDeadlineInTheQueueAnswersBeforeTheWorkStarts();
    void whatIsTooLongToSieveHasNoEstimate();
    void whoPrefersNotToWaitGetsAJob();
    void aJobTellsFromItsStartHowLongItTakes();
    void whatWasFoundOnceIsNotComputedAgain();
    void whoFactorsStepsBackForTheLoop();
    void aComputationThatIgnoresItsStopEndsWithTheProcess();
};

void TestWork::equalNumbersAreComputedOnce()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), twoPatientThreads);
    std::vector<RawClient> clients = aHundredOfOneNumber(server);
    QVERIFY(!clients.empty());
    QCOMPARE(server.metric(longRunning), 1.0);
    QCOMPARE(server.metric(longQueued), 0.0);
    QVERIFY(server.release());
    QSet<QByteArray> bodies;
    for (RawClient &client : clients) {
        const auto answer = client.read(longest);
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
        bodies.insert(answer->body);
    }
    QCOMPARE(bodies.size(), 1);
    QVERIFY(bodies.begin()->contains("\"exponent\":1},{"));
}

// It is never released: what ends it is that the last one has left.
void TestWork::workGoesOnWhileAnyoneWaits()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), twoPatientThreads);
    std::vector<RawClient> clients = aHundredOfOneNumber(server);
    QVERIFY(!clients.empty());
    while (clients.size() > 1) {
        clients.back().reset();
        clients.pop_back();
    }
    TRY_COMPARE(server.metric("openloop_requests_in_flight"), 2.0);
    QCOMPARE(server.figure("held"), 1);
    clients.front().reset();
    TRY_COMPARE(server.figure("running"), 0);
}

void TestWork::aFloodOfLongNumbersDelaysNoShortOne()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"1"_s, u"--factorize-timeout"_s, u"600"_s});
    QVERIFY(server.waitUntilReady());
    std::vector<RawClient> flood;
    for (unsigned long i = 0; i < 200; ++i) {
        flood.emplace_back(server.port());
        flood.back().ask("/factorize?n=" + semiprime(332, i)); // the longest that the service takes
        if (i == 0) // the others wait behind it
            TRY_COMPARE(server.metric(longRunning), 1.0);
    }
    TRY_COMPARE(server.metric(longQueued), 64.0);
    std::vector<double> times;
    RawClient other(server.port());
    for (int i = 0; i < 20; ++i) {
        const auto begun = Clock::now();
        const auto answer = other.get(moment, longest);
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
    }
    std::nth_element(times.begin(), times.begin() + 10, times.end());
    qInfo("a short number takes %.1f ms (median) beside the flood", times[10]);
    QCOMPARE(server.metric(longQueued), 64.0); // all were answered while the only thread worked on the first long one
    QCOMPARE(server.metric(longRunning), 1.0);
}

// On a single thread: a job of hours must not keep it from those who wait for an answer.
void TestWork::aJobLendsItsThreadToWhoWaits()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"1"_s});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(client.post("/factorizations", "{\"n\":\"" + semiprime(330) + "\"}").value_or(Answer()).status, 202);
    TRY_COMPARE(server.metric(longRunning), 1.0);
    QCOMPARE(client.get("/factorize?n=" + semiprime(170), longest).value_or(Answer()).status, 200);
    QCOMPARE(server.metric(longRunning), 1.0); // it goes on
}

void TestWork::clientsTakeTurns()
{
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--cpu-threads"_s, u"1"_s, u"--cpu-queue"_s, u"16"_s, u"--factorize-timeout"_s, u"600"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    std::vector<RawClient> flood;
    for (unsigned long i = 0; i < 40; ++i) {
        flood.emplace_back(server.port());
        flood.back().ask("/factorize?n=" + semiprime(150, i));
        if (i == 0) // the others wait behind it
            TRY_COMPARE(server.figure("held"), 1);
    }
    TRY_COMPARE(server.metric(longQueued), 16.0);
    const QByteArray number = semiprime(150, 1000);
    RawClient single(server.port(), "127.0.0.2");
    single.ask("/factorize?n=" + number);
    TRY_COMPARE(server.metric("openloop_displaced_computations_total"), 1.0); // a place was made
    QVERIFY(server.hold("sieving", "&n=" + number)); // the flood is released
    TRY_COMPARE(server.figure("held"), 1);
    QVERIFY(server.metric(longQueued) >= 14); // its turn came after one or two of the flood
    QVERIFY(server.release());
    const auto answer = single.read(longest);
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
}

void TestWork::aDeadlineInTheQueueAnswersBeforeTheWorkStarts()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--cpu-threads"_s, u"1"_s, u"--factorize-timeout"_s, u"1"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving", "&lends=no"));
    RawClient client(server.port());
    QCOMPARE(client.post("/factorizations", "{\"n\":\"" + sieved + "\"}").value_or(Answer()).status, 202);
    TRY_COMPARE(server.figure("held"), 1); // the only thread
    const QByteArray number = semiprime(290, 2);
    const auto answer = client.get("/factorize?n=" + number, longest);
    QVERIFY(answer);
    QCOMPARE(answer->status, 504);
    const QJsonObject problem = QJsonDocument::fromJson(answer->body).object();
    QCOMPARE(problem[u"found"_s].toArray(), QJsonArray());
    QCOMPARE(problem[u"remaining"_s].toArray(), QJsonArray{QString::fromLatin1(number)});
    QVERIFY2(problem[u"estimate_s"_s].toInt() > 60, answer->body.constData()); // of 88 digits, by one thread
    QVERIFY2(answer->fields.value("link").startsWith("</factorizations>; rel="),
             answer->fields.value("link").constData());
    QCOMPARE(server.figure("held"), 1);
    QCOMPARE(server.figure("queued"), 0);
}

void TestWork::whatIsTooLongToSieveHasNoEstimate()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--factorize-timeout"_s, u"1"_s, u"--max-digits"_s, u"150"_s});
    QVERIFY(server.waitUntilReady());
    const auto answer = RawClient(server.port()).get("/factorize?n=" + semiprime(400), longest);
    QCOMPARE(statusOf(answer), 504);
    QVERIFY2(objectOf(answer).value(u"estimate_s"_s).isNull(), answer->body.constData());
    QVERIFY(answer->fields.contains("link"));
}

void TestWork::whoPrefersNotToWaitGetsAJob()
{
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--cpu-threads"_s, u"1"_s, u"--cpu-queue"_s, u"1"_s, u"--factorize-timeout"_s, u"600"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    RawClient computed(server.port());
    computed.ask("/factorize?n=" + semiprime(150, 7));
    TRY_COMPARE(server.figure("held"), 1);
    RawClient queued(server.port());
    queued.ask("/factorize?n=" + semiprime(150, 8));
    TRY_COMPARE(server.metric(longQueued), 1.0);
    const auto factorize = [&server](const QByteArray &preferences) {
        RawClient client(server.port());
        client.send("GET /factorize?n=" + sieved + " HTTP/1.1\r\nHost: localhost\r\n" + preferences + "\r\n");
        return client.read(longest);
    };
    QCOMPARE(statusOf(factorize({})), 503);
    const auto accepted = factorize("Prefer: respond-async\r\n"); // a job waits beyond the queue
    QCOMPARE(statusOf(accepted), 202);
    QCOMPARE(accepted->fields.value("preference-applied"), "respond-async");
    const QByteArray path = accepted->fields.value("location");
    QCOMPARE(path, "/factorizations/" + objectOf(accepted)[u"id"_s].toString().toLatin1());
    const auto late = factorize("Prefer: wait=1\r\nPrefer: handling=lenient, Respond-Async\r\n");
    QCOMPARE(statusOf(late), 202);
    QCOMPARE(late->fields.value("preference-applied"), "respond-async, wait=1");
    QCOMPARE(late->fields.value("location"), path);
    QVERIFY(server.release());
    const auto over = factorize("Prefer: respond-async, wait=60\r\n");
    QCOMPARE(statusOf(over), 200);
    QCOMPARE(objectOf(over)[u"n"_s].toString().toLatin1(), sieved);
    QCOMPARE(objectOf(over)[u"factors"_s].toArray().size(), 2);
    QCOMPARE(statusOf(RawClient(server.port()).get("/factorize?n=0")), 422);
}

void TestWork::aJobTellsFromItsStartHowLongItTakes()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--max-digits"_s, u"150"_s});
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("trial division")); // in which nothing is known but the length
    const auto accepted = RawClient(server.port()).post("/factorizations", "{\"n\":\"" + semiprime(290) + "\"}");
    QCOMPARE(statusOf(accepted), 202);
    TRY_COMPARE(server.figure("held"), 1);
    const auto job = objectOf(RawClient(server.port()).get(accepted->fields.value("location")));
    QCOMPARE(job[u"phase"_s].toString(), u"trial division"_s);
    QVERIFY2(job[u"eta"_s].toDouble() > 10, qPrintable(QString::number(job[u"eta"_s].toDouble())));
}

void TestWork::whatWasFoundOnceIsNotComputedAgain()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(u"kept.sqlite"_s);
    const QStringList arguments{u"--database"_s, u"sqlite:"_s + file};
    const QByteArray path = "/factorize?n=" + semiprime(180);
    QByteArray first;
    {
        ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(server.waitUntilReady());
        const auto answer = RawClient(server.port()).get(path, longest);
        QVERIFY(answer);
        first = answer->body;
        QVERIFY(answer->fields.value("server-timing").contains("compute"));
        TRY_COMPARE(resultsIn(file), 1); // it is answered before it is kept
        QCOMPARE(server.stop(), 0);
    }
    ServerProcess server(QStringLiteral(TEST_SERVER), arguments);
    QVERIFY(server.waitUntilReady());
    const auto again = RawClient(server.port()).get(path, longest);
    QVERIFY(again);
    QCOMPARE(again->body, first);
    QVERIFY(!again->fields.value("server-timing").contains("compute"));
    QVERIFY(again->fields.value("server-timing").contains("db"));
}

// The loop itself has the shortest slices, or goes up where it may (RLIMIT_NICE, CAP_SYS_NICE).
void TestWork::whoFactorsStepsBackForTheLoop()
{
    const int own = ::getpriority(PRIO_PROCESS, 0);
    for (const bool isAsked : {false, true}) {
        ServerProcess server(QStringLiteral(TEST_SERVER),
                             twoPatientThreads + (isAsked ? QStringList{u"--cpu-nice"_s, u"13"_s} : QStringList()));
        QVERIFY(server.waitUntilReady());
        const QMap<qint64, int> before = nicenesses(server.processId());
        QVERIFY(server.hold("sieving"));
        RawClient client(server.port());
        client.ask("/factorize?n=" + sieved);
        TRY_COMPARE(server.figure("held"), 1);
        const QMap<qint64, int> during = nicenesses(server.processId());
        const int loop = during.value(server.processId());
        QVERIFY(loop == own || (loop == -10 && sliceOf(0) == 0));
        QVERIFY(sliceOf(0) == 0 || sliceOf(server.processId()) < sliceOf(0));
        int computing = 0;
        for (auto thread = during.begin(); thread != during.end(); ++thread) {
            if (thread.key() == server.processId() || before.contains(thread.key()))
                continue;
            ++computing;
            QCOMPARE(thread.value(), std::max(own, isAsked ? 13 : 6));
        }
        QVERIFY(computing > 0);
    }
}

void TestWork::aComputationThatIgnoresItsStopEndsWithTheProcess()
{
    qputenv("OPENLOOP_TEST_FAREWELL", "1");
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--drain-timeout"_s, u"0.1"_s});
    QVERIFY(server.waitUntilReady());
    qunsetenv("OPENLOOP_TEST_FAREWELL");
    QVERIFY(server.hold("sieving", "&stops=no"));
    RawClient client(server.port());
    client.ask("/factorize?n=" + sieved);
    TRY_COMPARE(server.figure("held"), 1);
    QCOMPARE(server.stop(), 1);
    QVERIFY(server.standardError().contains("does not end when told to stop"));
}

QTEST_GUILESS_MAIN(TestWork)
#include "test_work.moc"
