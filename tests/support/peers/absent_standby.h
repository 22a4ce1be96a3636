// SPDX-License-Identifier: GPL-3.0-or-later
// A PostgreSQL whose commits wait for a synchronous standby that never comes.
#pragma once

#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/postgres.h"

namespace openloop::test {

/// For as long as this lives; a connection that was open before may still be served once. The PostgreSQL has to outlive
/// it. One thread.
class AbsentStandby
{
public:
    explicit AbsentStandby(Postgres &postgres) : m_sql(postgres.databaseUrl(QStringLiteral("standby")))
    {
        configure(QStringLiteral("SET synchronous_standby_names = 'nobody'"));
        const auto isKnown = [this] { return count(QStringLiteral("count(*)"), knows) > 0; }; // to who connects now
        if (!QTest::qWaitFor(isKnown, patience))
            qFatal("PostgreSQL does not hear of its standby");
    }
    ~AbsentStandby()
    {
        try {
            configure(QStringLiteral("RESET synchronous_standby_names"));
        } catch (const SqlError &error) {
            qFatal("the standby stays away: %s", error.what());
        }
    }
    Q_DISABLE_COPY_MOVE(AbsentStandby)

    /// How many connections' commits wait now.
    int waiting() { return count(QStringLiteral("count(*)"), waits); }
    /// As an administrator ends them: their transactions are done, and their clients told nothing. How many there were.
    int terminateWaiting() { return count(QStringLiteral("count(pg_terminate_backend(pid))"), waits); }

private:
    void configure(const QString &change)
    {
        m_sql.command(QStringLiteral("ALTER SYSTEM ") + change);
        m_sql.command(QStringLiteral("SELECT pg_reload_conf()"));
    }
    int count(const QString &what, const char *where)
    {
        const auto number = [](const QSqlQuery &row) { return row.value(0).toInt(); };
        const auto text = QStringLiteral("SELECT %1 FROM pg_stat_activity WHERE %2").arg(what, QLatin1String(where));
        return m_sql.select(text, {}, number).value(0);
    }

    static constexpr auto waits = "wait_event = 'SyncRep'";
    static constexpr auto knows = "current_setting('synchronous_standby_names') = 'nobody'";

    OwnConnection m_sql;
};

} // namespace openloop::test
