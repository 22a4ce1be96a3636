// SPDX-License-Identifier: GPL-3.0-or-later
// A read that sleeps on its connection, in each dialect its own way.
#include "tests/support/slow_database.h"

#include "server/store/sql_connection.h"

#include <QCoroFuture>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

void sleepOn(SqlConnection &sql, std::chrono::milliseconds time)
{
    if (sql.dialect() == SqlDialect::Postgres) {
        const auto nothing = [](const QSqlQuery &) { return true; };
        sql.select(u"SELECT pg_sleep(?)"_s, {double(time.count()) / 1000}, nothing);
        return;
    }
    const auto end = StoreWork::Clock::now() + time;
    while (StoreWork::Clock::now() < end)
        sql.command(u"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) "
                    "SELECT max(x) FROM c"_s);
}

} // namespace

QCoro::Task<void> sleepInDatabase(Store &store, std::chrono::milliseconds time, std::stop_token stop)
{
    const auto work = [time](SqlConnection &sql) { sleepOn(sql, time); };
    const QFuture<void> over = store.read(work, std::move(stop));
    co_await over;
}

} // namespace openloop::test
