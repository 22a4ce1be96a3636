// SPDX-License-Identifier: GPL-3.0-or-later
// The pool with works of which it can know nothing: whose turn it is, what is shared, lent, refused and given up.
#include "server/compute/pool.h"
#include "tests/support/ending.h"
#include "tests/support/patience.h"
#include "tests/support/rows.h"

#include <QScopeGuard>
#include <QTest>
#include <QThread>

#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <sys/resource.h>
#include <unistd.h>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Awaited = std::shared_ptr<Ending<std::any>>;

/// Where works wait until they are let go or told to stop; any thread.
class Barrier
{
public:
    /// Lends the thread meanwhile. False: told to stop.
    bool pass(const std::stop_token &stop, Worker &worker)
    {
        std::unique_lock lock(m_mutex);
        ++m_held;
        while (!m_open && !stop.stop_requested()) {
            lock.unlock();
            worker.interlude();
            lock.lock();
            m_changed.wait_for(lock, stop, 1ms, [this] { return m_open; }); // an interlude each time
        }
        --m_held;
        return m_open;
    }
    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }
    int held() const
    {
        const std::lock_guard lock(m_mutex);
        return m_held;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_open = false;
    int m_held = 0;
};

/// What ran, in order; any thread.
class Journal
{
public:
    void add(const QByteArray &key)
    {
        const std::lock_guard lock(m_mutex);
        m_keys.append(key);
    }
    QByteArray text() const
    {
        const std::lock_guard lock(m_mutex);
        return m_keys.join(' ');
    }

private:
    mutable std::mutex m_mutex;
    QList<QByteArray> m_keys;
};

Pool::Ask ask(const QString &client, std::stop_token stop = {}, std::chrono::milliseconds timeout = 600s)
{
    return {client, timeout, std::move(stop)};
}

Pool::Ask inBackground(std::stop_token stop = {})
{
    return {u"background"_s, 600s, std::move(stop), nullptr, true};
}

/// Returns whether it was let go.
Work held(const QByteArray &key, Barrier &barrier)
{
    return {key, Lane::Long,
            [&barrier](const std::stop_token &stop, Worker &worker) { return barrier.pass(stop, worker); }};
}

/// Likewise, and no stop ends it.
Work stubborn(const QByteArray &key, Barrier &barrier)
{
    return {key, Lane::Long, [&barrier](const std::stop_token &, Worker &worker) { return barrier.pass({}, worker); }};
}

/// Returns its key.
Work noted(const QByteArray &key, Lane lane, Journal &journal)
{
    return {key, lane, [key, &journal](const std::stop_token &, Worker &) {
                journal.add(key);
                return key;
            }};
}

int nicenessOfThisThread()
{
    return ::getpriority(PRIO_PROCESS, id_t(::gettid()));
}

template <typename T>
T valueOf(const Awaited &ending)
{
    const T *value = ending->value ? std::any_cast<T>(&*ending->value) : nullptr;
    return value ? *value : T();
}

/// A pool whose only thread is held until the barrier is opened, by a work of client "a".
struct BusyPool {
    explicit BusyPool(int mostQueued) : pool({1, mostQueued}) { }

    Barrier barrier;
    Journal journal;
    Pool pool;
    const Awaited first = follow(pool.run(ask(u"a"_s), held("first", barrier)));
};

} // namespace

class TestPool : public QObject
{
    Q_OBJECT

private slots:
    void worksOfOneKeyAreComputedOnce();
    void clientsTakeTurns();
    void theThreadIsLentToWhoGoesFirst_data();
    void theThreadIsLentToWhoGoesFirst();
    void aThreadThatNobodyNeedsIsLent();
    void itsThreadsHaveTheNicenessThatIsAskedFor();
    void aWorkIsToldThatOthersWait();
    void whatAStoppedWorkHasIsHandedOver();
    void aDeadlineThatIsNotTheWorksGivesNothing();
    void whoeverLeavesLastStopsIt();
    void aWorkThatIgnoresItsStopIsCountedUntilItEnds();
    void whoseThreadIsLentIgnoresNoStop();
    void theBackgroundLearnsOfItsStopWhenTheThreadIsFree();
    void whatItThrowsIsThrownToAll();
    void aFullQueueRefusesUnlessAnotherHasMore();
    void whatItTellsIsShown();
};

void TestPool::worksOfOneKeyAreComputedOnce()
{
    Barrier barrier;
    Journal journal;
    Pool pool({1, 64});
    const Awaited first = follow(pool.run(ask(u"a"_s), held("first", barrier)));
    QList<Awaited> equal;
    for (int i = 0; i < 3; ++i)
        equal.append(follow(pool.run(ask(u"a"_s), noted("equal", Lane::Long, journal))));
    QCOMPARE(pool.load().shared, 2);
    barrier.open();
    for (const Awaited &one : equal) {
        TRY_VERIFY(one->over);
        QCOMPARE(valueOf<QByteArray>(one), "equal");
    }
    QCOMPARE(journal.text(), "equal");
    QVERIFY(valueOf<bool>(first));
}

void TestPool::clientsTakeTurns()
{
    BusyPool busy(64);
    auto &[barrier, journal, pool, first] = busy;
    TRY_COMPARE(barrier.held(), 1);
    QList<Awaited> all;
    for (const auto *key : {"a1", "a2", "a3", "b1"})
        all.append(follow(pool.run(ask(QString::fromLatin1(key, 1)), noted(key, Lane::Long, journal))));
    barrier.open();
    for (const Awaited &one : all)
        TRY_VERIFY(one->over);
    QCOMPARE(journal.text(), "a1 b1 a2 a3");
}

void TestPool::theThreadIsLentToWhoGoesFirst_data()
{
    rows<bool>({"background"}, {{"a long work's to a quick one", false}, {"the background's to who waits", true}});
}

void TestPool::theThreadIsLentToWhoGoesFirst()
{
    QFETCH(const bool, background);
    Barrier barrier;
    Journal journal;
    Pool pool({1, 64});
    const auto askOf = [&](const QString &client) { return background ? inBackground() : ask(client); };
    const Awaited first = follow(pool.run(askOf(u"a"_s), held("first", barrier)));
    const Awaited next = follow(pool.run(askOf(u"b"_s), noted("next", Lane::Long, journal)));
    const Lane lane = background ? Lane::Long : Lane::Quick;
    const Awaited lent = follow(pool.run(ask(u"b"_s), noted("lent", lane, journal)));
    TRY_VERIFY(lent->over);
    QCOMPARE(journal.text(), "lent");
    QVERIFY(!first->over);
    QCOMPARE(pool.load().lanes[std::size_t(Lane::Long)].queued, 1);
    barrier.open();
    TRY_VERIFY(next->over);
}

void TestPool::aThreadThatNobodyNeedsIsLent()
{
    Barrier barrier;
    Journal journal;
    Pool pool({2, 64});
    std::atomic<bool> wasCrowded = false;
    std::binary_semaphore returned(0);
    const auto lends = [&](const std::stop_token &stop, Worker &worker) {
        QThread *const own = QThread::currentThread();
        const bool accepted = worker.tryLend([&, stop, own] {
            journal.add(QThread::currentThread() == own ? "own" : "another");
            barrier.pass(stop, worker);
            returned.release();
        });
        const bool second = worker.tryLend([&journal] { journal.add("third"); });
        barrier.pass(stop, worker);
        wasCrowded = worker.isCrowded();
        if (accepted)
            returned.acquire();
        return accepted && !second;
    };
    const Awaited lending = follow(pool.run(ask(u"a"_s), {"lending", Lane::Long, lends}));
    TRY_COMPARE(barrier.held(), 2);
    QCOMPARE(pool.load().busy, 2);
    barrier.open();
    TRY_VERIFY(lending->over);
    QVERIFY(valueOf<bool>(lending));
    QVERIFY(!wasCrowded);
    QCOMPARE(journal.text(), "another");
}

void TestPool::itsThreadsHaveTheNicenessThatIsAskedFor()
{
    const int before = nicenessOfThisThread();
    Pool pool({.threads = 2, .queue = 64, .niceness = before + 3});
    const auto look = [](const std::stop_token &, Worker &worker) {
        std::binary_semaphore seen(0);
        int lent = -100;
        const bool isLent = worker.tryLend([&] {
            lent = nicenessOfThisThread();
            seen.release();
        });
        if (isLent)
            seen.acquire();
        return std::pair(nicenessOfThisThread(), lent);
    };
    const Awaited looked = follow(pool.run(ask(u"a"_s), {"first", Lane::Long, look}));
    TRY_VERIFY(looked->over);
    QCOMPARE((valueOf<std::pair<int, int>>(looked)), std::pair(before + 3, before + 3));
    QCOMPARE(nicenessOfThisThread(), before);
}

void TestPool::aWorkIsToldThatOthersWait()
{
    Barrier barrier;
    Journal journal;
    Pool pool({1, 64});
    const auto looks = [&barrier](const std::stop_token &stop, Worker &worker) {
        barrier.pass(stop, worker);
        return worker.isCrowded() && !worker.tryLend([] { });
    };
    const Awaited first = follow(pool.run(ask(u"a"_s), {"first", Lane::Long, looks}));
    TRY_COMPARE(barrier.held(), 1);
    const Awaited other = follow(pool.run(ask(u"b"_s), noted("other", Lane::Long, journal)));
    barrier.open();
    TRY_VERIFY(first->over && other->over);
    QVERIFY(valueOf<bool>(first));
}

void TestPool::whatAStoppedWorkHasIsHandedOver()
{
    Pool pool({1, 64});
    const auto half = [](const std::stop_token &stop, Worker &worker) {
        Barrier never;
        never.pass(stop, worker);
        return 42;
    };
    const Awaited late = follow(pool.run(ask(u"a"_s, {}, 1ms), {"half", Lane::Long, half}));
    TRY_VERIFY(late->over);
    QVERIFY(late->value);
    QVERIFY(!late->value->has_value() || valueOf<int>(late) == 42); // empty: it had not begun
    TRY_COMPARE(pool.load().busy, 0);
}

void TestPool::aDeadlineThatIsNotTheWorksGivesNothing()
{
    Barrier barrier;
    Pool pool({1, 64});
    const Awaited patient = follow(pool.run(ask(u"a"_s), held("one", barrier)));
    const Awaited late = follow(pool.run(ask(u"b"_s, {}, 1ms), held("one", barrier)));
    TRY_VERIFY(late->over);
    QVERIFY(late->value);
    QVERIFY(!late->value->has_value());
    barrier.open();
    TRY_VERIFY(patient->over);
    QVERIFY(valueOf<bool>(patient));
}

void TestPool::whoeverLeavesLastStopsIt()
{
    Barrier barrier;
    Pool pool({1, 64});
    std::stop_source one;
    std::stop_source other;
    const Awaited first = follow(pool.run(ask(u"a"_s, one.get_token()), held("one", barrier)));
    const Awaited second = follow(pool.run(ask(u"b"_s, other.get_token()), held("one", barrier)));
    TRY_COMPARE(barrier.held(), 1);
    one.request_stop();
    TRY_COMPARE(first->status(), 499);
    QCOMPARE(barrier.held(), 1);
    other.request_stop();
    TRY_COMPARE(second->status(), 499);
    TRY_COMPARE(barrier.held(), 0);
}

void TestPool::aWorkThatIgnoresItsStopIsCountedUntilItEnds()
{
    Barrier barrier;
    Pool pool({2, 64, 1ms});
    const auto always = qScopeGuard([&barrier] { barrier.open(); });
    std::stop_source stop;
    const Awaited stuck = follow(pool.run(ask(u"a"_s, stop.get_token()), stubborn("stuck", barrier)));
    const Awaited other = follow(pool.run(ask(u"a"_s), stubborn("other", barrier)));
    TRY_COMPARE(barrier.held(), 2);
    QCOMPARE(pool.load().stuck, 0);
    stop.request_stop();
    TRY_VERIFY(stuck->over);
    TRY_COMPARE(pool.load().stuck, 1);
    barrier.open();
    TRY_COMPARE(pool.load().stuck, 0);
    TRY_VERIFY(other->over);
}

void TestPool::whoseThreadIsLentIgnoresNoStop()
{
    Barrier barrier;
    Barrier lent;
    Pool pool({1, 64, 1ms});
    const auto always = qScopeGuard([&] {
        lent.open();
        barrier.open();
    });
    std::stop_source stop;
    const Awaited background = follow(pool.run(inBackground(stop.get_token()), stubborn("background", barrier)));
    TRY_COMPARE(barrier.held(), 1);
    const Awaited awaited = follow(pool.run(ask(u"a"_s), held("awaited", lent)));
    TRY_COMPARE(lent.held(), 1);
    QVERIFY(!pool.ignoredFor("background")); // nothing has told it to stop
    stop.request_stop();
    const QDeadlineTimer impatience(20ms);
    TRY_VERIFY(impatience.hasExpired());
    QCOMPARE(pool.load().stuck, 0);
    QVERIFY(pool.ignoredFor("background") == 0ns);
    QVERIFY(!background->over);
    lent.open();
    TRY_VERIFY(awaited->over);
    TRY_COMPARE(pool.load().stuck, 1); // now it could
    QVERIFY(pool.ignoredFor("background") >= 1ms);
    barrier.open();
    TRY_COMPARE(background->status(), 499);
    QVERIFY(!pool.ignoredFor("background"));
}

void TestPool::theBackgroundLearnsOfItsStopWhenTheThreadIsFree()
{
    Barrier barrier;
    Journal journal;
    Pool pool({1, 64});
    const auto always = qScopeGuard([&barrier] { barrier.open(); });
    std::stop_source stop;
    const Awaited background = follow(pool.run(inBackground(stop.get_token()), stubborn("stuck", barrier)));
    TRY_COMPARE(barrier.held(), 1);
    const Awaited waiting = follow(pool.run(inBackground(stop.get_token()), noted("waiting", Lane::Long, journal)));
    stop.request_stop();
    TRY_COMPARE(waiting->status(), 499); // it had none
    QVERIFY(!background->over);
    barrier.open();
    TRY_COMPARE(background->status(), 499);
    QCOMPARE(pool.load().lanes[std::size_t(Lane::Long)].running, 0);
    QCOMPARE(journal.text(), QByteArray());
}

void TestPool::whatItThrowsIsThrownToAll()
{
    Barrier barrier;
    Pool pool({1, 64});
    const auto fails = [&barrier](const std::stop_token &stop, Worker &worker) -> std::any {
        barrier.pass(stop, worker);
        throw http::Failure(418, u"a mistake"_s);
    };
    const Awaited first = follow(pool.run(ask(u"a"_s), {"one", Lane::Long, fails}));
    const Awaited second = follow(pool.run(ask(u"b"_s), {"one", Lane::Long, fails}));
    barrier.open();
    TRY_COMPARE(first->status(), 418);
    TRY_COMPARE(second->status(), 418);
    Journal journal;
    const Awaited next = follow(pool.run(ask(u"a"_s), noted("next", Lane::Long, journal)));
    TRY_COMPARE(next->status(), 200); // its thread is none the worse for it
}

void TestPool::aFullQueueRefusesUnlessAnotherHasMore()
{
    BusyPool busy(2);
    auto &[barrier, journal, pool, first] = busy;
    TRY_COMPARE(barrier.held(), 1);
    const Awaited kept = follow(pool.run(ask(u"a"_s), noted("a1", Lane::Long, journal)));
    const Awaited displaced = follow(pool.run(ask(u"a"_s), noted("a2", Lane::Long, journal)));
    QVERIFY(pool.isFull(Lane::Long));
    QVERIFY(pool.refusal("a3", Lane::Long, u"a"_s));
    QVERIFY(!pool.refusal("a2", Lane::Long, u"a"_s)); // it is there
    QVERIFY(!pool.refusal("b1", Lane::Long, u"b"_s));
    const Awaited refused = follow(pool.run(ask(u"a"_s), noted("a3", Lane::Long, journal)));
    QCOMPARE(refused->status(), 503);
    const Awaited modest = follow(pool.run(ask(u"b"_s), noted("b1", Lane::Long, journal)));
    TRY_COMPARE(displaced->status(), 503);
    QCOMPARE(pool.load().displaced, 1);
    barrier.open();
    TRY_VERIFY(modest->over && kept->over);
    QCOMPARE(journal.text(), "a1 b1");
}

void TestPool::whatItTellsIsShown()
{
    Barrier barrier;
    Pool pool({1, 64});
    const auto tells = [&barrier](const std::stop_token &stop, Worker &worker) {
        worker.tell(u"half"_s);
        return barrier.pass(stop, worker);
    };
    QVERIFY(!pool.progress("one"));
    const Awaited telling = follow(pool.run(ask(u"a"_s), {"one", Lane::Long, tells}));
    TRY_COMPARE(barrier.held(), 1);
    const auto told = pool.progress("one");
    QVERIFY(told);
    QCOMPARE(std::any_cast<QString>(*told), u"half"_s);
    barrier.open();
    TRY_VERIFY(telling->over);
    QVERIFY(!pool.progress("one"));
}

QTEST_GUILESS_MAIN(TestPool)
#include "test_pool.moc"
