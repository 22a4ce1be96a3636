// SPDX-License-Identifier: GPL-3.0-or-later
// See ecm.h.
#include "server/factoring/ecm.h"

#include <algorithm>
#include <condition_variable>
#include <ecm.h>
#include <memory>
#include <mutex>
#include <utility>

namespace openloop::factoring {

namespace {

// libecm asks whether to go on through a function without an argument, in the middle of a curve; what it must look
// at belongs to the thread that runs the curve, and is set for just that long.
struct Watch {
    const Stop *stop;
    const std::function<void()> *alive;
};
thread_local const Watch *currentWatch = nullptr;

int mustStop()
{
    if (*currentWatch->alive)
        (*currentWatch->alive)();
    return currentWatch->stop->requested();
}

class Parameters
{
public:
    Parameters() { ecm_init(m_parameters); }
    ~Parameters() { ecm_clear(m_parameters); }
    Parameters(const Parameters &) = delete;
    Parameters &operator=(const Parameters &) = delete;

    // A found divisor, or 0.
    mpz_class runCurve(mpz_class &n, double bound1, unsigned long sigma, const Watch &watch)
    {
        mpz_class divisor;
        m_parameters->param = ECM_PARAM_SUYAMA;
        mpz_set_ui(m_parameters->sigma, sigma);
        mpz_set_ui(m_parameters->x, 0);
        m_parameters->B1done = 1.0;
        m_parameters->stop_asap = mustStop;
        const Watch *outer = std::exchange(currentWatch, &watch); // an interlude may run curves of its own
        const int outcome = ecm_factor(divisor.get_mpz_t(), n.get_mpz_t(), bound1, m_parameters);
        currentWatch = outer;
        const bool proper = outcome > 0 && divisor > 1 && divisor < n && mpz_divisible_p(n.get_mpz_t(), divisor.get_mpz_t());
        return proper ? divisor : mpz_class();
    }

private:
    ecm_params m_parameters;
};

// What the threads of one round share. It outlives the round for lent threads that start late and find it closed.
struct Round {
    mpz_class n;
    double bound1;
    unsigned curves;
    std::atomic<unsigned> started {0};
    std::atomic<bool> done {false};

    std::mutex mutex;
    std::condition_variable idle;
    bool closed = false; ///< guarded by mutex
    unsigned busy = 0; ///< lent threads at work; guarded by mutex
    mpz_class divisor; ///< guarded by mutex

    void report(const mpz_class &found)
    {
        const std::lock_guard lock(mutex);
        divisor = found;
        done = true;
    }
};

// Below 6 the curves degenerate. The seed keeps the curves of a number apart from round to round.
unsigned long sigmaOf(const mpz_class &n, double bound1, unsigned curve)
{
    const auto seed = mpz_fdiv_ui(n.get_mpz_t(), 0x7fffffff) + static_cast<unsigned long>(bound1) * 1000;
    return 6 + (seed + curve) % 0x7fffffff;
}

void runCurves(Round &round, const Stop &stop, const Crew *crew, const std::function<void()> &alive)
{
    Parameters parameters;
    const Watch watch {&stop, &alive};
    mpz_class n = round.n;
    while (!stop.requested() && !(crew && crew->crowded())) {
        const unsigned curve = round.started++;
        if (curve >= round.curves)
            return;
        const mpz_class divisor = parameters.runCurve(n, round.bound1, sigmaOf(n, round.bound1, curve), watch);
        if (divisor != 0)
            round.report(divisor);
    }
}

void lend(const std::shared_ptr<Round> &round, const Stop &stop, Crew *crew)
{
    {
        const std::lock_guard lock(round->mutex);
        if (round->closed)
            return;
        ++round->busy;
    }
    runCurves(*round, stop, crew, {});
    const std::lock_guard lock(round->mutex);
    if (--round->busy == 0)
        round->idle.notify_all();
}

} // namespace

std::optional<mpz_class> ecmFactor(const mpz_class &n, const EcmRound &bounds, const Stop &stop,
                                   const Options &options, const std::function<void(double)> &progress)
{
    const auto round = std::make_shared<Round>();
    round->n = n;
    round->bound1 = bounds.bound1;
    round->curves = bounds.curves;
    const Stop stopOrDone = stop.orWhen(round->done);
    for (unsigned lent = 1; options.crew && lent < std::min(options.threads, bounds.curves); ++lent) {
        Crew *crew = options.crew;
        if (!crew->tryRun([round, stopOrDone, crew] { lend(round, stopOrDone, crew); }))
            break;
    }
    const auto alive = [&] {
        if (progress)
            progress(std::min(1.0, double(round->started.load()) / bounds.curves));
    };
    runCurves(*round, stopOrDone, nullptr, alive);

    std::unique_lock lock(round->mutex);
    round->closed = true;
    round->idle.wait(lock, [&] { return round->busy == 0; });
    if (round->divisor == 0)
        return std::nullopt;
    return round->divisor;
}

} // namespace openloop::factoring
