// SPDX-License-Identifier: GPL-3.0-or-later
// One database connection, as the work on a store thread sees it.
#pragma once

#include "server/store/hindrance/reason.h"
#include "server/store/sql_location.h"
#include "server/store/work.h"

#include <QList>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QVariant>

#include <optional>
#include <stdexcept>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace openloop {

/// An error of the database. Its text is for the log, never for a client.
class SqlError : public std::runtime_error
{
public:
    SqlError(SqlTrouble trouble, const QString &text, SqlReason reason = SqlReason::Other)
        : std::runtime_error(text.toStdString()), m_trouble(trouble), m_reason(reason)
    {
    }

    SqlTrouble trouble() const { return m_trouble; }
    SqlReason reason() const { return m_reason; }

private:
    SqlTrouble m_trouble;
    SqlReason m_reason;
};

class SqliteFile;

/// Made, used and destroyed on one thread. Every function but the trivial ones throws SqlError.
class SqlConnection
{
public:
    enum class Role { Reads, Writes };

    /// file: that of the location, if others of this process use it as well.
    SqlConnection(SqlLocation location, Role role, std::chrono::milliseconds statementTimeout,
                  SqliteFile *file = nullptr);
    ~SqlConnection();
    Q_DISABLE_COPY_MOVE(SqlConnection)

    void open();
    void close();
    bool isOpen() const { return m_open; }
    SqlDialect dialect() const { return m_location.dialect; }
    /// Throws unless what is read and written here is what the path of the SQLite file leads to.
    void checkFile() const;

    /// What readRow(const QSqlQuery &) returns for each row. Each `?` outside of quotes stands for one of the values.
    /// SQLite prepares the statement once. On PostgreSQL it is not, so that it is safe behind a pooler and planned
    /// for the tables as they are; it ends a statement that takes longer than the connection's timeout.
    template <typename ReadRow>
    auto select(const QString &sql, const QVariantList &values, ReadRow readRow)
    {
        QList<std::invoke_result_t<ReadRow &, const QSqlQuery &>> rows;
        run(sql, values, [&](const QSqlQuery &row) { rows.append(readRow(row)); });
        return rows;
    }

    /// The same for what is asked often, and planned alike however the tables are filled: a statement that finds its
    /// few rows by a key. PostgreSQL prepares it, too, where nobody else is served by the connection's process.
    template <typename ReadRow>
    auto selectOften(const QString &sql, const QVariantList &values, ReadRow readRow)
    {
        QList<std::invoke_result_t<ReadRow &, const QSqlQuery &>> rows;
        const SqlQuestion question{sql, values};
        selectTogether({&question}, [&](size_t, const QSqlQuery &row) { rows.append(readRow(row)); });
        return rows;
    }

    using ReadEachOf = std::function<void(size_t which, const QSqlQuery &row)>;

    /// Several of them. PostgreSQL gets one message, which is one transaction: an error of one is one of all.
    void selectTogether(const std::vector<const SqlQuestion *> &questions, const ReadEachOf &read);

    /// Runs such a statement that returns no rows; how many it changed.
    int change(const QString &sql, const QVariantList &values = {});

    /// Runs one statement once, as it is and however long it takes: definitions and settings.
    void command(const QString &sql);

    /// PostgreSQL: sends the text as one message, which may be a transaction of several statements, and returns what
    /// readRow(const QSqlQuery &) returns for each row of all of them. The connection's timeout is that of a text
    /// that begins no transaction. After an error a transaction that the text began is rolled back.
    template <typename ReadRow>
    auto message(const QString &sql, ReadRow readRow)
    {
        QList<std::invoke_result_t<ReadRow &, const QSqlQuery &>> rows;
        send(sql, [&](size_t, const QSqlQuery &row) { rows.append(readRow(row)); });
        return rows;
    }

    /// A transaction that may write from its beginning (SQLite: BEGIN IMMEDIATE, so that it never fails half-way).
    /// PostgreSQL also ends it if nothing is asked for as long as the connection's timeout.
    void begin();
    /// SQLite: also throws if what was written has gone into a file that is no longer the database.
    void commit();
    /// Never throws.
    void rollback() noexcept;

    /// See releaserOf. Empty while closed.
    const std::function<void()> &releaser() const { return m_releaser; }
    /// See cancellerOf. Empty while closed.
    const std::function<void()> &canceller() const { return m_canceller; }
    /// Makes open() end at once, and is right before it as well: it keeps no descriptor that another may get.
    const std::function<void()> &openingReleaser() const { return m_openingReleaser; }

private:
    using ReadEach = std::function<void(const QSqlQuery &)>;

    enum class Rows { OneByOne, AtOnce };

    int run(const QString &sql, const QVariantList &values, const ReadEach &read);
    int send(const QString &sql, const ReadEachOf &read, Rows rows = Rows::OneByOne);
    QString nameOf(const SqlQuestion &question);
    bool ownsSession();
    QSqlQuery &executed(const QString &sql, const QVariantList &values);
    QSqlQuery &prepared(const QString &sql);
    void configure();
    [[noreturn]] void fail(const QSqlError &error, const QString &sql = {}) const;

    const SqlLocation m_location;
    const Role m_role;
    const std::chrono::milliseconds m_timeout;
    SqliteFile *const m_file;
    const int m_mark = socketMark();
    const QString m_name;
    QSqlDatabase m_database;
    std::unordered_map<QString, QSqlQuery> m_prepared; // SQLite only
    std::unordered_map<QString, QString> m_names; // PostgreSQL only: of the statements that the session knows
    int m_namesGiven = 0;
    std::optional<bool> m_ownsSession; // PostgreSQL only; nothing: not known yet
    std::optional<OpenSocket> m_socket; // PostgreSQL only
    std::function<void()> m_releaser;
    std::function<void()> m_canceller;
    std::function<void()> m_openingReleaser;
    bool m_open = false;
    bool m_entered = false; // what the others of the file know
    bool m_inTransaction = false;
};

/// Whether the database lets somebody else in, within that time. Blocks the calling thread.
bool answers(const SqlLocation &location, std::chrono::milliseconds patience);

} // namespace openloop
