// SPDX-License-Identifier: GPL-3.0-or-later
// The jobs that this server computes: by the pool like the numbers of requests, and how far they are.
#include "server/compute/factoring/factors.h"
#include "server/jobs/jobs.h"

#include <QLoggingCategory>
#include <QScopeGuard>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using http::Failure;
using queue::Member;
using queue::TaskState;

namespace {

Q_LOGGING_CATEGORY(log, "openloop.jobs")

constexpr auto longestAsk = 48h; // the node gives up before that
constexpr auto retryPause = 1s; // when the pool is full

} // namespace

Factorizer::Progress Jobs::progress(const Job &job) const
{
    if (job.state == JobState::Done)
        return {{}, 1, {}};
    if (job.state == JobState::Queued) // once its turn has come
        return {{}, 0, m_factorizer.expectedTime(job.n)};
    if (job.state != JobState::Running)
        return {};
    if (job.owner != m_member.id())
        return job.told;
    return m_factorizer.progress(job.n).value_or(Factorizer::Progress());
}

QList<JobProgress> Jobs::progressHere() const
{
    QList<JobProgress> jobs;
    for (const auto &[attempt, n] : m_computed) {
        if (const auto progress = m_factorizer.progress(n))
            jobs.append({attempt.task, attempt.number, *progress});
    }
    return jobs;
}

queue::Milliseconds Jobs::ignoredFor(const queue::Attempt &attempt) const
{
    const auto computed = m_computed.find(attempt);
    const auto ignored = computed == m_computed.end() ? std::nullopt : m_factorizer.ignoredFor(computed->second);
    return ignored ? std::chrono::duration_cast<queue::Milliseconds>(*ignored) : queue::Milliseconds::max();
}

QCoro::Task<std::optional<Member::Ended>> Jobs::compute(queue::Attempt attempt, std::string payload,
                                                        std::stop_token stop)
{
    const auto computed = m_computed.emplace(attempt, numberOf(payload));
    const auto isOver = qScopeGuard([&] { m_computed.erase(computed); });
    const FactoringPool::Ask ask{u"jobs"_s, longestAsk, stop, nullptr, true};
    for (;;) {
        Member::Ended ended{TaskState::Failed, {}};
        bool refused = false; // together with somebody who waited for the same number
        try {
            const Factors factors = co_await m_factorizer.factors(computed->second, ask);
            co_return Member::Ended{TaskState::Done, toRow(factors).toStdString()};
        } catch (const Failure &failure) {
            ended.result = failure.detail().toStdString();
            refused = failure.status() == 503;
        } catch (const std::exception &error) {
            qCCritical(log, "factoring %s: %s", payload.c_str(), error.what());
            ended.result = "an internal error";
        }
        if (stop.stop_requested())
            co_return std::nullopt;
        if (!refused)
            co_return ended;
        co_await m_pause.wait(retryPause, stop); // the pool is asked again
    }
}

} // namespace openloop
