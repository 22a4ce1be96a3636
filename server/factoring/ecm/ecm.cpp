// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts a round into turns of eight curves, and has the threads take one after another.
#include "server/factoring/ecm/ecm.h"

#include "server/factoring/arithmetic/wide_montgomery.h"
#include "server/factoring/ecm/big_ecm.h"
#include "server/factoring/ecm/lanes/long_ecm_lanes.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace openloop::factoring {

namespace {

/// What a round is cut into; the threads take one turn after another.
class Turns
{
public:
    virtual ~Turns() = default;
    virtual unsigned count() const = 0;
    /// The next turn: a proper divisor, or 0. Any thread, several at a time.
    virtual mpz_class run(const Stop &stop) = 0;
};

class TurnsOfLongCurves : public Turns
{
public:
    TurnsOfLongCurves(const mpz_class &n, const EcmRound &round, std::shared_ptr<const LongEcmPlan> plan)
        : m_modulus(toWide<longWordLimbs>(n)), m_plan(std::move(plan)),
          m_count((round.curves + longCurveBatch - 1) / longCurveBatch), m_series(m_modulus)
    {
        for (unsigned curve = 0; curve < round.before; ++curve)
            m_series.next();
    }

    unsigned count() const override { return m_count; }

    mpz_class run(const Stop &stop) override
    {
        const LongWord &n = m_modulus.modulus();
        const LongWord divisor = runLongCurves(n, *m_plan, nextParameters(), stop);
        return divisor == 1 || divisor == n ? mpz_class() : toMpz(divisor);
    }

private:
    LongParameters nextParameters()
    {
        const std::lock_guard lock(m_mutex);
        LongParameters parameters;
        for (auto &parameter : parameters) {
            const auto point = m_series.next();
            parameter = {m_modulus.toWord(point.x), m_modulus.toWord(point.y), m_modulus.toWord(point.z)};
        }
        return parameters;
    }

    const WideMontgomery<longWordLimbs> m_modulus;
    const std::shared_ptr<const LongEcmPlan> m_plan;
    const unsigned m_count;
    std::mutex m_mutex;
    CurveSeries<WideMontgomery<longWordLimbs>> m_series; ///< guarded by m_mutex
};

class TurnsOfBigCurves : public Turns
{
public:
    TurnsOfBigCurves(const mpz_class &n, const EcmRound &round, std::shared_ptr<const LongEcmPlan> plan)
        : m_n(n), m_plan(std::move(plan)), m_count(round.curves), m_curves(makeBigCurves(n, round.before))
    {
    }

    unsigned count() const override { return m_count; }

    mpz_class run(const Stop &stop) override
    {
        const mpz_class divisor = m_curves->runNext(*m_plan, stop);
        return divisor == 1 || divisor == m_n ? mpz_class() : divisor;
    }

private:
    const mpz_class m_n;
    const std::shared_ptr<const LongEcmPlan> m_plan;
    const unsigned m_count;
    const std::unique_ptr<BigCurves> m_curves;
};

// What the threads of one round share. It outlives the round for lent threads that start late and find it closed.
struct Round {
    std::unique_ptr<Turns> turns;
    std::atomic<unsigned> started{0};
    std::atomic<bool> done{false};

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

std::unique_ptr<Turns> turnsOf(const mpz_class &n, const EcmRound &round, const Stop &stop)
{
    auto plan = longEcmPlan(round.bound1, stop);
    if (!plan)
        return nullptr;
    if (bitLength(n) > mostLongEcmBits)
        return std::make_unique<TurnsOfBigCurves>(n, round, std::move(plan));
    return std::make_unique<TurnsOfLongCurves>(n, round, std::move(plan));
}

void runTurns(Round &round, const Stop &stop, const Crew *crew)
{
    while (!stop.requested() && !(crew && crew->crowded())) {
        if (round.started++ >= round.turns->count())
            return;
        const mpz_class divisor = round.turns->run(stop);
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
    runTurns(*round, stop, crew);
    const std::lock_guard lock(round->mutex);
    if (--round->busy == 0)
        round->idle.notify_all();
}

} // namespace

std::optional<mpz_class> ecmFactor(const mpz_class &n, const EcmRound &bounds, const Stop &stop, const Options &options,
                                   const std::function<void(double)> &progress)
{
    const auto round = std::make_shared<Round>();
    round->turns = turnsOf(n, bounds, stop);
    if (!round->turns)
        return std::nullopt;
    const unsigned turns = round->turns->count();
    const Stop stopOrDone = stop.orWhen(round->done);
    for (unsigned lent = 1; options.crew && lent < std::min(options.threads, turns); ++lent) {
        Crew *crew = options.crew;
        if (!crew->tryRun([round, stopOrDone, crew] { lend(round, stopOrDone, crew); }))
            break;
    }
    const std::function<void()> pulse = [&] {
        if (options.interlude)
            options.interlude();
        if (progress)
            progress(std::min(1.0, double(round->started.load()) / turns));
    };
    runTurns(*round, stopOrDone.running(pulse), nullptr);

    std::unique_lock lock(round->mutex);
    round->closed = true;
    round->idle.wait(lock, [&] { return round->busy == 0; });
    if (round->divisor == 0)
        return std::nullopt;
    return round->divisor;
}

} // namespace openloop::factoring
