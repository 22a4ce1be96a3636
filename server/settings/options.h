// SPDX-License-Identifier: GPL-3.0-or-later
// What the operator may set, where each value came from, and the bounds that it must keep.
#pragma once

#include "server/http/message/addresses.h"
#include "server/http/message/cross_origin.h"
#include "server/http/message/listen_address.h"
#include "server/settings/tokens.h"

#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <optional>

namespace openloop {

enum class LogFormat { Text, Json };
/// Slow: what took more than a second or was refused; what is refused alike within a second in one line.
enum class AccessLines { Off, Slow, All };

struct Options {
    http::ListenAddress listen;
    quint16 port = 0; ///< 0: any free one; of no meaning to a Unix socket
    QUrl upstream; ///< empty: the embedded stand-in
    std::chrono::milliseconds upstreamTimeout{};
    int upstreamConcurrency = 0;
    bool upstreamHttp2 = false;
    QString upstreamCa; ///< path of a PEM file; empty: SSL_CERT_FILE, or the system's certificates
    QStringList readyNeeds; ///< of "database" and "upstream": those without which /readyz is 503
    QString database; ///< URL; empty: a SQLite file in the user's data folder
    int databaseConnections = 0;
    bool runsJobs = true;
    std::chrono::milliseconds heartbeat{5000};
    std::chrono::milliseconds suspectAfter{30'000};
    QString nodeName; ///< never empty
    int mostHinting = 32; ///< servers that live, beyond which they send no hints to one another; 0: none are sent
    int cpuThreads = 0;
    int cpuQueue = 0;
    int cpuNice = 0; ///< of the threads that factor
    std::chrono::milliseconds factorizeTimeout{};
    int maxDigits = 0;
    int maxConnections = 0;
    int loops = 1; ///< event loops that take clients
    std::chrono::milliseconds drainTimeout{};
    std::chrono::milliseconds drainDelay{}; ///< before that
    http::HostNames allowedHosts; ///< beside loopback's names
    http::CrossOrigin crossOrigin; ///< pages that may ask, beside our own
    http::Networks trustedProxies;
    QString tokenFile; ///< its path; empty: no token is asked for
    Tokens tokens; ///< what was in it
    bool privateDocs = false; ///< what lists the routes asks for it as well
    QString tlsCertificate; ///< path of a PEM file; empty: plain HTTP
    QString tlsKey;
    LogFormat logFormat = LogFormat::Json;
    AccessLines accessLines = AccessLines::Slow;
};

} // namespace openloop
