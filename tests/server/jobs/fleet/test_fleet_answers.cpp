// SPDX-License-Identifier: GPL-3.0-or-later
// Two servers on one PostgreSQL: whichever is asked answers, for the jobs that the other computes as well.
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/peers.h"

#include <QJsonArray>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

const QString a = u"A"_s;
const QString b = u"B"_s;

QJsonArray dataOf(quint16 port, const QByteArray &path)
{
    return objectOf(RawClient(port).get(path))[u"data"_s].toArray();
}

QJsonObject named(const QJsonArray &elements, const QString &member, const QString &value)
{
    const auto found =
        std::ranges::find_if(elements, [&](const QJsonValue &element) { return element[member].toString() == value; });
    return found == elements.end() ? QJsonObject() : found->toObject();
}

QString idIn(const QByteArray &path)
{
    return QString::fromLatin1(path.split('/').last());
}

} // namespace

class TestFleetAnswers : public QObject
{
    Q_OBJECT

    std::optional<Fleet> m_fleet; ///< each test's own
    quint16 m_first = 0; ///< the port of A, which holds what it computes
    quint16 m_other = 0; ///< of B, which computes nothing

private slots:
    void init()
    {
        if (peersAreLeftOut())
            QSKIP("PostgreSQL is left out here");
        m_fleet.emplace(QStringLiteral(TEST_SERVER));
        m_first = m_fleet->start(a, {u"--cpu-threads"_s, u"2"_s}, Fleet::Computes::Held).port();
        m_other = m_fleet->start(b, {u"--jobs"_s, u"off"_s}).port();
    }
    void cleanup() { m_fleet.reset(); }

    void theOtherServerTellsHowFarAJobIs();
    void aWatcherAtTheOtherServerIsToldHowFarAJobIs();
    void whoPrefersToWaitMayDoSoAtAnyServer();
    void theServersAreListed();
    void aJobIsCancelledAtAnyServer();
    void aKeyBelongsToWhatItsRequestJoined();
    void anyServerTellsHowTheFleetDoes();
};

void TestFleetAnswers::theOtherServerTellsHowFarAJobIs()
{
    const QByteArray path = accept(m_other, semiprime(150));
    const auto phase = [&] { return job(m_other, path)[u"phase"_s].toString(); };
    TRY_COMPARE(phase(), u"sieving"_s); // by A's beats
    const QJsonObject shown = job(m_other, path);
    const QJsonObject own = job(m_first, path);
    for (const QJsonObject &each : {shown, own, named(dataOf(m_other, jobs), u"id"_s, idIn(path))}) {
        QCOMPARE(each[u"state"_s].toString(), u"running"_s);
        QCOMPARE(each[u"phase"_s].toString(), u"sieving"_s);
        QCOMPARE(each[u"node"_s].toString(), a);
        QCOMPARE(each[u"version"_s].toInteger(), m_fleet->task(path).version);
        QVERIFY(each[u"progress"_s].toDouble() > 0);
        QVERIFY(each[u"eta"_s].isNull() || each[u"eta"_s].toDouble() > 0);
    }
    QVERIFY((*m_fleet)[a].release());
    TRY_COMPARE(stateOf(m_other, path), u"done"_s);
    const QJsonObject done = job(m_other, path);
    QCOMPARE(done[u"progress"_s].toDouble(), 1);
    QVERIFY(done[u"phase"_s].isNull() && done[u"node"_s].isNull() && done[u"eta"_s].isNull());
    QVERIFY(done[u"version"_s].toInteger() > shown[u"version"_s].toInteger());
}

// Who watched before it ran is told as well: the looks bring it.
void TestFleetAnswers::aWatcherAtTheOtherServerIsToldHowFarAJobIs()
{
    const QByteArray path = accept(m_other, semiprime(150));
    RawClient watcher(m_other);
    watcher.ask(path + "/events");
    QVERIFY(hears(watcher, R"("phase":"sieving")"));
    QVERIFY((*m_fleet)[a].release());
    QVERIFY(hears(watcher, "event: done"));
}

void TestFleetAnswers::whoPrefersToWaitMayDoSoAtAnyServer()
{
    const QByteArray path = accept(m_first, semiprime(150));
    TRY_COMPARE(m_fleet->task(path).owner, a);
    const QByteArray body = bodyOf(semiprime(150));
    RawClient waiting(m_other);
    waiting.send("POST /factorizations HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n"
                 "Idempotency-Key: waits\r\nContent-Length: "
                 + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    TRY_COMPARE(m_fleet->row(u"SELECT count(*) FROM request_keys"_s).value(0), u"1"_s); // it has joined
    QVERIFY((*m_fleet)[a].release());
    const auto answer = waiting.read(longest);
    QCOMPARE(statusOf(answer), 200);
    QCOMPARE(answer->fields.value("location"), path);
    QCOMPARE(productOf(objectOf(answer)), mpz_class(semiprime(150).toStdString()));
}

void TestFleetAnswers::theServersAreListed()
{
    const QByteArray path = accept(m_other, semiprime(150));
    const auto first = [&](quint16 port) { return named(dataOf(port, "/nodes"), u"name"_s, a); };
    const auto computed = [&](quint16 port) { return first(port)[u"jobs"_s].toArray().at(0).toObject(); };
    for (const quint16 port : {m_first, m_other}) {
        TRY_COMPARE(dataOf(port, "/nodes").size(), 2); // who is ready may not have joined yet
        TRY_COMPARE(computed(port)[u"phase"_s].toString(), u"sieving"_s);
        QCOMPARE(computed(port)[u"id"_s].toString(), idIn(path));
        QCOMPARE(first(port)[u"state"_s].toString(), u"alive"_s);
        QCOMPARE(first(port)[u"version"_s].toString(), QStringLiteral(OPENLOOP_VERSION));
        QCOMPARE(first(port)[u"heartbeat"_s].toDouble(), 1);
        QVERIFY(first(port)[u"beat_age"_s].isDouble());
        QCOMPARE(first(port)[u"id"_s].toString().size(), 16);
        const QString &self = port == m_first ? a : b; // on /metrics each says which of them it is
        const QString id = named(dataOf(port, "/nodes"), u"name"_s, self)[u"id"_s].toString();
        const QString info = u"openloop_node_info{id=\"%1\",name=\"%2\"}"_s.arg(id, self);
        QCOMPARE((*m_fleet)[self].metric(info.toLatin1()), 1.);
    }
    m_fleet->kill(a);
    const auto state = [&] { return first(m_other)[u"state"_s].toString(); };
    TRY_COMPARE(state(), u"dead"_s);
    TRY_VERIFY(first(m_other)[u"jobs"_s].toArray().isEmpty());
    QCOMPARE((*m_fleet)[b].stop(), 0);
    m_other = m_fleet->start(b).port();
    TRY_COMPARE(dataOf(m_other, "/nodes").size(), 3);
    const QJsonArray nodes = dataOf(m_other, "/nodes");
    QCOMPARE(nodes.first()[u"state"_s].toString(), u"alive"_s); // first
    QVERIFY(!named(nodes, u"state"_s, u"left"_s).isEmpty());
}

void TestFleetAnswers::aJobIsCancelledAtAnyServer()
{
    const QByteArray path = accept(m_other, semiprime(150));
    const auto running = [&] { return (*m_fleet)[a].figure("running"); };
    TRY_COMPARE(running(), 1);
    QCOMPARE(statusOf(RawClient(m_other).remove(path)), 204);
    QCOMPARE(stateOf(m_first, path), u"cancelled"_s);
    TRY_COMPARE(running(), 0);
    QCOMPARE(statusOf(RawClient(m_first).remove(path)), 204);
    QCOMPARE(statusOf(RawClient(m_first).remove("/factorizations/0123456789abcdef")), 404);
}

// And not only for as long as that runs: whoever asks again is told how it ended.
void TestFleetAnswers::aKeyBelongsToWhatItsRequestJoined()
{
    const QByteArray begun = accept(m_first, semiprime(150));
    TRY_COMPARE(m_fleet->task(begun).owner, a);
    const QByteArray key = "Idempotency-Key: mine\r\n";
    QCOMPARE(accept(m_other, semiprime(150), key), begun);
    const auto refused = [&](quint16 port) {
        return statusOf(RawClient(port).post(jobs, bodyOf(semiprime(150, 2)), key));
    };
    QCOMPARE(refused(m_other), 422);
    QCOMPARE(refused(m_first), 422);
    QVERIFY((*m_fleet)[a].release());
    TRY_COMPARE(stateOf(m_other, begun), u"done"_s);
    for (const quint16 port : {m_first, m_other}) {
        QCOMPARE(accept(port, semiprime(150), key), begun);
        QCOMPARE(refused(port), 422);
    }
    QVERIFY(accept(m_other, semiprime(150)) != begun); // without the key it is another job
}

void TestFleetAnswers::anyServerTellsHowTheFleetDoes()
{
    for (unsigned seed = 1; seed < 20; ++seed) // more than A has threads for
        accept(m_other, semiprime(150, seed));
    TRY_COMPARE((*m_fleet)[a].figure("held"), 1); // the other thread is for requests
    for (const QString &name : {a, b}) {
        const ServerProcess &server = (*m_fleet)[name];
        const auto is = [&](const QByteArray &metric, double value) { return server.metric(metric) == value; };
        const double running = (*m_fleet)[a].figure("running");
        TRY_VERIFY(is("openloop_jobs{state=\"running\"}", running));
        TRY_VERIFY(is("openloop_jobs{state=\"queued\"}", 19 - running));
        TRY_VERIFY(is("openloop_jobs_claimable{lane=\"0\"}", 19 - running));
        TRY_VERIFY(is("openloop_nodes_alive", 2));
        TRY_VERIFY(server.metric("openloop_jobs_oldest_claimable_seconds{lane=\"0\"}") > 0);
        QVERIFY(server.metric("openloop_database_dead_rows{table=\"nodes\"}") >= 0);
        QVERIFY(server.metric("openloop_beat_lag_seconds") >= 0);
        const QJsonObject fleet = objectOf(RawClient(server.port()).get("/readyz"))[u"fleet"_s].toObject();
        QCOMPARE(fleet[u"nodes_alive"_s].toInt(), 2);
        QCOMPARE(fleet[u"running"_s].toInt(), int(running));
        QVERIFY(fleet[u"oldest_claimable"_s].toDouble() > 0);
    }
    QVERIFY((*m_fleet)[a].metric("openloop_jobs_claimed_total") > 0);
    m_fleet->kill(a);
    TRY_COMPARE((*m_fleet)[b].metric("openloop_nodes_reaped_total"), 1.);
    TRY_VERIFY((*m_fleet)[b].metric("openloop_jobs_put_back_total") > 0);
    TRY_COMPARE((*m_fleet)[b].metric("openloop_nodes_alive"), 1.);
}

QTEST_GUILESS_MAIN(TestFleetAnswers)
#include "test_fleet_answers.moc"
