// SPDX-License-Identifier: GPL-3.0-or-later
// A test's own way into the database that its subject uses.
#pragma once

#include "server/store/sql_connection.h"
#include "tests/support/patience.h"

namespace openloop::test {

/// It is open. Where a service takes two seconds without an answer for an absence, it waits as long as any test does.
class OwnConnection : public SqlConnection
{
public:
    /// url: as Postgres::databaseUrl; or of SQLite. Throws SqlError.
    explicit OwnConnection(const QString &url, Role role = Role::Writes, std::chrono::milliseconds timeout = longest)
        : SqlConnection(SqlLocation::parse(patient(url)), role, timeout)
    {
        open();
    }

private:
    static QString patient(const QString &url)
    {
        if (!url.startsWith(QLatin1String("postgresql:")))
            return url;
        return url + QLatin1Char(url.contains(QLatin1Char('?')) ? '&' : '?') + QLatin1String("connect_timeout=60");
    }
};

} // namespace openloop::test
