// SPDX-License-Identifier: GPL-3.0-or-later
// A million mutated requests and a hundred thousand clients that leave, against openloop-test-server; built with
// -fsanitize it is what those find that counts. usage: openloop-soak-wire [REQUESTS [CLIENTS [SEED]]]; exits 1 when
// something was not as it must be.
#include "tests/support/clients/misbehaviour.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr unsigned threads = 4;

/// How often which status came first; 0: the connection was closed without one, as when no request was whole.
class Statuses
{
public:
    void count(int status)
    {
        const std::lock_guard lock(m_mutex);
        ++m_counts[status];
    }
    int of(int status) { return m_counts[status]; }
    void print()
    {
        for (const auto &[status, count] : m_counts)
            std::printf("  %3d: %d\n", status, count);
    }

private:
    std::mutex m_mutex; // guards the following
    std::map<int, int> m_counts;
};

constexpr int tooLate = -1; // neither answered nor closed

/// What came first for one mutated request, and nothing more to come.
int statusOfMutated(quint16 port, QRandomGenerator &random)
{
    RawClient client(port);
    client.send(mutatedRequest(random));
    client.finishSending();
    const int status = statusOf(client.read(60s, true));
    const bool isOver = client.waitForClose(60s);
    client.reset(); // no port waits for what may still be under way
    return isOver ? status : tooLate;
}

/// Each of `count` is one call of `act`, by several threads, each with a generator of its own.
template <typename Act>
void together(int count, quint32 seed, const Act &act)
{
    std::atomic<int> left = count;
    std::vector<std::jthread> crew;
    for (unsigned i = 0; i < threads; ++i) {
        crew.emplace_back([&, i] {
            QRandomGenerator random(seed + i);
            while (left-- > 0)
                act(random);
        });
    }
}

bool becomes(quint16 port, const QByteArray &path, const QByteArray &body)
{
    return QTest::qWaitFor(
        [&] {
            const auto answer = RawClient(port).get(path);
            return answer && answer->body == body;
        },
        60'000);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const auto number = [&](int at, int otherwise) { return argc > at ? QByteArray(argv[at]).toInt() : otherwise; };
    const int requests = number(1, 1'000'000), clients = number(2, 100'000);
    const auto seed = quint32(number(3, 1));
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--max-digits"_s, u"200"_s, u"--factorize-timeout"_s, u"1"_s, u"--access-log"_s, u"off"_s});
    if (!server.waitUntilReady()) {
        std::fprintf(stderr, "no server: %s\n", server.standardError().constData());
        return 1;
    }
    const quint16 port = server.port();
    QElapsedTimer time;
    time.start();
    Statuses statuses;
    together(requests, seed, [&](QRandomGenerator &random) { statuses.count(statusOfMutated(port, random)); });
    std::printf("%d mutated requests, seed %u, in %lld s; what came first:\n", requests, seed,
                static_cast<long long>(time.restart() / 1000));
    statuses.print();
    const bool areAnswered = statuses.of(tooLate) == 0 && statuses.of(500) == 0;
    together(clients, seed, [&](QRandomGenerator &random) { misbehave(port, random); });
    std::printf("%d clients that left, in %lld s\n", clients, static_cast<long long>(time.elapsed() / 1000));
    const bool isLeftClean = becomes(port, "/test/in_flight", R"({"in_flight":1})")
        && becomes(port, "/test/figures", R"({"running":0,"queued":0,"held":0,"upstream":0})");
    const bool stopped = server.stop() == 0;
    const QByteArray said = server.standardError();
    const bool isSilent = !said.contains("==") && !said.contains("runtime error");
    std::printf("answered: %d, nothing left over: %d, stopped with 0: %d, no finding: %d\n", areAnswered, isLeftClean,
                stopped, isSilent);
    if (!isSilent)
        std::fprintf(stderr, "%s\n", said.right(10'000).constData());
    return areAnswered && isLeftClean && stopped && isSilent ? 0 : 1;
}
