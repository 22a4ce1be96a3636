// SPDX-License-Identifier: GPL-3.0-or-later
// One question for every loop: has somebody asked us to stop, or has the deadline passed?
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace openloop::factoring::siqs {

class StopSignal
{
public:
    StopSignal() = default;
    StopSignal(std::stop_token token, std::optional<std::chrono::steady_clock::time_point> deadline,
               const std::function<void()> *interlude = nullptr)
        : m_token(std::move(token)), m_deadline(deadline), m_interlude(interlude && *interlude ? interlude : nullptr)
    {
    }

    /// Some 30 ns with a deadline: ask about once a millisecond. Any thread.
    bool requested() const
    {
        if (m_interlude)
            (*m_interlude)();
        return m_token.stop_requested() || (m_deadline && std::chrono::steady_clock::now() >= *m_deadline);
    }

private:
    std::stop_token m_token;
    std::optional<std::chrono::steady_clock::time_point> m_deadline;
    const std::function<void()> *m_interlude = nullptr;
};

} // namespace openloop::factoring::siqs
