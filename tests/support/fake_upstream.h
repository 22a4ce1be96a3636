// SPDX-License-Identifier: GPL-3.0-or-later
// An upstream that misbehaves on purpose, on a raw socket: no HTTP library would say such things.
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

#include <functional>

namespace openloop::test {

/// Listens on loopback; runs on the thread of the test.
class FakeUpstream : public QTcpServer
{
public:
    /// What to do when a request's head has arrived.
    using Behaviour = std::function<void(QTcpSocket &)>;

    explicit FakeUpstream(Behaviour behaviour);

    QUrl url() const;
    int requests() const { return m_requests; }
    /// All that was sent to it.
    const QByteArray &heads() const { return m_heads; }
    int openConnections() const { return m_open; }
    /// From now on.
    void behave(Behaviour behaviour) { m_behaviour = std::move(behaviour); }

    /// Sends text and keeps the connection.
    static Behaviour says(const QByteArray &text);
    /// Sends text and ends the connection.
    static Behaviour saysAndCloses(const QByteArray &text);
    /// An answer with a length.
    static Behaviour answers(const QByteArray &status, const QByteArray &body, const QByteArray &fields = {});

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    Behaviour m_behaviour;
    QByteArray m_heads;
    int m_requests = 0;
    int m_open = 0;
};

} // namespace openloop::test
