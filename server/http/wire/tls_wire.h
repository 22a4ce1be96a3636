// SPDX-License-Identifier: GPL-3.0-or-later
// TLS, by QSslSocket.
#pragma once

#include "server/http/message/addresses.h"
#include "server/http/wire/wire.h"

#include <QPointer>
#include <QSocketNotifier>
#include <QSslConfiguration>
#include <QSslSocket>

#include <chrono>

namespace openloop::http {

class TlsWire final : public Wire
{
public:
    /// Takes the descriptor and begins the handshake; isOpen() is false if that is not possible. The client has
    /// `handshakeTime` for its part. From one of the proxies a PROXY header may come before it; one that is malformed
    /// ends the connection.
    TlsWire(qintptr descriptor, const QSslConfiguration &configuration, std::chrono::milliseconds handshakeTime,
            const Networks &proxies);
    ~TlsWire() override { m_socket.disconnect(); }

    QHostAddress peerAddress() const override { return m_address; }
    void read(QByteArray &in) override;
    void look() override;
    bool mayHaveMore() const override { return !m_maySayWhose && m_socket.bytesAvailable() > 0; }
    void write(const QByteArray &bytes) override;
    qint64 bytesToWrite() const override { return m_socket.bytesToWrite() + m_socket.encryptedBytesToWrite(); }
    bool isOpen() const override { return m_socket.state() == QAbstractSocket::ConnectedState; }
    void endWriting() override { m_socket.disconnectFromHost(); }
    void abort() override;
    /// QSslSocket closes for good when it reads the end, so that it is kept from reading.
    void heedLeaving(bool heeded) override;

private:
    static constexpr qint64 mostAhead = 64 * 1024; // bytes that a client may send ahead

    void passProxyHeader();

    QSslSocket m_socket;
    QHostAddress m_address;
    bool m_maySayWhose = false; ///< a PROXY header may be what comes first; the handshake has not begun
    QPointer<QSocketNotifier> m_notifier; ///< of what can be read from m_socket; its own
    bool m_heedsLeaving = true;
};

} // namespace openloop::http
