// SPDX-License-Identifier: GPL-3.0-or-later
// Calls and failures of the last ten seconds, a slot for each, and the pause that doubles.
#include "server/upstream/circuit.h"

#include <algorithm>

namespace openloop {

namespace {

constexpr int fewestFailures = 20; // below it, a handful of bad calls would cut off a service that hardly anyone uses
constexpr std::chrono::seconds longestPause{30};
constexpr std::chrono::seconds longestRest{60};

std::chrono::seconds::rep secondOf(Circuit::Clock::time_point now)
{
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

} // namespace

std::optional<Circuit::Permit> Circuit::admit(Clock::time_point now)
{
    if (!m_open)
        return Permit{};
    if (m_probing || now < m_retryAt)
        return std::nullopt;
    m_probing = true;
    return Permit{.probe = true};
}

void Circuit::succeeded(Permit permit, Clock::time_point now)
{
    if (permit.probe)
        *this = Circuit();
    // What began before the circuit opened says nothing about the service of now.
    if (m_open)
        return;
    ++current(now).calls;
    m_failedInRow = 0;
}

void Circuit::failed(Permit permit, Clock::time_point now)
{
    if (permit.probe) {
        m_pause = std::min(m_pause * 2, longestPause);
        open(now);
    } else if (!m_open) {
        Second &second = current(now);
        ++second.calls;
        ++second.failures;
        m_failedInRow = std::min(m_failedInRow + 1, failuresThatTell);
        if (failsTooOften(now))
            open(now);
    }
}

void Circuit::rest(Permit permit, Clock::time_point now, std::chrono::seconds pause)
{
    if (m_open && !permit.probe)
        return;
    open(now);
    m_retryAt = now + std::min(pause, longestRest);
}

void Circuit::abandoned(Permit permit)
{
    if (permit.probe)
        m_probing = false;
}

std::chrono::seconds Circuit::retryAfter(Clock::time_point now) const
{
    return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(m_retryAt - now));
}

Circuit::Second &Circuit::current(Clock::time_point now)
{
    const auto at = secondOf(now);
    Second &second = m_seconds[size_t(at) % m_seconds.size()];
    if (second.at != at)
        second = {at, 0, 0};
    return second;
}

bool Circuit::failsTooOften(Clock::time_point now) const
{
    const auto oldest = secondOf(now) - std::chrono::seconds::rep(m_seconds.size());
    int calls = 0;
    int failures = 0;
    for (const Second &second : m_seconds) {
        if (second.at > oldest) {
            calls += second.calls;
            failures += second.failures;
        }
    }
    return failures >= fewestFailures && failures * 2 >= calls;
}

void Circuit::open(Clock::time_point now)
{
    m_open = true;
    m_probing = false;
    m_retryAt = now + m_pause;
}

void RetryBudget::called()
{
    m_tenths = std::min(m_tenths + 1, m_savings);
}

bool RetryBudget::take()
{
    if (m_tenths < price)
        return false;
    m_tenths -= price;
    return true;
}

} // namespace openloop
