// SPDX-License-Identifier: GPL-3.0-or-later
// See factorizer.h.
#include "server/factorizer.h"

#include <QCoroFuture>
#include <QDateTime>

#include <optional>

namespace openloop {

using http::Failure;
using http::Timing;

namespace {

QByteArray keyOf(const mpz_class &n)
{
    return QByteArray::fromStdString(n.get_str());
}

} // namespace

QCoro::Task<Factors> Factorizer::factors(mpz_class n, http::Request request)
{
    const Cpu::Ask ask{request.peer.toString(), m_cpu.settings().timeout, request.stop, request.timing};
    const Factors found = co_await factors(std::move(n), ask);
    co_return found;
}

QCoro::Task<Factors> Factorizer::factors(mpz_class n, Cpu::Ask ask)
{
    const bool isWorthKeeping = Cpu::laneOf(n) == Lane::Long;
    if (isWorthKeeping) {
        const std::optional<Factors> known = co_await recall(n, ask);
        if (known)
            co_return *known;
    }
    const factoring::Result result = co_await m_cpu.factorize(n, ask);
    if (isWorthKeeping)
        keep(n, result.factors);
    co_return result.factors;
}

QCoro::Task<std::optional<Factors>> Factorizer::recall(mpz_class n, Cpu::Ask ask)
{
    const QByteArray key = keyOf(n);
    if (!m_recent.contains(key) && !m_cpu.progress(n) && m_store.ready()) {
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
    const Factors *recent = m_recent.object(key); // it may have been found while the database was asked
    co_return recent ? std::optional(*recent) : std::nullopt;
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
