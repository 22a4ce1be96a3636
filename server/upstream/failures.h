// SPDX-License-Identifier: GPL-3.0-or-later
// What a caller and the operator are told when the upstream gives no answer worth passing on.
#pragma once

#include "server/http/message/failure.h"
#include "server/upstream/call.h"

#include <map>

namespace openloop {

/// The failure that the client is told of, with its `class`, or none if the body is worth reading. What is known beyond
/// the class is for the log: it may name what is inside the house.
std::optional<http::Failure> failureOf(const UpstreamCall::Outcome &outcome);

/// A failure of the upstream: name, connection, tls, login, status, broken, malformed, too_large, timeout, not_json,
/// resting (the circuit is open) or busy (the bound of calls is reached).
http::Failure ofClass(const char *name, const http::Failure &failure);

/// How long a 429 or 503 asks to be left alone (RFC 9110 section 10.2.3: seconds or a date), at least a second.
std::optional<std::chrono::seconds> retryAfterOf(const UpstreamCall::Outcome &outcome);

/// Says why the upstream fails, once, and again after pauses that double from 1 s to 10 min. One thread.
class FailureLog
{
public:
    using Clock = std::chrono::steady_clock;

    void failed(const UpstreamCall::Outcome &outcome, Clock::time_point now);

private:
    struct Said {
        Clock::time_point again;
        std::chrono::seconds pause{1};
        int unsaid = 0;
    };

    std::map<QString, Said> m_said; ///< by what the clients are told: a few texts
};

} // namespace openloop
