// SPDX-License-Identifier: GPL-3.0-or-later
// Two servers are asked for the same at the same time: it is one task with one result.
#include "tests/server/jobs/queue/two_servers.h"
#include "tests/support/peers/absent_standby.h"

#include <QScopeGuard>
#include <QTest>

namespace openloop::test {

class TestQueueRequests : public TwoServers
{
    Q_OBJECT

    static auto acceptOf(const Request &request)
    {
        return [=](QueueSql &tables, SqlConnection &) { return tables.accept(request); };
    }

private slots:
    void initTestCase() { connectBoth(); }
    void init() { startAgain(); }

    void twoRequestsOfOnePayloadAreOneTask()
    {
        QCOMPARE(meanwhile(textOf(request(10, "15")), End::Commit, Wait::Yes, acceptOf(request(11, "15"))),
                 Accepted(TaskId(10)));
        QCOMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);
    }

    void aRequestTakesThePlaceOfOneThatWasRolledBack()
    {
        QCOMPARE(meanwhile(textOf(request(10, "15")), End::Rollback, Wait::Yes, acceptOf(request(11, "15"))),
                 Accepted(TaskId(11)));
    }

    void twoRequestsOfOneKeyAreOneTask()
    {
        const Request first = request(10, "15", "k");
        QCOMPARE(meanwhile(textOf(first), End::Commit, Wait::Yes, acceptOf(request(11, "15", "k"))),
                 Accepted(TaskId(10)));
        QCOMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);
    }

    void aKeyIsNotUsedForTwoPayloads()
    {
        const Request first = request(10, "15", "k");
        QCOMPARE(meanwhile(textOf(first), End::Commit, Wait::Yes, acceptOf(request(11, "21", "k"))),
                 Accepted(Refusal::OtherPayload));
        QCOMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);
    }

    void twoKeysOfOnePayloadNameOneTask()
    {
        const Request first = request(10, "15", "k");
        QCOMPARE(meanwhile(textOf(first), End::Commit, Wait::Yes, acceptOf(request(11, "15", "l"))),
                 Accepted(TaskId(10)));
        QCOMPARE(m_tables->accept(request(12, "15", "l")), Accepted(TaskId(10)));
    }

    void whereThereIsNoRoomOnlyWhatIsThereIsATask()
    {
        accept(10);
        const auto noRoom = [](Request request) {
            request.mayBeNew = false;
            return request;
        };
        QCOMPARE(m_tables->accept(noRoom(request(11, "15"))), Accepted(Refusal::NoRoom));
        QCOMPARE(m_tables->accept(noRoom(request(11, "15", "k"))), Accepted(Refusal::NoRoom));
        QCOMPARE(m_database->number(u"SELECT count(*) FROM request_keys"_s), 0);
        QCOMPARE(m_tables->accept(noRoom(request(11, "10"))), Accepted(TaskId(10)));
        QCOMPARE(m_tables->accept(noRoom(request(11, "10", "k"))), Accepted(TaskId(10)));
        QCOMPARE(m_tables->accept(noRoom(request(12, "10", "k"))), Accepted(TaskId(10)));
        QCOMPARE(m_tables->accept(noRoom(request(12, "15", "k"))), Accepted(Refusal::OtherPayload));
        QCOMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);
    }

    void aRequestThatMeetsAnEndIsANewTask()
    {
        const Attempt attempt = run(10);
        const QString end = textOf(queue::End{attempt, TaskState::Done, "3 5"});
        QCOMPARE(meanwhile(end, End::Commit, Wait::Yes, acceptOf(request(11, "10", "k"))), Accepted(TaskId(11)));
        QCOMPARE(stateOf(11), u"queued by 0, attempt 0, deaths 0"_s);
    }

    void aRequestThatMeetsACancellationThatWasRolledBackIsTheTask()
    {
        accept(10);
        QCOMPARE(meanwhile(textOfCancel(10), End::Rollback, Wait::Yes, acceptOf(request(11, "10", "k"))),
                 Accepted(TaskId(10)));
        QCOMPARE(m_tables->accept(request(12, "10", "k")), Accepted(TaskId(10)));
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
        QCOMPARE(m_tables->accept(request(11, "10", "k")), Accepted(TaskId(11)));
    }

    void whatIsAcceptedAgainWaitsForTheStandbyAsWell_data()
    {
        QTest::addColumn<QString>("key");
        QTest::newRow("by its payload") << QString();
        QTest::newRow("by its key") << u"k"_s;
    }

    // A commit whose connection ends while it waits is done, though no standby has it: who finds the task tells of what
    // a failover would lose.
    void whatIsAcceptedAgainWaitsForTheStandbyAsWell()
    {
        QFETCH(QString, key);
        std::optional<AbsentStandby> standby(std::in_place, m_database->server());
        std::future<Accepted> accepted;
        const auto healed = qScopeGuard([&] { standby.reset(); }); // before the thread is waited for
        const auto begin = [&](TaskId id) { accepted = elsewhere(acceptOf(request(id, "15", key.toStdString()))); };
        begin(10);
        TRY_COMPARE(standby->waiting(), 1);
        TRY_COMPARE(standby->terminateWaiting(), 1);
        QVERIFY_EXCEPTION_THROWN(accepted.get(), SqlError);
        TRY_COMPARE(m_database->number(u"SELECT count(*) FROM tasks"_s), 1);

        begin(11);
        TRY_VERIFY(standby->waiting() == 1 || accepted.wait_for(0s) == std::future_status::ready);
        QVERIFY(accepted.wait_for(0s) != std::future_status::ready);
        standby.reset();
        QCOMPARE(accepted.get(), Accepted(TaskId(10)));
    }

    void aResultIsKeptOnce()
    {
        run(10);
        const auto keep = [](QueueSql &tables, SqlConnection &) { return tables.keepResult({10, "another"}); };
        QCOMPARE(meanwhile(textOf(KeepResult{10, "first"}), End::Commit, Wait::Yes, keep), Rows{0});
        QCOMPARE(m_database->text(u"SELECT result FROM task_results"_s), u"first"_s);
    }
};

} // namespace openloop::test

QTEST_GUILESS_MAIN(openloop::test::TestQueueRequests)
#include "test_queue_requests.moc"
