// SPDX-License-Identifier: GPL-3.0-or-later
// See blame.h.
#include "gui/probe/blame.h"

#include "gui/probe/durations.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("Blame", text);
}

/// Pieces between separators that stand outside quotes.
QList<QByteArray> splitOutsideQuotes(const QByteArray &text, char separator)
{
    QList<QByteArray> parts{QByteArray()};
    bool quoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '\\' && i + 1 < text.size()) {
            parts.last() += text[++i];
            continue;
        }
        if (c == '"')
            quoted = !quoted;
        else if (c == separator && !quoted)
            parts.append(QByteArray());
        else
            parts.last() += c;
    }
    return parts;
}

} // namespace

QList<ServerTiming> parseServerTiming(const QByteArray &field)
{
    QList<ServerTiming> entries;
    for (const auto &entry : splitOutsideQuotes(field, ',')) {
        const auto parts = splitOutsideQuotes(entry, ';');
        ServerTiming timing;
        timing.name = QString::fromUtf8(parts.first().trimmed());
        if (timing.name.isEmpty())
            continue;
        for (const auto &part : parts.sliced(1)) {
            const auto equals = part.indexOf('=');
            const auto key = part.left(equals).trimmed().toLower();
            const auto value = part.sliced(equals + 1).trimmed();
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
    Nanoseconds host{0};
    for (const auto &probe : control) {
        if (probe.due <= sample.done && probe.done >= sample.due)
            host = std::max(host, probe.response());
    }
    const auto &phases = sample.phases;
    const auto network = phases.dns + phases.tcp + phases.tls;
    const auto total = sample.response();
    const auto half = total / 2;
    if (total <= std::chrono::milliseconds(1))
        return {Culprit::Nobody, {}, tr("nobody: it was not slow")};
    if (host >= half)
        return {Culprit::Host, std::min(host, total),
                tr("host: the control probe took %1 at the same time").arg(formatDuration(host))};
    if (sample.wait() >= half && sample.service() < half)
        return {Culprit::Service, sample.wait(),
                tr("service: it waited %1 for earlier requests that were not answered")
                    .arg(formatDuration(sample.wait()))};
    if (network >= half)
        return {Culprit::Network, network,
                tr("network: %1 for name, connection and TLS").arg(formatDuration(network))};
    const auto timings = parseServerTiming(sample.serverTiming);
    const auto worked = std::ranges::find(timings, u"total"_s, &ServerTiming::name);
    const bool blocked = worked != timings.end() && phases.firstByte - worked->duration >= half;
    auto sentence = blocked ? tr("event loop: blocked, %1 until the first byte of an answer that took %2 to make")
                                  .arg(formatDuration(phases.firstByte), formatDuration(worked->duration))
                            : tr("service: %1 until the first byte").arg(formatDuration(phases.firstByte));
    for (const auto &timing : timings) {
        if (blocked && timing.name == "total"_L1)
            continue;
        sentence += u", "_s + (timing.description.isEmpty() ? timing.name : timing.description);
        if (timing.duration > Nanoseconds(0))
            sentence += u' ' + formatDuration(timing.duration);
    }
    if (!sample.requestId.isEmpty())
        sentence += u" ("_s + QString::fromUtf8(sample.requestId) + u')';
    return {blocked ? Culprit::EventLoop : Culprit::Service, phases.firstByte + phases.body, sentence};
}

} // namespace openloop::probe
