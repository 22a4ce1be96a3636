// SPDX-License-Identifier: GPL-3.0-or-later
// Statements are prepared once and always finished; whatever Qt calls an error is classified and thrown.
#include "server/store/sql_connection.h"

#include <atomic>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

QString freshName()
{
    static std::atomic<int> made = 0;
    return u"openloop-%1"_s.arg(++made);
}

} // namespace

SqlConnection::SqlConnection(SqlLocation location, Role role, std::chrono::milliseconds statementTimeout)
    : m_location(std::move(location)), m_role(role), m_name(freshName()),
      m_database(QSqlDatabase::addDatabase(driverName(m_location.dialect), m_name))
{
    m_database.setDatabaseName(m_location.name);
    m_database.setConnectOptions(connectOptions(m_location.dialect, statementTimeout));
    if (m_location.dialect == SqlDialect::Postgres) {
        m_database.setHostName(m_location.host);
        m_database.setPort(m_location.port);
        m_database.setUserName(m_location.user);
        m_database.setPassword(m_location.password);
    }
}

SqlConnection::~SqlConnection()
{
    close();
    m_database = {}; // removeDatabase warns of a handle that is still held
    QSqlDatabase::removeDatabase(m_name);
}

void SqlConnection::open()
{
    close();
    if (!m_database.open())
        fail(m_database.lastError());
    m_open = true;
    try {
        configure();
    } catch (const SqlError &) {
        close();
        throw;
    }
    m_releaser = releaserOf(m_location.dialect, *m_database.driver());
}

void SqlConnection::configure()
{
    if (m_location.dialect == SqlDialect::Postgres)
        return;
    command(u"PRAGMA schema_version"_s); // the file is opened with the first statement only
    command(u"PRAGMA synchronous = FULL"_s); // what was answered with success survives a power cut
    command(u"PRAGMA foreign_keys = ON"_s);
    if (m_role == Role::Reads)
        command(u"PRAGMA query_only = ON"_s);
    else if (!m_location.inMemory())
        command(u"PRAGMA journal_mode = WAL"_s); // readers and the writer do not wait for each other
}

void SqlConnection::close()
{
    m_releaser = {};
    m_prepared.clear();
    m_database.close();
    m_open = false;
}

int SqlConnection::change(const QString &sql, const QVariantList &values)
{
    QSqlQuery &query = executed(sql, values);
    const int rows = query.numRowsAffected();
    finish(query);
    return rows;
}

void SqlConnection::command(const QString &sql)
{
    QSqlQuery query(m_database);
    if (!query.exec(sql))
        fail(query.lastError(), sql);
}

// Each statement of the text has a result; only those that return rows are a select.
void SqlConnection::forEachRow(const QString &sql, const std::function<void(const QSqlQuery &)> &read)
{
    QSqlQuery query(m_database);
    bool more = query.exec(sql);
    for (; more; more = query.nextResult()) {
        while (query.isSelect() && query.next())
            read(query);
    }
    if (const QSqlError error = query.lastError(); error.isValid()) {
        query.finish();
        rollback();
        fail(error, sql);
    }
}

void SqlConnection::begin()
{
    command(m_location.dialect == SqlDialect::Sqlite ? u"BEGIN IMMEDIATE"_s : u"BEGIN"_s);
}

void SqlConnection::commit()
{
    command(u"COMMIT"_s);
}

void SqlConnection::rollback() noexcept
{
    if (m_database.isOpen()) // a lost connection has taken its transaction along
        QSqlQuery(m_database).exec(u"ROLLBACK"_s);
}

QSqlQuery &SqlConnection::executed(const QString &sql, const QVariantList &values)
{
    QSqlQuery &query = prepared(sql);
    for (qsizetype i = 0; i < values.size(); ++i)
        query.bindValue(int(i), values[i]);
    if (!query.exec()) {
        const QSqlError error = query.lastError();
        m_prepared.erase(sql);
        fail(error, sql);
    }
    return query;
}

QSqlQuery &SqlConnection::prepared(const QString &sql)
{
    if (const auto found = m_prepared.find(sql); found != m_prepared.end())
        return found->second;
    QSqlQuery query(m_database);
    query.setForwardOnly(true); // rows arrive one by one: a large result never lies in memory twice
    if (!query.prepare(sql))
        fail(query.lastError(), sql);
    return m_prepared.emplace(sql, std::move(query)).first->second;
}

void SqlConnection::finish(QSqlQuery &query)
{
    const QSqlError error = query.lastError();
    const QString sql = error.isValid() ? query.lastQuery() : QString();
    query.finish(); // an unfinished statement keeps its snapshot, and with it the whole write-ahead log
    if (error.isValid())
        fail(error, sql);
}

void SqlConnection::fail(const QSqlError &error, const QString &sql) const
{
    const QString where = sql.isEmpty() ? QString() : u" ["_s + sql + u']';
    throw SqlError(classify(m_location.dialect, error), (error.text() + where).simplified());
}

} // namespace openloop
