// SPDX-License-Identifier: GPL-3.0-or-later
// Many calls to an upstream through the real program: each is answered, and none leaves memory behind. usage:
// openloop-soak-upstream [CALLS]; exits 1 when something was not as it must be.
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QCoreApplication>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

using namespace openloop::test;

namespace {

constexpr int clients = 8;
constexpr int looks = 100; // at the memory
constexpr int warming = 200'000; // calls, until each thread of the upstream has had its largest turn
constexpr double mostGrowth = 1.1; // of what the first quarter needed: 50 bytes a call; without warming it was 1.35

/// Calls until `left` is used up; how many were answered with anything but 200.
int callAgainAndAgain(quint16 port, std::atomic<int> &left)
{
    RawClient client(port);
    int wrong = 0;
    while (left-- > 0)
        wrong += statusOf(client.get("/call_other_service")) == 200 ? 0 : 1;
    return wrong;
}

int callTogether(quint16 port, int calls)
{
    std::atomic<int> left = calls;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < clients; ++i)
        threads.emplace_back([&] { wrong += callAgainAndAgain(port, left); });
    threads.clear();
    return wrong;
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int calls = argc > 1 ? QByteArray(argv[1]).toInt() : 100'000;
    ServerProcess server(QStringLiteral(SERVER));
    if (calls < looks || !server.waitUntilReady()) {
        std::fprintf(stderr, "usage: openloop-soak-upstream [CALLS], at least %d\n", looks);
        return 1;
    }
    int wrong = callTogether(server.port(), warming);
    std::vector<double> memory; // bytes
    for (int look = 0; look < looks; ++look) {
        wrong += callTogether(server.port(), calls / looks);
        memory.push_back(server.metric("process_resident_memory_bytes"));
    }
    const auto quarter = std::ptrdiff_t(memory.size() / 4);
    const double first = median({memory.begin(), memory.begin() + quarter});
    const double last = median({memory.end() - quarter, memory.end()});
    const double between = calls * 0.75; // from the middle of the one quarter to that of the other
    std::printf("%d calls, %d wrong; resident %.1f MB in the first quarter, %.1f MB in the last: %.0f bytes a call\n",
                calls, wrong, first / 1e6, last / 1e6, (last - first) / between);
    const bool stopped = server.stop() == 0;
    return wrong == 0 && stopped && last < mostGrowth * first ? 0 : 1;
}
