// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked again is asked with more patience each time, lest a slow machine never be heard out.
#include "tests/server/jobs/fleet/chaos_clients.h"

#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/event_reader.h"
#include "tests/support/jobs/job_client.h"

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::test {

namespace {

constexpr unsigned long longEvery = 5;
constexpr unsigned long seedsOfARun = 1'000'000;
constexpr int mostTold = 3; // ends: more of them say no more than that
constexpr auto firstPatience = 2s; // a frozen server is left before it wakes
constexpr auto pause = 200ms; // between two attempts

} // namespace

ChaosClients::ChaosClients(quint16 front, unsigned long seed, unsigned longBits, int clients)
    : m_front(front), m_seed(seed), m_longBits(longBits), m_working(clients)
{
    for (int i = 0; i < clients; ++i)
        m_clients.emplace_back([this](const std::stop_token &stop) { work(stop); });
}

ChaosClients::~ChaosClients()
{
    for (std::jthread &client : m_clients)
        client.request_stop();
}

int ChaosClients::heard() const
{
    const std::lock_guard lock(m_mutex);
    return int(m_jobs.size());
}

QList<ChaosJob> ChaosClients::jobs() const
{
    const std::lock_guard lock(m_mutex);
    return m_jobs;
}

QStringList ChaosClients::oddAnswers() const
{
    const std::lock_guard lock(m_mutex);
    return m_oddAnswers;
}

void ChaosClients::work(const std::stop_token &stop)
{
    while (!m_finishing && !stop.stop_requested()) {
        const unsigned long number = m_next++;
        const bool isLong = number % longEvery == longEvery - 1;
        const unsigned bits = isLong ? m_longBits : 100 + unsigned(number % 30);
        ChaosJob job{semiprime(bits, m_seed * seedsOfARun + number), {}, {}};
        const QByteArray key = "chaos-" + QByteArray::number(qulonglong(number));
        ask(job, key, stop);
        if (!job.paths.isEmpty())
            watch(job, stop);
        ask(job, key, stop);
        const std::lock_guard lock(m_mutex);
        m_jobs << job;
    }
    --m_working;
}

void ChaosClients::ask(ChaosJob &job, const QByteArray &key, const std::stop_token &stop)
{
    RawClient::Milliseconds deadline = firstPatience;
    while (!stop.stop_requested()) {
        const auto answer =
            RawClient(m_front).post(openloop::test::jobs, bodyOf(job.n), "Idempotency-Key: " + key + "\r\n", deadline);
        if (statusOf(answer) == 202) {
            job.paths << answer->fields.value("location");
            return;
        }
        if (!isPassing(statusOf(answer), u"to a job asked for"_s))
            return;
        deadline = std::min(2 * deadline, longest);
        std::this_thread::sleep_for(pause); // a client's manners
    }
}

// The stream of a server that dies ends; that of one that is frozen goes on when it wakes. Whoever was told the end
// asks again as a browser does, until it is told that there is no more.
void ChaosClients::watch(ChaosJob &job, const std::stop_token &stop)
{
    QByteArray lastId;
    while (!stop.stop_requested() && job.ends.size() < mostTold) {
        EventReader events(m_front, job.paths.first(), lastId);
        const int status = events.head().status;
        if (status == 204 && !job.ends.isEmpty())
            return;
        if (status != 200 && !isPassing(status, u"to a watcher"_s))
            return;
        for (Event event = events.next(); status == 200 && !event.name.isEmpty(); event = events.next()) {
            lastId = event.id;
            if (event.name != "progress")
                job.ends << event.name;
        }
        std::this_thread::sleep_for(pause); // a client's manners
    }
}

// 0: none came. What a proxy says without servers, and a server without its database.
bool ChaosClients::isPassing(int status, const QString &what)
{
    if (status == 0 || (status >= 502 && status <= 504))
        return true;
    const std::lock_guard lock(m_mutex);
    m_oddAnswers << u"%1 %2"_s.arg(status).arg(what);
    return false;
}

} // namespace openloop::test
