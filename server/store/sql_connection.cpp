// SPDX-License-Identifier: GPL-3.0-or-later
// SQLite's statements are prepared once and always finished, PostgreSQL's are messages with their values in the text;
// whatever Qt calls an error is classified and thrown.
#include "server/store/sql_connection.h"

#include "server/store/sqlite/sqlite_file.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
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

SqlConnection::SqlConnection(SqlLocation location, Role role, std::chrono::milliseconds statementTimeout,
                             SqliteFile *file)
    : m_location(std::move(location)), m_role(role), m_timeout(statementTimeout), m_file(file), m_name(freshName()),
      m_database(QSqlDatabase::addDatabase(driverName(m_location.dialect), m_name))
{
    m_location.applyTo(m_database, m_mark);
    if (m_location.dialect == SqlDialect::Postgres)
        m_openingReleaser = [mark = m_mark] {
            shutDownMarked(mark);
            shutDownOpeningUnixSockets();
        };
    else // half: the rest is for asking again where it gives up at once
        m_database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=%1"_s.arg(m_timeout.count() / 2));
}

SqlConnection::~SqlConnection()
{
    close();
    m_database = {}; // removeDatabase warns of a handle that is still held
    QSqlDatabase::removeDatabase(m_name);
}

void SqlConnection::open()
{
    const auto alone = m_file ? m_file->alone() : std::unique_lock<std::recursive_mutex>();
    close();
    if (m_file)
        m_file->enter();
    m_entered = m_file != nullptr;
    if (!m_database.open()) {
        const QSqlError error = m_database.lastError();
        close();
        fail(error);
    }
    m_open = true;
    if (m_location.dialect == SqlDialect::Postgres) {
        m_socket.emplace(*m_database.driver());
        if (!m_socket->isConnected()) {
            close();
            throw SqlError(SqlTrouble::Lost, u"the server let us in and then said nothing"_s, SqlReason::Away);
        }
        if (const QString timeout = m_location.parameters.value(u"tcp_user_timeout"_s); !timeout.isEmpty())
            m_socket->setTimeout(timeout.toInt());
        logNoticesOf(*m_database.driver());
    }
    try {
        configure();
        checkFile();
    } catch (const SqlError &) {
        close();
        throw;
    }
    m_releaser = releaserOf(m_location.dialect, *m_database.driver());
    m_canceller = cancellerOf(m_location.dialect, *m_database.driver());
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
    const auto alone = m_entered ? m_file->alone() : std::unique_lock<std::recursive_mutex>();
    m_releaser = {};
    m_canceller = {};
    m_socket.reset();
    m_prepared.clear();
    m_names.clear();
    m_ownsSession.reset();
    m_database.close();
    m_open = false;
    m_inTransaction = false;
    if (std::exchange(m_entered, false))
        m_file->leave();
}

void SqlConnection::checkFile() const
{
    if (m_file)
        m_file->check();
}

int SqlConnection::change(const QString &sql, const QVariantList &values)
{
    return run(sql, values, {});
}

void SqlConnection::command(const QString &sql)
{
    QSqlQuery query(m_database);
    if (!query.exec(sql))
        fail(query.lastError(), sql);
}

int SqlConnection::run(const QString &sql, const QVariantList &values, const ReadEach &read)
{
    if (m_location.dialect == SqlDialect::Postgres)
        return send(withLiterals(sql, values, *m_database.driver()), [&](size_t, const QSqlQuery &row) { read(row); });
    QSqlQuery &query = executed(sql, values);
    while (read && query.next())
        read(query);
    const int changed = query.numRowsAffected();
    const QSqlError error = query.lastError();
    query.finish(); // an unfinished statement keeps its snapshot, and with it the whole write-ahead log
    if (error.isValid())
        fail(error, sql);
    return changed;
}

// Of a pooler each client gets a number of its own, and behind it answers who knows only that of the server's process.
bool SqlConnection::ownsSession()
{
    if (m_location.dialect == SqlDialect::Sqlite)
        return false;
    if (!m_ownsSession) {
        const std::optional<int> told = announcedBackend(*m_database.driver());
        const auto number = [](const QSqlQuery &row) { return row.value(0).toInt(); };
        m_ownsSession = told && message(u"SELECT pg_backend_pid()"_s, number).value(0) == *told;
    }
    return *m_ownsSession;
}

// The names go with the session. Qt would free each by a message of its own, for whose answer nothing bounds the wait.
QString SqlConnection::nameOf(const SqlQuestion &question)
{
    auto found = m_names.find(question.sql);
    if (found == m_names.end()) {
        const QString name = u"often_%1"_s.arg(++m_namesGiven);
        send(preparation(name, question.sql, question.values.size()), {});
        found = m_names.emplace(question.sql, name).first;
    }
    return found->second;
}

void SqlConnection::selectTogether(const std::vector<const SqlQuestion *> &questions, const ReadEachOf &read)
{
    if (m_location.dialect == SqlDialect::Sqlite) {
        for (size_t which = 0; which < questions.size(); ++which) {
            run(questions[which]->sql, questions[which]->values, [&](const QSqlQuery &row) { read(which, row); });
        }
        return;
    }
    QStringList texts;
    for (const SqlQuestion *question : questions) {
        texts << (ownsSession() ? execution(nameOf(*question), question->values, *m_database.driver())
                                : withLiterals(question->sql, question->values, *m_database.driver()));
    }
    try {
        send(texts.join(u"; "_s), read, Rows::AtOnce);
    } catch (const SqlError &error) {
        if (error.trouble() == SqlTrouble::Busy) // it may be that of a table that has changed
            m_names.clear();
        throw;
    }
}

// A message of several statements is one transaction, and SET LOCAL has its effect there: a timeout costs no message of
// its own, and leaves nothing behind in a connection that a pooler lends to others. Each statement has a result; only
// those that return rows are a select.
int SqlConnection::send(const QString &sql, const ReadEachOf &read, Rows rows)
{
    const bool begins = sql.startsWith(u"BEGIN"_s);
    const QString text = begins || m_inTransaction ? sql : timeLimits(m_timeout) + sql;
    QSqlQuery query(m_database);
    query.setForwardOnly(rows == Rows::OneByOne); // a large result never lies in memory twice, a small one is cheaper
    int changed = 0;
    bool more = query.exec(text);
    const bool refused = !more; // of a connection that was lost while it was opened Qt tells no error
    size_t selects = 0;
    for (; more; more = query.nextResult()) {
        if (!query.isSelect()) {
            changed += query.numRowsAffected();
            continue;
        }
        while (read && query.next())
            read(selects, query);
        ++selects;
    }
    const QSqlError error = query.lastError();
    query.finish();
    if (!refused && !error.isValid())
        return changed;
    if (begins)
        rollback();
    fail(error, sql);
}

void SqlConnection::begin()
{
    if (m_location.dialect == SqlDialect::Sqlite)
        command(u"BEGIN IMMEDIATE"_s);
    else
        send(u"BEGIN ISOLATION LEVEL READ COMMITTED; "_s + timeLimits(m_timeout) + transactionLimits(m_timeout), {});
    m_inTransaction = true;
}

void SqlConnection::commit()
{
    m_inTransaction = false;
    command(u"COMMIT"_s);
    checkFile();
}

void SqlConnection::rollback() noexcept
{
    m_inTransaction = false;
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
    query.setForwardOnly(true);
    if (!query.prepare(sql))
        fail(query.lastError(), sql);
    return m_prepared.emplace(sql, std::move(query)).first->second;
}

void SqlConnection::fail(const QSqlError &error, const QString &sql) const
{
    constexpr qsizetype enough = 1000; // a text holds its values
    const QString where = sql.isEmpty() ? QString() : u" ["_s + sql.left(enough) + u']';
    throw SqlError(classify(m_location.dialect, error), (error.text() + where).simplified(),
                   reasonOf(m_location.dialect, error));
}

bool answers(const SqlLocation &location, std::chrono::milliseconds patience)
{
    SqlConnection probe(location, SqlConnection::Role::Reads, patience);
    const std::jthread watchdog([release = probe.openingReleaser(), patience](const std::stop_token &stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any wake;
        wake.wait_for(lock, stop, patience, [] { return false; }); // ends with the stop, which lasts
        if (!stop.stop_requested() && release)
            release();
    });
    try {
        probe.open();
        return true;
    } catch (const SqlError &) {
        return false;
    }
}

} // namespace openloop
