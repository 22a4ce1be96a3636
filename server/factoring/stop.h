// SPDX-License-Identifier: GPL-3.0-or-later
// One question for every loop of the engine: must I end now? A stop request, the deadline and a found divisor all
// count alike.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace openloop::factoring {

/// Immutable, cheap to ask (tens of ns) and any thread may. Refers to nothing but what it was made of.
/// Who asks can spare a moment: that is when Options::interlude runs.
class Stop
{
public:
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;

    explicit Stop(std::stop_token token = {}, Deadline deadline = {}, const std::function<void()> *interlude = nullptr,
                  const std::atomic<bool> *done = nullptr)
        : m_token(std::move(token)), m_deadline(deadline), m_interlude(interlude && *interlude ? interlude : nullptr),
          m_done(done)
    {
    }

    bool requested() const
    {
        if (m_interlude)
            (*m_interlude)();
        return m_token.stop_requested() || (m_done && m_done->load(std::memory_order_relaxed))
            || (m_deadline && std::chrono::steady_clock::now() >= *m_deadline);
    }

    /// The same, and also ends when `done` turns true; it must outlive the copy.
    Stop orWhen(const std::atomic<bool> &done) const { return Stop(m_token, m_deadline, m_interlude, &done); }

    /// The same with another interlude, which must outlive the copy.
    Stop running(const std::function<void()> &interlude) const { return Stop(m_token, m_deadline, &interlude, m_done); }

    const std::stop_token &token() const { return m_token; }

private:
    std::stop_token m_token;
    Deadline m_deadline;
    const std::function<void()> *m_interlude;
    const std::atomic<bool> *m_done;
};

} // namespace openloop::factoring
