// SPDX-License-Identifier: GPL-3.0-or-later
// Reads Server-Timing, compares with the control probe, and names what took half of the time.
#include "gui/probe/judgement/blame.h"

#include "gui/probe/judgement/trust.h"
#include "gui/probe/samples/words.h"

#include <QHash>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

/// Pieces between separators that stand outside quotes; quotes and escapes stay.
QList<QByteArray> splitOutsideQuotes(const QByteArray &text, char separator)
{
    QList<QByteArray> parts{QByteArray()};
    bool quoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == separator && !quoted) {
            parts.append(QByteArray());
            continue;
        }
        parts.last() += c;
        if (quoted && c == '\\' && i + 1 < text.size())
            parts.last() += text[++i];
        else if (c == '"')
            quoted = !quoted;
    }
    return parts;
}

/// What a token or a quoted string stands for.
QByteArray unquoted(const QByteArray &text)
{
    QByteArray plain;
    bool quoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted && text[i] == '\\' && i + 1 < text.size())
            plain += text[++i];
        else
            plain += text[i];
    }
    return plain;
}

/// Who is to blame for a part of the service's own account; Service: it is not known what the name means.
Culprit culpritNamed(const QString &name)
{
    static const QHash<QString, Culprit> known{
        {u"queue"_s, Culprit::Pool},        {u"wait"_s, Culprit::Pool},         {u"pool"_s, Culprit::Pool},
        {u"compute"_s, Culprit::Computing}, {u"cpu"_s, Culprit::Computing},     {u"db"_s, Culprit::Database},
        {u"sql"_s, Culprit::Database},      {u"database"_s, Culprit::Database}, {u"upstream"_s, Culprit::Upstream},
        {u"backend"_s, Culprit::Upstream},  {u"origin"_s, Culprit::Upstream},   {u"loop"_s, Culprit::EventLoop}};
    return known.value(name.toLower(), Culprit::Service);
}

/// With places for its time and for all of it.
QString sentenceOn(Culprit culprit)
{
    switch (culprit) {
    case Culprit::Pool: return tr("pool full: it waited %1 of %2 for a thread");
    case Culprit::Computing: return tr("computing: %1 of %2");
    case Culprit::Database: return tr("database: %1 of %2");
    case Culprit::Upstream: return tr("upstream: %1 of %2");
    default: return tr("event loop: blocked for %1 of %2");
    }
}

/// The longest of what ran at the same time; what failed is no proof of a fast host.
Nanoseconds slowest(const QList<Sample> &control, const Sample &sample)
{
    Nanoseconds longest{0};
    for (const auto &probe : control) {
        if (probe.due <= sample.done && probe.done >= sample.due)
            longest = std::max(
                {longest, probe.response(), probe.outcome == Outcome::Ok ? Nanoseconds(0) : 2 * TrustLimits().control});
    }
    return longest;
}

/// All but `but` and the total, as a list to append.
QString rest(const QList<ServerTiming> &timings, const QString &but)
{
    QString text;
    for (const auto &timing : timings) {
        if (timing.name == "total"_L1 || timing.name == but)
            continue;
        text += u", "_s + (timing.description.isEmpty() ? timing.name : timing.description);
        if (timing.duration > Nanoseconds(0))
            text += u' ' + spoken(timing.duration);
    }
    return text;
}

/// Of a time that the service itself took. Where the control probe was late too, the machine kept both from running,
/// and nothing tells a loop that was blocked from one that was not let run.
Blame blameWithin(const Sample &sample, bool hostWasLate)
{
    const auto total = sample.response();
    const auto firstByte = sample.phases.firstByte;
    if (sample.status == 0)
        return {Culprit::Service, sample.service(), tr("service: no answer within %1").arg(spoken(sample.service()))};
    const auto timings = parseServerTiming(sample.serverTiming);
    for (const auto &timing : timings) {
        if (const auto culprit = culpritNamed(timing.name); culprit != Culprit::Service && timing.duration >= total / 2
            && !(hostWasLate && culprit == Culprit::EventLoop))
            return {culprit, timing.duration,
                    sentenceOn(culprit).arg(spoken(timing.duration), spoken(total)) + rest(timings, timing.name)};
    }
    const auto worked = std::ranges::find(timings, u"total"_s, &ServerTiming::name);
    if (!hostWasLate && worked != timings.end() && firstByte - worked->duration >= total / 2)
        return {Culprit::EventLoop, firstByte - worked->duration,
                tr("event loop: blocked, %1 until the first byte of an answer that took %2 to make")
                        .arg(spoken(firstByte), spoken(worked->duration))
                    + rest(timings, {})};
    return {Culprit::Service, firstByte + sample.phases.body,
            tr("service: %1 until the first byte").arg(spoken(firstByte)) + rest(timings, {})};
}

} // namespace

QList<ServerTiming> parseServerTiming(const QByteArray &field)
{
    QList<ServerTiming> entries;
    for (const auto &entry : splitOutsideQuotes(field, ',')) {
        const auto parts = splitOutsideQuotes(entry, ';');
        ServerTiming timing;
        timing.name = QString::fromUtf8(unquoted(parts.first().trimmed()));
        if (timing.name.isEmpty())
            continue;
        for (const auto &part : parts.sliced(1)) {
            const auto equals = part.indexOf('=');
            const auto key = part.left(equals).trimmed().toLower();
            const auto value = unquoted(part.sliced(equals + 1).trimmed());
            bool isNumber = false;
            const double ms = value.toDouble(&isNumber);
            if (key == "dur" && isNumber && std::isfinite(ms) && std::abs(ms) < 1e9)
                timing.duration = Nanoseconds(std::llround(ms * 1e6));
            else if (key == "desc")
                timing.description = QString::fromUtf8(value);
        }
        entries.append(timing);
    }
    return entries;
}

Blame blameFor(const Sample &sample, const QList<Sample> &control)
{
    const auto &phases = sample.phases;
    const auto total = sample.response();
    if (total <= std::chrono::milliseconds(1))
        return {Culprit::Nobody, {}, tr("nobody: it was not slow")};
    const auto host = slowest(control, sample);
    if (host >= total / 2)
        return {Culprit::Host, std::min(host, total),
                tr("host: the control probe took %1 at the same time").arg(spoken(host))};
    if (sample.wait() >= total / 2 && sample.service() < total / 2)
        return {Culprit::Service, sample.wait(),
                tr("service: it waited %1 for earlier requests that were not answered").arg(spoken(sample.wait()))};
    if (const auto network = phases.dns + phases.tcp + phases.tls; network >= total / 2)
        return {Culprit::Network, network, tr("network: %1 for name, connection and TLS").arg(spoken(network))};
    const bool hostWasLate = host > TrustLimits().control;
    auto blame = blameWithin(sample, hostWasLate);
    if (hostWasLate)
        blame.sentence += u"; "_s + tr("the control probe took %1 at the same time").arg(spoken(host));
    if (!sample.requestId.isEmpty())
        blame.sentence += u" ("_s + QString::fromUtf8(sample.requestId) + u')';
    return blame;
}

} // namespace openloop::probe
