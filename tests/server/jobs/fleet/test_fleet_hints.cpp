// SPDX-License-Identifier: GPL-3.0-or-later
// Several real servers on one PostgreSQL that tell each other what has changed: how much sooner that is than a look,
// and that nothing depends on it.
#include "server/services.h"
#include "tests/support/child_process.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/control.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/jobs/watchers.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/pgbouncer.h"

#include <QTest>

#include <algorithm>
#include <csignal>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using std::chrono::milliseconds;
using enum Fleet::Computes;

const QString a = u"A"_s;
const QString b = u"B"_s;
const QByteArray hinted = "openloop_jobs_hints";
const QByteArray deaf = "NOTIFY does not arrive here";
const QStringList takesOnly{u"--jobs"_s, u"off"_s};
constexpr auto look = 1000ms;
constexpr int rounds = 7;
constexpr int burst = 300;

milliseconds since(Clock::time_point start)
{
    return std::chrono::ceil<milliseconds>(Clock::now() - start);
}

struct Times {
    milliseconds median{};
    milliseconds longest{};
};

// A third: twice as long, and the turns that both take.
bool isMuchSooner(const Times &one, const Times &other)
{
    return one.longest < 1h && other.longest < 1h && 3 * one.median < other.median;
}

QByteArray textOf(const Times &one, const Times &other)
{
    return u"median %1 ms, at most %2; without hints %3, at most %4"_s.arg(one.median.count())
        .arg(one.longest.count())
        .arg(other.median.count())
        .arg(other.longest.count())
        .toUtf8();
}

/// A server within this process, so that a test can say how many are too many.
struct Server {
    Server(const QString &database, int mostHinting)
        : options([mostHinting] {
              Options made;
              made.mostHinting = mostHinting;
              made.nodeName = u"one of several"_s;
              return made;
          }()),
          services{options, Upstream({QUrl(u"http://127.0.0.1:1/"_s), 1s, 1}), Store(database, 1),
                   FactoringPool({1, 64, 600s, {}})}
    {
        services.jobs.start();
    }

    const Options options;
    Services services;
};

} // namespace

class TestFleetHints : public QObject
{
    Q_OBJECT

    std::optional<Fleet> m_fleet; ///< each test's own
    unsigned long m_seed = 0; ///< no number is asked for twice: it would be known

    const ServerProcess &server(const QString &name) { return (*m_fleet)[name]; }

    void start(const QString &name, const QString &listenHints, Fleet::Computes computes = Freely,
               const QStringList &options = {})
    {
        m_fleet->start(name, QStringList{u"--listen-hints"_s, listenHints} + options, computes);
    }

    bool haveHints()
    {
        return QTest::qWaitFor([this] { return server(a).metric(hinted) == 1 && server(b).metric(hinted) == 1; },
                               patience);
    }

    // A job that A computes, and holds.
    QByteArray jobHeldByA()
    {
        const QByteArray path = accept(server(a).port(), semiprime(150, ++m_seed));
        const bool isHeld = QTest::qWaitFor([this] { return server(a).figure("held") == 1; }, patience);
        return isHeld ? path : QByteArray();
    }

    // Until A computes nothing any more of what B cancels; an hour: it went on.
    milliseconds cancelAtB()
    {
        const QByteArray path = jobHeldByA();
        const auto asked = Clock::now();
        if (path.isEmpty() || statusOf(RawClient(server(b).port()).remove(path)) != 204)
            return 1h;
        const bool stopped = QTest::qWaitFor([this] { return server(a).figure("running") == 0; }, patience);
        return stopped ? since(asked) : 1h;
    }

    // Until somebody who watches at B is told the end of what A computes.
    milliseconds watchAtB()
    {
        if (!server(a).hold("sieving"))
            return 1h;
        const QByteArray path = jobHeldByA();
        Watchers watchers;
        watchers.add(server(b).port(), path);
        const bool greeted = QTest::qWaitFor([&] { return watchers.greeted() == 1; }, patience);
        if (!greeted || !server(a).release())
            return 1h;
        const bool told = QTest::qWaitFor([&] { return watchers.open() == 0; }, patience);
        return told ? m_fleet->latest(watchers.take()) : 1h;
    }

    // Until B takes what A leaves to others.
    milliseconds acceptAtA()
    {
        const auto asked = Clock::now();
        const QByteArray path = accept(server(a).port(), semiprime(60, ++m_seed));
        const bool done = QTest::qWaitFor([&] { return stateOf(server(b).port(), path) == u"done"_s; }, patience);
        return done ? since(asked) : 1h;
    }

    Times timesOf(milliseconds (TestFleetHints::*round)())
    {
        std::vector<milliseconds> times;
        for (int i = 0; i < rounds; ++i)
            times.push_back((this->*round)());
        std::ranges::sort(times);
        return {times[rounds / 2], times.back()};
    }

    void isSoonerThanWithoutHintsAt(const QString &name, milliseconds (TestFleetHints::*round)())
    {
        QVERIFY(haveHints());
        const Times withHints = timesOf(round);
        start(name, u"off"_s, Freely, takesOnly);
        const Times without = timesOf(round);
        QVERIFY2(isMuchSooner(withHints, without), textOf(withHints, without).constData());
    }

    // Backends whose connection listens.
    QStringList listeners()
    {
        return m_fleet
            ->row(u"SELECT coalesce(string_agg(pid::text, ' ' ORDER BY pid), '') FROM pg_stat_activity "
                  "WHERE query LIKE 'LISTEN%' OR query LIKE 'NOTIFY%'"_s)
            .value(0)
            .split(u' ', Qt::SkipEmptyParts);
    }

    bool areReplaced(const QStringList &before)
    {
        const auto replaced = [&] {
            QStringList now = listeners();
            now.removeIf([&](const QString &each) { return before.contains(each); }); // what is frozen stays
            return now.size() == 2;
        };
        return QTest::qWaitFor(replaced, patience) && haveHints();
    }

    int notifications()
    {
        return m_fleet->row(u"SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE 'NOTIFY%'"_s)
            .value(0)
            .toInt();
    }

private slots:
    void init()
    {
        if (peersAreLeftOut())
            QSKIP("PostgreSQL is left out here");
        m_fleet.emplace(QStringLiteral(TEST_SERVER), countingStatements());
    }
    void cleanup() { m_fleet.reset(); }

    void aCancelElsewhereStopsTheJobSoonerThanALook();
    void aWatcherElsewhereIsToldTheEndSoonerThanByALook();
    void aJobThatNobodyTakesHereIsTakenElsewhereSoonerThanByALook();
    void behindAPoolerItSaysOnceThatItHearsNothing();
    void aConnectionThatIsCutOrFrozenIsReplacedAndNothingIsLost();
    void aBurstOfEndsIsToldTenTimesASecond();
    void whereTooManyLiveTheyAreSilent();
};

void TestFleetHints::aCancelElsewhereStopsTheJobSoonerThanALook()
{
    start(a, u"auto"_s, Held);
    start(b, u"auto"_s, Freely, takesOnly);
    QVERIFY(haveHints());
    const Control quick(server(b).port());
    const Times withHints = timesOf(&TestFleetHints::cancelAtB);
    QVERIFY2(withHints.median <= quick.longest(200ms), textOf(withHints, {}).constData());
    start(a, u"off"_s, Held);
    start(b, u"off"_s, Freely, takesOnly);
    QCOMPARE(server(a).metric(hinted), 0);
    const Control control(server(b).port());
    const Times without = timesOf(&TestFleetHints::cancelAtB);
    QVERIFY2(isMuchSooner(withHints, without), textOf(withHints, without).constData());
    QVERIFY2(without.longest <= control.longest(look + 50ms), textOf(withHints, without).constData());
}

void TestFleetHints::aWatcherElsewhereIsToldTheEndSoonerThanByALook()
{
    start(a, u"on"_s, Held);
    start(b, u"on"_s, Freely, takesOnly);
    isSoonerThanWithoutHintsAt(b, &TestFleetHints::watchAtB);
}

void TestFleetHints::aJobThatNobodyTakesHereIsTakenElsewhereSoonerThanByALook()
{
    start(a, u"on"_s, Freely, takesOnly);
    start(b, u"on"_s);
    isSoonerThanWithoutHintsAt(a, &TestFleetHints::acceptAtA);
}

void TestFleetHints::behindAPoolerItSaysOnceThatItHearsNothing()
{
    PgBouncer bouncer(m_fleet->database());
    const QStringList pooled{u"--database"_s, bouncer.databaseUrl(u"fleet"_s)};
    start(a, u"auto"_s, Held, pooled);
    start(b, u"on"_s, Freely, pooled + takesOnly);
    for (const QString &name : {a, b})
        TRY_COMPARE((*m_fleet)[name].standardError().count(deaf), 1);
    const Control control(server(b).port());
    const Times cancels = timesOf(&TestFleetHints::cancelAtB);
    QVERIFY2(cancels.longest <= control.longest(look + 500ms), textOf(cancels, {}).constData());
    QVERIFY(watchAtB() < 1h);
    TRY_COMPARE(m_fleet->row(u"SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'UNLISTEN%' "
                             "OR query LIKE 'LISTEN%'"_s),
                QStringList{u"0"_s}); // and nobody inherits it
    for (const QString &name : {a, b}) {
        QCOMPARE((*m_fleet)[name].standardError().count(deaf), 1);
        QCOMPARE(server(name).metric(hinted), 0);
    }
}

void TestFleetHints::aConnectionThatIsCutOrFrozenIsReplacedAndNothingIsLost()
{
    start(a, u"on"_s, Held);
    start(b, u"on"_s, Freely, takesOnly);
    QVERIFY(haveHints());
    const QStringList cut = listeners();
    QCOMPARE(cut.size(), 2);
    const QByteArray path = jobHeldByA();
    for (const QString &each : cut)
        m_fleet->run(u"SELECT pg_terminate_backend(%1)"_s.arg(each));
    QCOMPARE(statusOf(RawClient(server(b).port()).remove(path)), 204);
    TRY_COMPARE(server(a).figure("running"), 0);
    QVERIFY(areReplaced(cut));

    const QStringList frozen = listeners();
    for (const QString &each : frozen)
        QVERIFY(standStill(each.toInt()));
    QVERIFY(cancelAtB() < 1h);
    const bool replaced = areReplaced(frozen);
    for (const QString &each : frozen)
        ::kill(each.toInt(), SIGCONT);
    QVERIFY(replaced);
}

void TestFleetHints::aBurstOfEndsIsToldTenTimesASecond()
{
    start(a, u"on"_s, Freely, takesOnly);
    start(b, u"on"_s, Freely, takesOnly);
    QVERIFY(haveHints());
    m_fleet->run(u"CREATE EXTENSION pg_stat_statements"_s);
    QByteArrayList paths;
    for (int i = 0; i < burst; ++i)
        paths << accept(server(a).port(), semiprime(150, ++m_seed));
    QVERIFY(!paths.contains(QByteArray()));
    Watchers watchers;
    watchers.add(server(b).port(), paths.last());
    TRY_COMPARE(watchers.greeted(), 1);
    const int before = notifications();
    const auto begun = Clock::now();
    for (const QByteArray &path : paths)
        QCOMPARE(statusOf(RawClient(server(a).port()).remove(path)), 204);
    TRY_COMPARE(watchers.open(), 0);
    const double tenths = double(since(begun).count()) / 100;
    const int said = notifications() - before;
    QVERIFY2(said > 0 && said < 1.1 * tenths + 2, qPrintable(u"%1 in %2 tenths"_s.arg(said).arg(tenths)));
}

void TestFleetHints::whereTooManyLiveTheyAreSilent()
{
    constexpr int most = 2;
    std::vector<std::unique_ptr<Server>> servers;
    const auto hinting = [&] {
        return int(std::ranges::count_if(servers, [](const auto &each) { return each->services.jobs.hasHints(); }));
    };
    const auto add = [&] { servers.push_back(std::make_unique<Server>(m_fleet->databaseUrl(), most)); };
    add();
    add();
    TRY_COMPARE(hinting(), most);
    add();
    TRY_COMPARE(hinting(), 0);
    TRY_COMPARE(listeners().size(), 0);
    servers.pop_back();
    TRY_COMPARE(hinting(), most);
}

QTEST_GUILESS_MAIN(TestFleetHints)
#include "test_fleet_hints.moc"
