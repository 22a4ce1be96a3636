// SPDX-License-Identifier: GPL-3.0-or-later
// One table from how a call ended to what is said of it.
#include "server/upstream/failures.h"

#include <QDateTime>
#include <QLocale>
#include <QLoggingCategory>
#include <QTimeZone>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using openloop::http::Failure;
using End = openloop::UpstreamCall::End;
using Outcome = openloop::UpstreamCall::Outcome;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.upstream")

constexpr std::chrono::seconds longestSilence{600};

std::optional<Failure> failureOfStatus(const Outcome &outcome)
{
    if (outcome.status >= 200 && outcome.status < 300)
        return std::nullopt;
    const QString detail = u"the upstream answered with status %1"_s.arg(outcome.status);
    if (outcome.status == 401 || outcome.status == 407)
        return ofClass("login", Failure::badGateway(detail + u": it wants another login"_s));
    if (const auto pause = retryAfterOf(outcome))
        return ofClass("status", Failure::unavailable(detail, *pause));
    return ofClass("status", Failure::badGateway(detail));
}

} // namespace

Failure ofClass(const char *name, const Failure &failure)
{
    return failure.with(u"class"_s, QString::fromLatin1(name));
}

std::optional<Failure> failureOf(const Outcome &outcome)
{
    const auto bad = [](const char *name, const QString &detail) { return ofClass(name, Failure::badGateway(detail)); };
    switch (outcome.end) {
    case End::Answered: return failureOfStatus(outcome);
    case End::NoName: return bad("name", u"the upstream's name has no address"_s);
    case End::Refused: return bad("connection", u"the upstream refused the connection"_s);
    case End::Insecure: return bad("tls", u"no secure connection to the upstream could be made"_s);
    case End::Broke: return bad("broken", u"the connection to the upstream broke"_s);
    case End::EndedEarly: return bad("broken", u"the upstream's answer ended early"_s);
    case End::Malformed: return bad("malformed", u"the upstream's answer is not HTTP as it should be"_s);
    case End::TooLarge: return bad("too_large", u"the upstream's answer is larger than 4 MiB"_s);
    case End::NotJson: return bad("not_json", u"the upstream's answer is not JSON"_s);
    case End::TimedOut: return ofClass("timeout", Failure::timedOut(u"the upstream took too long"_s));
    case End::Left: return Failure::clientLeft();
    case End::Closed: break;
    }
    return Failure::unavailable(u"the service stops"_s, std::chrono::seconds(1));
}

std::optional<std::chrono::seconds> retryAfterOf(const Outcome &outcome)
{
    if (outcome.end != End::Answered || (outcome.status != 429 && outcome.status != 503))
        return std::nullopt;
    constexpr qint64 longest = 24 * 60 * 60; // s
    bool isNumber = false;
    qint64 seconds = outcome.retryAfter.toLongLong(&isNumber);
    if (!isNumber) {
        const QString form = u"ddd, dd MMM yyyy hh:mm:ss 'GMT'"_s;
        const QDateTime date = QLocale::c().toDateTime(QString::fromLatin1(outcome.retryAfter), form);
        if (!date.isValid())
            return std::nullopt;
        const QDateTime until(date.date(), date.time(), QTimeZone::utc());
        seconds = QDateTime::currentDateTimeUtc().secsTo(until);
    }
    return std::chrono::seconds(std::clamp<qint64>(seconds, 1, longest));
}

void FailureLog::failed(const Outcome &outcome, Clock::time_point now)
{
    const std::optional<Failure> failure = failureOf(outcome);
    if (!failure)
        return;
    Said &said = m_said[failure->detail()];
    if (now < said.again) {
        ++said.unsaid;
        return;
    }
    const QString why = outcome.why.isEmpty() ? QString() : u": "_s + outcome.why;
    const QString since = said.unsaid > 0 ? u" (%1 times since this was last said)"_s.arg(said.unsaid + 1) : QString();
    qCWarning(log, "%s%s%s", qUtf8Printable(failure->detail()), qUtf8Printable(why), qUtf8Printable(since));
    const bool anew = now > said.again + longestSilence;
    said.pause = anew ? std::chrono::seconds(1) : std::min(said.pause * 2, longestSilence);
    said.again = now + said.pause;
    said.unsaid = 0;
}

} // namespace openloop
