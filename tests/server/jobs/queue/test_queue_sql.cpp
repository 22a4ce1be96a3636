// SPDX-License-Identifier: GPL-3.0-or-later
// The databases do what the model of the queue's tables does.
#include "tests/server/jobs/queue/subjects.h"
#include "tests/support/peers/peers.h"

#include <QDeadlineTimer>
#include <QTest>

#include <algorithm>
#include <random>
#include <sstream>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

using namespace queue;

namespace {

/// What the model and a database have to have in common. A task's place in the queue is its rank.
struct State {
    std::map<NodeId, Tables::NodeRow> nodes;
    std::map<TaskId, Tables::TaskRow> tasks;
    std::map<std::string, std::string> results;
    std::map<std::string, Tables::Key> keys;
    std::int64_t sweptAt = 0;

    bool operator==(const State &) const = default;
};

void rank(State &state)
{
    std::map<std::uint64_t, std::uint64_t *> seqs;
    for (auto &[id, row] : state.tasks)
        seqs.emplace(row.seq, &row.seq);
    std::uint64_t rank = 0;
    for (const auto &[value, seq] : seqs)
        *seq = ++rank;
}

State stateOf(const Tables &model)
{
    State state{model.nodes, model.tasks, model.results, model.keys, model.sweptAt};
    for (auto &[id, row] : state.tasks) {
        if (row.state == TaskState::Failed && row.result == "died")
            row.result = diedDetail;
    }
    rank(state);
    return state;
}

template <typename Enum>
Enum named(const QString &name, std::initializer_list<const char *> names)
{
    const auto found = std::ranges::find_if(names, [&](const char *each) { return name == QLatin1String(each); });
    return Enum(found - names.begin());
}

State stateOf(SqlConnection &sql)
{
    State state;
    const auto read = [&](const QSqlQuery &row) {
        const auto text = [&](int column) { return row.value(column).toString().toStdString(); };
        const auto number = [&](int column) { return row.value(column).toLongLong(); };
        const QString table = row.value(0).toString();
        if (table == "node"_L1)
            state.nodes[std::uint64_t(number(1))] = {
                text(2),
                {text(3), std::uint64_t(number(4)), number(5), std::uint64_t(number(6))},
                std::uint64_t(number(7)),
                number(8),
                Milliseconds(number(9)),
                Milliseconds(number(10)),
                text(12),
                int(number(13)),
                row.value(14).toByteArray().toStdString(),
                named<NodeState>(row.value(11).toString(), {"alive", "left", "dead"})};
        else if (table == "task"_L1)
            state.tasks[std::uint64_t(number(1))] = {
                text(2),
                text(3),
                named<TaskState>(row.value(4).toString(), {"queued", "held", "running", "done", "failed", "cancelled"}),
                std::uint64_t(number(5)),
                number(6),
                std::uint64_t(number(7)),
                int(number(8)),
                int(number(9)),
                std::uint64_t(number(10)),
                int(number(11)),
                number(12)};
        else if (table == "result"_L1)
            state.results[text(1)] = text(2);
        else if (table == "swept"_L1)
            state.sweptAt = number(1);
        else
            state.keys[text(1)] = {std::uint64_t(number(2)), text(3)};
        return true;
    };
    const QStringList queries{
        u"SELECT 'node', id, name, boot_id, pid_namespace, pid, pid_started, beat, seen_at, heartbeat, suspect_after, "
        "state, version, format, progress FROM nodes"_s,
        u"SELECT 'task', id, payload, coalesce(result, detail, ''), state, seq, coalesce(due_at, 0), "
        "coalesce(owner, 0), attempt, deaths, version, format, coalesce(started_at, 0) FROM tasks"_s,
        u"SELECT DISTINCT 'result', payload, r.result FROM task_results r JOIN tasks USING (payload_hash)"_s,
        u"SELECT 'swept', done_at FROM maintenance WHERE what = 'sweep'"_s,
        u"SELECT DISTINCT 'key', key, task, payload FROM request_keys k JOIN tasks t ON t.id = k.task"_s,
    };
    if (sql.dialect() == SqlDialect::Postgres) {
        sql.message(queries.join(u';'), read);
    } else {
        for (const QString &query : queries)
            sql.select(query, {}, read);
    }
    rank(state);
    return state;
}

QByteArray described(const State &state)
{
    std::ostringstream out;
    for (const auto &[id, row] : state.nodes)
        out << "\nnode " << std::hex << id << std::dec << " beat " << row.beat << " seen " << row.seenAt << " state "
            << int(row.state);
    for (const auto &[id, row] : state.tasks)
        out << "\ntask " << std::hex << id << " owner " << row.owner << std::dec << ' ' << row.payload << " result "
            << row.result << " state " << int(row.state) << " seq " << row.seq << " due " << row.dueAt << " attempt "
            << row.attempt << " deaths " << row.deaths << " version " << row.version << " started " << row.startedAt;
    out << "\nresults " << state.results.size() << " keys " << state.keys.size();
    return QByteArray::fromStdString(out.str());
}

/// Random statements, of which many concern what is really there.
class Schedule
{
public:
    Schedule(Subject &subject, std::uint64_t seed) : m_subject(subject), m_random(seed), m_highBit(seed << 63)
    {
        const Rules rules = m_subject.begin(m_model, shortRules(seed));
        m_model.settings = {std::chrono::microseconds(rules.hold).count(),
                            std::chrono::microseconds(rules.longAttempt).count(), rules.mostDeaths, rules.mostAttempts,
                            rules.swept};
        m_model.now = 1'800'000'000'000'000;
    }

    /// What differs; empty: nothing.
    QByteArray step()
    {
        pass();
        const auto kind = below(std::variant_size_v<Statement> + 3);
        const QByteArray answer = kind < std::variant_size_v<Statement> ? say(statement(kind))
            : kind == std::variant_size_v<Statement>                    ? cancel()
                                                                        : accept(chance(50));
        if (!answer.isEmpty())
            return answer + " of kind " + QByteArray::number(qulonglong(kind));
        State expected = stateOf(m_model);
        State actual = stateOf(m_subject.sql());
        if (!m_subject.hasNodes()) {
            expected.nodes.clear();
            actual.nodes.clear();
        }
        if (actual == expected)
            return {};
        return "state after kind " + QByteArray::number(qulonglong(kind)) + "\nmodel:" + described(expected)
            + "\ndatabase:" + described(actual);
    }

    struct Count {
        int succeeded = 0;
        int refused = 0;
    };
    static inline std::map<std::size_t, Count> counts; ///< by kind: of a Statement, cancel, accept, accept with a key

private:
    /// So that schedules meet each of them.
    static Rules shortRules(std::uint64_t seed)
    {
        Rules rules;
        rules.longAttempt = 15s;
        rules.mostAttempts = seed % 4 == 0 ? 2 : 10; // else deaths are met first
        rules.swept = 2;
        return rules;
    }

    std::uint64_t below(std::uint64_t bound) { return m_random() % bound; }
    bool chance(unsigned percent) { return below(100) < percent; }
    template <typename Container>
    auto any(const Container &all)
    {
        return *std::next(all.begin(), std::ptrdiff_t(below(all.size())));
    }
    void count(std::size_t kind, bool succeeded) { ++(succeeded ? counts[kind].succeeded : counts[kind].refused); }

    void pass()
    {
        if (chance(5))
            m_model.now += 700'000'000; // a long attempt
        else if (chance(5))
            m_model.now -= 60'000'000; // the clock was wrong
        else if (chance(60))
            m_model.now += std::int64_t(below(20'000'000));
        m_subject.setClock(m_model.now);
    }

    NodeId node() { return any(std::vector<NodeId>{1, 2, 0x8000'0000'0000'0000, 0xffff'ffff'ffff'ffff}); }
    std::string payload() { return any(std::vector<std::string>{"15", "21%1", "it's \\'; --", "\u20ac"}); }
    std::string boot() { return any(std::vector<std::string>{"boot", "o'boot\\"}); }
    std::string progress() { return any(std::vector<std::string>{"", "'\\ \u20ac", std::string("\0\xff\n", 3)}); }
    TaskId task() { return m_model.tasks.empty() || chance(5) ? 77 : any(m_model.tasks).first; }

    Attempt attempt()
    {
        const TaskId id = task();
        const auto found = m_model.tasks.find(id);
        if (found == m_model.tasks.end())
            return {id, node(), 1};
        const Tables::TaskRow &row = found->second;
        return {id, chance(90) ? row.owner : node(), chance(90) ? row.attempt : row.attempt - 1};
    }

    Statement statement(std::size_t kind)
    {
        const auto suspectAfter = Milliseconds(5000 + below(30'000));
        const Statement all[] = {
            Join{node(), "a 'name'\\", {boot(), 1 + below(2), 4, 5}, 5s, suspectAfter, "1.0 'b'", int(1 + below(2))},
            Beat{node(), progress()},
            Look{node(), {task(), task(), 78}, int(1 + below(2))},
            Claim{node(), int(1 + below(3)), int(1 + below(2))},
            End{attempt(), chance(70) ? TaskState::Done : TaskState::Failed, "it's '3 5' \\"},
            GiveBack{attempt(), chance(60)},
            KeepResult{task(), "7 'x' " + std::to_string(below(10))},
            Survey{node(), suspectAfter, boot(), 1 + below(2)},
            markDead(),
            Sweep{chance(50) ? 0s : 10s},
            Leave{node()},
        };
        return all[kind];
    }

    MarkDead markDead()
    {
        const NodeId id = node();
        const auto found = m_model.nodes.find(id);
        if (found == m_model.nodes.end())
            return {id, 1, 1};
        return {id, found->second.beat - below(2), found->second.seenAt - std::int64_t(below(2))};
    }

    QByteArray say(const Statement &statement)
    {
        if (!m_subject.says(statement))
            return {};
        const Answer expected = m_subject.expected(m_model, statement);
        const Answer actual = m_subject.execute(statement);
        struct IsSome {
            bool operator()(const Rows &rows) const { return rows.changed > 0; }
            bool operator()(const Sight &sight) const { return sight.claimable && !sight.mine.empty(); }
            bool operator()(const Claims &claims) const { return !claims.tasks.empty(); }
            bool operator()(const Suspects &suspects) const { return !suspects.nodes.empty(); }
        };
        count(statement.index(), std::visit(IsSome{}, expected));
        return expected == actual ? QByteArray() : QByteArray("another answer");
    }

    QByteArray cancel()
    {
        const TaskId id = task();
        const auto found = m_model.tasks.find(id);
        const int expected = found != m_model.tasks.end() && !isOver(found->second.state) ? 1 : 0;
        m_model.cancel(id);
        count(std::variant_size_v<Statement>, expected > 0);
        return m_subject.cancel(id).changed == expected ? QByteArray() : QByteArray("another answer");
    }

    QByteArray accept(bool withKey)
    {
        Request request;
        request.id = m_model.tasks.empty() || !m_subject.losesAnswers() || chance(95)
            ? below(std::uint64_t(1) << 63) | m_highBit
            : any(m_model.tasks).first;
        const auto again = m_model.tasks.find(request.id);
        request.payload = again == m_model.tasks.end() ? payload() : again->second.payload;
        request.kind = "test";
        request.format = int(1 + below(2));
        if (withKey)
            request.key = any(std::vector<std::string>{"k", "k'\\", "l"});
        const TaskId expected = m_model.accept(request.id, request.payload, request.format, request.key);
        count(std::variant_size_v<Statement> + 1 + withKey, withKey ? expected != 0 : expected == request.id);
        const Accepted same = expected ? Accepted(expected) : Accepted(Refusal::OtherPayload);
        return m_subject.accept(request) == same ? QByteArray() : QByteArray("another answer");
    }

    Subject &m_subject;
    Tables m_model;
    std::mt19937_64 m_random;
    const std::uint64_t m_highBit; // of the tasks' ids: one sign in a schedule, for PostgreSQL orders by it
};

} // namespace

class TestQueueSql : public QObject
{
    Q_OBJECT

private slots:
    void itDoesWhatTheModelDoes_data() { eitherDatabase(); }
    void itDoesWhatTheModelDoes()
    {
        QFETCH(const bool, postgres);
        std::unique_ptr<Subject> subject;
        if (postgres)
            subject = std::make_unique<PostgresSubject>();
        else
            subject = std::make_unique<SqliteSubject>();
        Schedule::counts.clear();
        const auto isCovered = [&] { // each kind of statement did something, and was refused
            constexpr int onPostgresOnly = 4; // there is nobody else on SQLite
            return Schedule::counts.size() == std::variant_size_v<Statement> + 3 - (postgres ? 0 : onPostgresOnly)
                && std::ranges::all_of(Schedule::counts, [](const auto &kind) {
                       return kind.second.succeeded > 0 && kind.second.refused > 0;
                   });
        };
        constexpr int schedules = 500;
        constexpr int steps = 60;
        const QDeadlineTimer enough(20s);
        for (int seed = 1; seed <= schedules && !(enough.hasExpired() && isCovered()); ++seed) {
            Schedule schedule(*subject, std::uint64_t(seed));
            for (int step = 0; step < steps; ++step) {
                const QByteArray difference = schedule.step();
                const QByteArray where =
                    "seed " + QByteArray::number(seed) + " step " + QByteArray::number(step) + ": ";
                QVERIFY2(difference.isEmpty(), (where + difference).constData());
            }
        }
        for (const auto &[kind, count] : Schedule::counts)
            qInfo("kind %zu: %d succeeded, %d refused", kind, count.succeeded, count.refused);
        QVERIFY(isCovered());
    }
};

} // namespace openloop::test

QTEST_GUILESS_MAIN(openloop::test::TestQueueSql)
#include "test_queue_sql.moc"
