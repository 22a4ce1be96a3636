// SPDX-License-Identifier: GPL-3.0-or-later
// Two servers say something at the same time, and one of them holds the locks: what no model of atomic steps can show.
#include "tests/server/jobs/queue_database.h"
#include "tests/support/peers.h"

#include <QDeadlineTimer>
#include <QTest>

#include <future>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

using namespace queue;

namespace {

constexpr NodeId ann = 1;
constexpr NodeId bob = 2;
constexpr NodeId gone = 3; ///< never joined

QString open(const QString &statements)
{
    return transactionOf(statements, 60s).chopped(qsizetype(std::size("; COMMIT") - 1));
}

Request request(TaskId id, const std::string &payload, const std::string &key = {})
{
    Request made;
    made.id = id;
    made.kind = "test";
    made.payload = payload;
    made.key = key;
    return made;
}

} // namespace

class TestQueueLocks : public QObject
{
    Q_OBJECT

private:
    enum class End { Commit, Rollback };
    enum class Wait { No, Yes };

    void accept(std::same_as<int> auto... ids)
    {
        for (const int id : {ids...})
            m_tables->accept(request(TaskId(id), std::to_string(id)));
    }

    Attempt run(TaskId id)
    {
        accept(int(id));
        return m_tables->claim({ann, 1, 1}).tasks.at(0).attempt;
    }

    std::int64_t seenAt(NodeId node)
    {
        return m_database->number(u"SELECT seen_at FROM nodes WHERE id = %1"_s.arg(node));
    }

    void declareDead(NodeId node) { QCOMPARE(m_tables->markDead({node, 1, seenAt(node)}), Rows{1}); }

    QString stateOf(TaskId task)
    {
        return m_database->text(u"SELECT format('%s by %s, attempt %s, deaths %s', state, coalesce(owner, 0), "
                                "attempt, deaths) FROM tasks WHERE id = %1"_s.arg(task));
    }

    static auto claimBy(NodeId node, int most)
    {
        return [=](QueueSql &tables, SqlConnection &) { return tables.claim({node, most, 1}); };
    }
    static auto endOf(const Attempt &attempt)
    {
        return [=](QueueSql &tables, SqlConnection &) { return tables.end({attempt, TaskState::Done, "3 5"}); };
    }
    static auto acceptOf(const Request &request)
    {
        return [=](QueueSql &tables, SqlConnection &) { return tables.accept(request); };
    }
    auto markDead(NodeId node)
    {
        return [dead = MarkDead{node, 1, seenAt(node)}](QueueSql &tables, SqlConnection &) {
            return tables.markDead(dead);
        };
    }
    static Rows sweep(QueueSql &tables, SqlConnection &) { return tables.sweep({}); }

    template <typename Say>
    auto elsewhere(const Say &say)
    {
        return std::async(std::launch::async, [this, say] {
            const auto sql = m_database->connect();
            QueueSql tables(*sql, 60s);
            return say(tables, *sql);
        });
    }

    void awaitWaiter()
    {
        const QDeadlineTimer deadline(patience);
        while (m_database->number(u"SELECT count(*) FROM pg_locks WHERE NOT granted"_s) == 0) {
            if (deadline.hasExpired())
                qFatal("nobody waits for a lock");
        }
    }

    /// What another connection is answered while one here has said `statements` and not yet ended its transaction.
    template <typename Say>
    auto meanwhile(const QString &statements, End end, Wait wait, const Say &say)
    {
        m_database->sql().message(open(statements), [](auto &) { return 1; });
        auto other = elsewhere(say);
        if (wait == Wait::Yes)
            awaitWaiter();
        else
            other.wait();
        m_database->sql().command(end == End::Commit ? u"COMMIT"_s : u"ROLLBACK"_s);
        return other.get();
    }

    /// What another connection is answered if things happen after its snapshot and before its first lock of a row.
    template <typename Say, typename Happen>
    auto behindTheGate(const Say &say, const Happen &happen)
    {
        SqlConnection &sql = m_database->sql();
        sql.command(u"SELECT pg_advisory_lock(1)"_s);
        const auto guarded = [say](QueueSql &tables, SqlConnection &connection) {
            connection.command(u"CREATE FUNCTION pg_temp.passed() RETURNS BOOLEAN LANGUAGE sql VOLATILE "
                               "AS 'SELECT pg_advisory_xact_lock_shared(1) IS NOT NULL'"_s);
            connection.command(u"CREATE TEMPORARY VIEW nodes AS SELECT * FROM public.nodes WHERE pg_temp.passed()"_s);
            return say(tables, connection);
        };
        auto other = elsewhere(guarded);
        awaitWaiter();
        happen();
        sql.command(u"SELECT pg_advisory_unlock(1)"_s);
        return other.get();
    }

private slots:
    void initTestCase()
    {
        if (peersAreLeftOut())
            QSKIP("PostgreSQL is left out here");
        m_database = std::make_unique<QueueDatabase>();
        m_tables = std::make_unique<QueueSql>(m_database->sql(), 60s);
    }

    void init()
    {
        m_database->empty();
        for (const NodeId node : {ann, bob})
            m_tables->join({node, "node", {"boot", 1, 2, 3}, 5s, 30s});
    }

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

    // Its snapshot still says that the owner is dead.
    void aSweepLeavesWhatAnotherNodeHasClaimedSinceItBegan()
    {
        run(10);
        declareDead(ann);
        const Rows swept = behindTheGate(sweep, [&] {
            m_tables->sweep({});
            m_tables->claim({bob, 1, 1});
        });
        QCOMPARE(swept, Rows{0});
        QCOMPARE(stateOf(10), u"running by 2, attempt 2, deaths 1"_s);
    }

    void aSweepLeavesWhatANodeHasClaimedThatItDoesNotKnow()
    {
        run(10);
        declareDead(ann);
        const Rows swept = behindTheGate(sweep, [&] {
            m_tables->sweep({});
            m_tables->join({gone, "new", {"boot", 1, 2, 3}, 5s, 30s});
            m_tables->claim({gone, 1, 1});
        });
        QCOMPARE(swept, Rows{0});
        QCOMPARE(stateOf(10), u"running by 3, attempt 2, deaths 1"_s);
    }

    // Nodes

    void aNodeThatBeatsIsNotDeclaredDead()
    {
        QCOMPARE(meanwhile(textOf(Beat{ann}), End::Commit, Wait::Yes, markDead(ann)), Rows{0});
        QCOMPARE(m_tables->beat({ann}), Rows{1});
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

    // Accepts

    void twoRequestsOfOnePayloadAreOneTask()
    {
        QCOMPARE(meanwhile(textOf(request(10, "15")), End::Commit, Wait::Yes, acceptOf(request(11, "15"))), TaskId(10));
        QCOMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);
    }

    void aRequestTakesThePlaceOfOneThatWasRolledBack()
    {
        QCOMPARE(meanwhile(textOf(request(10, "15")), End::Rollback, Wait::Yes, acceptOf(request(11, "15"))),
                 TaskId(11));
    }

    void twoRequestsOfOneKeyAreOneTask()
    {
        const Request first = request(10, "15", "k");
        QCOMPARE(meanwhile(textOf(first), End::Commit, Wait::Yes, acceptOf(request(11, "15", "k"))), TaskId(10));
        QCOMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);
    }

    void aKeyIsNotUsedForTwoPayloads()
    {
        const Request first = request(10, "15", "k");
        QCOMPARE(meanwhile(textOf(first), End::Commit, Wait::Yes, acceptOf(request(11, "21", "k"))), std::nullopt);
        QCOMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);
    }

    void twoKeysOfOnePayloadNameOneTask()
    {
        const Request first = request(10, "15", "k");
        QCOMPARE(meanwhile(textOf(first), End::Commit, Wait::Yes, acceptOf(request(11, "15", "l"))), TaskId(10));
        QCOMPARE(m_tables->accept(request(12, "15", "l")), TaskId(10));
    }

    void aRequestThatMeetsAnEndIsANewTask()
    {
        const Attempt attempt = run(10);
        const QString end = textOf(queue::End{attempt, TaskState::Done, "3 5"});
        QCOMPARE(meanwhile(end, End::Commit, Wait::Yes, acceptOf(request(11, "10", "k"))), TaskId(11));
        QCOMPARE(stateOf(11), u"queued by 0, attempt 0, deaths 0"_s);
    }

    void aRequestThatMeetsACancellationThatWasRolledBackIsTheTask()
    {
        accept(10);
        QCOMPARE(meanwhile(textOfCancel(10), End::Rollback, Wait::Yes, acceptOf(request(11, "10", "k"))), TaskId(10));
        QCOMPARE(m_tables->accept(request(12, "10", "k")), TaskId(10));
    }

    // Between the statements of an accept the task that was in its way ends.
    void aRequestWhoseWinnerEndsMeanwhileAsksAgain()
    {
        const Attempt attempt = run(10);
        QVERIFY(m_database->sql()
                    .message(textOf(request(11, "10", "k")).section(u"; "_s, 0, 1), [](auto &) { return 1; })
                    .isEmpty());
        m_tables->end({attempt, TaskState::Done, "2 5"});
        const auto read = [](const QSqlQuery &row) { return row.value(0).toLongLong(); };
        QVERIFY(m_database->sql().message(textOf(request(11, "10", "k")).section(u"; "_s, 2), read).isEmpty());
        QCOMPARE(m_database->number(u"SELECT count(*) FROM request_keys"_s), 0);
        QCOMPARE(m_tables->accept(request(11, "10", "k")), TaskId(11));
    }

    void aResultIsKeptOnce()
    {
        run(10);
        const auto keep = [](QueueSql &tables, SqlConnection &) { return tables.keepResult({10, "another"}); };
        QCOMPARE(meanwhile(textOf(KeepResult{10, "first"}), End::Commit, Wait::Yes, keep), Rows{0});
        QCOMPARE(m_database->text(u"SELECT result FROM task_results"_s), u"first"_s);
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
        QueueSql impatient(*other, 100ms);
        QVERIFY_THROWS_EXCEPTION(SqlError, impatient.end({attempt, TaskState::Done, "3 5"}));
        m_database->sql().rollback();
        QCOMPARE(impatient.end({attempt, TaskState::Done, "3 5"}), Rows{1}); // of its own transaction nothing is left
    }

private:
    std::unique_ptr<QueueDatabase> m_database;
    std::unique_ptr<QueueSql> m_tables;
};

} // namespace openloop::test

QTEST_GUILESS_MAIN(openloop::test::TestQueueLocks)
#include "test_queue_locks.moc"
