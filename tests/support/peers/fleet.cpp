// SPDX-License-Identifier: GPL-3.0-or-later
// The tables are read on connections of the test's own, opened again after the database was away.
#include "tests/support/peers/fleet.h"

#include "tests/support/child_process.h"
#include "tests/support/peers/own_connection.h"

#include <QTest>

#include <csignal>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

namespace {

const QString served = u"fleet"_s;
const QString counting = u"counts"_s; // a database of its own: what the test says is not counted

auto textsOf(int columns)
{
    return [columns](const QSqlQuery &row) {
        QStringList texts;
        for (int i = 0; i < columns; ++i)
            texts << row.value(i).toString();
        return texts;
    };
}

} // namespace

QStringList countingStatements()
{
    return {u"shared_preload_libraries=pg_stat_statements"_s, u"pg_stat_statements.max=10000"_s};
}

QString idOf(const QByteArray &path)
{
    return QString::number(qint64(path.split('/').last().toULongLong(nullptr, 16)));
}

Fleet::Fleet(QString program, const QStringList &settings) : m_program(std::move(program)), m_postgres(settings) { }

Fleet::~Fleet()
{
    m_connections.clear();
    for (const auto &[name, server] : m_servers)
        server->process().kill(); // frozen or not
}

ServerProcess &Fleet::start(const QString &name, const QStringList &options, Computes computes,
                            const QStringList &wrapper)
{
    const QStringList all = QStringList{u"--database"_s,  databaseUrl(), u"--node-name"_s,     name,
                                        u"--heartbeat"_s, u"1"_s,        u"--suspect-after"_s, u"3"_s}
        + options; // the last of two counts
    if (computes == Computes::Held)
        qputenv("OPENLOOP_TEST_HOLD", "sieving");
    auto &server = m_servers[name];
    server = std::make_unique<ServerProcess>(m_program, all, wrapper);
    qunsetenv("OPENLOOP_TEST_HOLD");
    if (!server->waitUntilReady())
        qFatal("%s does not start: %s", qPrintable(name), server->standardError().constData());
    return *server;
}

void Fleet::kill(const QString &name)
{
    QProcess &process = m_servers.at(name)->process();
    process.kill();
    process.waitForFinished();
}

void Fleet::freeze(const QString &name)
{
    QVERIFY(standStill(pid_t(m_servers.at(name)->processId())));
}

void Fleet::thaw(const QString &name)
{
    ::kill(pid_t(m_servers.at(name)->processId()), SIGCONT);
}

Fleet::Task Fleet::task(const QByteArray &path)
{
    const QStringList found = row(u"SELECT t.state, attempt, deaths, t.version, n.name FROM tasks t "
                                  "LEFT JOIN nodes n ON n.id = t.owner WHERE t.id = %1"_s.arg(idOf(path)),
                                  5);
    if (found.isEmpty())
        return {};
    return {found[0], found.value(4), found[1].toInt(), found[2].toInt(), found[3].toLongLong()};
}

int Fleet::beats(const QString &name)
{
    return row(u"SELECT beat FROM nodes WHERE name = '%1' ORDER BY seen_at DESC LIMIT 1"_s.arg(name)).value(0).toInt();
}

QString Fleet::lives()
{
    return row(u"SELECT coalesce(string_agg(name || ' ' || state, ', ' ORDER BY name, seen_at), '') FROM nodes"_s)
        .value(0);
}

QStringList Fleet::row(const QString &query, int columns)
{
    return rows(query, columns).value(0);
}

QList<QStringList> Fleet::rows(const QString &query, int columns)
{
    for (int attempt = 0;; ++attempt) {
        try {
            return connection(served).message(query, textsOf(columns));
        } catch (const SqlError &error) {
            if (attempt > 0)
                qFatal("%s", error.what());
            m_connections.clear(); // the database was away
        }
    }
}

void Fleet::run(const QString &statement)
{
    connection(served).command(statement);
}

std::chrono::milliseconds Fleet::latest(const std::vector<Watchers::Told> &told)
{
    const QString ends =
        row(u"SELECT string_agg(id || ' ' || finished_at / 1000, ',') FROM tasks WHERE finished_at > 0"_s).value(0);
    QMap<QString, qint64> endOf;
    for (const QString &end : ends.split(u',', Qt::SkipEmptyParts))
        endOf.insert(end.section(u' ', 0, 0), end.section(u' ', 1).toLongLong());
    std::chrono::milliseconds latest{};
    for (const Watchers::Told &each : told) {
        const auto end = endOf.constFind(idOf(each.path));
        if (each.end.isEmpty() || end == endOf.constEnd())
            return 1h;
        latest = std::max(latest, std::chrono::milliseconds(each.at - std::max(each.asked, *end)));
    }
    return latest;
}

qint64 Fleet::statements()
{
    SqlConnection &sql = connection(counting);
    sql.command(u"CREATE EXTENSION IF NOT EXISTS pg_stat_statements"_s);
    return sql
        .message(u"SELECT sum(calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
                 "WHERE d.datname = '%1'"_s.arg(served),
                 textsOf(1))
        .value(0)
        .value(0)
        .toLongLong();
}

SqlConnection &Fleet::connection(const QString &database)
{
    auto &sql = m_connections[database];
    if (!sql)
        sql = std::make_unique<OwnConnection>(m_postgres.databaseUrl(database));
    return *sql;
}

} // namespace openloop::test

char *toString(const openloop::test::Fleet::Task &task)
{
    return QTest::toString(u"'%1' by '%2', attempt %3, deaths %4, version %5"_s.arg(task.state, task.owner)
                               .arg(task.attempt)
                               .arg(task.deaths)
                               .arg(task.version));
}
