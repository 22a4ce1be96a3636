// SPDX-License-Identifier: GPL-3.0-or-later
// Several real servers that share one database: started, killed, frozen, and what their tables say.
#pragma once

#include "server/store/sql_connection.h"
#include "tests/support/jobs/watchers.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/server_process.h"

#include <map>
#include <memory>

namespace openloop::test {

/// Each server has a name, which it is given as --node-name; it looks twice after 3 s without a beat. One thread.
class Fleet
{
public:
    enum class Computes { Freely, Held }; ///< Held: from the start on, while it is sieved

    /// A row of the queue's tasks.
    struct Task {
        QString state; ///< empty: there is no such row
        QString owner; ///< the name of who computes it; empty: nobody
        int attempt = 0;
        int deaths = 0;
        qint64 version = 0;

        bool operator==(const Task &) const = default;
    };

    /// program: openloop-test-server, or what takes its options. settings: of PostgreSQL.
    explicit Fleet(QString program, const QStringList &settings = {});
    /// The servers are killed.
    ~Fleet();

    /// Starts a server, in the place of the one that had the name, and waits for its ready line. wrapper: a command to
    /// run it under. A server that does not start ends the test program with a message.
    ServerProcess &start(const QString &name, const QStringList &options = {}, Computes computes = Computes::Freely,
                         const QStringList &wrapper = {});
    ServerProcess &operator[](const QString &name) { return *m_servers.at(name); }

    /// kill -9, and waits for the end.
    void kill(const QString &name);
    void freeze(const QString &name);
    void thaw(const QString &name);

    Postgres &database() { return m_postgres; }
    QString databaseUrl() { return m_postgres.databaseUrl(QStringLiteral("fleet")); }

    /// path: as in Location.
    Task task(const QByteArray &path);
    /// How often the present life of a server said so; 0: it has not yet.
    int beats(const QString &name);
    /// `A alive, B dead`: every life, by name.
    QString lives();
    QList<QStringList> rows(const QString &query, int columns = 1);
    /// The first row, as texts; empty: there is none.
    QStringList row(const QString &query, int columns = 1);
    void run(const QString &statement);
    /// How long after its end was readable, or after it came, the last of them was told; an hour: one was not.
    std::chrono::milliseconds latest(const std::vector<Watchers::Told> &told);
    /// SQL statements that the servers have said so far; PostgreSQL has to count them.
    qint64 statements();

private:
    SqlConnection &connection(const QString &database);

    const QString m_program;
    Postgres m_postgres;
    std::map<QString, std::unique_ptr<SqlConnection>> m_connections;
    std::map<QString, std::unique_ptr<ServerProcess>> m_servers;
};

/// For PostgreSQL: counts the statements.
QStringList countingStatements();

/// The column `id` of the table: the path's digits as a signed number.
QString idOf(const QByteArray &path);

} // namespace openloop::test

// For QCOMPARE.
char *toString(const openloop::test::Fleet::Task &task);
