// SPDX-License-Identifier: GPL-3.0-or-later
// Factors from where they come soonest: memory, the database, or the pool.
#pragma once

#include "server/compute/factoring/factoring_pool.h"
#include "server/compute/factoring/results.h"
#include "server/http/message/request.h"
#include "server/store/store.h"

#include <QCache>

#include <optional>

namespace openloop {

/// What took long once is kept and answered from there. Lives on the thread of the event loop.
class Factorizer
{
public:
    Factorizer(Store &store, FactoringPool &pool) : m_store(store), m_pool(pool) { }
    Q_DISABLE_COPY_MOVE(Factorizer)

    /// How far a computation is.
    struct Progress {
        QString phase; ///< "sieving", ...; empty: not begun
        double fraction = 0; ///< of the whole, 0..1
        std::optional<std::chrono::duration<double>> timeLeft;
    };

    /// Prime factors of n. Throws http::Failure as FactoringPool::factorize does; a database that is away costs no
    /// answer.
    QCoro::Task<Factors> factors(mpz_class n, FactoringPool::Ask ask);

    /// For a request: as long as its client waits, and no longer than the settings of the pool say.
    QCoro::Task<Factors> factors(mpz_class n, http::Request request);

    /// The 503 that factors() would throw for the request now, if it would: told without setting anything up.
    std::optional<http::Failure> refusal(const mpz_class &n, const http::Request &request);

    /// Nothing if n is not being computed.
    std::optional<Progress> progress(const mpz_class &n) const;

    /// As FactoringPool::expectedTime.
    std::optional<std::chrono::duration<double>> expectedTime(const mpz_class &n) const
    {
        return m_pool.expectedTime(n);
    }

    /// As Pool::ignoredFor.
    std::optional<std::chrono::nanoseconds> ignoredFor(const mpz_class &n) const { return m_pool.ignoredFor(n); }

    /// Those of the pool.
    int threads() const { return m_pool.settings().threads; }

private:
    QCoro::Task<void> recall(mpz_class n, FactoringPool::Ask ask);
    void keep(const mpz_class &n, const Factors &factors);

    Store &m_store;
    FactoringPool &m_pool;
    QCache<QByteArray, Factors> m_recent{256}; ///< by FactoringPool::keyOf()
};

} // namespace openloop
