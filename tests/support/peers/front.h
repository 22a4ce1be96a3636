// SPDX-License-Identifier: GPL-3.0-or-later
// A real nginx or HAProxy of the test's own, in front of its servers.
#pragma once

#include <QProcess>
#include <QTemporaryDir>

namespace openloop::test {

/// Stopped by the destructor.
class Front
{
public:
    enum Kind { Nginx, Haproxy };

    /// configuration: with FRONT for where to listen, and SERVER for where the server does.
    Front(Kind kind, QByteArray configuration, quint16 server);
    ~Front();
    Q_DISABLE_COPY_MOVE(Front)

    quint16 port() const { return m_port; }
    qint64 processId() const { return m_process.processId(); }

    /// Whether it passes requests on.
    bool isReady() const;
    QByteArray output() { return m_process.readAll(); }

private:
    QTemporaryDir m_folder;
    const quint16 m_port;
    QProcess m_process;
};

/// The configuration that is shipped, but as patient as the tests are, before these servers, nine at most; it names
/// three, some of them twice where there are fewer. One that can't be read ends the test program.
QByteArray shippedFront(Front::Kind kind, const QList<quint16> &servers);

} // namespace openloop::test
