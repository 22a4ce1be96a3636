// SPDX-License-Identifier: GPL-3.0-or-later
// Whom the pool's threads work for when a request and a job ask for the same number: within this process.
#include "server/compute/factoring/factoring_pool.h"
#include "server/compute/factoring/results.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/ending.h"
#include "tests/support/hold.h"
#include "tests/support/patience.h"

#include <QTest>

#include <algorithm>
#include <vector>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

mpz_class longNumber(unsigned long seed)
{
    return mpz_class(semiprime(150, seed).toStdString());
}

const mpz_class sieved = longNumber(1);
const mpz_class quick(u"1000000016000000063"_s.toStdString());

/// A pool with a single thread, which a computation keeps as long as it is held.
struct HeldPool {
    using Awaited = std::shared_ptr<Ending<factoring::Result>>;

    /// Nobody may be left waiting for it.
    ~HeldPool()
    {
        hold.release();
        const auto isOver = [this] {
            return std::ranges::all_of(asked, [](const Awaited &ending) { return ending->over; });
        };
        [[maybe_unused]] const bool inTime = QTest::qWaitFor(isOver, patience);
    }
    Awaited job(const mpz_class &n)
    {
        const FactoringPool::Ask ask{u"jobs"_s, 600s, {}, nullptr, true};
        return asked.emplace_back(follow(pool.factorize(n, ask)));
    }
    Awaited request(const mpz_class &n, std::stop_token stop = {})
    {
        const FactoringPool::Ask ask{u"a client"_s, 600s, std::move(stop)};
        return asked.emplace_back(follow(pool.factorize(n, ask)));
    }
    int queued() const { return pool.load().lanes[std::size_t(Lane::Long)].queued; }

    Hold hold;
    std::vector<Awaited> asked;
    FactoringPool pool{{1, 64, 600s, [this](const Moment &moment) { hold.pass(moment); }}};
};

} // namespace

class TestFactoringPool : public QObject
{
    Q_OBJECT

private slots:
    void aRequestThatJoinsAWaitingJobIsServedLikeAny();
    void whenTheLastRequestLeavesItIsAJobAgain();
    void theThreadOfAJobThatARequestJoinedIsNotLentToLongNumbers();
    void aJobThatJoinsARequestGoesOnAsAJob();
    void whatNoCurveTakesApartIsGivenUp();
};

void TestFactoringPool::aRequestThatJoinsAWaitingJobIsServedLikeAny()
{
    HeldPool held;
    held.hold.set("sieving", sieved);
    held.job(sieved);
    TRY_COMPARE(held.hold.held(), 1);
    const auto before = held.job(longNumber(2));
    held.job(longNumber(3));
    const auto joined = held.request(longNumber(3));
    TRY_VERIFY(joined->over); // by the thread that the held job lends
    QCOMPARE(joined->status(), 200);
    QVERIFY(!before->over);
    QCOMPARE(held.queued(), 1);
}

void TestFactoringPool::whenTheLastRequestLeavesItIsAJobAgain()
{
    HeldPool held;
    held.hold.set("sieving", sieved, false);
    held.job(sieved);
    TRY_COMPARE(held.hold.held(), 1);
    const auto job = held.job(longNumber(2));
    std::stop_source clients;
    const auto first = held.request(longNumber(2), clients.get_token());
    const auto second = held.request(longNumber(2), clients.get_token());
    clients.request_stop();
    TRY_VERIFY(first->over && second->over);
    QCOMPARE(first->status(), 499);
    held.hold.set("sieving", sieved);
    const auto other = held.request(longNumber(3));
    TRY_VERIFY(other->over); // the thread is lent, but not to the job that came first
    QCOMPARE(other->status(), 200);
    QVERIFY(!job->over);
    QCOMPARE(held.queued(), 1);
    held.hold.release();
    TRY_VERIFY(job->over);
    QCOMPARE(job->status(), 200);
}

void TestFactoringPool::theThreadOfAJobThatARequestJoinedIsNotLentToLongNumbers()
{
    HeldPool held;
    held.hold.set("sieving", sieved);
    held.job(sieved);
    TRY_COMPARE(held.hold.held(), 1);
    std::stop_source client;
    const auto joined = held.request(sieved, client.get_token());
    const auto other = held.request(longNumber(2));
    const auto thrice = 3 * 100ms; // the patience of those who wait for a job's thread
    for (const auto begun = Clock::now(); Clock::now() - begun < thrice;) {
        const auto moment = held.request(quick);
        TRY_VERIFY(moment->over); // to short ones it is lent
    }
    QVERIFY(!other->over);
    QCOMPARE(held.queued(), 1);
    client.request_stop();
    TRY_VERIFY(other->over);
    QCOMPARE(joined->status(), 499);
    QCOMPARE(held.hold.held(), 1);
}

void TestFactoringPool::aJobThatJoinsARequestGoesOnAsAJob()
{
    HeldPool held;
    held.hold.set("sieving", sieved);
    std::stop_source client;
    const auto request = held.request(sieved, client.get_token());
    TRY_COMPARE(held.hold.held(), 1);
    const auto job = held.job(sieved);
    client.request_stop();
    TRY_VERIFY(request->over);
    const auto other = held.request(longNumber(2));
    TRY_VERIFY(other->over); // a job lends its thread
    QCOMPARE(held.hold.held(), 1);
    held.hold.release();
    TRY_VERIFY(job->over);
    QCOMPARE(job->status(), 200);
}

// Long before its deadline.
void TestFactoringPool::whatNoCurveTakesApartIsGivenUp()
{
    const mpz_class n(semiprime(420).toStdString());
    FactoringPool pool({.threads = 1, .mostCurves = 16});
    const HeldPool::Awaited job = follow(pool.factorize(n * 8, {u"jobs"_s, 600s, {}, nullptr, true}));
    TRY_VERIFY(job->over);
    QCOMPARE(job->status(), 504);
    const QString left = QString::fromStdString(n.get_str());
    QVERIFY2(job->failure->detail().contains(u"16 curves"_s), qPrintable(job->failure->detail()));
    QVERIFY2(job->failure->detail().endsWith(u"found: 2^3; remaining: "_s + left), qPrintable(job->failure->detail()));
    QCOMPARE(job->failure->members().size(), 3);

    // A job that fails keeps nothing but the detail.
    const auto kept = readGivenUp(job->failure->detail(), n * 8);
    QVERIFY(kept && kept->remaining == std::vector<mpz_class>{n} && kept->factors.size() == 1);
    QVERIFY(kept->factors[0].prime == 2 && kept->factors[0].exponent == 3);
    QVERIFY(!readGivenUp(job->failure->detail(), n * 24)); // of another number
    QVERIFY(!readGivenUp(u"an internal error"_s, n));
}

QTEST_GUILESS_MAIN(TestFactoringPool)
#include "test_factoring_pool.moc"
