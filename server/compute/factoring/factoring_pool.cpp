// SPDX-License-Identifier: GPL-3.0-or-later
// Translates between the engine and the pool: lanes from lengths, lent threads into a crew, what is left into a 504.
#include "server/compute/factoring/factoring_pool.h"

#include "server/compute/factoring/factors.h"
#include "server/compute/factoring/results.h"
#include "server/factoring/schedule.h"

#include <cmath>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using factoring::Progress;
using factoring::Result;
using http::Failure;
using http::Json;

namespace {

constexpr auto quickAtMost = 20ms; // of computing

class Lent : public factoring::Crew
{
public:
    explicit Lent(Worker &worker) : m_worker(worker) { }

    bool tryRun(std::function<void()> part) override { return m_worker.tryLend(std::move(part)); }
    bool crowded() const override { return m_worker.isCrowded(); }

private:
    Worker &m_worker;
};

// ECM tells of each round anew; what is shown of a phase never goes back.
Progress furtherOf(const Progress &shown, Progress next)
{
    if (next.phase == shown.phase)
        next.fraction = std::max(next.fraction, shown.fraction);
    return next;
}

} // namespace

FactoringPool::FactoringPool(Settings settings)
    : m_settings(std::move(settings)),
      m_pool({.threads = m_settings.threads, .queue = m_settings.queue, .niceness = m_settings.niceness})
{
}

Lane FactoringPool::laneOf(const mpz_class &n)
{
    return factoring::mostTime(n) <= quickAtMost ? Lane::Quick : Lane::Long;
}

QByteArray FactoringPool::keyOf(const mpz_class &n)
{
    const mpz_srcptr limbs = n.get_mpz_t();
    return QByteArray(reinterpret_cast<const char *>(mpz_limbs_read(limbs)),
                      qsizetype(mpz_size(limbs) * sizeof(mp_limb_t)));
}

Work FactoringPool::workOn(const mpz_class &n) const
{
    const Lane lane = laneOf(n);
    return {keyOf(n), lane, [this, n, lane](const std::stop_token &stop, Worker &worker) -> std::any {
                return compute(n, lane, stop, worker);
            }};
}

QCoro::Task<Result> FactoringPool::factorize(mpz_class n, Ask ask)
{
    const auto begun = std::chrono::steady_clock::now();
    Work work = workOn(n);
    std::any ended = co_await m_pool.run(ask, std::move(work));
    Result *const result = std::any_cast<Result>(&ended);
    if (!result || !result->complete()) {
        const Result sofar = result ? *result : Result{{}, {n}, {n}};
        const bool inTime = result && std::chrono::steady_clock::now() - begun < ask.timeout;
        throw Failure::timedOut(inTime ? givenUpText(sofar, m_settings.mostCurves)
                                       : u"n was not factored within %1 s"_s.arg(ask.timeout / 1s))
            .with(u"found"_s, toJson(sofar.factors))
            .with(u"remaining"_s, toJson(sofar.remaining))
            .with(u"estimate_s"_s, estimate(sofar.remaining));
    }
    co_return std::move(*result);
}

std::optional<std::chrono::duration<double>> FactoringPool::expectedTime(const mpz_class &n) const
{
    if (mpz_sizeinbase(n.get_mpz_t(), 2) > factoring::mostBitsToSieve)
        return {};
    return factoring::mostTime(n) / (laneOf(n) == Lane::Long ? m_settings.threads : 1);
}

// In whole seconds: it is right within a factor of 2 or so.
Json FactoringPool::estimate(const std::vector<mpz_class> &composites) const
{
    std::chrono::duration<double> all{};
    for (const mpz_class &composite : composites) {
        const auto each = expectedTime(composite);
        if (!each)
            return {};
        all += *each;
    }
    return qint64(std::ceil(all.count()));
}

Result FactoringPool::compute(const mpz_class &n, Lane lane, const std::stop_token &stop, Worker &worker) const
{
    Lent lent(worker);
    factoring::Options options;
    options.mostCurves = m_settings.mostCurves;
    if (lane == Lane::Long) {
        options.crew = &lent;
        options.threads = unsigned(m_settings.threads);
        options.interlude = [&worker] { worker.interlude(); };
    }
    Progress shown;
    const auto tell = [&](const Progress &progress) {
        shown = furtherOf(shown, progress);
        worker.tell(shown);
        if (m_settings.atProgress)
            m_settings.atProgress({n, progress, stop, options.interlude});
    };
    return factoring::factor(n, stop, options, tell);
}

std::optional<Failure> FactoringPool::refusal(const mpz_class &n, const QString &client)
{
    return m_pool.refusal(keyOf(n), laneOf(n), client);
}

std::optional<Progress> FactoringPool::progress(const mpz_class &n) const
{
    const std::optional<std::any> told = m_pool.progress(keyOf(n));
    if (!told)
        return {};
    const auto *const progress = std::any_cast<Progress>(&*told);
    return progress ? *progress : Progress{};
}

} // namespace openloop
