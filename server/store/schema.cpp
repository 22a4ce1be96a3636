// SPDX-License-Identifier: GPL-3.0-or-later
// Steps are files in the program's resources; a table remembers which were done.
#include "server/store/schema.h"

#include "server/store/sql_connection.h"

#include <QDir>
#include <QFile>

using namespace Qt::Literals::StringLiterals;

static void initSchemaResource()
{
    Q_INIT_RESOURCE(schema); // a static library's resources are dropped by the linker unless somebody asks for them
}

namespace openloop {

namespace {

const QString schemaFolder = u":/openloop/schema"_s;

void lockOutOtherProcesses(SqlConnection &sql)
{
    // SQLite's BEGIN IMMEDIATE has done it already.
    if (sql.dialect() == SqlDialect::Postgres)
        sql.command(u"SELECT pg_advisory_xact_lock(7305808869229538848)"_s);
}

bool isDone(SqlConnection &sql, const QString &step)
{
    const auto first = [](const QSqlQuery &row) { return row.value(0).toString(); };
    return !sql.select(u"SELECT name FROM schema_steps WHERE name = ?"_s, {step}, first).isEmpty();
}

/// `003-queue.postgres.sql` is for PostgreSQL only; a step without such a word is for both.
bool isFor(SqlDialect dialect, const QString &step)
{
    const QString other = dialect == SqlDialect::Postgres ? u".sqlite.sql"_s : u".postgres.sql"_s;
    return !step.endsWith(other);
}

void perform(SqlConnection &sql, const QString &step)
{
    QFile file(schemaFolder + u'/' + step);
    if (!file.open(QIODevice::ReadOnly))
        throw SqlError(SqlTrouble::Bug, u"no resource "_s + step);
    const QStringList statements = QString::fromUtf8(file.readAll()).split(u";\n"_s, Qt::SkipEmptyParts);
    for (const QString &statement : statements)
        sql.command(statement);
    sql.change(u"INSERT INTO schema_steps (name) VALUES (?)"_s, {step});
}

} // namespace

void bringSchemaUpToDate(SqlConnection &sql)
{
    initSchemaResource();
    sql.begin();
    try {
        lockOutOtherProcesses(sql);
        sql.command(u"CREATE TABLE IF NOT EXISTS schema_steps (name TEXT PRIMARY KEY)"_s);
        const QStringList steps = QDir(schemaFolder).entryList({u"*.sql"_s}, QDir::Files, QDir::Name);
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

} // namespace openloop
