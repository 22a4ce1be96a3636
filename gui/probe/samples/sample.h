// SPDX-License-Identifier: GPL-3.0-or-later
// One measurement, whole as the probe thread took it, and packed into the 24 bytes in which hours of them are
// kept.
#pragma once

#include "gui/probe/samples/clock.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <cmath>
#include <optional>

namespace openloop::probe {

/// How a tick ended. Only Ok is a success; TimedOut and Skipped enter latency percentiles (as "slower than"),
/// the other errors don't: a fast refusal is no fast success.
enum class Outcome : quint8 {
    Ok,
    HttpError, ///< an answer with an unexpected status
    WrongAnswer, ///< expected status, unexpected body
    TimedOut,
    Refused, ///< nobody listens, or no route
    Reset, ///< the connection broke before the answer was complete
    Unresolved, ///< the host name has no address
    TlsFailed,
    Failed, ///< anything else, for instance an answer that is no HTTP
    Skipped, ///< never sent: more than 10,000 ticks waited for a place
};

/// Words for users: "ok", "HTTP error", "timed out", "connection refused", ...
QString outcomeName(Outcome outcome);

constexpr bool isError(Outcome outcome)
{
    return outcome != Outcome::Ok && outcome != Outcome::Skipped;
}
/// True where the latency is only known to be more than what was recorded.
constexpr bool isCensored(Outcome outcome)
{
    return outcome == Outcome::TimedOut || outcome == Outcome::Skipped;
}
/// True where the sample takes part in latency percentiles.
constexpr bool hasLatency(Outcome outcome)
{
    return outcome == Outcome::Ok || isCensored(outcome);
}

/// Where the time between `sent` and `done` went; they add up to it. Zero dns, tcp and tls: a kept
/// connection.
struct Phases {
    Nanoseconds dns{0};
    Nanoseconds tcp{0};
    Nanoseconds tls{0};
    Nanoseconds firstByte{0}; ///< request out to first byte of the answer
    Nanoseconds body{0}; ///< first to last byte

    Nanoseconds sum() const { return dns + tcp + tls + firstByte + body; }
};

/// One of the requests that a followed redirect is made of.
struct Hop {
    QByteArray url;
    quint16 status = 0; ///< HTTP status, 0: no answer
    Phases phases;
};

/// One tick of one target. Instants were taken in the probe thread.
struct Sample {
    Instant due; ///< t0 + k*T, where the schedule wanted it
    Instant sent; ///< later than due when the machine lags or the in-flight cap was reached
    Instant firstByte; ///< equals done when no byte came
    Instant done;
    Phases phases;
    Outcome outcome = Outcome::Ok;
    bool reused = false; ///< went over a kept connection
    bool retried = false; ///< the kept connection was closed as the request left; this is the second attempt
    quint16 status = 0; ///< HTTP status, 0: no answer
    qint64 bytes = 0; ///< body bytes received; not kept in the packed form
    QByteArray serverTiming; ///< Server-Timing field, verbatim; not kept in the packed form
    QByteArray requestId; ///< X-Request-Id field; not kept in the packed form
    QByteArray cause; ///< in words, where the outcome alone says too little; not kept in the packed form
    // Neither are these.
    QByteArray address; ///< that was asked; empty: no connection
    int hops = 0; ///< redirects that were followed
    QList<Hop> chain; ///< the requests of followed redirects, in their order; empty: there was but one
    QByteArray redirect; ///< where they ended, or led to where they are not followed; empty: there was none
    std::optional<Nanoseconds> certificateLeft; ///< until the service's certificate ends, below 0 after that

    Nanoseconds response() const { return done - due; } ///< what users feel
    Nanoseconds service() const { return done - sent; }
    Nanoseconds wait() const { return sent - due; }
};

/// What a service said, on one line and without what would command a terminal.
QString printable(const QByteArray &text);

/// Why a sample is an error, in one line of bounded length: "connection refused", "answered HTTP 503",
/// "TLS failed: SSL certificate problem: self-signed certificate".
QString problemOf(const Sample &sample);

/// A Sample in 24 bytes: due exact (2 years from the origin), response within 1e-7, phases within 0.05 %.
/// Trivially copyable; its bytes are what session files hold (little-endian).
class PackedSample
{
public:
    PackedSample() = default;
    /// `origin`: start of the session, not after sample.due.
    PackedSample(const Sample &sample, Instant origin);

    Outcome outcome() const { return static_cast<Outcome>(m_due & 0xf); }
    bool reused() const { return (m_due & 0x10) != 0; }
    bool retried() const { return (m_due & 0x20) != 0; }
    quint16 status() const { return m_status; }
    Nanoseconds due() const { return Nanoseconds(static_cast<qint64>(m_due >> 8)); } ///< since the origin
    Nanoseconds response() const { return Nanoseconds(static_cast<qint64>(static_cast<double>(m_response) * 1e9)); }
    Sample unpacked(Instant origin) const;
    /// False: damaged bytes; nothing else may be asked of it.
    bool isSound() const { return outcome() <= Outcome::Skipped && std::abs(m_response) < 1e9f; }

private:
    quint64 m_due = 0; ///< ns << 8 | retried << 5 | reused << 4 | outcome
    float m_response = 0; ///< s
    quint16 m_wait = 0; ///< these five: see sample.cpp
    quint16 m_dns = 0;
    quint16 m_tcp = 0;
    quint16 m_tls = 0;
    quint16 m_firstByte = 0;
    quint16 m_status = 0;
};
static_assert(sizeof(PackedSample) == 24);

} // namespace openloop::probe
