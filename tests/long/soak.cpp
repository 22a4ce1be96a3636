// SPDX-License-Identifier: GPL-3.0-or-later
// Minutes of mixed traffic, good and bad, against the real program: every answer right, memory level, nothing
// left over. usage: openloop-soak [MINUTES]; exits 1 when something was not as it must be.
#include "tests/support/numbers.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

struct Tally {
    std::atomic<qint64> answered = 0;
    std::atomic<qint64> refused = 0; // 503: the pool was full
    std::atomic<qint64> wrong = 0;
    std::mutex mutex; // guards the following
    std::vector<double> health; // ms, of this minute
};

bool isFactorization(const QJsonValue &factors, const mpz_class &n)
{
    mpz_class product = 1;
    for (const QJsonValue &factor : factors.toArray()) {
        const mpz_class prime(factor[u"prime"_s].toString().toStdString());
        for (int i = 0; i < factor[u"exponent"_s].toInt(); ++i)
            product *= prime;
    }
    return product == n;
}

QByteArray textOf(const mpz_class &n)
{
    return QByteArray::fromStdString(n.get_str());
}

void count(Tally &tally, const std::optional<Answer> &answer, bool isRight)
{
    if (answer && answer->status == 503)
        ++tally.refused;
    else
        ++(answer && isRight ? tally.answered : tally.wrong);
}

void ask(const std::stop_token &stop, quint16 port, unsigned long seed, Tally &tally)
{
    openloop::test::Numbers numbers(seed);
    std::mt19937 random(seed);
    auto client = std::make_unique<RawClient>(port);
    while (!stop.stop_requested()) {
        if (random() % 100 == 0)
            client = std::make_unique<RawClient>(port);
        const mpz_class n = numbers.ofBits(unsigned(20 + random() % 130));
        const bool factorizes = random() % 3 == 0;
        const QByteArray path = factorizes ? "/factorize?n=" + textOf(n)
            : random() % 2 == 0            ? QByteArray("/query_database?limit=20")
                                           : QByteArray("/call_other_service");
        const auto answer = client->get(path, 60s);
        const QJsonObject body = QJsonDocument::fromJson(answer.value_or(Answer()).body).object();
        count(tally, answer,
              answer && answer->status == 200
                  && (factorizes ? isFactorization(body[u"factors"_s], n) : !body.isEmpty()));
        if (!client->isConnected() || !answer)
            client = std::make_unique<RawClient>(port);
    }
}

void submitJobs(const std::stop_token &stop, quint16 port, Tally &tally)
{
    openloop::test::Numbers numbers(7);
    RawClient client(port);
    while (!stop.stop_requested()) {
        const mpz_class n = numbers.ofBits(150);
        const auto accepted =
            client.post("/factorizations", "{\"n\":\"" + textOf(n) + "\"}", "Prefer: wait=20\r\n", 60s);
        const QJsonObject job = QJsonDocument::fromJson(accepted.value_or(Answer()).body).object();
        const bool isDone = job[u"state"_s] == u"done"_s;
        count(tally, accepted, accepted && (!isDone || isFactorization(job[u"factors"_s], n)));
    }
}

// Says something, sensible or not, and leaves at a moment of its own.
void misbehave(const std::stop_token &stop, quint16 port, Tally &tally)
{
    openloop::test::Numbers numbers(11);
    std::mt19937 random(11);
    while (!stop.stop_requested()) {
        RawClient client(port);
        QByteArray bytes =
            "GET /factorize?n=" + textOf(numbers.semiprime(290)) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        if (random() % 2 == 0)
            bytes[qsizetype(random() % std::size_t(bytes.size()))] = char(random() % 256);
        client.send(bytes.first(qsizetype(random() % std::size_t(bytes.size()))) + (random() % 2 == 0 ? bytes : ""));
        client.readSome(std::chrono::milliseconds(random() % 50));
        if (random() % 2 == 0)
            client.reset();
        ++tally.answered;
    }
}

void watchHealth(const std::stop_token &stop, quint16 port, Tally &tally)
{
    RawClient client(port);
    for (auto due = Clock::now(); !stop.stop_requested(); std::this_thread::sleep_until(due += 10ms)) {
        const auto answer = client.get("/health");
        count(tally, answer, answer && answer->status == 200);
        const std::lock_guard lock(tally.mutex);
        tally.health.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
    }
}

double healthQuantile(Tally &tally)
{
    const std::lock_guard lock(tally.mutex);
    auto times = std::exchange(tally.health, {});
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : times[times.size() * 99 / 100];
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int minutes = argc > 1 ? std::max(2, std::atoi(argv[1])) : 10;
    ServerProcess server(QStringLiteral(SERVER));
    if (!server.waitUntilReady())
        return 1;
    Tally tally;
    std::vector<double> memory;
    {
        std::vector<std::jthread> clients;
        for (unsigned long seed : {1UL, 2UL})
            clients.emplace_back(ask, server.port(), seed, std::ref(tally));
        clients.emplace_back(submitJobs, server.port(), std::ref(tally));
        clients.emplace_back(misbehave, server.port(), std::ref(tally));
        clients.emplace_back(watchHealth, server.port(), std::ref(tally));
        for (int minute = 1; minute <= minutes; ++minute) {
            std::this_thread::sleep_for(1min); // the traffic itself
            memory.push_back(server.metric("process_resident_memory_bytes") / 1e6);
            std::printf("minute %3d   %9lld answered   %7lld refused   %lld wrong   /health p99 %7.2f ms   "
                        "%6.1f MB\n",
                        minute, tally.answered.load(), tally.refused.load(), tally.wrong.load(), healthQuantile(tally),
                        memory.back());
            std::fflush(stdout);
        }
    }
    const auto until = Clock::now() + 10s;
    while (server.metric("openloop_requests_in_flight") > 1 && Clock::now() < until) // this one
        std::this_thread::sleep_for(50ms); // between two looks; nobody tells when the last one is answered
    const double inFlight = server.metric("openloop_requests_in_flight") - 1;
    const double growth = memory.back() - memory[memory.size() / 2];
    const int exitCode = server.stop();
    std::printf("%lld wrong, %.0f in flight, %.1f MB more in the second half, exit code %d\n", tally.wrong.load(),
                inFlight, growth, exitCode);
    return tally.wrong == 0 && inFlight == 0 && growth < 10 && exitCode == 0 ? 0 : 1;
}
