// SPDX-License-Identifier: GPL-3.0-or-later
// Several real servers on one PostgreSQL, beaten about: a job is computed by one of them, and each job ends.
#include "tests/support/clients/crowd.h"
#include "tests/support/clients/load.h"
#include "tests/support/jobs/control.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/peers.h"

#include <QDeadlineTimer>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Task = Fleet::Task;
using enum Fleet::Computes;

const QString a = u"A"_s;
const QString b = u"B"_s;
constexpr int longAbsence = 9000; // ms: three times --suspect-after
const QStringList patient{u"--suspect-after"_s, u"600"_s}; // silence proves nothing here: a machine may stand still
constexpr int rounds = 12; // beats in which whoever looks dead is looked at twice, and a few times more

const QStringList inNamespace{u"unshare"_s, u"--pid"_s, u"--fork"_s, u"--mount-proc"_s, u"--kill-child"_s};

bool hasNamespaces()
{
    return QProcess::execute(inNamespace.first(), inNamespace.sliced(1) + QStringList{u"true"_s}) == 0;
}

} // namespace

class TestFleet : public QObject
{
    Q_OBJECT

    std::optional<Fleet> m_fleet; ///< each test's own

    int held(const QString &name) { return (*m_fleet)[name].figure("held"); }
    int running(const QString &name) { return (*m_fleet)[name].figure("running"); }

    // A server that holds what it computes, and the job that it computes then.
    QByteArray jobHeldBy(const QString &name, const QStringList &options = {})
    {
        const ServerProcess &server = m_fleet->start(name, options, Held);
        const QByteArray path = accept(server.port(), semiprime(150));
        const auto isHeld = [&] { return server.figure("held") == 1; };
        return QTest::qWaitFor(isHeld, patience) ? path : QByteArray();
    }

    bool beats(const QString &name, int times)
    {
        const auto enough = [this, name, until = m_fleet->beats(name) + times] {
            return m_fleet->beats(name) >= until;
        };
        return QTest::qWaitFor(enough, patience + times * 1000);
    }

    bool becomes(const QByteArray &path, const QString &state)
    {
        const auto is = [&] { return m_fleet->task(path).state == state; };
        return QTest::qWaitFor(is, patience);
    }

private slots:
    void init()
    {
        if (!skippedWithoutPeers())
            m_fleet.emplace(QStringLiteral(TEST_SERVER));
    }
    void cleanup() { m_fleet.reset(); }

    void aRunningJobIsNoBusinessOfThoseWhoComeAndGo();
    void whoWasTakenForDeadComputesNothingWhenItWakes();
    void whoDiesOnThisMachineIsFollowedAtOnce();
    void processNumbersOfAnotherNamespaceProveNothing();
    void processNumbersOfAClonedMachineProveNothing();
    void aDatabaseThatIsAwayKillsNobody();
    void slowQueriesHoldUpNoBeat();
    void aFrontServerTakesJobsAndRunsNone();
};

void TestFleet::aRunningJobIsNoBusinessOfThoseWhoComeAndGo()
{
    const QByteArray path = jobHeldBy(a);
    const Task before = m_fleet->task(path);
    for (int life = 0; life < 4; ++life) {
        m_fleet->start(b, {}, Held);
        for (const QDeadlineTimer deadline(patience); m_fleet->beats(b) < 3;) {
            QVERIFY(!deadline.hasExpired());
            QCOMPARE(held(b), 0);
        }
        m_fleet->kill(b);
    }
    QCOMPARE(m_fleet->task(path), before);
    QCOMPARE(before, (Task{u"running"_s, a, 1, 0, before.version}));
    QVERIFY((*m_fleet)[a].release());
    QVERIFY(becomes(path, u"done"_s));
    QCOMPARE(m_fleet->task(path).attempt, 1);
    QCOMPARE(m_fleet->task(path).deaths, 0);
    QCOMPARE(productOf(job((*m_fleet)[a].port(), path)), mpz_class(semiprime(150).toStdString()));
}

void TestFleet::whoWasTakenForDeadComputesNothingWhenItWakes()
{
    const QByteArray path = jobHeldBy(a);
    const ServerProcess &other = m_fleet->start(b);
    QVERIFY(beats(b, 1));
    m_fleet->freeze(a);
    QVERIFY(becomes(path, u"done"_s)); // by B, that holds nothing
    const Task done = m_fleet->task(path);
    QCOMPARE(done.attempt, 2);
    const Control control(other.port());
    const auto woken = Clock::now();
    m_fleet->thaw(a);
    const auto isIdle = [this] { return running(a) == 0; };
    QVERIFY(QTest::qWaitFor(isIdle, patience));
    const auto took = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - woken);
    QVERIFY2(took <= control.longest(1500ms), qPrintable(u"%1 ms"_s.arg(took.count())));
    TRY_COMPARE(m_fleet->lives(), u"A dead, A alive, B alive"_s); // it goes on as another
    QVERIFY(beats(a, 3));
    QCOMPARE(m_fleet->task(path), done);
    QCOMPARE(running(a), 0);
    const QByteArray next = accept((*m_fleet)[a].port(), "91");
    QVERIFY(becomes(next, u"done"_s));
}

void TestFleet::whoDiesOnThisMachineIsFollowedAtOnce()
{
    const QByteArray path = jobHeldBy(a, patient);
    m_fleet->start(b, patient, Held);
    QVERIFY(beats(b, 1));
    m_fleet->kill(a);
    TRY_COMPARE(m_fleet->task(path).owner, b);
    QCOMPARE(m_fleet->task(path), (Task{u"running"_s, b, 2, 1, m_fleet->task(path).version}));
    QVERIFY((*m_fleet)[b].release());
    QVERIFY(becomes(path, u"done"_s));
}

void TestFleet::processNumbersOfAnotherNamespaceProveNothing()
{
    if (!hasNamespaces())
        QSKIP("this process may make no pid namespace");
    const ServerProcess &first = m_fleet->start(a, patient, Held, inNamespace);
    const QByteArray path = accept(first.port(), semiprime(150));
    TRY_COMPARE(m_fleet->task(path).owner, a);
    const Task before = m_fleet->task(path);
    m_fleet->start(b, patient, Held, inNamespace);
    QVERIFY(beats(a, rounds));
    QVERIFY(beats(b, rounds));
    QCOMPARE(m_fleet->lives(), u"A alive, B alive"_s);
    QCOMPARE(m_fleet->row(u"SELECT count(DISTINCT pid_namespace), count(DISTINCT pid) FROM nodes"_s, 2),
             (QStringList{u"2"_s, u"1"_s})); // both are number 1 of theirs
    QCOMPARE(m_fleet->task(path), before);
}

// Its boot has the id of the one that it was copied from. Here no process has such a number, but who beats lives.
void TestFleet::processNumbersOfAClonedMachineProveNothing()
{
    const QByteArray path = jobHeldBy(a, patient);
    const Task before = m_fleet->task(path);
    m_fleet->start(b, patient, Held);
    QVERIFY(beats(b, 1));
    const QString greatest = u"4194304"_s; // that Linux gives
    QCOMPARE(m_fleet->row(u"UPDATE nodes SET pid = pid + %1 WHERE pid <= %1 RETURNING state"_s.arg(greatest), 1),
             QStringList{u"alive"_s});
    QVERIFY(beats(a, rounds));
    QVERIFY(beats(b, rounds));
    QCOMPARE(m_fleet->lives(), u"A alive, B alive"_s);
    QCOMPARE(m_fleet->task(path), before);
}

void TestFleet::aDatabaseThatIsAwayKillsNobody()
{
    const QByteArray path = jobHeldBy(a);
    const ServerProcess &other = m_fleet->start(b, {}, Held);
    const QByteArray second = accept(other.port(), semiprime(150, 2));
    const auto areHeld = [this] { return held(a) + held(b) == 2; };
    QVERIFY(QTest::qWaitFor(areHeld, patience));
    const std::array before{m_fleet->task(path), m_fleet->task(second)};
    for (int absence = 0; absence < 3; ++absence) {
        m_fleet->database().stop();
        QTest::qWait(longAbsence); // which is the experiment
        QVERIFY2(held(a) + held(b) == 2, (*m_fleet)[a].standardError().right(2500).constData());
        if (absence == 2) // their ends are to be written as soon as it is back
            QVERIFY((*m_fleet)[a].release() && (*m_fleet)[b].release());
        m_fleet->database().start();
        QVERIFY(beats(a, rounds));
        QVERIFY(beats(b, 1));
        QCOMPARE(m_fleet->lives(), u"A alive, B alive"_s);
        if (absence < 2)
            QCOMPARE((std::array{m_fleet->task(path), m_fleet->task(second)}), before);
    }
    for (const QByteArray &each : {path, second}) {
        QVERIFY(becomes(each, u"done"_s));
        QCOMPARE(m_fleet->task(each).attempt, 1);
        QCOMPARE(m_fleet->task(each).deaths, 0);
    }
}

void TestFleet::slowQueriesHoldUpNoBeat()
{
    const QByteArray path = jobHeldBy(a, {u"--database-connections"_s, u"2"_s});
    const Task before = m_fleet->task(path);
    m_fleet->start(b, {}, Held);
    QVERIFY(beats(b, 1));
    const Load slow((*m_fleet)[a].port(), always("/test/database_sleep?ms=60000"), 8);
    const QString asleep = u"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(%' "
                           "AND pid <> pg_backend_pid()"_s;
    const auto sleepers = [&] { return m_fleet->row(asleep).value(0).toInt(); };
    TRY_COMPARE(sleepers(), 2);
    QVERIFY(beats(b, rounds)); // it would take A's job if A said nothing for so long
    TRY_COMPARE(sleepers(), 2); // still
    QCOMPARE(m_fleet->lives(), u"A alive, B alive"_s);
    QCOMPARE(m_fleet->task(path), before);
    QCOMPARE(held(a), 1);
    QVERIFY((*m_fleet)[a].release());
    QVERIFY(becomes(path, u"done"_s)); // nor is the end held up
}

void TestFleet::aFrontServerTakesJobsAndRunsNone()
{
    const ServerProcess &front = m_fleet->start(a, {u"--jobs"_s, u"off"_s});
    const QByteArray path = accept(front.port(), semiprime(150));
    QVERIFY(beats(a, 5));
    QCOMPARE(m_fleet->task(path).state, u"queued"_s);
    QCOMPARE(m_fleet->task(path).attempt, 0);
    RawClient watcher(front.port());
    watcher.ask(path + "/events");
    QVERIFY(hears(watcher, "event: progress"));
    const ServerProcess &worker = m_fleet->start(b, {}, Held);
    TRY_COMPARE(m_fleet->task(path).owner, b);
    QCOMPARE(stateOf(front.port(), path), u"running"_s);
    QVERIFY(worker.release());
    QVERIFY(hears(watcher, "event: done"));
    QCOMPARE(productOf(job(front.port(), path)), mpz_class(semiprime(150).toStdString()));
}

QTEST_GUILESS_MAIN(TestFleet)
#include "test_fleet.moc"
