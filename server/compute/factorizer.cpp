// SPDX-License-Identifier: GPL-3.0-or-later
// See factorizer.h.
#include "server/compute/factorizer.h"

#include <QCoroFuture>
#include <QDateTime>

#include <optional>

namespace openloop {

using http::Failure;
using http::Request;
using http::Timing;

namespace {

QByteArray keyOf(const mpz_class &n)
{
    return QByteArray::fromStdString(n.get_str());
}

} // namespace

QCoro::Task<Factors> Factorizer::factors(mpz_class n, Request request)
{
    const Cpu::Ask ask{request.peer.toString(), m_cpu.settings().timeout, request.stop, request.timing};
    const Factors found = co_await factors(std::move(n), ask);
    co_return found;
}

std::optional<Failure> Factorizer::refusal(const mpz_class &n, const Request &request)
{
    if (m_recent.contains(keyOf(n)))
        return {};
    return m_cpu.refusal(n, request.peer.toString());
}

QCoro::Task<Factors> Factorizer::factors(mpz_class n, Cpu::Ask ask)
{
    const bool isWorthKeeping = Cpu::laneOf(n) == Lane::Long;
    if (isWorthKeeping) {
        co_await recall(n, ask);
        if (const Factors *known = m_recent.object(keyOf(n))) {
            const Factors copy = *known;
            co_return copy;
        }
    }
    const factoring::Result result = co_await m_cpu.factorize(n, ask);
    if (isWorthKeeping)
        keep(n, result.factors);
    co_return result.factors;
}

// Afterwards m_recent has the factors of n, if they were kept. Under overload nobody is sent to the database first.
QCoro::Task<void> Factorizer::recall(mpz_class n, Cpu::Ask ask)
{
    const QByteArray key = keyOf(n);
    if (m_recent.contains(key) || m_cpu.progress(n) || m_cpu.isFull() || !m_store.ready())
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
    const QByteArray key = keyOf(n);
    if (m_recent.contains(key))
        return;
    m_recent.insert(key, new Factors(factors));
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    m_store.write([n, factors, now](SqlConnection &sql) { keepResult(sql, n, factors, now); });
}

} // namespace openloop
