// SPDX-License-Identifier: GPL-3.0-or-later
// No job is computed at three kills, which would be held against it: before each, what was accepted earlier is done.
#include "tests/server/jobs/fleet/kills.h"

#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"

#include <QTest>

#include <semaphore>
#include <thread>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

constexpr int mostJobsOfALife = 10; // else there is too much to do before the next kill
constexpr int computedMs = 120'000; // that all of them take

} // namespace

Kills::Kills(int servers, Start start) : m_start(std::move(start)), m_servers(std::size_t(servers)) { }

bool Kills::killAgainAndAgain(int kills)
{
    for (std::size_t i = 0; i < m_servers.size(); ++i) {
        m_servers[i] = m_start(int(i));
        if (!m_servers[i]->waitUntilReady())
            return false;
    }
    for (int kill = 0; kill < kills; ++kill) {
        const auto victim = std::size_t(kill) % m_servers.size();
        if (!killUnderLoad(int(victim), kill % mostJobsOfALife))
            return false;
        m_servers[victim] = m_start(int(victim));
        if (!m_servers[victim]->waitUntilReady() || !firstWrong().isEmpty())
            return false;
    }
    return true;
}

// The moment of the kill is the experiment: after so many answers, whatever is in the making.
bool Kills::killUnderLoad(int victim, int answers)
{
    std::counting_semaphore<> answered(0);
    std::jthread load([&](const std::stop_token &stop) {
        for (int i = 0; i < mostJobsOfALife && !stop.stop_requested(); ++i, ++m_seed) {
            const QByteArray n = semiprime(110 + unsigned(m_seed % 40), m_seed);
            const QByteArray path = accept(m_servers[m_seed % m_servers.size()]->port(), n);
            if (path.isEmpty())
                continue;
            m_accepted[path] = n;
            m_open[path] = n;
            answered.release();
        }
    });
    bool came = true;
    for (int i = 0; came && i < answers; ++i)
        came = answered.try_acquire_for(longest);
    QProcess &process = m_servers[std::size_t(victim)]->process();
    process.kill();
    load.request_stop();
    load.join();
    return process.waitForFinished() && came;
}

QString Kills::firstWrong()
{
    for (auto entry = m_open.cbegin(); entry != m_open.cend(); ++entry) {
        QJsonObject seen;
        const auto isOver = [&] {
            seen = job(m_servers.front()->port(), entry.key());
            return seen[u"state"_s] == u"done"_s || seen[u"state"_s] == u"failed"_s;
        };
        const bool over = QTest::qWaitFor(isOver, computedMs);
        if (!over || productOf(seen) != mpz_class(entry.value().toStdString(), 10))
            return u"%1 of %2 is %3: %4"_s.arg(QString::fromLatin1(entry.key()), QString::fromLatin1(entry.value()),
                                               seen[u"state"_s].toString(), seen[u"detail"_s].toString());
    }
    m_open.clear();
    return {};
}

} // namespace openloop::test
