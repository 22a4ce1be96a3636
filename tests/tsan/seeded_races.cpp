// SPDX-License-Identifier: GPL-3.0-or-later
// The negative controls of `make tsan`: one race in each part that has threads, which the sanitizer has to report.
#include "gui/probe/engine/probe_thread.h"
#include "server/http/app.h"
#include "server/jobs/jobs.h"
#include "tests/support/ending.h"
#include "tests/support/numbers.h"
#include "tests/support/raw_client.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <cstdlib>
#include <cstring>
#include <thread>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

int untold = 0;

/// The mistake: called on two threads, of which neither tells the other. Its name is what ctest looks for.
[[gnu::noinline]] void touchUntold()
{
    untold = untold + 1;
}

/// GMP allocates on whatever thread computes or reads a number: a way into threads that run no code of a test's.
void *allocate(std::size_t size)
{
    touchUntold();
    return std::malloc(size);
}

void *reallocate(void *old, std::size_t, std::size_t size)
{
    touchUntold();
    return std::realloc(old, size);
}

void release(void *old, std::size_t)
{
    std::free(old);
}

void raceInStore()
{
    Store store(u"sqlite::memory:"_s, 1);
    const auto work = [](SqlConnection &) { touchUntold(); };
    for (int i = 0; i < 100; ++i) {
        QFuture<void> done = store.read(work);
        touchUntold();
        done.waitForFinished();
    }
}

void raceInPool()
{
    FactoringPool pool({.threads = 2, .queue = 8, .timeout = 600s});
    openloop::test::Numbers numbers(3);
    mp_set_memory_functions(allocate, reallocate, release);
    for (int i = 0; i < 10; ++i) {
        const auto answer = follow(pool.factorize(numbers.semiprime(100), {u"a"_s, 600s, {}}));
        const auto isOver = [&answer] {
            touchUntold();
            return answer->over;
        };
        if (!QTest::qWaitFor(isOver, 60'000))
            std::exit(2);
    }
}

void raceInJobs()
{
    const QTemporaryDir folder;
    Store store(u"sqlite:"_s + folder.filePath(u"jobs"_s), 1);
    FactoringPool pool({.threads = 1, .queue = 8, .timeout = 600s});
    Factorizer factorizer(store, pool);
    openloop::test::Numbers numbers(4);
    Jobs jobs(store, factorizer, {});
    jobs.start();
    mp_set_memory_functions(allocate, reallocate, release);
    for (int i = 0; i < 10; ++i) {
        const auto accepted = follow(jobs.accept(numbers.semiprime(60), {}));
        const auto isOver = [&] {
            touchUntold();
            return accepted->over && pool.load().busy == 0;
        };
        if (!QTest::qWaitFor(isOver, 60'000))
            std::exit(2);
    }
}

http::Json touching(const http::Request &)
{
    for (int i = 0; i < 100; ++i) // while the other loop answers, too
        touchUntold();
    return {};
}

// Both loops take some of so many, and answer them at the same time.
void raceInLoops()
{
    http::App app({}, 2);
    app.route("GET", u"/"_s, touching);
    app.listen({http::ListenAddress(QHostAddress::LocalHost), 0});
    const std::jthread asking([port = app.port()] {
        for (int round = 0; round < 30; ++round) {
            std::vector<RawClient> clients;
            for (int i = 0; i < 32; ++i)
                clients.emplace_back(port);
            for (RawClient &each : clients)
                each.ask("/");
            for (RawClient &each : clients)
                each.read();
        }
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
    });
    QCoreApplication::exec();
}

void raceInProbe()
{
    std::atomic<int> batches = 0;
    const auto sink = [&batches](const probe::Batch &, bool) {
        touchUntold();
        batches.fetch_add(1, std::memory_order_relaxed); // no hand-over
    };
    probe::EngineOptions options;
    options.batchInterval = 10ms;
    const probe::ProbeThread probes(options, {}, sink);
    while (batches.load(std::memory_order_relaxed) < 20)
        touchUntold();
}

} // namespace

/// seeded_races store|pool|jobs|loops|probe
int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const std::pair<const char *, void (*)()> parts[] = {{"store", raceInStore},
                                                         {"pool", raceInPool},
                                                         {"jobs", raceInJobs},
                                                         {"loops", raceInLoops},
                                                         {"probe", raceInProbe}};
    for (const auto &[name, seed] : parts) {
        if (argc == 2 && std::strcmp(argv[1], name) == 0) {
            seed();
            return 0;
        }
    }
    return 1;
}
