// SPDX-License-Identifier: GPL-3.0-or-later
// The life of one thread: what waits is run, and run again after a loss; a watchdog ends what runs too long.
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

constexpr auto busyPause = 10ms;
constexpr auto longestBusyPause = 160ms;
constexpr auto cancelGrace = 500ms; // after the deadline, for the server's own statement_timeout
constexpr auto frozenGrace = 1s; // after the deadline, for that, and for a server that is asked to cancel
constexpr auto stopGrace = 1s;
constexpr auto cancelPatience = 100ms; // of who stops: a pooler cancels for those only who are still there
constexpr auto quick = 2ms; // of a question
constexpr size_t mostTogether = 8; // then a message costs little beside what it asks for
constexpr auto timeBetweenFileChecks = 100ms; // of reads, which lose nothing
constexpr auto patienceWithReadOnly = 2s; // another server may be about to take over

http::Failure unavailable(SqlReason reason)
{
    return http::Failure::unavailable(phraseOf(reason), 1s);
}

http::Failure away()
{
    return unavailable(SqlReason::Away);
}

http::Failure bug(const char *text)
{
    qCCritical(lcStore, "%s", text);
    return http::Failure::internal(QString::fromUtf8(text));
}

} // namespace

StoreOwner::StoreOwner(Settings settings, StoreQueue &queue, StoreHealth &health, std::atomic<int> &openConnections)
    : m_settings(std::move(settings)), m_queue(queue), m_health(health), m_openConnections(openConnections),
      m_thread([this](const std::stop_token &stop) { serve(stop); })
{
}

StoreOwner::~StoreOwner()
{
    requestStop();
    std::unique_lock lock(m_mutex);
    const auto ended = [this] { return m_ended; };
    m_changed.wait_until(lock, *m_graceEnd, ended);
    if (!m_ended && m_canceller) {
        if (m_running)
            m_running->fail(away());
        cancel();
        m_changed.wait_for(lock, cancelPatience, ended);
    }
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

bool StoreOwner::checkDeadline(StoreWork::Clock::time_point now, const http::Failure &failure)
{
    const std::lock_guard lock(m_mutex);
    if (m_releaser && m_openUntil <= now)
        m_releaser();
    if (!m_running)
        return false;
    const bool overdue = m_running->deadline() <= now;
    m_running->failOverdue(now, failure);
    const bool sqlite = m_settings.location.dialect == SqlDialect::Sqlite;
    const bool left = m_running->kind() == StoreWork::Kind::Read && m_running->abandoned();
    const bool release = sqlite ? overdue || left : m_running->deadline() + frozenGrace <= now;
    if (m_running->deadline() + cancelGrace <= now)
        cancel();
    if (release && m_releaser)
        m_releaser();
    return true;
}

// With m_mutex, of work that was answered. What waits for a standby outlives its connection, and takes up one of
// PostgreSQL's for each try.
void StoreOwner::cancel()
{
    if (!m_canceller)
        return;
    std::exchange(m_canceller, {})();
    m_cut = true; // it may come late
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
    SqlConnection sql(m_settings.location, m_settings.role, m_settings.timeout, m_settings.file);
    if (!m_settings.spare && !begin(sql, stop))
        return;
    while (!stop.stop_requested()) {
        if (lookIsDue())
            lookAfter(sql, stop);
        else if (const auto unit = next(sql, stop))
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
        return m_queue.pop(stop, timeBetweenLooks, together());
    return m_settings.spare ? m_queue.popSpare(stop, timeBetweenLooks) : m_queue.pop(stop, untilReconnect());
}

// Slow questions are shared among the connections, and have others opened; what each costs is not the message then.
StoreQueue::Together StoreOwner::together() const
{
    const bool isWorth = m_isQuick && m_settings.location.dialect == SqlDialect::Postgres;
    return {isWorth ? mostTogether : 1, size_t(std::max(m_openConnections.load(), 1))};
}

void StoreOwner::runWatched(const std::shared_ptr<StoreWork> &unit, SqlConnection &sql, const std::stop_token &stop)
{
    const auto began = StoreWork::Clock::now();
    setRunning(unit);
    process(*unit, sql, stop);
    setRunning(nullptr);
    if (unit->questions() > 0)
        m_isQuick = StoreWork::Clock::now() - began < quick * unit->questions();
    if (!sql.isOpen())
        setOpen(false);
}

void StoreOwner::process(StoreWork &unit, SqlConnection &sql, const std::stop_token &stop)
{
    // Ends with the deadline at the latest, at which the watchdog answers.
    for (std::chrono::milliseconds busy = busyPause; !unit.answered();) {
        if (stop.stop_requested())
            return unit.fail(away());
        if (const auto &parts = unit.apart(); !parts.empty()) {
            for (const auto &part : parts)
                process(*part, sql, stop);
            return;
        }
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
        setReleaser(sql.releaser(), sql.canceller()); // from here on a cut ends the statement; one before is seen now
        if (isCut())
            throw SqlError(SqlTrouble::Lost, u"it was cut"_s);
        perform(unit, sql);
        setReleaser({});
        m_reconnect.answered();
        if (m_settings.judges && !m_settings.tables.check)
            m_health.passed();
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

// A file may have been repaired, or been put back; a disk that is full is no reason to read no more.
bool StoreOwner::isToBeOpenedAfresh(SqlReason reason) const
{
    return m_settings.file && reason != SqlReason::Full && reason != SqlReason::NoTables;
}

bool StoreOwner::mayTryAgain(const SqlError &error, StoreWork &unit, SqlConnection &sql)
{
    if (!unit.apart().empty())
        return true; // each for itself
    switch (error.trouble()) {
    case SqlTrouble::Lost:
        if (error.reason() == SqlReason::ReadOnly) {
            m_health.failed(error);
            if (m_health.lasts(patienceWithReadOnly)) { // nobody takes over: this one can still be read
                unit.fail(unavailable(error.reason()));
                return false;
            }
        }
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
        if (error.reason() == SqlReason::Other && !m_settings.file)
            m_health.sayOnce(error); // of one statement, it may be
        else
            m_health.failed(error);
        unit.fail(unavailable(error.reason()));
        if (isToBeOpenedAfresh(error.reason())) {
            lost(sql);
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
    if (const auto now = StoreWork::Clock::now(); unit.kind() == StoreWork::Kind::Write || now >= m_nextFileCheck) {
        sql.checkFile();
        m_nextFileCheck = now + timeBetweenFileChecks;
    }
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

void StoreOwner::setReleaser(const std::function<void()> &releaser, const std::function<void()> &canceller)
{
    const std::lock_guard lock(m_mutex);
    m_releaser = releaser;
    m_canceller = canceller;
}

void StoreOwner::pause(std::chrono::milliseconds time, const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, stop, time, [] { return false; });
}

} // namespace openloop
