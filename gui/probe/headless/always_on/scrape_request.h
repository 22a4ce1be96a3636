// SPDX-License-Identifier: GPL-3.0-or-later
// The little of HTTP/1.1 that whoever fetches figures says, read strictly: bytes of a network.
#pragma once

#include <QByteArray>

namespace openloop::probe {

/// A request without a body, or why it is none.
struct ScrapeRequest {
    static constexpr qsizetype mostBytes = 8192; ///< of a head

    int status = 200; ///< else what it is answered with, and the connection closed
    QByteArray method; ///< GET or HEAD
    QByteArray path; ///< without query
    QByteArray host; ///< of the Host field, without port; empty: there was none (HTTP/1.0)
    QByteArray token; ///< of `Authorization: Bearer`; empty: none
    bool keepAlive = true;

    bool isHead() const { return method == "HEAD"; }
};

/// head: all up to the empty line, without it. Bodies, other methods, several Host or Authorization fields, folded
/// lines and blanks before a colon are refused. Pure; any thread.
ScrapeRequest readScrapeRequest(QByteArrayView head);

/// Takes as long for a wrong first character as for a wrong last one.
bool equalInConstantTime(QByteArrayView given, QByteArrayView wanted);

/// A name or address that only this machine calls itself: what a page in a browser elsewhere can't make its own.
bool isLoopbackName(const QByteArray &host);

} // namespace openloop::probe
