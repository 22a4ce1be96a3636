// SPDX-License-Identifier: GPL-3.0-or-later
// A thread for each client: it asks, waits for the answer, and asks again.
#include "tests/support/clients/load.h"

#include "tests/support/patience.h"
#include "tests/support/raw_client.h"

#include <algorithm>

using namespace std::chrono_literals;

namespace openloop::test {

PathOf always(const QByteArray &path)
{
    return [path](unsigned long) { return path; };
}

Load::Load(quint16 port, const PathOf &pathOf, unsigned long clients) : m_asked(std::ptrdiff_t(clients))
{
    for (unsigned long i = 0; i < clients; ++i) {
        m_threads.emplace_back([this, port, path = pathOf(i)](const std::stop_token &stop) {
            for (bool isFirst = true; isFirst || !stop.stop_requested(); isFirst = false) {
                RawClient client(port);
                client.ask(path);
                if (isFirst)
                    m_asked.count_down();
                while (!stop.stop_requested() && !client.read(20ms))
                    continue;
            }
        });
    }
}

std::vector<double> healthLatencies(quint16 port, int polls, std::chrono::milliseconds interval)
{
    RawClient client(port);
    std::vector<double> latencies;
    auto due = Clock::now();
    for (int i = 0; i < polls; ++i) {
        std::this_thread::sleep_until(due += interval);
        if (statusOf(client.get("/health", 30s)) != 200)
            return {};
        latencies.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
    }
    std::ranges::sort(latencies);
    return latencies;
}

} // namespace openloop::test
