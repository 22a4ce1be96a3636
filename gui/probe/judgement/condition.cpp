// SPDX-License-Identifier: GPL-3.0-or-later
// Spelling of quantities, comparisons and limits, both ways, and the comparison itself.
#include "gui/probe/judgement/condition.h"

#include "gui/probe/samples/durations.h"
#include "gui/probe/samples/words.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <QStringList>

#include <array>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr std::array quantityNames{"p50"_L1,   "p90"_L1, "p95"_L1,       "p99"_L1,
                                   "p99.9"_L1, "max"_L1, "errors"_L1,    "availability"_L1,
                                   "rate"_L1,  "n"_L1,   "isolation"_L1, "certificate"_L1};
constexpr std::array comparisonNames{"<"_L1, "<="_L1, ">"_L1, ">="_L1, "=="_L1};

QString nameOf(Quantity quantity)
{
    return quantityNames[static_cast<std::size_t>(quantity)];
}

const std::optional<Quantile> &quantileOf(Quantity quantity, const Quantiles &quantiles)
{
    switch (quantity) {
    case Quantity::P50: return quantiles.p50;
    case Quantity::P90: return quantiles.p90;
    case Quantity::P95: return quantiles.p95;
    case Quantity::P99: return quantiles.p99;
    case Quantity::P999: return quantiles.p999;
    default: return quantiles.max;
    }
}

bool compared(double value, Comparison comparison, double limit)
{
    switch (comparison) {
    case Comparison::Less: return value < limit;
    case Comparison::LessOrEqual: return value <= limit;
    case Comparison::Greater: return value > limit;
    case Comparison::GreaterOrEqual: return value >= limit;
    case Comparison::Equal: return std::abs(value - limit) <= 1e-9 * std::max(1.0, std::abs(limit));
    }
    return false;
}

// What is read back has no exponent; 0.07 * 100 is 7.
QString plainNumber(double value, int significantDigits)
{
    const double rounded = QString::number(value, 'g', significantDigits).toDouble();
    return QString::number(rounded, 'f', QLocale::FloatingPointShortest);
}

QString percent(double share)
{
    return plainNumber(share * 100, 6) + u'%';
}

/// Sets limit and share from the text behind the operator; returns what is wrong with it.
QString readLimit(const QString &text, Condition &condition)
{
    if (condition.isLatency()) {
        const auto duration = parseDuration(text);
        condition.limit = duration ? toMilliseconds(*duration) : 0;
        return duration.error;
    }
    if (condition.quantity == Quantity::Certificate) {
        const auto duration = parseDuration(text);
        if (!duration || *duration < std::chrono::hours(1)) // 14ms is 14 mistyped
            return tr("“%1” is no time that a certificate has left; write an hour or more, like 14d").arg(text);
        condition.limit = std::chrono::duration<double>(*duration) / std::chrono::hours(24);
        return {};
    }
    const bool isPercent = text.endsWith(u'%');
    bool isNumber = false;
    const double number = (isPercent ? text.chopped(1) : text).trimmed().toDouble(&isNumber);
    if (!isNumber || number < 0 || !std::isfinite(number))
        return tr("“%1” is no limit for %2; write a number of 0 or more").arg(text, nameOf(condition.quantity));
    const bool takesPercent = condition.quantity == Quantity::Errors || condition.quantity == Quantity::Availability;
    if (isPercent && !takesPercent)
        return tr("%1 is no share; write a number without %").arg(nameOf(condition.quantity));
    condition.share = isPercent && condition.quantity == Quantity::Errors;
    const bool isCount = condition.quantity == Quantity::N || (condition.quantity == Quantity::Errors && !isPercent);
    if (isCount && number != std::floor(number))
        return condition.quantity == Quantity::N
            ? tr("“%1”: n is a whole number").arg(text)
            : tr("“%1”: a number of errors is whole; for a share of the requests write a per cent sign: errors%2%3")
                  .arg(text, comparisonNames[static_cast<std::size_t>(condition.comparison)], percent(number));
    condition.limit = isPercent ? number / 100 : number;
    if (condition.quantity == Quantity::Availability && condition.limit > 1)
        return tr("“%1”: availability is at most 100%; is a percent sign missing?").arg(text);
    if (condition.quantity == Quantity::Availability && condition.limit == 1
        && condition.comparison == Comparison::Greater)
        return tr("“%1”: no availability is more than 100%").arg(text);
    return {};
}

} // namespace

std::optional<double> Condition::valueOf(const Quantiles &quantiles, std::optional<double> isolation) const
{
    if (isLatency()) {
        const auto &quantile = quantileOf(quantity, quantiles);
        return quantile ? std::optional(toMilliseconds(quantile->value)) : std::nullopt;
    }
    const bool wasAsked = quantiles.n > quantiles.lost; // else there is nothing that could have failed
    switch (quantity) {
    case Quantity::Rate: return quantiles.rate();
    case Quantity::N: return static_cast<double>(quantiles.n);
    case Quantity::Isolation: return isolation;
    case Quantity::Certificate:
        return quantiles.certificateLeft
            ? std::optional(std::chrono::duration<double>(*quantiles.certificateLeft) / std::chrono::hours(24))
            : std::nullopt;
    case Quantity::Availability: return wasAsked ? std::optional(quantiles.availability()) : std::nullopt;
    default: break;
    }
    if (!wasAsked)
        return {};
    return share ? quantiles.errorShare() : static_cast<double>(quantiles.errors);
}

bool Condition::holds(const Quantiles &quantiles, std::optional<double> isolation) const
{
    const auto value = valueOf(quantiles, isolation);
    if (!value)
        return false;
    const bool atLeast = isLatency() && quantileOf(quantity, quantiles)->atLeast;
    const bool wantsMore = comparison == Comparison::Greater || comparison == Comparison::GreaterOrEqual;
    return (!atLeast || wantsMore) && compared(*value, comparison, limit);
}

QString Condition::text() const
{
    QString right = plainNumber(limit, 10);
    if (isLatency())
        right += u"ms"_s;
    else if (share || quantity == Quantity::Availability)
        right = percent(limit);
    else if (quantity == Quantity::Certificate)
        right += u'd';
    return nameOf(quantity) + comparisonNames[static_cast<std::size_t>(comparison)] + right;
}

QString Condition::valueText(const Quantiles &quantiles, std::optional<double> isolation) const
{
    const auto value = valueOf(quantiles, isolation);
    if (!value)
        return quantity == Quantity::Certificate ? QCoreApplication::translate("Quantiles", "no certificate")
                                                 : QCoreApplication::translate("Quantiles", "no answer");
    if (quantity == Quantity::Certificate)
        return QCoreApplication::translate("Quantiles", "certificate") + u' '
            + plainNumber(std::floor(*value * 10) / 10, 6) + u" d"_s; // never more than is left
    const auto name = (quantity == Quantity::P99        ? quantiles.p99Label()
                           : quantity == Quantity::P999 ? quantiles.p999Label()
                                                        : nameOf(quantity))
        + u' ';
    if (isLatency())
        return name + quantileOf(quantity, quantiles)->text();
    if (share || quantity == Quantity::Availability)
        return name + percent(*value);
    return name + QString::number(*value, 'g', quantity == Quantity::Isolation || quantity == Quantity::Rate ? 3 : 15);
}

Parsed<Condition> parseCondition(const QString &text)
{
    using Result = Parsed<Condition>;
    static const QRegularExpression form(u"^\\s*([A-Za-z0-9_.]+)\\s*(<=|>=|==|=|<|>)\\s*(\\S.*?)\\s*$"_s);
    const auto match = form.match(text);
    if (!match.hasMatch())
        return Result::failed(tr("“%1” is no condition; write one like p99<20ms").arg(text));
    Condition condition;
    const auto quantity = std::ranges::find_if(quantityNames, [&](auto name) { return name == match.capturedView(1); });
    if (quantity == quantityNames.end())
        return Result::failed(
            u"“%1” can't be asserted; use p50, p90, p95, p99, p99.9, max, errors, availability, rate, n, isolation "
            "or certificate"_s.arg(match.captured(1)));
    condition.quantity = static_cast<Quantity>(quantity - quantityNames.begin());
    const auto op = match.captured(2) == "="_L1 ? u"=="_s : match.captured(2);
    const auto comparison = std::ranges::find_if(comparisonNames, [&](auto name) { return name == op; });
    condition.comparison = static_cast<Comparison>(comparison - comparisonNames.begin());
    const auto problem = readLimit(match.captured(3), condition);
    return problem.isEmpty() ? Result(condition) : Result::failed(problem);
}

} // namespace openloop::probe
