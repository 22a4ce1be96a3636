// SPDX-License-Identifier: GPL-3.0-or-later
// Whose computation is next: clients take turns, however many each has waiting.
#include "server/compute/fair_queue.h"

#include <QTest>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;

class TestFairQueue : public QObject
{
    Q_OBJECT

private slots:
    void aClientsOwnAreTakenInOrder();
    void clientsTakeTurns();
    void whatLeavesIsNotTaken();
    void theGreediestGivesWayToWhoHasFewer();
    void whatIsInTheBackgroundGivesNoPlaceAwayAndIsNotAwaited();
};

namespace {

FairQueue::Item item(int n, const QString &client)
{
    return std::make_shared<Computation>(Work{QByteArray::number(n), Lane::Long, {}}, client, client == u"background");
}

int numberOf(const FairQueue::Item &item)
{
    return item->work.key.toInt();
}

QList<int> taken(FairQueue &queue)
{
    QList<int> numbers;
    while (const FairQueue::Item next = queue.pop())
        numbers.append(numberOf(next));
    return numbers;
}

} // namespace

void TestFairQueue::aClientsOwnAreTakenInOrder()
{
    FairQueue queue;
    for (int n = 1; n <= 3; ++n)
        queue.push(item(n, u"a"_s));
    QCOMPARE(taken(queue), (QList<int>{1, 2, 3}));
}

void TestFairQueue::clientsTakeTurns()
{
    FairQueue queue;
    for (int n = 1; n <= 4; ++n)
        queue.push(item(n, u"greedy"_s));
    queue.push(item(100, u"modest"_s));
    queue.push(item(101, u"modest"_s));
    QCOMPARE(taken(queue), (QList<int>{1, 100, 2, 101, 3, 4}));
}

void TestFairQueue::whatLeavesIsNotTaken()
{
    FairQueue queue;
    const FairQueue::Item leaving = item(2, u"a"_s);
    queue.push(item(1, u"a"_s));
    queue.push(leaving);
    QVERIFY(queue.remove(leaving));
    QVERIFY(!queue.remove(leaving));
    QCOMPARE(queue.size(), 1);
    QCOMPARE(taken(queue), QList<int>{1});
}

void TestFairQueue::theGreediestGivesWayToWhoHasFewer()
{
    FairQueue queue;
    for (int n = 1; n <= 3; ++n)
        queue.push(item(n, u"greedy"_s));
    QVERIFY(!queue.popFromGreedierThan(u"greedy"_s));
    QCOMPARE(numberOf(queue.popFromGreedierThan(u"new"_s)), 3);
    queue.push(item(100, u"new"_s));
    QVERIFY(!queue.popFromGreedierThan(u"new"_s)); // two against one: taking one away would only turn it round
    QCOMPARE(queue.size(), 3);
}

void TestFairQueue::whatIsInTheBackgroundGivesNoPlaceAwayAndIsNotAwaited()
{
    FairQueue queue;
    for (int n = 1; n <= 3; ++n)
        queue.push(item(n, u"background"_s));
    queue.push(item(4, u"a"_s));
    QVERIFY(!queue.popFromGreedierThan(u"new"_s));
    const auto later = Computation::Clock::now() + std::chrono::seconds(1);
    QVERIFY(!queue.popAwaited(later - std::chrono::hours(1)));
    QCOMPARE(numberOf(queue.popAwaited(later)), 4);
    QVERIFY(!queue.popAwaited(later));
    QCOMPARE(taken(queue), (QList<int>{1, 2, 3}));
}

QTEST_APPLESS_MAIN(TestFairQueue)
#include "test_fair_queue.moc"
