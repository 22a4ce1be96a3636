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

/// Starts a server with these options, has `act` be its clients, and looks what it says at its end.
template <typename Act>
bool standsFirm(const QStringList &options, const Act &act)
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options + QStringList{u"--access-log"_s, u"off"_s});
    if (!server.waitUntilReady()) {
        std::fprintf(stderr, "no server: %s\n", server.standardError().constData());
        return false;
    }
    QElapsedTimer time;
    time.start();
    const bool isAnswered = act(server.port());
    const auto seconds = double(time.elapsed()) / 1000;
    const bool isLeftClean = becomes(server.port(), "/test/in_flight", R"({"in_flight":1})")
        && becomes(server.port(), "/test/figures", R"({"running":0,"queued":0,"held":0,"upstream":0})");
    const bool stopped = server.stop() == 0;
    const QByteArray said = server.standardError();
    const bool isSilent = !said.contains("==") && !said.contains("runtime error");
    std::printf("  in %.0f s; answered: %d, nothing left over: %d, stopped with 0: %d, no finding: %d\n", seconds,
                isAnswered, isLeftClean, stopped, isSilent);
    if (!isSilent)
        std::fprintf(stderr, "%s\n", said.right(10'000).constData());
    return isAnswered && isLeftClean && stopped && isSilent;
}

bool askMutated(quint16 port, int requests, quint32 seed)
{
    Statuses statuses;
    together(requests, seed, [&](QRandomGenerator &random) { statuses.count(statusOfMutated(port, random)); });
    statuses.print();
    return statuses.of(tooLate) == 0 && statuses.of(500) == 0;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    // Qt keeps no frame pointers: of whole stacks hardly two would be alike, and keeping them takes half of the time.
    if (!qEnvironmentVariableIsSet("ASAN_OPTIONS"))
        qputenv("ASAN_OPTIONS", "malloc_context_size=3");
    const auto number = [&](int at, int otherwise) { return argc > at ? QByteArray(argv[at]).toInt() : otherwise; };
    const int requests = number(1, 1'000'000), clients = number(2, 100'000);
    const auto seed = quint32(number(3, 1));
    std::printf("%d mutated requests, seed %u; what came first:\n", requests, seed);
    // what is factored takes no time
    const bool standsRequests =
        standsFirm({u"--max-digits"_s, u"20"_s}, [&](quint16 port) { return askMutated(port, requests, seed); });
    std::printf("%d clients that leave\n", clients);
    const bool standsClients =
        standsFirm({u"--max-digits"_s, u"200"_s, u"--factorize-timeout"_s, u"1"_s}, [&](quint16 port) {
            together(clients, seed, [&](QRandomGenerator &random) { misbehave(port, random); });
            return true;
        });
    return standsRequests && standsClients ? 0 : 1;
}
