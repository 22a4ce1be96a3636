// SPDX-License-Identifier: GPL-3.0-or-later
// Factors from where they come soonest: memory, the database, or the pool.
#pragma once

#include "server/compute/cpu.h"
#include "server/compute/results.h"
#include "server/store/store.h"

#include <QCache>

#include <optional>

namespace openloop {

/// What took long once is kept and answered from there. Lives on the thread of the event loop.
class Factorizer
{
public:
    Factorizer(Store &store, Cpu &cpu) : m_store(store), m_cpu(cpu) { }
    Q_DISABLE_COPY_MOVE(Factorizer)

    /// Prime factors of n. Throws http::Failure as Cpu::factorize does; a database that is away costs no answer.
    QCoro::Task<Factors> factors(mpz_class n, Cpu::Ask ask);

    /// For a request: as long as its client waits, and no longer than the settings of the pool say.
    QCoro::Task<Factors> factors(mpz_class n, http::Request request);

    /// The 503 that factors() would throw for the request now, if it would: told without setting anything up.
    std::optional<http::Failure> refusal(const mpz_class &n, const http::Request &request);

private:
    QCoro::Task<void> recall(mpz_class n, Cpu::Ask ask);
    void keep(const mpz_class &n, const Factors &factors);

    Store &m_store;
    Cpu &m_cpu;
    QCache<QByteArray, Factors> m_recent{256}; ///< by the decimal digits
};

} // namespace openloop
