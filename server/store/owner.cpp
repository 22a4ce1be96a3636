// SPDX-License-Identifier: GPL-3.0-or-later
// The life of one thread: open, serve, look after the connection, open again; a watchdog ends what runs too long.
#include "server/store/owner.h"

#include "common/start_failure.h"
#include "common/thread_priority.h"

#include <QLoggingCategory>
#include <QScopeGuard>

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(lcStore, "openloop.store")

constexpr auto longestSilence = 30s; // of a database at the start
constexpr auto longestMigration = 5min; // by another server
constexpr auto longestLockOfFile = 10s; // by another program
constexpr auto shortestPoll = 20ms;
constexpr auto longestPoll = 500ms;
constexpr auto openPatience = 10s; // several hosts are tried one after the other
constexpr auto idlePing = 2000ms; // how late a lost connection is noticed while nobody asks
constexpr auto pingPatience = 1000ms; // with frozenGrace, a frozen one is noticed within the default deadline
constexpr auto busyPause = 10ms;
constexpr auto longestBusyPause = 160ms;
constexpr auto frozenGrace = 1s; // after the deadline, for the server's own statement_timeout
constexpr auto stopGrace = 1s;

http::Failure away()
{
    return http::Failure::unavailable(u"the database is away"_s, 1s);
}

http::Failure bug(const char *text)
{
    qCCritical(lcStore, "%s", text);
    return http::Failure::internal(QString::fromUtf8(text));
}

} // namespace

StoreOwner::StoreOwner(Settings settings, StoreQueue &queue, std::atomic<int> &openConnections)
    : m_settings(std::move(settings)), m_queue(queue), m_openConnections(openConnections),
      m_thread([this](const std::stop_token &stop) { serve(stop); })
{
}

StoreOwner::~StoreOwner()
{
    requestStop();
    std::unique_lock lock(m_mutex);
    const auto ended = [this] { return m_ended; };
    m_changed.wait_until(lock, *m_graceEnd, ended);
    while (!m_ended) { // work of several statements has to be cut several times
        if (m_running)
            m_running->fail(away());
        if (m_releaser)
            m_releaser();
        m_changed.wait_for(lock, busyPause, ended);
    }
}

// All owners are told before the first is waited for, so that there is one grace for all of them.
void StoreOwner::requestStop()
{
    m_thread.request_stop();
    const std::lock_guard lock(m_mutex);
    if (!m_graceEnd)
        m_graceEnd = StoreWork::Clock::now() + stopGrace;
}

// There is no watchdog yet: who waits cuts what hangs.
void StoreOwner::waitUntilOpen()
{
    std::future<void> opened = m_opened.get_future();
    while (opened.wait_for(longestSilence) == std::future_status::timeout) {
        if (answersAnother()) // a change of tables may take long, here or elsewhere
            continue;
        const std::lock_guard lock(m_mutex);
        if (m_releaser)
            m_releaser();
    }
    opened.get();
}

bool StoreOwner::answersAnother() const
{
    SqlConnection probe(m_settings.location, SqlConnection::Role::Reads, pingPatience);
    const std::jthread watchdog([release = probe.releaser()](const std::stop_token &stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any wake;
        wake.wait_for(lock, stop, openPatience, [] { return false; });
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

bool StoreOwner::checkDeadline(StoreWork::Clock::time_point now, const http::Failure &failure)
{
    const std::lock_guard lock(m_mutex);
    if (m_releaser && m_openUntil <= now)
        m_releaser();
    if (!m_running)
        return false;
    const bool overdue = m_running->deadline() <= now;
    if (overdue)
        m_running->fail(failure);
    const bool sqlite = m_settings.location.dialect == SqlDialect::Sqlite;
    const bool left = m_running->kind() == StoreWork::Kind::Read && m_running->abandoned();
    const bool release = sqlite ? overdue || left : m_running->deadline() + frozenGrace <= now;
    if (release && m_releaser)
        m_releaser();
    return true;
}

void StoreOwner::cut()
{
    if (m_settings.location.dialect == SqlDialect::Sqlite)
        return;
    const std::lock_guard lock(m_mutex);
    m_cut = true;
    if (m_releaser)
        m_releaser();
}

void StoreOwner::serve(const std::stop_token &stop)
{
    lowerThreadPriority(waitingNiceness);
    const auto end = qScopeGuard([this] {
        {
            const std::lock_guard lock(m_mutex);
            m_ended = true;
        }
        m_changed.notify_all();
    });
    SqlConnection sql(m_settings.location, m_settings.role, m_settings.timeout);
    if (!m_settings.spare && !begin(sql, stop))
        return;
    while (!stop.stop_requested()) {
        if (const auto unit = next(sql, stop))
            runWatched(unit, sql, stop);
        else if (!stop.stop_requested())
            lookAfter(sql, stop);
    }
    sql.close();
    setOpen(false);
}

bool StoreOwner::begin(SqlConnection &sql, const std::stop_token &stop)
{
    try {
        openFirst(sql, stop);
        setOpen(true);
        m_opened.set_value();
        return true;
    } catch (const SqlError &error) {
        const QString reason = QString::fromUtf8(error.what());
        const StartFailure failure(u"cannot use the database %1: %2"_s.arg(m_settings.location.display(), reason));
        m_opened.set_exception(std::make_exception_ptr(failure));
        return false;
    }
}

std::shared_ptr<StoreWork> StoreOwner::next(const SqlConnection &sql, const std::stop_token &stop)
{
    if (sql.isOpen())
        return m_queue.pop(stop, idlePing);
    return m_settings.spare ? m_queue.popSpare(stop, idlePing) : m_queue.pop(stop, untilReconnect());
}

void StoreOwner::openFirst(SqlConnection &sql, const std::stop_token &stop)
{
    const bool file = m_settings.location.dialect == SqlDialect::Sqlite;
    const auto patience = file ? std::chrono::milliseconds(longestLockOfFile) : longestMigration;
    for (const auto end = StoreWork::Clock::now() + patience;;) {
        try {
            open(sql);
            setReleaser(sql.releaser());
            if (m_settings.prepare)
                m_settings.prepare(sql);
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
        m_releaser = sql.releaser();
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
        return true;
    } catch (const SqlError &error) {
        qCDebug(lcStore, "%s", error.what());
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

void StoreOwner::runWatched(const std::shared_ptr<StoreWork> &unit, SqlConnection &sql, const std::stop_token &stop)
{
    setRunning(unit);
    process(*unit, sql, stop);
    setRunning(nullptr);
    if (!sql.isOpen())
        setOpen(false);
}

// A ping is work like any other: the watchdog cuts it at its deadline.
void StoreOwner::lookAfter(SqlConnection &sql, const std::stop_token &stop)
{
    if (!sql.isOpen()) {
        if (!m_settings.spare && untilReconnect() == 0ms)
            reopen(sql);
        return;
    }
    if (m_settings.location.inMemory())
        return;
    const auto ping = [](SqlConnection &connection) {
        try {
            connection.command(connection.dialect() == SqlDialect::Postgres ? u"SELECT 1"_s
                                                                            : u"PRAGMA schema_version"_s);
        } catch (const SqlError &error) {
            if (error.trouble() != SqlTrouble::Busy) // which is an answer as well
                throw;
        }
    };
    const auto deadline = StoreWork::Clock::now() + pingPatience;
    runWatched(std::make_shared<StoreWorkOf<std::decay_t<decltype(ping)>>>(StoreWork::Kind::Read, deadline,
                                                                           std::stop_token(), ping),
               sql, stop);
}

void StoreOwner::process(StoreWork &unit, SqlConnection &sql, const std::stop_token &stop)
{
    // Ends with the deadline at the latest, at which the watchdog answers.
    for (std::chrono::milliseconds busy = busyPause; !unit.answered();) {
        if (stop.stop_requested())
            return unit.fail(away());
        if (!sql.isOpen()) { // who waits has a chance within its deadline, however long the pause would be
            const auto left = unit.deadline() - StoreWork::Clock::now();
            const auto share = std::chrono::duration_cast<std::chrono::milliseconds>(left / 2);
            pause(std::min(untilReconnect(), std::max(share, Reconnect::shortest)), stop);
            if (unit.answered() || !reopen(sql))
                continue;
        }
        if (tryOnce(unit, sql))
            return;
        if (sql.isOpen())
            pause(busy, stop);
        busy = std::min<std::chrono::milliseconds>(2 * busy, longestBusyPause);
    }
}

bool StoreOwner::tryOnce(StoreWork &unit, SqlConnection &sql)
{
    m_begun = false;
    m_committing = false;
    try {
        setReleaser(sql.releaser()); // from here on a cut ends the statement; one before is seen now
        if (isCut())
            throw SqlError(SqlTrouble::Lost, u"it was cut while it was idle"_s);
        perform(unit, sql);
        setReleaser({});
        m_reconnect.answered();
        unit.deliver();
        return true;
    } catch (const SqlError &error) {
        setReleaser({});
        return !mayTryAgain(error, unit, sql);
    } catch (const http::Failure &failure) {
        unit.fail(failure);
    } catch (const std::exception &error) {
        unit.fail(bug(error.what()));
    }
    setReleaser({});
    return true;
}

bool StoreOwner::mayTryAgain(const SqlError &error, StoreWork &unit, SqlConnection &sql)
{
    switch (error.trouble()) {
    case SqlTrouble::Lost:
        qCInfo(lcStore, "connection lost: %s", error.what());
        lost(sql);
        if (m_committing)
            unit.fail(http::Failure::unavailable(u"the database went away while it was writing"_s, 1s));
        else if (m_begun && unit.afterLoss() == StoreWork::AfterLoss::GiveUp)
            unit.fail(away());
        return !unit.answered();
    case SqlTrouble::Busy: return true;
    case SqlTrouble::TimedOut: unit.fail(http::Failure::timedOut(u"the database took too long"_s)); return false;
    case SqlTrouble::Unusable:
        qCWarning(lcStore, "%s", error.what());
        unit.fail(http::Failure::unavailable(u"the database cannot do this now"_s, 1s));
        if (!m_settings.location.inMemory()) {
            sql.close(); // the next one looks afresh: the file may have been repaired
            setOpen(false);
        }
        return false;
    case SqlTrouble::Bug: break;
    }
    unit.fail(bug(error.what()));
    return false;
}

void StoreOwner::perform(StoreWork &unit, SqlConnection &sql)
{
    if (unit.kind() == StoreWork::Kind::Read) {
        m_begun = true;
        return unit.run(sql);
    }
    sql.begin();
    try {
        m_begun = true;
        unit.run(sql);
        m_committing = true;
        sql.commit();
    } catch (...) {
        sql.rollback();
        throw;
    }
}

void StoreOwner::setRunning(std::shared_ptr<StoreWork> unit)
{
    const std::lock_guard lock(m_mutex);
    m_running = std::move(unit);
}

bool StoreOwner::isCut()
{
    const std::lock_guard lock(m_mutex);
    return m_cut;
}

void StoreOwner::setReleaser(const std::function<void()> &releaser)
{
    const std::lock_guard lock(m_mutex);
    m_releaser = releaser;
}

void StoreOwner::setOpen(bool open)
{
    if (open != m_open)
        m_openConnections += open ? 1 : -1;
    m_open = open;
}

void StoreOwner::pause(std::chrono::milliseconds time, const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, stop, time, [] { return false; });
}

} // namespace openloop
