// SPDX-License-Identifier: GPL-3.0-or-later
// A real pgbouncer of the test's own before a PostgreSQL, with the settings that Debian's package has.
#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace openloop::test {

class Postgres;

/// Pools by transaction, with one connection to each database; all else is as installed. Ends the test program with a
/// message where it does not start.
class PgBouncer
{
public:
    /// The PostgreSQL has to outlive it.
    explicit PgBouncer(Postgres &postgres);
    ~PgBouncer();
    Q_DISABLE_COPY_MOVE(PgBouncer)

    /// As Postgres::databaseUrl, through the pooler, which asks for the password that the URL has.
    QString databaseUrl(const QString &name);

    /// SIGSTOP: it says nothing, though the kernel takes connections for it.
    void freeze();
    void thaw();

private:
    void write(const QString &name, const QByteArray &text) const;

    Postgres &m_postgres;
    QTemporaryDir m_folder;
    quint16 m_port = 0;
    QProcess m_server;
};

} // namespace openloop::test
