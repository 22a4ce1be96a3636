// SPDX-License-Identifier: GPL-3.0-or-later
// Factorizations that were finished once, kept in the database so that nobody waits for them again.
#pragma once

#include "server/factoring/factor.h"

#include <QString>

#include <optional>

namespace openloop {

class SqlConnection;

using Factors = std::vector<factoring::PrimePower>;

/// `2^3 3^2 5`: how factors are kept in the database.
QString toRow(const Factors &factors);

/// The factors that were kept of n, unless they are damaged: all of them must be prime, and their product n.
/// A hundred digits take about 1 ms: not on the event loop.
std::optional<Factors> fromRow(const QString &row, const mpz_class &n);

/// `20000 curves found no factor of what is too long to sieve; found: 2^3; remaining: 91`: all that a job that was
/// given up keeps.
QString givenUpText(const factoring::Result &sofar, unsigned curves);

/// What such a text tells of n, unless it is none: the product of all is n, and what was found is prime. As fromRow().
std::optional<factoring::Result> readGivenUp(const QString &text, const mpz_class &n);

/// What is known of n. On the connection's thread.
std::optional<Factors> selectResult(SqlConnection &sql, const mpz_class &n);

/// Keeps the factors of n, and forgets the oldest ones: beyond 10,000, and after 90 days. On the connection's thread.
void keepResult(SqlConnection &sql, const mpz_class &n, const Factors &factors, qint64 now);

} // namespace openloop
