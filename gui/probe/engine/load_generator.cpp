// SPDX-License-Identifier: GPL-3.0-or-later
// Refills each target to its number of requests, with a rest after failures.
#include "gui/probe/engine/load_generator.h"

#include <algorithm>
#include <sys/prctl.h>
#include <sys/resource.h>

using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto shortestRest = 50ms;
constexpr auto longestRest = 1000ms;

UrlTemplate loadUrlOf(const Target &target)
{
    const auto parsed = UrlTemplate::parse(target.loadUrl.isEmpty() ? target.url : target.loadUrl);
    return parsed ? *parsed : UrlTemplate();
}

} // namespace

class LoadGenerator::Job
{
public:
    Job(Reactor &reactor, const Target &target)
        : m_target(target), m_urls(loadUrlOf(target), 64),
          m_lane(reactor, target, 0, [this](const Answer &answer) { count(answer.sample); })
    {
        m_state.name = target.name;
    }

    const Target &target() const { return m_target; }
    Lane &lane() { return m_lane; }

    void want(int n)
    {
        if (n < m_state.wanted)
            m_lane.abortAll(); // what is too much must not linger; the rest starts anew
        if (m_state.wanted == 0 && n > 0)
            m_state.completed = m_state.failed = m_state.refused = 0;
        m_state.wanted = n;
        m_rest = 0ms;
        m_restUntil = {};
    }

    void pump(Instant now)
    {
        m_lane.onDeadline(now);
        // One round at most: those that fail at once must not keep the thread here.
        for (int places = m_state.wanted - m_lane.inFlight(); places > 0 && now >= m_restUntil; --places)
            m_lane.start(m_urls.next(), now);
    }

    Instant deadline() const
    {
        const bool places = m_lane.inFlight() < m_state.wanted;
        return places ? std::min(m_lane.deadline(), m_restUntil) : m_lane.deadline();
    }

    LoadState state() const
    {
        auto state = m_state;
        state.inFlight = m_lane.inFlight();
        return state;
    }

private:
    void count(const Sample &sample)
    {
        if (sample.status != 0)
            ++m_state.completed;
        if (sample.status / 100 == 4 || sample.status == 503)
            ++m_state.refused;
        if (!isError(sample.outcome)) {
            m_rest = 0ms;
            return;
        }
        ++m_state.failed;
        const auto now = Clock::now();
        if (now < m_restUntil)
            return; // of the same burst
        m_rest = std::clamp(m_rest * 2, shortestRest, longestRest);
        m_restUntil = now + m_rest;
    }

    Target m_target;
    UrlFeeder m_urls;
    LoadState m_state;
    std::chrono::milliseconds m_rest{0};
    Instant m_restUntil;
    Lane m_lane;
};

LoadGenerator::LoadGenerator() : m_thread([this](std::stop_token stop) { run(stop); }) { }

LoadGenerator::~LoadGenerator()
{
    m_thread.request_stop();
    m_reactor.wake();
    m_thread.join();
}

void LoadGenerator::set(const Target &target, int n)
{
    m_reactor.post([this, target, n] {
        auto &job = m_jobs[target.name];
        if (!job || job->target() != target)
            job = std::make_unique<Job>(m_reactor, target);
        job->want(n);
    });
}

QList<LoadState> LoadGenerator::states() const
{
    const std::lock_guard lock(m_mutex);
    return m_states;
}

void LoadGenerator::publish()
{
    QList<LoadState> states;
    for (const auto &[name, job] : m_jobs)
        states.append(job->state());
    const std::lock_guard lock(m_mutex);
    m_states = std::move(states);
}

void LoadGenerator::run(std::stop_token stop)
{
    prctl(PR_SET_NAME, "load");
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 5); // the probe comes first
    while (!stop.stop_requested()) {
        auto deadline = Clock::now() + 100ms;
        for (const auto &[name, job] : m_jobs) {
            job->pump(Clock::now());
            deadline = std::min(deadline, job->deadline());
        }
        publish();
        m_reactor.waitUntil(deadline);
    }
    m_jobs.clear();
}

} // namespace openloop::probe
