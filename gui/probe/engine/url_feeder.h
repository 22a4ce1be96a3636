// SPDX-License-Identifier: GPL-3.0-or-later
// URLs made ahead of time: finding primes in the probe thread would make every other probe late.
#pragma once

#include "gui/probe/targets/url_template.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace openloop::probe {

/// Expands one URL template ahead, up to `depth`, in a thread of its own below the priority of the others; a
/// constant URL needs no thread. next() from one thread.
class UrlFeeder
{
public:
    UrlFeeder(UrlTemplate url, std::size_t depth);
    ~UrlFeeder();

    /// The URL for the next request; made on the spot, some ms, when none is ready.
    QByteArray next();

private:
    void fill(std::stop_token stop);

    UrlTemplate m_template;
    std::size_t m_depth;
    QByteArray m_constant;
    std::unique_ptr<SemiprimeSource> m_source; ///< of next(); seeding takes a millisecond, so only where it is needed
    std::mutex m_mutex;
    std::condition_variable_any m_taken;
    std::deque<QByteArray> m_ready;
    std::jthread m_thread;
};

} // namespace openloop::probe
