// SPDX-License-Identifier: GPL-3.0-or-later
// What a row holds is believed only if it multiplies back; the oldest rows make room for new ones.
#include "server/compute/factoring/results.h"

#include "server/compute/factoring/factors.h"
#include "server/store/sql_connection.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

const QString found = u"; found: "_s; // and what follows it, in the text of what was given up
const QString rest = u"; remaining: "_s;
constexpr qint64 mostResults = 10'000;
constexpr qint64 longestKept = qint64(90) * 24 * 3600 * 1000; // ms

std::optional<factoring::PrimePower> toPower(const QString &text)
{
    const qsizetype caret = text.indexOf(u'^');
    factoring::PrimePower power;
    if (power.prime.set_str(text.left(caret).toStdString(), 10) != 0)
        return {};
    bool isNumber = true;
    if (caret >= 0)
        power.exponent = text.sliced(caret + 1).toUInt(&isNumber);
    if (!isNumber || power.exponent == 0)
        return {};
    return power;
}

} // namespace

QString toRow(const Factors &factors)
{
    QStringList powers;
    for (const factoring::PrimePower &factor : factors) {
        const QString exponent = factor.exponent == 1 ? QString() : u'^' + QString::number(factor.exponent);
        powers.append(toText(factor.prime) + exponent);
    }
    return powers.join(u' ');
}

std::optional<Factors> fromRow(const QString &row, const mpz_class &n)
{
    Factors factors;
    mpz_class product = 1;
    for (const QString &text : row.split(u' ', Qt::SkipEmptyParts)) {
        const auto power = toPower(text);
        if (!power || power->prime < 2 || !factoring::isPrime(power->prime))
            return {};
        for (unsigned i = 0; i < power->exponent && product <= n; ++i)
            product *= power->prime;
        factors.push_back(*power);
    }
    if (product != n)
        return {};
    return factors;
}

QString givenUpText(const factoring::Result &sofar, unsigned curves)
{
    QStringList remaining;
    for (const mpz_class &composite : sofar.remaining)
        remaining.append(toText(composite));
    return u"%1 curves found no factor of what is too long to sieve"_s.arg(curves) + found + toRow(sofar.factors) + rest
        + remaining.join(u' ');
}

std::optional<factoring::Result> readGivenUp(const QString &text, const mpz_class &n)
{
    const qsizetype foundAt = text.indexOf(found);
    const qsizetype restAt = text.indexOf(rest, qMax(foundAt, qsizetype(0)));
    if (foundAt < 0 || restAt < 0)
        return {};
    factoring::Result sofar;
    mpz_class left = n;
    for (const QString &number : text.sliced(restAt + rest.size()).split(u' ', Qt::SkipEmptyParts)) {
        mpz_class composite;
        if (composite.set_str(number.toStdString(), 10) != 0 || composite < 2 || left % composite != 0)
            return {};
        left /= composite;
        sofar.remaining.push_back(composite);
    }
    const qsizetype begin = foundAt + found.size();
    const std::optional<Factors> factors = fromRow(text.sliced(begin, restAt - begin), left);
    if (!factors)
        return {};
    sofar.factors = *factors;
    return sofar;
}

std::optional<Factors> selectResult(SqlConnection &sql, const mpz_class &n)
{
    const auto rows = sql.select(u"SELECT factors FROM results WHERE n = ?"_s, {toText(n)},
                                 [&n](const QSqlQuery &row) { return fromRow(row.value(0).toString(), n); });
    return rows.isEmpty() ? std::nullopt : rows.first();
}

void keepResult(SqlConnection &sql, const mpz_class &n, const Factors &factors, qint64 now)
{
    const QString insert = u"INSERT INTO results (n, factors, found_at) VALUES (?, ?, ?) "
                           "ON CONFLICT (n) DO UPDATE SET factors = excluded.factors, found_at = excluded.found_at"_s;
    sql.change(committedLocally(insert, sql.dialect()), {toText(n), toRow(factors), now});
    sql.change(u"DELETE FROM results WHERE found_at < ? OR found_at < "
               "(SELECT found_at FROM results ORDER BY found_at DESC LIMIT 1 OFFSET ?)"_s,
               {now - longestKept, mostResults});
}

} // namespace openloop
