// SPDX-License-Identifier: GPL-3.0-or-later
// Whom the pool's threads work for when a request and a job ask for the same number: within this process.
#include "server/compute/cpu.h"
#include "tests/support/crowd.h"
#include "tests/support/ending.h"
#include "tests/support/hold.h"

#include <QTest>

#include <algorithm>
#include <vector>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
using Awaited = std::shared_ptr<Ending<factoring::Result>>;

constexpr auto longest = 60s; // that anything is waited for
constexpr auto longestMs = int(std::chrono::milliseconds(longest).count());

mpz_class longNumber(unsigned long seed)
{
    return mpz_class(semiprime(150, seed).toStdString());
}

const mpz_class held = longNumber(1);
const mpz_class quick(u"1000000016000000063"_s.toStdString());

/// A pool with a single thread, which `held` keeps as long as it is held.
struct Pool {
    /// Nobody may be left waiting for it.
    ~Pool()
    {
        hold.release();
        const auto isOver = [this] {
            return std::ranges::all_of(asked, [](const Awaited &ending) { return ending->over; });
        };
        [[maybe_unused]] const bool inTime = QTest::qWaitFor(isOver, longestMs);
    }
    Awaited job(const mpz_class &n)
    {
        const Cpu::Ask ask{u"jobs"_s, 600s, {}, nullptr, true};
        return asked.emplace_back(follow(cpu.factorize(n, ask)));
    }
    Awaited request(const mpz_class &n, std::stop_token stop = {})
    {
        const Cpu::Ask ask{u"a client"_s, 600s, std::move(stop)};
        return asked.emplace_back(follow(cpu.factorize(n, ask)));
    }
    int queued() const { return cpu.load().lanes[std::size_t(Lane::Long)].queued; }

    Hold hold;
    std::vector<Awaited> asked;
    Cpu cpu{{1, 64, 600s, [this](const Moment &moment) { hold.pass(moment); }}};
};

} // namespace

class TestPool : public QObject
{
    Q_OBJECT

private slots:
    void aRequestThatJoinsAWaitingJobIsServedLikeAny();
    void whenTheLastRequestLeavesItIsAJobAgain();
    void theThreadOfAJobThatARequestJoinedIsNotLentToLongNumbers();
    void aJobThatJoinsARequestGoesOnAsAJob();
};

void TestPool::aRequestThatJoinsAWaitingJobIsServedLikeAny()
{
    Pool pool;
    pool.hold.set("sieving", held);
    pool.job(held);
    QTRY_COMPARE_WITH_TIMEOUT(pool.hold.held(), 1, longestMs);
    const Awaited before = pool.job(longNumber(2));
    pool.job(longNumber(3));
    const Awaited joined = pool.request(longNumber(3));
    QTRY_VERIFY_WITH_TIMEOUT(joined->over, longestMs); // by the thread that the held job lends
    QCOMPARE(joined->status(), 200);
    QVERIFY(!before->over);
    QCOMPARE(pool.queued(), 1);
}

void TestPool::whenTheLastRequestLeavesItIsAJobAgain()
{
    Pool pool;
    pool.hold.set("sieving", held, false);
    pool.job(held);
    QTRY_COMPARE_WITH_TIMEOUT(pool.hold.held(), 1, longestMs);
    const Awaited job = pool.job(longNumber(2));
    std::stop_source clients;
    const Awaited first = pool.request(longNumber(2), clients.get_token());
    const Awaited second = pool.request(longNumber(2), clients.get_token());
    clients.request_stop();
    QTRY_VERIFY_WITH_TIMEOUT(first->over && second->over, longestMs);
    QCOMPARE(first->status(), 499);
    pool.hold.set("sieving", held);
    const Awaited other = pool.request(longNumber(3));
    QTRY_VERIFY_WITH_TIMEOUT(other->over, longestMs); // the thread is lent, but not to the job that came first
    QCOMPARE(other->status(), 200);
    QVERIFY(!job->over);
    QCOMPARE(pool.queued(), 1);
    pool.hold.release();
    QTRY_VERIFY_WITH_TIMEOUT(job->over, longestMs);
    QCOMPARE(job->status(), 200);
}

void TestPool::theThreadOfAJobThatARequestJoinedIsNotLentToLongNumbers()
{
    Pool pool;
    pool.hold.set("sieving", held);
    pool.job(held);
    QTRY_COMPARE_WITH_TIMEOUT(pool.hold.held(), 1, longestMs);
    std::stop_source client;
    const Awaited joined = pool.request(held, client.get_token());
    const Awaited other = pool.request(longNumber(2));
    const auto patience = 3 * 100ms; // of those who wait for a job's thread, three times
    for (const auto begun = Clock::now(); Clock::now() - begun < patience;) {
        const Awaited moment = pool.request(quick);
        QTRY_VERIFY_WITH_TIMEOUT(moment->over, longestMs); // to short ones it is lent
    }
    QVERIFY(!other->over);
    QCOMPARE(pool.queued(), 1);
    client.request_stop();
    QTRY_VERIFY_WITH_TIMEOUT(other->over, longestMs);
    QCOMPARE(joined->status(), 499);
    QCOMPARE(pool.hold.held(), 1);
}

void TestPool::aJobThatJoinsARequestGoesOnAsAJob()
{
    Pool pool;
    pool.hold.set("sieving", held);
    std::stop_source client;
    const Awaited request = pool.request(held, client.get_token());
    QTRY_COMPARE_WITH_TIMEOUT(pool.hold.held(), 1, longestMs);
    const Awaited job = pool.job(held);
    client.request_stop();
    QTRY_VERIFY_WITH_TIMEOUT(request->over, longestMs);
    const Awaited other = pool.request(longNumber(2));
    QTRY_VERIFY_WITH_TIMEOUT(other->over, longestMs); // a job lends its thread
    QCOMPARE(pool.hold.held(), 1);
    pool.hold.release();
    QTRY_VERIFY_WITH_TIMEOUT(job->over, longestMs);
    QCOMPARE(job->status(), 200);
}

QTEST_GUILESS_MAIN(TestPool)
#include "test_pool.moc"
