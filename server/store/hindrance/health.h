// SPDX-License-Identifier: GPL-3.0-or-later
// Why the database can't be used now, for /readyz and for the log, which is told once and not by every thread.
#pragma once

#include "server/store/sql_connection.h"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>

namespace openloop {

/// What the threads of a store have met. Any thread.
class StoreHealth
{
public:
    using Clock = std::chrono::steady_clock;

    /// name: of the database, as the log may say it. elder: of another store on the same database, which lives longer
    /// and does not say again what this one has said.
    explicit StoreHealth(QString name, StoreHealth *elder = nullptr) : m_name(std::move(name)), m_elder(elder) { }

    /// The database can't be used until it has passed a look. Said in the log, but no reason twice in a minute.
    void failed(const SqlError &error);
    /// One connection of several can't be had, say: in the log only. False: it was said within a minute.
    bool sayOnce(const SqlError &error);
    /// It was looked at, or used where nobody looks, and nothing hinders.
    void passed();

    SqlReason reason() const { return m_reason; }
    /// Whether nothing has passed for longer than that since it failed.
    bool lasts(std::chrono::milliseconds time) const;

private:
    bool say(const SqlError &error);

    const QString m_name;
    StoreHealth *const m_elder;
    std::atomic<SqlReason> m_reason = SqlReason::None;
    mutable std::mutex m_mutex; // guards what follows
    Clock::time_point m_since;
    bool m_isSaid = false; // that something hinders
    std::map<SqlReason, Clock::time_point> m_said;
};

} // namespace openloop
