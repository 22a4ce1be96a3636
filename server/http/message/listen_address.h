// SPDX-License-Identifier: GPL-3.0-or-later
// Where a server listens, as its operator writes it: QHostAddress has no form for a Unix socket.
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QString>

#include <optional>

namespace openloop::http {

/// An IP address, or the path of a Unix socket. A value.
class ListenAddress
{
public:
    /// Bytes of a path; a socket's name has room for as many, and the zero behind them.
    static constexpr qsizetype longestPath = 107;

    ListenAddress() = default; ///< nowhere
    explicit ListenAddress(const QHostAddress &host) : m_host(host) { }
    /// path: in the encoding of file names; of an abstract socket it begins with `@`.
    static ListenAddress unixSocket(const QByteArray &path);

    /// `127.0.0.1`, `::1`, `localhost`, or `unix:` and an absolute path of 1 to 107 bytes without control characters.
    /// Nothing: it is neither. Pure; any thread.
    static std::optional<ListenAddress> read(const QString &text);

    bool isUnix() const { return !m_path.isEmpty(); }
    /// Whether programs of this machine alone can connect: on loopback, and by a Unix socket.
    bool isLocal() const { return isUnix() || m_host.isLoopback(); }

    const QHostAddress &host() const { return m_host; } ///< null of a Unix socket
    const QByteArray &path() const { return m_path; } ///< empty of an IP address
    QString toString() const; ///< as read() takes it

private:
    QHostAddress m_host;
    QByteArray m_path;
};

} // namespace openloop::http
