// SPDX-License-Identifier: GPL-3.0-or-later
// The spelling of rules, and the state machine that decides when one fires.
#include "gui/probe/judgement/rules.h"

#include "gui/probe/samples/durations.h"
#include "gui/probe/samples/words.h"

#include <QLocale>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

constexpr double margin = 0.9;

QString shortText(Nanoseconds duration)
{
    return QString::number(std::chrono::duration<double>(duration).count(), 'f', QLocale::FloatingPointShortest) + u's';
}

} // namespace

QString Rule::text() const
{
    auto text = target.isEmpty() ? QString() : target + u": "_s;
    text += condition.text() + u" over "_s + shortText(over);
    return holdFor > 0ns ? text + u" for "_s + shortText(holdFor) : text;
}

Parsed<Rule> parseRule(const QString &text)
{
    using Result = Parsed<Rule>;
    static const QRegularExpression form(
        u"^\\s*(?:([^<>=]+):)?\\s*(.+?)(?:\\s+over\\s+(\\S+))?(?:\\s+for\\s+(\\S+))?\\s*$"_s);
    const auto match = form.match(text);
    Rule rule;
    rule.target = match.captured(1).trimmed();
    const auto condition = parseCondition(match.captured(2));
    if (!condition)
        return Result::failed(condition.error);
    if (condition->quantity == Quantity::Isolation)
        return Result::failed(tr("isolation is the result of an experiment, not of a window"));
    rule.condition = *condition;
    if (auto &comparison = rule.condition.comparison; rule.condition.quantity == Quantity::Certificate) {
        if (comparison == Comparison::Less)
            comparison = Comparison::GreaterOrEqual;
        else if (comparison == Comparison::LessOrEqual)
            comparison = Comparison::Greater;
    }
    for (const auto &[capture, duration] : {std::pair{3, &rule.over}, {4, &rule.holdFor}}) {
        if (match.captured(capture).isEmpty())
            continue;
        const auto parsed = parseDuration(match.captured(capture));
        if (!parsed)
            return Result::failed(parsed.error);
        *duration = *parsed;
    }
    return rule;
}

Quantiles quantilesFor(const Rule &rule, Instant now, const Series &series, const QList<Instant> &open)
{
    auto statistics = series.statistics(now - rule.over, now);
    if (rule.condition.isLatency()) {
        const auto limit = std::chrono::duration<double, std::milli>(rule.condition.limit);
        for (const auto due : open) {
            if (now - due > limit)
                statistics.add(Outcome::TimedOut, now - due);
        }
    }
    auto quantiles = statistics.quantiles();
    quantiles.certificateLeft = series.certificateLeft();
    quantiles.over = std::min(rule.over, now - series.origin());
    return quantiles;
}

bool RuleWatch::holdsByMargin() const
{
    const auto &condition = m_rule.condition;
    if (!condition.holds(m_current))
        return false;
    const bool wantsLess = condition.comparison == Comparison::Less || condition.comparison == Comparison::LessOrEqual;
    if (wantsLess && condition.quantity != Quantity::N)
        return *condition.valueOf(m_current) <= margin * condition.limit;
    if (condition.quantity == Quantity::Availability)
        return 1 - *condition.valueOf(m_current) <= margin * (1 - condition.limit);
    return true;
}

bool RuleWatch::isTooEarly() const
{
    const auto &condition = m_rule.condition;
    const bool mayGrow = condition.comparison != Comparison::Less && condition.comparison != Comparison::LessOrEqual;
    return condition.quantity == Quantity::N && mayGrow && m_current.over < m_rule.over && !condition.holds(m_current);
}

std::optional<RuleEvent> RuleWatch::evaluate(Instant now, bool suspended)
{
    const auto enter = [&](RuleState state) {
        m_state = state;
        m_since = now;
    };
    if (suspended) {
        ++m_suspended;
        if (m_state == RuleState::Pending || m_state == RuleState::Recovering)
            m_since = now; // doubtful time counts for neither side
        return {};
    }
    const bool isUnseen = m_rule.condition.quantity == Quantity::Certificate && !m_current.certificateLeft;
    if (m_current.n == 0 || isUnseen || isTooEarly()) {
        if (m_state != RuleState::Firing && m_state != RuleState::Recovering)
            m_state = RuleState::Unknown;
        return {}; // silence is no recovery
    }
    ++m_judged;
    const bool broken = !m_rule.condition.holds(m_current);
    const auto event = [&](bool firing) {
        const auto lasted = firing ? 0ns : now - m_brokenSince;
        return RuleEvent{now, m_target, m_rule.text(), firing, m_rule.condition.valueText(m_current), lasted};
    };
    switch (m_state) {
    case RuleState::Unknown:
    case RuleState::Ok:
        enter(broken ? RuleState::Pending : RuleState::Ok);
        if (!broken)
            return {};
        m_brokenSince = now;
        [[fallthrough]];
    case RuleState::Pending:
        if (!broken) {
            enter(RuleState::Ok);
        } else if (now - m_since >= m_rule.holdFor) {
            enter(RuleState::Firing);
            return event(true);
        }
        return {};
    case RuleState::Firing:
        if (holdsByMargin())
            enter(RuleState::Recovering);
        return {};
    case RuleState::Recovering:
        if (!holdsByMargin()) {
            enter(RuleState::Firing);
        } else if (now - m_since >= std::max<Nanoseconds>(m_rule.holdFor, 2s)) {
            enter(RuleState::Ok);
            return event(false);
        }
        return {};
    }
    return {};
}

} // namespace openloop::probe
