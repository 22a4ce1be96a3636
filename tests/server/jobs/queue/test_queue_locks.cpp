// SPDX-License-Identifier: GPL-3.0-or-later
// Two servers say something at the same time, and one of them holds the locks: what no model of atomic steps can show.
#include "tests/server/jobs/queue/two_servers.h"
#include "tests/support/rows.h"

#include <QTest>

namespace openloop::test {

class TestQueueLocks : public TwoServers
{
    Q_OBJECT

    static constexpr NodeId newcomer = 3;

    void declareDead(NodeId node) { QCOMPARE(m_tables->markDead({node, 1, seenAt(node)}), Rows{1}); }

    static auto claimBy(NodeId node, int most)
    {
        return [=](QueueSql &tables, SqlConnection &) { return tables.claim({node, most, 1}); };
    }
    static auto endOf(const Attempt &attempt)
    {
        return [=](QueueSql &tables, SqlConnection &) { return tables.end({attempt, TaskState::Done, "3 5"}); };
    }
    auto markDead(NodeId node)
    {
        return [dead = MarkDead{node, 1, seenAt(node)}](QueueSql &tables, SqlConnection &) {
            return tables.markDead(dead);
        };
    }
    static Rows sweep(QueueSql &tables, SqlConnection &) { return tables.sweep({}); }

private slots:
    void initTestCase() { connectBoth(); }
    void init() { startAgain(); }

    // Claims

    void aClaimTakesWhatAnotherDoesNotHold()
    {
        accept(10, 11, 12);
        const Claims claims = meanwhile(textOf(Claim{ann, 2, 1}), End::Commit, Wait::No, claimBy(bob, 3));
        QCOMPARE(claims.tasks.size(), std::size_t(1));
        QCOMPARE(claims.tasks[0].attempt, (Attempt{12, bob, 1}));
        QCOMPARE(stateOf(10), u"running by 1, attempt 1, deaths 0"_s);
    }

    void aClaimThatWasRolledBackLeavesTheTask()
    {
        accept(10);
        QVERIFY(meanwhile(textOf(Claim{ann, 1, 1}), End::Rollback, Wait::No, claimBy(bob, 1)).tasks.empty());
        QCOMPARE(m_tables->claim({bob, 1, 1}).tasks.size(), std::size_t(1));
    }

    void aTaskThatIsAskedForAgainIsClaimedAndSweptMeanwhile()
    {
        accept(10);
        const QString again = textOf(request(11, "10"));
        QCOMPARE(meanwhile(again, End::Commit, Wait::No, claimBy(ann, 1)).tasks.size(), std::size_t(1));
        declareDead(ann);
        QCOMPARE(meanwhile(again, End::Commit, Wait::No, sweep), Rows{1});
    }

    void aClaimDoesNotTakeWhatIsBeingCancelled()
    {
        accept(10);
        QVERIFY(meanwhile(textOfCancel(10), End::Commit, Wait::No, claimBy(bob, 1)).tasks.empty());
        QCOMPARE(stateOf(10), u"cancelled by 0, attempt 0, deaths 0"_s);
    }

    void aClaimJudgesAnewWhatChangedSinceItBegan()
    {
        accept(10, 11);
        const auto claims = behindTheGate(claimBy(bob, 1), [&] { m_tables->claim({ann, 1, 1}); });
        QVERIFY(claims.tasks.empty() || claims.tasks[0].attempt == (Attempt{11, bob, 1}));
        QCOMPARE(stateOf(10), u"running by 1, attempt 1, deaths 0"_s);
    }

    void aClaimOfANodeThatIsBeingDeclaredDeadIsSwept()
    {
        accept(10);
        const QString dead = u"UPDATE nodes SET state = 'dead' WHERE id = 2"_s;
        QCOMPARE(meanwhile(dead, End::Commit, Wait::No, claimBy(bob, 1)).tasks.size(), std::size_t(1));
        QCOMPARE(m_tables->sweep({}), Rows{1});
        QCOMPARE(stateOf(10), u"queued by 0, attempt 1, deaths 1"_s);
    }

    void aDatabaseThatPrefersRepeatableReadChangesNothing()
    {
        const Attempt attempt = run(10);
        const auto end = [&](QueueSql &tables, SqlConnection &sql) {
            sql.command(u"SET default_transaction_isolation = 'repeatable read'"_s);
            return tables.end({attempt, TaskState::Done, "late"});
        };
        QCOMPARE(meanwhile(textOfCancel(10), End::Commit, Wait::Yes, end), Rows{0});
    }

    // Ends

    void anEndThatMeetsASweepIsRefused()
    {
        const Attempt attempt = run(10);
        declareDead(ann);
        QCOMPARE(meanwhile(textOf(Sweep{}, {}), End::Commit, Wait::Yes, endOf(attempt)), Rows{0});
        QCOMPARE(stateOf(10), u"queued by 0, attempt 1, deaths 1"_s);
    }

    void anEndThatMeetsASweepThatWasRolledBackIsDone()
    {
        const Attempt attempt = run(10);
        declareDead(ann);
        QCOMPARE(meanwhile(textOf(Sweep{}, {}), End::Rollback, Wait::Yes, endOf(attempt)), Rows{1});
        QCOMPARE(stateOf(10), u"done by 1, attempt 1, deaths 0"_s);
    }

    void aSweepPassesByWhatIsEnding()
    {
        const Attempt attempt = run(10);
        declareDead(ann);
        QCOMPARE(meanwhile(textOf(queue::End{attempt, TaskState::Done, "3 5"}), End::Commit, Wait::No, sweep), Rows{0});
        QCOMPARE(m_tables->sweep({}), Rows{0});
        QCOMPARE(stateOf(10), u"done by 1, attempt 1, deaths 0"_s);
    }

    void anEndThatMeetsACancellationIsRefused()
    {
        const Attempt attempt = run(10);
        QCOMPARE(meanwhile(textOfCancel(10), End::Commit, Wait::Yes, endOf(attempt)), Rows{0});
        QCOMPARE(stateOf(10), u"cancelled by 1, attempt 1, deaths 0"_s);
    }

    void aCancellationThatMeetsAnEndIsRefused()
    {
        const Attempt attempt = run(10);
        const auto cancel = [](QueueSql &tables, SqlConnection &) { return tables.cancel(10); };
        QCOMPARE(meanwhile(textOf(queue::End{attempt, TaskState::Done, "3 5"}), End::Commit, Wait::Yes, cancel),
                 Rows{0});
        QCOMPARE(stateOf(10), u"done by 1, attempt 1, deaths 0"_s);
    }

    void aCancellationThatMeetsAClaimCancelsWhatRuns()
    {
        accept(10);
        const auto cancel = [](QueueSql &tables, SqlConnection &) { return tables.cancel(10); };
        QCOMPARE(meanwhile(textOf(Claim{ann, 1, 1}), End::Commit, Wait::Yes, cancel), Rows{1});
        QCOMPARE(stateOf(10), u"cancelled by 1, attempt 1, deaths 0"_s);
    }

    void anEndThatIsRepeatedIsDoneOnce()
    {
        const Attempt attempt = run(10);
        QCOMPARE(meanwhile(textOf(queue::End{attempt, TaskState::Done, "3 5"}), End::Commit, Wait::Yes, endOf(attempt)),
                 Rows{0});
    }

    void anEndOfAnAttemptBeforeIsRefusedToTheSameOwner()
    {
        const Attempt attempt = run(10);
        const QString again = textOf(GiveBack{attempt, false}, {}) + u';' + textOf(Claim{ann, 1, 1});
        QCOMPARE(meanwhile(again, End::Commit, Wait::Yes, endOf(attempt)), Rows{0});
        QCOMPARE(stateOf(10), u"running by 1, attempt 2, deaths 0"_s);
    }

    // Sweeps

    void aSweepPassesByWhatIsGivenBack()
    {
        const Attempt attempt = run(10);
        declareDead(ann);
        QCOMPARE(meanwhile(textOf(GiveBack{attempt, false}, {}), End::Commit, Wait::No, sweep), Rows{0});
        QCOMPARE(stateOf(10), u"queued by 0, attempt 1, deaths 0"_s);
    }

    void aGiveBackThatMeetsASweepIsRefused()
    {
        const Attempt attempt = run(10);
        declareDead(ann);
        const auto giveBack = [&](QueueSql &tables, SqlConnection &) { return tables.giveBack({attempt, true}); };
        QCOMPARE(meanwhile(textOf(Sweep{}, {}), End::Commit, Wait::Yes, giveBack), Rows{0});
        QCOMPARE(stateOf(10), u"queued by 0, attempt 1, deaths 1"_s);
    }

    void twoSweepsCountOneDeath()
    {
        run(10);
        declareDead(ann);
        QCOMPARE(meanwhile(textOf(Sweep{}, {}), End::Commit, Wait::No, sweep), Rows{0});
        QCOMPARE(stateOf(10), u"queued by 0, attempt 1, deaths 1"_s);
    }

    // Its snapshot still says that the owner is dead, and does not know who has joined since.
    void aSweepLeavesWhatAnotherNodeHasClaimedSinceItBegan_data()
    {
        rows<NodeId>({"node"}, {{"a node that it knows", bob}, {"one that it does not know", newcomer}});
    }
    void aSweepLeavesWhatAnotherNodeHasClaimedSinceItBegan()
    {
        QFETCH(NodeId, node);
        run(10);
        declareDead(ann);
        const Rows swept = behindTheGate(sweep, [&] {
            m_tables->sweep({});
            if (node == newcomer)
                m_tables->join({newcomer, "new", {"boot", 1, 2, 3}, 5s, 30s});
            m_tables->claim({node, 1, 1});
        });
        QCOMPARE(swept, Rows{0});
        QCOMPARE(stateOf(10), u"running by %1, attempt 2, deaths 1"_s.arg(node));
    }

    // Nodes

    void aNodeThatBeatsIsNotDeclaredDead()
    {
        QCOMPARE(meanwhile(textOf(Beat{ann}), End::Commit, Wait::Yes, markDead(ann)), Rows{0});
        QCOMPARE(m_tables->beat({ann}).changed, 1);
    }

    void aNodeWhoseBeatWasRolledBackIsDeclaredDead()
    {
        QCOMPARE(meanwhile(textOf(Beat{ann}), End::Rollback, Wait::Yes, markDead(ann)), Rows{1});
    }

    void aBeatThatComesTooLateIsTold()
    {
        const auto beat = [](QueueSql &tables, SqlConnection &) { return tables.beat({ann}); };
        const QString dead = textOf(MarkDead{ann, 1, seenAt(ann)});
        QCOMPARE(meanwhile(dead, End::Commit, Wait::Yes, beat), Rows{0});
    }

    void aNodeIsDeclaredDeadOnce()
    {
        QCOMPARE(meanwhile(textOf(MarkDead{ann, 1, seenAt(ann)}), End::Commit, Wait::Yes, markDead(ann)), Rows{0});
    }

    void aClaimOfALeavingNodeIsSweptWithoutADeath()
    {
        accept(10);
        QCOMPARE(meanwhile(textOf(Leave{bob}), End::Commit, Wait::No, claimBy(bob, 1)).tasks.size(), std::size_t(1));
        QCOMPARE(m_tables->sweep({}), Rows{1});
        QCOMPARE(stateOf(10), u"queued by 0, attempt 1, deaths 0"_s);
    }

    // A frozen host

    void aTransactionThatIsLeftOpenLetsGoOfItsLocks()
    {
        accept(10);
        const auto frozen = m_database->connect();
        const QString claim = transactionOf(textOf(Claim{ann, 1, 1}), 200ms);
        frozen->message(claim.chopped(qsizetype(std::size("; COMMIT") - 1)), [](auto &) { return 1; });
        QCOMPARE(m_tables->cancel(10), Rows{1});
        QCOMPARE(stateOf(10), u"cancelled by 0, attempt 0, deaths 0"_s);
        QVERIFY_THROWS_EXCEPTION(SqlError, frozen->command(u"COMMIT"_s));
    }

    void aStatementDoesNotWaitForALockForEver()
    {
        const Attempt attempt = run(10);
        m_database->sql().message(open(textOfCancel(10)), [](auto &) { return 1; });
        const auto other = m_database->connect();
        other->message(u"SET statement_timeout = 0; SET lock_timeout = 0"_s, [](auto &) { return 1; });
        QueueSql impatient(*other, 100ms);
        QVERIFY_THROWS_EXCEPTION(SqlError, impatient.end({attempt, TaskState::Done, "3 5"}));
        m_database->sql().rollback();
        QCOMPARE(impatient.end({attempt, TaskState::Done, "3 5"}), Rows{1}); // of its own transaction nothing is left
    }
};

} // namespace openloop::test

QTEST_GUILESS_MAIN(openloop::test::TestQueueLocks)
#include "test_queue_locks.moc"
