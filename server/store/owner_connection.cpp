// SPDX-License-Identifier: GPL-3.0-or-later
// An owner's connection: opened at the start and again after each loss, and looked at though nobody asks.
#include "server/store/owner.h"

#include "common/start_failure.h"

#include <QLoggingCategory>
#include <QScopeGuard>

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(lcStore, "openloop.store")

constexpr auto longestSilence = 30s; // of a database at the start
constexpr auto shortestSilence = 1s; // of a server that lets nobody in: one that refuses does so at once
constexpr auto longestMigration = 5min; // by another server
constexpr auto longestLockOfFile = 10s; // by another program
constexpr auto shortestPoll = 20ms;
constexpr auto longestPoll = 500ms;
constexpr auto openPatience = 10s; // several hosts are tried one after the other
constexpr auto pingPatience = 1000ms; // with frozenGrace, a frozen one is noticed within the default deadline
constexpr auto waitWorthTelling = 2s; // at the start

} // namespace

// There is no watchdog yet: who waits cuts what hangs.
void StoreOwner::waitUntilOpen()
{
    std::future<void> opened = m_opened.get_future();
    if (opened.wait_for(waitWorthTelling) == std::future_status::timeout)
        qCWarning(lcStore, "the start waits for %s: a pooler without a free connection, a lock, or no answer",
                  qUtf8Printable(m_settings.location.display()));
    while (opened.wait_for(longestSilence) == std::future_status::timeout) {
        if (answers(m_settings.location, openPatience)) // a change of tables may take long, here or elsewhere
            continue;
        const std::lock_guard lock(m_mutex);
        if (m_releaser)
            m_releaser();
    }
    opened.get();
}

void StoreOwner::openFirst(SqlConnection &sql, const std::stop_token &stop)
{
    const bool file = m_settings.location.dialect == SqlDialect::Sqlite;
    const auto patience = file ? std::chrono::milliseconds(longestLockOfFile) : longestMigration;
    for (const auto end = StoreWork::Clock::now() + patience;;) {
        try {
            openBeforeSilenceEnds(sql, stop);
            setReleaser(sql.releaser());
            if (m_settings.tables.make)
                m_settings.tables.make(sql);
            setReleaser({});
            return;
        } catch (const SqlError &error) {
            setReleaser({});
            if (error.trouble() != SqlTrouble::Busy || StoreWork::Clock::now() > end || stop.stop_requested())
                throw;
        }
        // Many servers may wait for one that changes the tables.
        pause(std::chrono::milliseconds(
                  QRandomGenerator::global()->bounded(qint64(shortestPoll.count()), qint64(longestPoll.count()))),
              stop);
    }
}

// A busy PostgreSQL, or one on a busy machine, may take longer to let somebody in than connect_timeout says.
void StoreOwner::openBeforeSilenceEnds(SqlConnection &sql, const std::stop_token &stop)
{
    for (const auto end = StoreWork::Clock::now() + longestSilence;;) {
        const auto begun = StoreWork::Clock::now();
        try {
            open(sql);
            return;
        } catch (const SqlError &error) {
            const auto now = StoreWork::Clock::now();
            if (error.reason() != SqlReason::Away || now - begun < shortestSilence || now > end
                || stop.stop_requested())
                throw;
        }
    }
}

// The watchdog ends it at its time, or with the work that waits for it.
void StoreOwner::open(SqlConnection &sql)
{
    const auto over = qScopeGuard([this] {
        const std::lock_guard lock(m_mutex);
        m_openUntil = StoreWork::Clock::time_point::max();
        m_releaser = {};
    });
    {
        const std::lock_guard lock(m_mutex);
        m_openUntil = StoreWork::Clock::now() + openPatience;
        m_releaser = sql.openingReleaser(); // not that of the connection before, which is closed first
    }
    sql.open();
}

bool StoreOwner::reopen(SqlConnection &sql)
{
    {
        const std::lock_guard lock(m_mutex);
        m_cut = false;
    }
    try {
        open(sql);
        setOpen(true);
        if (m_settings.tables.check)
            m_nextLook = StoreWork::Clock::now(); // a database that came back may be another
        else if (m_settings.judges)
            m_health.passed();
        return true;
    } catch (const SqlError &error) {
        failed(error);
        lost(sql);
        setOpen(false);
        return false;
    }
}

void StoreOwner::lost(SqlConnection &sql)
{
    sql.close();
    m_reconnect.lost(StoreWork::Clock::now());
}

std::chrono::milliseconds StoreOwner::untilReconnect() const
{
    return std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(m_reconnect.next() - StoreWork::Clock::now()));
}

// A ping is work like any other: the watchdog cuts it at its deadline.
void StoreOwner::lookAfter(SqlConnection &sql, const std::stop_token &stop)
{
    m_nextLook = StoreWork::Clock::now() + timeBetweenLooks;
    if (!sql.isOpen()) {
        if (!m_settings.spare && untilReconnect() == 0ms)
            reopen(sql);
        return;
    }
    if (m_settings.location.inMemory())
        return;
    const SqlReason reason = m_health.reason();
    const bool mayHaveMoved = m_settings.location.dialect == SqlDialect::Postgres && reason == SqlReason::ReadOnly;
    if (mayHaveMoved && m_settings.tables.check && !reopen(sql)) // to who takes writes now
        return;
    const auto ping = [this](SqlConnection &connection) {
        try {
            look(connection);
        } catch (const SqlError &error) {
            if (error.trouble() != SqlTrouble::Busy) // which is an answer as well
                throw;
        }
    };
    const auto patience = reason == SqlReason::None ? std::chrono::milliseconds(pingPatience) : m_settings.timeout;
    runWatched(std::make_shared<StoreWorkOf<std::decay_t<decltype(ping)>>>(
                   StoreWork::Kind::Read, StoreWork::Clock::now() + patience, std::stop_token(), ping),
               sql, stop);
}

// Also of a thread that is never idle: what only reads does not notice that nothing can be written any more.
bool StoreOwner::lookIsDue() const
{
    return m_open && m_settings.tables.check && StoreWork::Clock::now() >= m_nextLook;
}

void StoreOwner::look(SqlConnection &sql)
{
    if (!m_settings.tables.check)
        return sql.command(sql.dialect() == SqlDialect::Postgres ? u"SELECT 1"_s : u"PRAGMA schema_version"_s);
    const bool thoroughly = m_health.reason() != SqlReason::None;
    try {
        m_settings.tables.check(sql, thoroughly);
    } catch (const SqlError &error) {
        if (error.reason() != SqlReason::NoTables)
            throw;
        failed(error);
        makeTables(sql);
        m_settings.tables.check(sql, true);
    }
    m_health.passed();
}

// Where only some are missing, those that are there are in the way.
void StoreOwner::makeTables(SqlConnection &sql)
{
    try {
        m_settings.tables.make(sql);
    } catch (const SqlError &error) {
        if (error.trouble() != SqlTrouble::Bug)
            throw;
        throw SqlError(SqlTrouble::Unusable, QString::fromUtf8(error.what()), SqlReason::NoTables);
    }
}

void StoreOwner::failed(const SqlError &error)
{
    if (m_settings.spare)
        m_health.sayOnce(error);
    else
        m_health.failed(error);
}

void StoreOwner::setOpen(bool open)
{
    if (open != m_open)
        m_openConnections += open ? 1 : -1;
    m_open = open;
}

} // namespace openloop
