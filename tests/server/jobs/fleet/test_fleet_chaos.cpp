// SPDX-License-Identifier: GPL-3.0-or-later
// A minute of chaos, and whether each thing that may not be would be seen; `make soak` does more of it.
#include "tests/server/jobs/fleet/chaos.h"
#include "tests/support/peers/peers.h"

#include <QJsonArray>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

using enum ChaosStep::Of;

constexpr unsigned long seed = 1;

QJsonObject prime(const QString &p)
{
    return {{u"prime"_s, p}, {u"exponent"_s, 1}};
}

// One job is done at the second attempt, when the owner of the first was dead; one has lost three owners.
ChaosRecord right()
{
    const QString dead = u"100"_s;
    const QJsonObject factored{{u"state"_s, u"done"_s}, {u"factors"_s, QJsonArray{prime(u"3"_s), prime(u"5"_s)}}};
    const auto claimed = [](const QString &task, const QString &owner) {
        return ChaosStep{Task, task, u"queued"_s, u"running"_s, owner};
    };
    const auto reaped = [&](const QString &task, const QString &became) {
        return ChaosStep{Task, task, u"running"_s, became, dead, true};
    };
    ChaosRecord record;
    record.jobs = {{"15", {"/factorizations/0000000000000001"}, {"done"}, factored},
                   {"21", {"/factorizations/0000000000000002"}, {"failed"}, {{u"state"_s, u"failed"_s}}}};
    record.steps = {{Task, u"1"_s, {}, u"queued"_s},
                    {Task, u"2"_s, {}, u"queued"_s},
                    claimed(u"1"_s, dead),
                    {Node, dead, u"alive"_s, u"dead"_s},
                    reaped(u"1"_s, u"queued"_s),
                    claimed(u"1"_s, u"101"_s),
                    {Task, u"1"_s, u"running"_s, u"done"_s, u"101"_s},
                    reaped(u"2"_s, u"queued"_s),
                    reaped(u"2"_s, u"held"_s),
                    {Task, u"2"_s, u"held"_s, u"queued"_s},
                    reaped(u"2"_s, u"failed"_s)};
    return record;
}

} // namespace

class TestFleetChaos : public QObject
{
    Q_OBJECT

private slots:
    void whatMayNotBeIsSeen_data();
    void whatMayNotBeIsSeen();
    void everyJobEndsOnceAndRight();
};

void TestFleetChaos::whatMayNotBeIsSeen_data()
{
    QTest::addColumn<ChaosRecord>("record");
    QTest::addColumn<QString>("seen"); // empty: all is right
    const auto row = [](const char *name, const char *seen, const auto &spoil) {
        ChaosRecord record = right();
        spoil(record);
        QTest::newRow(name) << record << QString::fromLatin1(seen);
    };
    row("nothing", "", [](ChaosRecord &) { });
    row("an end told twice", "its watcher was told 'done' and 'done'",
        [](ChaosRecord &record) { record.jobs[0].ends << "done"; });
    row("an end not told", "its watcher was told ''", [](ChaosRecord &record) { record.jobs[1].ends.clear(); });
    row("another end told", "its watcher was told 'failed'",
        [](ChaosRecord &record) { record.jobs[0].ends = {"failed"}; });
    row("no end", "it ended as '', and is 'running'", [](ChaosRecord &record) {
        record.steps.remove(6);
        record.jobs[0].last[u"state"_s] = u"running"_s;
    });
    row("two ends", "it ended as 'done' and 'done'",
        [](ChaosRecord &record) { record.steps.insert(7, record.steps[6]); });
    row("an end taken back", "it ended as 'done' and 'queued'",
        [](ChaosRecord &record) { record.steps.insert(7, {Task, u"1"_s, u"done"_s, u"queued"_s}); });
    row("lost", "it ended as 'done', and is ''", [](ChaosRecord &record) { record.jobs[0].last = {}; });
    row("another product", "its factors are wrong",
        [](ChaosRecord &record) { record.jobs[0].last[u"factors"_s] = QJsonArray{prime(u"3"_s)}; });
    row("a factor that is none", "its factors are wrong",
        [](ChaosRecord &record) { record.jobs[0].last[u"factors"_s] = QJsonArray{prime(u"15"_s)}; });
    row("nobody was reaped", "1 deaths of owners that nobody had declared dead",
        [](ChaosRecord &record) { record.steps[4].owner = u"101"_s; });
    row("reaped before it was declared dead", "1 deaths of owners that nobody had declared dead",
        [](ChaosRecord &record) { record.steps.swapItemsAt(3, 4); });
    row("failed after two deaths", "2 of its owners were reaped",
        [](ChaosRecord &record) { record.steps[7].isDeath = false; });
    row("done after three", "3 of its owners were reaped", [](ChaosRecord &record) {
        record.steps.insert(5, record.steps[4]);
        record.steps.insert(5, record.steps[4]);
    });
    const auto restarted = [](int times) { // in order, which is no death; then its last owner dies
        return [times](ChaosRecord &record) {
            record.steps[7].isDeath = record.steps[8].isDeath = false;
            for (int i = 0; i < times; ++i)
                record.steps.insert(7, {Task, u"2"_s, u"queued"_s, u"running"_s, u"101"_s});
        };
    };
    row("failed at the tenth attempt", "", restarted(10));
    row("failed at the ninth", "1 of its owners were reaped, in 9 attempts", restarted(9));
    row("a key for two jobs", "its key named /factorizations/0000000000000001 and /factorizations/0000000000000002",
        [](ChaosRecord &record) { record.jobs[0].paths << record.jobs[1].paths; });
    row("two lives at once", "process 7 joined again though nobody had declared it dead", [](ChaosRecord &record) {
        record.steps << ChaosStep{Node, u"102"_s, {}, u"alive"_s, u"7"_s};
        record.steps << ChaosStep{Node, u"103"_s, {}, u"alive"_s, u"7"_s};
    });
    row("one life after the other", "", [](ChaosRecord &record) {
        record.steps << ChaosStep{Node, u"102"_s, {}, u"alive"_s, u"7"_s};
        record.steps << ChaosStep{Node, u"102"_s, u"alive"_s, u"dead"_s, u"7"_s};
        record.steps << ChaosStep{Node, u"103"_s, {}, u"alive"_s, u"7"_s};
    });
    row("a job of nobody", "task 3: no client knows of it",
        [](ChaosRecord &record) { record.steps << ChaosStep{Task, u"3"_s, {}, u"queued"_s}; });
}

void TestFleetChaos::whatMayNotBeIsSeen()
{
    QFETCH(const ChaosRecord, record);
    QFETCH(const QString, seen);
    const QStringList wrong = wrongIn(record);
    QVERIFY2(seen.isEmpty() ? wrong.isEmpty() : wrong.join(u'\n').contains(seen), qPrintable(wrong.join(u'\n')));
}

void TestFleetChaos::everyJobEndsOnceAndRight()
{
    if (skippedWithoutPeers())
        return;
    Chaos chaos(QStringLiteral(OPENLOOP_SERVER), seed,
                {.kills = 3, .freezes = 1, .restarts = 1, .jobs = 16, .clients = 8});
    const QStringList wrong = chaos.run();
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    qInfo("%s", qPrintable(chaos.figures()));
}

QTEST_GUILESS_MAIN(TestFleetChaos)
#include "test_fleet_chaos.moc"
