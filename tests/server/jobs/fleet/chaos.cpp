// SPDX-License-Identifier: GPL-3.0-or-later
// A trigger writes down what becomes of tasks and nodes, so that the record is of the same transactions. Servers are
// struck, watched and started again by one loop, which waits for nothing but PostgreSQL and the next beginning.
#include "tests/server/jobs/fleet/chaos.h"

#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/job_client.h"

#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

namespace {

constexpr auto rhythm = 1s; // of the faults
constexpr auto frozen = 10s; // twice 3 s of silence and two looks, by which time others have taken over
constexpr int tending = 50; // ms
constexpr int longestEnd = 600'000; // ms until all is computed that nobody disturbs: some of it waits a minute first
constexpr int longMicroseconds = 3'000'000; // a long job at least
constexpr unsigned fewestBits = 200;
constexpr unsigned moreBits = 6;

} // namespace

Chaos::Chaos(const QString &program, unsigned long seed, const ChaosForm &form)
    : m_form(form), m_seed(seed), m_random(seed), m_fleet(program)
{
    QList<quint16> ports;
    for (Server &server : m_servers) {
        start(server);
        ports << server.port;
    }
    m_front.emplace(Front::Nginx, shippedFront(Front::Nginx, ports), ports.first());
    if (!QTest::qWaitFor([this] { return m_front->isReady(); }, patience))
        qFatal("nginx does not start: %s", m_front->output().constData());
}

Chaos::~Chaos() = default;

QStringList Chaos::run()
{
    const unsigned longBits = calibrate();
    record();
    m_clients.emplace(m_front->port(), m_seed, longBits, m_form.clients);
    for (auto due = Clock::now(); !isEnough(); QTest::qWait(tending)) { // the faults have a rhythm
        tend();
        if (Clock::now() < due)
            continue;
        strike();
        due = std::max(due + rhythm, Clock::now());
    }
    m_clients->finish();
    const auto isHealed = [this] {
        tend();
        return m_clients->areDone()
            && std::ranges::all_of(m_servers, [](const Server &server) { return server.state == State::Up; });
    };
    if (!QTest::qWaitFor(isHealed, longestEnd))
        m_wrong << u"clients still wait, or servers are not back"_s;
    m_wrong << wrongIn(recorded()) << m_clients->oddAnswers();
    for (const Server &server : m_servers) {
        if (m_fleet[server.name].stop() != 0)
            m_wrong << u"%1 does not end in order at last"_s.arg(server.name);
    }
    return m_wrong;
}

QString Chaos::figures()
{
    const auto met = [this](Fault fault) { return u"%1 of %2"_s.arg(m_faults[fault].met).arg(m_faults[fault].made); };
    QStringList hurt;
    for (const qint64 process : std::as_const(m_hurt))
        hurt << QString::number(process);
    const QStringList counted = m_fleet.row(
        u"SELECT count(*) FILTER (WHERE became = 'done'), count(*) FILTER (WHERE became = 'failed'), "
        "count(*) FILTER (WHERE is_death), count(*) FILTER (WHERE became = 'dead'), "
        "count(*) FILTER (WHERE became = 'dead' AND owner <> ALL ('{%1}')) FROM chaos_steps"_s.arg(hurt.join(u',')),
        5);
    return u"%1 jobs, %2 done, %3 failed; attempts that ran were met by %4 kills, %5 freezes, %6 restarts of "
           "PostgreSQL, %7 cuts, %8 ends in order; %9 deaths of tasks; %10 servers declared dead, %11 of which only "
           "came too late"_s.arg(m_clients ? m_clients->heard() : 0)
               .arg(counted.value(0), counted.value(1), met(Kill), met(Freeze), met(Restart), met(Cut), met(Terminate),
                    counted.value(2))
               .arg(counted.value(3), counted.value(4));
}

void Chaos::start(Server &server)
{
    m_fleet.start(server.name,
                  {u"--database"_s, m_fleet.databaseUrl() + u"?application_name="_s + server.name, u"--cpu-threads"_s,
                   u"1"_s, u"--port"_s, QString::number(server.port), u"--trusted-proxy"_s, u"127.0.0.1"_s});
    server.state = State::Up;
}

// A node's owner is its process.
void Chaos::record()
{
    m_fleet.run(u"CREATE TABLE chaos_steps (seq BIGSERIAL PRIMARY KEY, of TEXT, id BIGINT, was TEXT, became TEXT, "
                "owner BIGINT, is_death BOOLEAN)"_s);
    const auto writeDown = [this](const QString &table, const QString &when, const QString &owner,
                                  const QString &isDeath) {
        m_fleet.run(
            u"CREATE FUNCTION chaos_%1() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN INSERT INTO chaos_steps (of, id, was, became, owner, is_death) "
            "VALUES (TG_TABLE_NAME, NEW.id, coalesce(OLD.state, ''''), NEW.state, %2, %3); RETURN NULL; END'"_s.arg(
                table, owner, isDeath));
        m_fleet.run(u"CREATE TRIGGER chaos AFTER %2 ON %1 FOR EACH ROW EXECUTE FUNCTION chaos_%1()"_s.arg(table, when));
    };
    writeDown(u"tasks"_s, u"INSERT OR UPDATE"_s, u"coalesce(NEW.owner, OLD.owner)"_s,
              u"NEW.deaths > coalesce(OLD.deaths, 0)"_s);
    writeDown(u"nodes"_s, u"INSERT OR UPDATE OF state"_s, u"NEW.pid"_s, u"FALSE"_s);
}

// The size at which two numbers took long enough on a server that nobody disturbs.
unsigned Chaos::calibrate()
{
    for (unsigned bits = fewestBits;; bits += moreBits) {
        const auto isLong = [&](unsigned long number) {
            const QByteArray path = accept(m_front->port(), semiprime(bits, number));
            QStringList took;
            const auto isDone = [&] {
                took = m_fleet.row(
                    u"SELECT finished_at - started_at FROM tasks WHERE id = %1 AND state = 'done'"_s.arg(idOf(path)));
                return !took.isEmpty();
            };
            if (!QTest::qWaitFor(isDone, longestEnd))
                qFatal("nothing is computed");
            return took.first().toLongLong() >= longMicroseconds;
        };
        if (isLong(m_seed) && isLong(m_seed + 1))
            return bits;
    }
}

bool Chaos::isEnough() const
{
    return m_faults[Kill].met >= m_form.kills && m_faults[Freeze].met >= m_form.freezes
        && m_faults[Restart].met >= m_form.restarts && m_clients->heard() >= m_form.jobs;
}

void Chaos::tend()
{
    for (Server &server : m_servers)
        tend(server);
}

void Chaos::tend(Server &server)
{
    const bool isDue = Clock::now() >= server.next;
    if (server.state == State::Down) {
        if (isDue)
            start(server);
        return;
    }
    ServerProcess &program = m_fleet[server.name];
    const QProcess &process = program.process();
    const bool hasEnded = process.state() == QProcess::NotRunning;
    const bool isInOrder = process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    if (hasEnded ? server.state != State::Ending || !isInOrder : server.state == State::Ending && isDue) {
        m_wrong << u"%1 %2: %3"_s.arg(server.name, hasEnded ? u"ended by itself, or not in order"_s : u"does not end"_s,
                                      QString::fromUtf8(program.standardError().right(2000)));
        m_fleet.kill(server.name);
    }
    if (process.state() == QProcess::NotRunning) {
        server.state = State::Down;
        server.next = away();
    } else if (server.state == State::Frozen && isDue) {
        m_fleet.thaw(server.name);
        server.state = State::Up;
    }
}

void Chaos::strike()
{
    std::vector<Server *> up;
    for (Server &server : m_servers) {
        if (server.state == State::Up)
            up.push_back(&server);
    }
    if (!up.empty()) {
        const auto fault = Fault(below(int(m_faults.size())));
        strike(fault, *up[std::size_t(below(int(up.size())))]);
    }
}

// What a kill or a freeze has met is asked afterwards, when the attempt can't end; what else happens lets it go on, or
// gives it back, and is preceded by the question.
void Chaos::strike(Fault fault, Server &server)
{
    const qint64 process = m_fleet[server.name].processId();
    bool met = false;
    switch (fault) {
    case Kill:
        m_fleet.kill(server.name);
        met = running(process) > 0;
        m_hurt.insert(process);
        server.state = State::Down;
        server.next = away();
        break;
    case Freeze:
        m_fleet.freeze(server.name);
        met = running(process) > 0;
        m_hurt.insert(process);
        server.state = State::Frozen;
        server.next = Clock::now() + frozen;
        break;
    case Restart: met = restartMeets(); break;
    case Cut:
        met = running(process) > 0;
        m_fleet.row(
            u"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '%1'"_s.arg(
                server.name));
        break;
    case Terminate:
        met = running(process) > 0;
        m_fleet[server.name].process().terminate();
        server.state = State::Ending;
        server.next = Clock::now() + longest;
        break;
    }
    ++m_faults[fault].made;
    m_faults[fault].met += met ? 1 : 0;
}

// Whether an attempt was under way before it, and is after it.
bool Chaos::restartMeets()
{
    const QString before = m_fleet.row(u"SELECT queue_now()"_s).value(0);
    m_fleet.database().stop();
    m_fleet.database().start();
    return m_fleet.row(u"SELECT count(*) FROM tasks WHERE state = 'running' AND started_at < %1"_s.arg(before)).value(0)
        != u"0"_s;
}

int Chaos::running(qint64 process)
{
    return m_fleet
        .row(u"SELECT count(*) FROM tasks t JOIN nodes n ON n.id = t.owner WHERE t.state = 'running' AND n.pid = %1"_s
                 .arg(process))
        .value(0)
        .toInt();
}

Clock::time_point Chaos::away()
{
    return Clock::now() + std::chrono::milliseconds(1000 + below(4001));
}

ChaosRecord Chaos::recorded()
{
    ChaosRecord record{m_clients->jobs(), {}};
    for (ChaosJob &each : record.jobs)
        each.last = job(m_front->port(), each.paths.value(0));
    const auto rows = m_fleet.rows(
        u"SELECT of, id, was, became, coalesce(owner, 0), is_death::int FROM chaos_steps ORDER BY seq"_s, 6);
    for (const QStringList &row : rows) {
        record.steps << ChaosStep{row[0] == u"tasks"_s ? ChaosStep::Of::Task : ChaosStep::Of::Node,
                                  row[1],
                                  row[2],
                                  row[3],
                                  row[4],
                                  row[5] == u"1"_s};
    }
    return record;
}

} // namespace openloop::test
