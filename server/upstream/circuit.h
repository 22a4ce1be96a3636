// SPDX-License-Identifier: GPL-3.0-or-later
// When to stop asking a service that fails, and how often to ask it twice. Values only: the caller brings the clock.
#pragma once

#include <array>
#include <chrono>
#include <optional>

namespace openloop {

/// Opens when at least half of the calls of the last ten seconds failed (and at least 20 did): calls are then refused
/// without being made. After a pause (1 s, doubling up to 30 s) one call is let through; its success closes the
/// circuit. Not thread-safe.
class Circuit
{
public:
    using Clock = std::chrono::steady_clock;

    /// The permission to make one call, handed back with its result.
    struct Permit {
        bool probe = false; ///< the one call that is let through while the circuit is open
    };

    /// None while the circuit is open. Each permit is handed back by exactly one of the next four functions.
    std::optional<Permit> admit(Clock::time_point now);
    void succeeded(Permit permit, Clock::time_point now);
    void failed(Permit permit, Clock::time_point now);
    /// The service asks to be left alone: opens for so long, a minute at most, before the next call is let through.
    void rest(Permit permit, Clock::time_point now, std::chrono::seconds pause);
    /// The call ended without telling anything about the service: its client left.
    void abandoned(Permit permit);

    bool isOpen() const { return m_open; }
    /// It is open, or the last ten calls failed, however long that took: of a service that hardly anyone uses nobody
    /// learns otherwise that it is away. Calls are made all the same until the circuit opens.
    bool isFailing() const { return m_open || m_failedInRow >= failuresThatTell; }
    /// When the next call is let through, if it is open.
    Clock::time_point retryAt() const { return m_retryAt; }
    /// How long until then, at least one second.
    std::chrono::seconds retryAfter(Clock::time_point now) const;

    static constexpr int failuresThatTell = 10;

private:
    struct Second {
        std::chrono::seconds::rep at = -1;
        int calls = 0;
        int failures = 0;
    };

    Second &current(Clock::time_point now);
    bool failsTooOften(Clock::time_point now) const;
    void open(Clock::time_point now);

    std::array<Second, 10> m_seconds;
    Clock::time_point m_retryAt;
    std::chrono::seconds m_pause{1};
    int m_failedInRow = 0; ///< while it is closed
    bool m_open = false;
    bool m_probing = false;
};

/// Allows one retry for every ten calls, and saves up `savings` at most: what one budget allows never adds more than a
/// tenth to the load. Not thread-safe.
class RetryBudget
{
public:
    explicit RetryBudget(int savings = 10) : m_savings(savings * price) { }

    void called();
    /// Whether a call may be made again; true spends the permission.
    bool take();

private:
    static constexpr int price = 10; ///< tenths

    int m_savings;
    int m_tenths = 0;
};

} // namespace openloop
