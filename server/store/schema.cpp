// SPDX-License-Identifier: GPL-3.0-or-later
// Each step is written down in the database itself, in the transaction that it is done in.
#include "server/store/schema.h"

#include "server/store/sql_connection.h"

#include <QDir>
#include <QFile>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

static void initSchemaResource()
{
    Q_INIT_RESOURCE(schema); // a static library's resources are dropped by the linker unless somebody asks for them
}

namespace openloop {

namespace {

const QString schemaFolder = u":/openloop/schema"_s;
const QStringList tables{u"schema_history"_s, u"schema_needs"_s, u"todos"_s,        u"results"_s,     u"nodes"_s,
                         u"tasks"_s,          u"request_keys"_s, u"task_results"_s, u"maintenance"_s, u"fleet_stats"_s};

// Whoever waited for the lock would hold a snapshot meanwhile, for which a CREATE INDEX CONCURRENTLY under that lock
// waits. The timeouts of requests are not for what changes tables; what waits for a table makes others wait behind it.
void lockOutOtherProcesses(SqlConnection &sql)
{
    // SQLite's BEGIN IMMEDIATE has done it already.
    if (sql.dialect() != SqlDialect::Postgres)
        return;
    sql.command(u"SET LOCAL client_min_messages = warning"_s); // not of each table that exists
    sql.command(u"SET LOCAL statement_timeout = 0"_s);
    sql.command(u"SET LOCAL lock_timeout = '2s'"_s);
    const auto isOurs = [](const QSqlQuery &row) { return row.value(0).toBool(); };
    if (!sql.message(u"SELECT pg_try_advisory_xact_lock(7305808869229538848)"_s, isOurs).value(0))
        throw SqlError(SqlTrouble::Busy, u"another process changes the tables"_s);
}

bool isDone(SqlConnection &sql, const QString &step)
{
    const auto first = [](const QSqlQuery &row) { return row.value(0).toString(); };
    return !sql.select(u"SELECT name FROM schema_history WHERE name = ?"_s, {step}, first).isEmpty();
}

// The first release wrote its steps into `schema_steps`, which since step 004 tells its programs to stay away.
void takeOverSteps(SqlConnection &sql)
{
    const auto first = [](const QSqlQuery &row) { return row.value(0).toString(); };
    sql.command(u"CREATE TABLE IF NOT EXISTS schema_history (name TEXT PRIMARY KEY)"_s);
    if (!sql.select(u"SELECT name FROM schema_history LIMIT 1"_s, {}, first).isEmpty())
        return;
    sql.command(u"CREATE TABLE IF NOT EXISTS schema_steps (name TEXT PRIMARY KEY)"_s);
    sql.command(u"INSERT INTO schema_history (name) SELECT name FROM schema_steps"_s);
}

QStringList knownSteps()
{
    initSchemaResource();
    return QDir(schemaFolder).entryList({u"*.sql"_s}, QDir::Files, QDir::Name);
}

/// `003-queue.postgres.sql` is for PostgreSQL only; a step without such a word is for both.
bool isFor(SqlDialect dialect, const QString &step)
{
    const QString other = dialect == SqlDialect::Postgres ? u".sqlite.sql"_s : u".postgres.sql"_s;
    return !step.endsWith(other);
}

/// Steps that add something are no hindrance to a program that does not know them; one with a line `-- NEEDED`
/// is, and leaves its name for the programs before it.
void refuseStepsToCome(SqlConnection &sql, const QStringList &known)
{
    const auto first = [](const QSqlQuery &row) { return row.value(0).toString(); };
    for (const QString &step : sql.select(u"SELECT name FROM schema_needs ORDER BY name"_s, {}, first)) {
        if (!known.contains(step))
            throw SqlError(SqlTrouble::Unusable, u"a newer openloop has changed its tables ("_s + step + u')');
    }
}

void perform(SqlConnection &sql, const QString &step)
{
    QFile file(schemaFolder + u'/' + step);
    if (!file.open(QIODevice::ReadOnly))
        throw SqlError(SqlTrouble::Bug, u"no resource "_s + step);
    const QString text = QString::fromUtf8(file.readAll());
    const QStringList statements = text.split(u";\n"_s, Qt::SkipEmptyParts);
    for (const QString &statement : statements)
        sql.command(statement);
    sql.change(u"INSERT INTO schema_history (name) VALUES (?)"_s, {step});
    if (text.contains(u"\n-- NEEDED\n"_s))
        sql.change(u"INSERT INTO schema_needs (name) VALUES (?)"_s, {step});
}

[[noreturn]] void refuse(SqlReason reason)
{
    throw SqlError(SqlTrouble::Unusable, phraseOf(reason), reason);
}

// A table that the search path does not lead to is none; a function is missing where the schema was dropped as well.
void checkPostgres(SqlConnection &sql)
{
    const QString text =
        u"SELECT current_setting('transaction_read_only')::boolean, to_regprocedure('queue_now()') IS NULL "
        "OR bool_or(to_regclass(name) IS NULL), bool_and(has_table_privilege(to_regclass(name), 'SELECT') "
        "AND has_table_privilege(to_regclass(name), 'INSERT') AND has_table_privilege(to_regclass(name), 'UPDATE') "
        "AND has_table_privilege(to_regclass(name), 'DELETE')) FROM unnest(string_to_array(?, ' ')) AS name"_s;
    const auto read = [](const QSqlQuery &row) {
        return row.value(0).toBool() ? SqlReason::ReadOnly
            : row.value(1).toBool()  ? SqlReason::NoTables
            : row.value(2).toBool()  ? SqlReason::None
                                     : SqlReason::NoRights;
    };
    const QList<SqlReason> reasons = sql.select(text, {tables.join(u' ')}, read);
    if (reasons.value(0) != SqlReason::None)
        refuse(reasons.value(0));
}

void checkSqlite(SqlConnection &sql)
{
    const auto name = [](const QSqlQuery &row) { return row.value(0).toString(); };
    const QStringList found = sql.select(u"SELECT name FROM sqlite_schema WHERE type = 'table'"_s, {}, name);
    const auto isThere = [&found](const QString &table) { return found.contains(table); };
    if (!std::ranges::all_of(tables, isThere))
        refuse(SqlReason::NoTables);
}

} // namespace

void bringSchemaUpToDate(SqlConnection &sql)
{
    const QStringList steps = knownSteps();
    sql.begin();
    try {
        lockOutOtherProcesses(sql);
        takeOverSteps(sql);
        sql.command(u"CREATE TABLE IF NOT EXISTS schema_needs (name TEXT PRIMARY KEY)"_s);
        refuseStepsToCome(sql, steps);
        for (const QString &step : steps) {
            if (isFor(sql.dialect(), step) && !isDone(sql, step))
                perform(sql, step);
        }
        sql.commit();
    } catch (const SqlError &) {
        sql.rollback();
        throw;
    }
}

void refuseNewerSchema(SqlConnection &sql)
{
    const QString text = sql.dialect() == SqlDialect::Postgres
        ? u"SELECT to_regclass('schema_needs') IS NOT NULL"_s
        : u"SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_needs'"_s;
    const auto isThere = [](const QSqlQuery &row) { return row.value(0).toBool(); };
    if (sql.select(text, {}, isThere).value(0))
        refuseStepsToCome(sql, knownSteps());
}

void checkSchema(SqlConnection &sql, bool thoroughly)
{
    sql.dialect() == SqlDialect::Postgres ? checkPostgres(sql) : checkSqlite(sql);
    if (thoroughly)
        sql.change(u"UPDATE schema_history SET name = name"_s);
}

} // namespace openloop
