// SPDX-License-Identifier: GPL-3.0-or-later
// Long numbers are looked up first, and kept afterwards; short ones are computed again.
#include "server/compute/factoring/factorizer.h"

#include <QCoroFuture>
#include <QDateTime>

#include <optional>

namespace openloop {

using factoring::Phase;
using http::Failure;
using http::Request;
using http::Timing;

namespace {

// Where a phase lies within the whole; sieving is nearly all of a long number's time.
double overall(const factoring::Progress &progress)
{
    struct Span {
        double from;
        double to;
    };
    const Span span = [&]() -> Span {
        switch (progress.phase) {
        case Phase::TrialDivision:
        case Phase::Rho: return {0, 0.01};
        case Phase::Ecm: return {0.01, progress.unsieved ? 1 : 0.1};
        case Phase::Sieving: return {0.1, 0.95};
        case Phase::Filtering: return {0.95, 0.96};
        case Phase::LinearAlgebra: return {0.96, 0.99};
        case Phase::SquareRoot: return {0.99, 1};
        }
        return {0, 1};
    }();
    return span.from + (span.to - span.from) * std::clamp(progress.fraction, 0.0, 1.0);
}

} // namespace

QCoro::Task<Factors> Factorizer::factors(mpz_class n, Request request)
{
    const FactoringPool::Ask ask{request.from.client.toString(), m_pool.settings().timeout, request.stop,
                                 request.timing};
    const Factors found = co_await factors(std::move(n), ask);
    co_return found;
}

std::optional<Failure> Factorizer::refusal(const mpz_class &n, const Request &request)
{
    if (m_recent.contains(FactoringPool::keyOf(n)))
        return {};
    return m_pool.refusal(n, request.from.client.toString());
}

QCoro::Task<Factors> Factorizer::factors(mpz_class n, FactoringPool::Ask ask)
{
    const bool isWorthKeeping = FactoringPool::laneOf(n) == Lane::Long;
    if (isWorthKeeping) {
        co_await recall(n, ask);
        const QByteArray key = FactoringPool::keyOf(n);
        if (const Factors *known = m_recent.object(key)) {
            const Factors copy = *known;
            co_return copy;
        }
    }
    const factoring::Result result = co_await m_pool.factorize(n, ask);
    if (isWorthKeeping)
        keep(n, result.factors);
    co_return result.factors;
}

// Afterwards m_recent has the factors of n, if they were kept. Under overload nobody is sent to the database first.
QCoro::Task<void> Factorizer::recall(mpz_class n, FactoringPool::Ask ask)
{
    const QByteArray key = FactoringPool::keyOf(n);
    if (m_recent.contains(key) || m_pool.progress(n) || m_pool.isFull() || !m_store.ready())
        co_return;
    std::optional<Timing::Span> span;
    if (ask.timing)
        span.emplace(*ask.timing, Timing::Database);
    try {
        const auto select = [n](SqlConnection &sql) { return selectResult(sql, n); };
        const QFuture<std::optional<Factors>> future = m_store.read(select, ask.stop);
        const std::optional<Factors> kept = co_await future;
        if (kept)
            m_recent.insert(key, new Factors(*kept));
    } catch (const Failure &) {
        // The pool can tell, too.
    }
}

void Factorizer::keep(const mpz_class &n, const Factors &factors)
{
    const QByteArray key = FactoringPool::keyOf(n);
    if (m_recent.contains(key))
        return;
    m_recent.insert(key, new Factors(factors));
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    m_store.write([n, factors, now](SqlConnection &sql) { keepResult(sql, n, factors, now); });
}

std::optional<Factorizer::Progress> Factorizer::progress(const mpz_class &n) const
{
    const std::optional<factoring::Progress> progress = m_pool.progress(n);
    if (!progress)
        return {};
    const bool hasJustBegun = progress->phase == Phase::TrialDivision;
    return Progress{QString::fromUtf8(factoring::phaseName(progress->phase)), overall(*progress),
                    hasJustBegun ? m_pool.expectedTime(n) : progress->timeLeft};
}

} // namespace openloop
