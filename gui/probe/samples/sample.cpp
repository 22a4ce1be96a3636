// SPDX-License-Identifier: GPL-3.0-or-later
// The packed form of a sample: phases as small floats of 16 bits.
#include "gui/probe/samples/sample.h"

#include <QCoreApplication>

#include <algorithm>
#include <bit>

namespace openloop::probe {

namespace {

// Phases as 16-bit floats: 16 ns steps, 5 bits of exponent, 11 of mantissa: up to 19 h within 1/4096.
constexpr qint64 step = 16;

quint16 packedDuration(Nanoseconds duration)
{
    const auto steps = static_cast<quint64>(std::max<qint64>(0, duration.count()) + step / 2) / step;
    if (steps < 2048)
        return static_cast<quint16>(steps);
    auto exponent = static_cast<unsigned>(std::bit_width(steps)) - 12;
    auto mantissa = (steps + (exponent > 0 ? quint64(1) << (exponent - 1) : 0)) >> exponent;
    if (mantissa == 4096) {
        mantissa = 2048;
        ++exponent;
    }
    if (exponent > 30)
        return 0xffff;
    return static_cast<quint16>(((exponent + 1) << 11) | (mantissa & 2047));
}

Nanoseconds unpackedDuration(quint16 packed)
{
    const unsigned exponent = packed >> 11;
    const qint64 mantissa = packed & 2047;
    return Nanoseconds(exponent == 0 ? mantissa * step : ((mantissa + 2048) << (exponent - 1)) * step);
}

} // namespace

QString outcomeName(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Ok: return QCoreApplication::translate("Outcome", "ok");
    case Outcome::HttpError: return QCoreApplication::translate("Outcome", "HTTP error");
    case Outcome::WrongAnswer: return QCoreApplication::translate("Outcome", "wrong answer");
    case Outcome::TimedOut: return QCoreApplication::translate("Outcome", "timed out");
    case Outcome::Refused: return QCoreApplication::translate("Outcome", "connection refused");
    case Outcome::Reset: return QCoreApplication::translate("Outcome", "connection broke");
    case Outcome::Unresolved: return QCoreApplication::translate("Outcome", "unknown host");
    case Outcome::TlsFailed: return QCoreApplication::translate("Outcome", "TLS failed");
    case Outcome::Failed: return QCoreApplication::translate("Outcome", "failed");
    case Outcome::Skipped: return QCoreApplication::translate("Outcome", "skipped");
    }
    return {};
}

QString printable(const QByteArray &text)
{
    auto line = QString::fromUtf8(text);
    for (auto &character : line) {
        if (!character.isPrint() && !character.isSurrogate())
            character = u' ';
    }
    return line.simplified();
}

QString problemOf(const Sample &sample)
{
    constexpr qsizetype longestCause = 160;
    if (sample.outcome == Outcome::HttpError)
        return QCoreApplication::translate("Outcome", "answered HTTP %1").arg(sample.status);
    auto cause = printable(sample.cause); // may quote the service
    if (cause.size() > longestCause)
        cause = cause.first(longestCause - 1) + QChar(0x2026);
    const auto name = outcomeName(sample.outcome);
    return cause.isEmpty() ? name : name + QStringLiteral(": ") + cause;
}

PackedSample::PackedSample(const Sample &sample, Instant origin)
    : m_due(static_cast<quint64>(std::max<qint64>(0, (sample.due - origin).count())) << 8 | (sample.reused ? 0x10u : 0u)
            | (sample.retried ? 0x20u : 0u) | static_cast<quint64>(sample.outcome)),
      m_response(static_cast<float>(std::chrono::duration<double>(sample.response()).count())),
      m_wait(packedDuration(sample.wait())), m_dns(packedDuration(sample.phases.dns)),
      m_tcp(packedDuration(sample.phases.tcp)), m_tls(packedDuration(sample.phases.tls)),
      m_firstByte(packedDuration(sample.phases.firstByte)), m_status(sample.status)
{
}

Sample PackedSample::unpacked(Instant origin) const
{
    Sample sample;
    sample.due = origin + due();
    sample.done = sample.due + response();
    sample.sent = std::min(sample.done, sample.due + unpackedDuration(m_wait));
    sample.phases = {
        unpackedDuration(m_dns), unpackedDuration(m_tcp), unpackedDuration(m_tls), unpackedDuration(m_firstByte), {}};
    const auto &phases = sample.phases;
    sample.firstByte = std::min(sample.done, sample.sent + phases.dns + phases.tcp + phases.tls + phases.firstByte);
    sample.phases.body = sample.done - sample.firstByte;
    sample.outcome = outcome();
    sample.reused = reused();
    sample.retried = retried();
    sample.status = m_status;
    return sample;
}

} // namespace openloop::probe
