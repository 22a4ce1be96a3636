// SPDX-License-Identifier: GPL-3.0-or-later
// What this machine makes of a request that costs nothing, meanwhile: by so much more may a promise in seconds be late.
#pragma once

#include "tests/support/raw_client.h"

#include <atomic>
#include <thread>

namespace openloop::test {

/// Asks /health every 10 ms, on a thread of its own.
class Control
{
public:
    using Milliseconds = std::chrono::milliseconds;

    explicit Control(quint16 port)
        : m_thread([this, port](const std::stop_token &stop) {
              using namespace std::chrono_literals;
              RawClient client(port);
              for (auto due = std::chrono::steady_clock::now(); !stop.stop_requested();) {
                  client.get("/health");
                  const auto late = std::chrono::ceil<Milliseconds>(std::chrono::steady_clock::now() - due);
                  m_worst = std::max(m_worst.load(), late);
                  ++m_answers;
                  m_answers.notify_all();
                  std::this_thread::sleep_until(due += std::max(Milliseconds(10ms), late)); // its rhythm
              }
          })
    {
    }

    /// How long what is promised within that time may take here: whoever keeps it takes turns with others a few times,
    /// and each turn may come as late as the worst of these answers.
    Milliseconds longest(Milliseconds promise) const
    {
        m_answers.wait(m_answers.load()); // one that was under way while the machine stood still
        return promise + 5 * m_worst.load();
    }

private:
    std::atomic<Milliseconds> m_worst{};
    std::atomic<int> m_answers = 0;
    std::jthread m_thread;
};

} // namespace openloop::test
