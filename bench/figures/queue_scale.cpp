// SPDX-License-Identifier: GPL-3.0-or-later
// What a queue of many servers costs its PostgreSQL: the SQL of simulated nodes, without any computing.
#include "server/jobs/queue/statements.h"
#include "server/store/schema.h"
#include "server/store/sql_connection.h"
#include "tests/support/peers/postgres.h"

#include <QCoreApplication>

#include <cstdio>
#include <latch>
#include <memory>
#include <thread>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;
using namespace openloop;
using namespace openloop::queue;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto measured = 5s;
constexpr int backlog = 40'000;
constexpr int runningEach = 8; // tasks of a node, besides those that are claimed here
constexpr int repeats = 200;
constexpr double looks = 1; // a second and node, as are the following; see the protocol
constexpr double beats = 1 / 5.0;
constexpr double rounds = 1 / 10.0; // surveys, and turns to sweep
constexpr double sweeps = 1 / 2.5; // at most, of all nodes together

class Fleet
{
public:
    explicit Fleet(const SqlLocation &location) : m_location(location), m_sql(connect())
    {
        bringSchemaUpToDate(*m_sql);
    }

    void fill(int nodes)
    {
        m_sql->command(u"TRUNCATE nodes, tasks, request_keys, task_results RESTART IDENTITY"_s);
        m_sql->command(u"INSERT INTO nodes (id, name, boot_id, pid_namespace, pid, pid_started, beat, seen_at, "
                       "heartbeat, suspect_after, state) SELECT i, 'node', 'boot', 1, i, 1, 1, queue_now(), 5000, "
                       "86400000, 'alive' FROM generate_series(1, %1) i"_s.arg(nodes));
        insertTasks(u"running"_s, 1, nodes * runningEach, nodes);
        insertTasks(u"queued"_s, 1'000'000, 1'000'000 + backlog, nodes);
        m_sql->command(u"VACUUM ANALYZE"_s);
    }

    /// Mean time of one, in milliseconds, and what it writes, in bytes.
    struct Cost {
        double time = 0;
        double log = 0;
    };

    template <typename Say>
    Cost costOf(const Say &say)
    {
        QueueSql tables(*m_sql, 5s);
        const qint64 log = written();
        const auto start = Clock::now();
        for (int i = 0; i < repeats; ++i)
            say(tables);
        const std::chrono::duration<double, std::milli> took = Clock::now() - start;
        return {took.count() / repeats, double(written() - log) / repeats};
    }

    struct Throughput {
        double claims = 0; ///< a second, each with its end
        double log = 0; ///< bytes a second
    };

    /// All nodes claim and end as fast as they can, each on a connection of its own.
    Throughput work(int nodes)
    {
        std::latch ready(nodes + 1);
        std::atomic<bool> stop = false;
        std::atomic<int> done = 0;
        std::vector<std::jthread> threads;
        for (int node = 1; node <= nodes; ++node)
            threads.emplace_back([this, node, &ready, &stop, &done] {
                const auto sql = connect();
                QueueSql tables(*sql, 60s);
                ready.arrive_and_wait();
                while (!stop) {
                    for (const Claimed &claimed : tables.claim({NodeId(node), 1, 1}).tasks)
                        done += tables.end({claimed.attempt, TaskState::Done, "3 5"}).changed;
                }
            });
        ready.arrive_and_wait();
        const qint64 log = written();
        const auto start = Clock::now();
        std::this_thread::sleep_for(measured);
        stop = true;
        const int claims = done;
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        const auto logged = double(written() - log);
        return {claims / seconds, logged / seconds};
    }

private:
    std::unique_ptr<SqlConnection> connect() const
    {
        auto sql = std::make_unique<SqlConnection>(m_location, SqlConnection::Role::Writes, 60s);
        sql->open();
        return sql;
    }

    void insertTasks(const QString &state, int first, int last, int nodes)
    {
        m_sql->command(u"INSERT INTO tasks (id, kind, payload, payload_hash, state, owner, attempt, version, format, "
                       "created_at, started_at) SELECT i, 'test', repeat(i::text, 10), sha256(i::text::bytea), '%1', "
                       "1 + i % %2, 1, i, 1, i, queue_now() FROM generate_series(%3, %4) i"_s.arg(state)
                           .arg(nodes)
                           .arg(first)
                           .arg(last));
    }

    qint64 written()
    {
        return m_sql
            ->message(u"SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"_s,
                      [](const QSqlQuery &row) { return row.value(0).toLongLong(); })
            .value(0);
    }

    const SqlLocation m_location;
    const std::unique_ptr<SqlConnection> m_sql;
};

void report(Fleet &fleet, int nodes, bool works)
{
    fleet.fill(nodes);
    const auto look = fleet.costOf([](QueueSql &tables) { tables.look({1, {}, 1}); });
    const auto beat = fleet.costOf([](QueueSql &tables) { tables.beat({1}); });
    const auto survey = fleet.costOf([](QueueSql &tables) { tables.survey({1, 30s, "elsewhere", 1}); });
    const auto sweep = fleet.costOf([](QueueSql &tables) { tables.sweep({}); });
    const auto turn = fleet.costOf([](QueueSql &tables) { tables.sweep({60s}); }); // which another one has had
    const double each = looks * look.time + beats * beat.time + rounds * (survey.time + turn.time);
    const double busy = (nodes * each + std::min(nodes * rounds, sweeps) * sweep.time) / 1000;
    std::printf("%6d  %6.2f  %6.2f %6.0f  %8.2f  %7.2f  %9.2f", nodes, look.time, beat.time, beat.log, survey.time,
                sweep.time, busy);
    if (works) {
        const auto work = fleet.work(nodes);
        std::printf("  %8.0f  %10.2f  %12.0f", work.claims, work.log / 1e6, work.log / std::max(work.claims, 1.0));
    }
    std::printf("\n");
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    openloop::test::Postgres postgres;
    const SqlLocation location = SqlLocation::parse(postgres.databaseUrl(u"queue"_s));
    {
        SqlConnection sql(location, SqlConnection::Role::Writes, 60s);
        sql.open();
        sql.command(u"ALTER SYSTEM SET max_connections = 300"_s);
    }
    postgres.stop();
    postgres.start();
    Fleet fleet(location);
    std::puts("PostgreSQL without fsync. Times are of a round trip, in ms; busy: seconds of a connection that the idle "
              "fleet takes in a second\n(a look a second, a beat each 5 s, a survey each 10 s, a sweep each 2.5 s by "
              "all together); a claim is one with its end.\n"
              " nodes    look    beat  bytes    survey    sweep       busy  claims/s    log MB/s  log bytes/claim");
    for (const int nodes : {1, 8, 64, 256})
        report(fleet, nodes, true);
    report(fleet, 1000, false);
}
