// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a headless run a service: no end, figures for others to fetch, alerts that are handed on.
#pragma once

#include "gui/probe/targets/target.h"

class QCommandLineParser;

namespace openloop::probe {

/// Where figures are served: an address, no name, so that what is listened on is what was said.
struct ListenPlace {
    QString host = QStringLiteral("127.0.0.1"); ///< IPv4 or IPv6
    quint16 port = 9464; ///< 0: any free port

    bool isLoopback() const;
};

/// `ADDRESS:PORT`, `[IPv6]:PORT` or `localhost:PORT`.
Parsed<ListenPlace> parseListenPlace(const QString &text);

struct AlwaysOnOptions {
    bool isEndless = false;
    std::optional<ListenPlace> listen;
    QByteArray token; ///< that is asked for; empty: none
    QString onAlert; ///< for a shell; empty: none
    std::optional<Target> webhook; ///< without a body yet

    /// True where the run has company: it serves, or hands on.
    bool isWatched() const { return listen || !onAlert.isEmpty() || webhook; }
};

/// Reads its own options, and refuses those that a run without an end can't keep.
Parsed<AlwaysOnOptions> readAlwaysOnOptions(const QCommandLineParser &parser);

} // namespace openloop::probe
