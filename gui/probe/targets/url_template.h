// SPDX-License-Identifier: GPL-3.0-or-later
// URLs that are new for each request: equal ones may be shared or cached by a service, which takes a load
// away.
#pragma once

#include "gui/probe/samples/parsed.h"

#include <QByteArray>
#include <QList>

#include <gmpxx.h>

namespace openloop::probe {

/// Makes semiprimes. Seeded by the system; not for two threads at once.
class SemiprimeSource
{
public:
    SemiprimeSource();

    /// Decimal product of two fresh random primes of digits/2 digits each (the second one longer by a digit
    /// when odd). digits: 2..400. About 1 ms at 90 digits.
    QByteArray next(int digits);

private:
    mpz_class primeOf(int digits);

    gmp_randclass m_random;
};

/// A URL with placeholders: `{semiprime:90}`. Other braces are literal. A value.
class UrlTemplate
{
public:
    /// A host beyond ASCII becomes the name that DNS knows (`xn--...`, RFC 5891); everything else stays until it is
    /// sent.
    static Parsed<UrlTemplate> parse(const QString &text);

    bool isConstant() const { return m_digits.isEmpty(); }
    /// The URL of a constant template, percent-encoded where it must be.
    QByteArray text() const { return m_literals.value(0); }
    /// The URL for one request, percent-encoded where it must be.
    QByteArray expanded(SemiprimeSource &source) const;

private:
    QList<QByteArray> m_literals; ///< one more than placeholders
    QList<int> m_digits;
};

} // namespace openloop::probe
