// SPDX-License-Identifier: GPL-3.0-or-later
// A real PostgreSQL of the test's own, to be stopped, frozen and killed.
#pragma once

#include <QMap>
#include <QProcess>
#include <QSet>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>

namespace openloop::test {

/// Lives in a temporary folder, in memory where there is room, listens on loopback, and dies with the test. Every
/// function waits for its effect, at most 30 s, and ends the test program with a message when that does not come.
class Postgres
{
public:
    /// Makes a database cluster and starts it. settings: `name=value`, of postgresql.conf.
    explicit Postgres(const QStringList &settings = {});
    /// Makes a standby of one that runs, and starts it.
    static std::unique_ptr<Postgres> standbyOf(const Postgres &primary);
    /// One with the usual settings; null where peers are left out.
    static std::unique_ptr<Postgres> unlessLeftOut();
    ~Postgres();
    Q_DISABLE_COPY_MOVE(Postgres)

    /// URL of the database with that name (lower-case letters), which is created when it is first asked for.
    QString databaseUrl(const QString &name);

    quint16 port() const { return m_port; }
    /// Where its socket lies.
    QString folder() const { return m_folder.path(); }

    /// What it has logged since the last question.
    QByteArray log();

    void start();
    /// As an administrator stops it: backends are terminated, files are left in order.
    void stop();
    /// kill -9 of the postmaster and all of its processes; of what they share nothing is left.
    void kill();

    /// Of a standby: gets no more of what its primary writes, which lives on.
    void stopFollowing();
    /// Of a standby: takes writes from now on.
    void promote();

    /// Number of the segment that all of its processes share; -1: it does not run.
    int sharedMemory() const;

    /// Ends every client's backend, as pg_terminate_backend does; how many there were.
    int terminateBackends();
    /// Every client's backend stands still; how many there were, 0 as well where one did not stop.
    int freezeBackends();
    void thawBackends();
    /// The same to the postmaster as well: it accepts connections, as the kernel does that for it, and says nothing.
    void freeze();
    void thaw();
    /// Whether a backend is busy with such a command now, as its process title says.
    bool hasBackend(const QByteArray &command) const;
    /// Waits until one is, and not in passing, as are those that open a connection. False: none came.
    bool waitForLasting(const QByteArray &command) const;

private:
    Postgres(const Postgres *primary, const QStringList &settings);

    void makeCluster();
    void copy(const Postgres &primary);
    void run(const QString &name, const QStringList &arguments) const;
    QMap<int, QByteArray> processes() const; // their titles, by id
    QMap<int, QByteArray> backends() const;
    int signalBackends(int signal) const;

    QTemporaryDir m_folder;
    quint16 m_port = 0;
    QSet<QString> m_databases;
    QProcess m_server;
};

/// Base of a test that has one server for all its functions. Those that name it, "Postgres", are skipped where peers
/// are left out.
class PostgresTest : public QObject
{
    Q_OBJECT

protected:
    std::unique_ptr<Postgres> m_postgres; ///< null where peers are left out

private slots:
    void initTestCase() { m_postgres = Postgres::unlessLeftOut(); }
    void init();
};

/// Of a function with the datum `postgres`: once with SQLite, and once with PostgreSQL unless peers are left out.
void eitherDatabase();

/// The one of such a row, empty, for as long as this lives.
class DatabaseOfRow
{
public:
    explicit DatabaseOfRow(bool postgres) : m_postgres(postgres ? std::make_unique<Postgres>() : nullptr) { }

    QString url();

private:
    QTemporaryDir m_folder; // of the file
    std::unique_ptr<Postgres> m_postgres;
};

} // namespace openloop::test
