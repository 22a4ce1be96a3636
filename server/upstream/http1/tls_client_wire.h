// SPDX-License-Identifier: GPL-3.0-or-later
// TLS to the upstream, by QSslSocket.
#pragma once

#include "server/http/wire/wire.h"

#include <QObject>
#include <QSslConfiguration>
#include <QSslSocket>

namespace openloop::http1 {

/// The client's end of a TLS connection. Nothing may be asked before it is encrypted and verified.
class TlsClientWire final : public QObject, public http::Wire
{
    Q_OBJECT

public:
    /// Takes the descriptor of a connected socket. host: whose certificate is wanted.
    TlsClientWire(int descriptor, const QSslConfiguration &configuration, const QByteArray &host);
    ~TlsClientWire() override { m_socket.disconnect(); }

    /// Begins the handshake.
    void begin();

    QHostAddress peerAddress() const override { return m_socket.peerAddress(); }
    bool isSecured() const override { return true; }
    void read(QByteArray &in) override { in += m_socket.read(mostAhead); }
    bool mayHaveMore() const override { return m_socket.bytesAvailable() > 0; }
    void write(const QByteArray &bytes) override;
    qint64 bytesToWrite() const override { return m_socket.bytesToWrite() + m_socket.encryptedBytesToWrite(); }
    bool isOpen() const override { return m_socket.isEncrypted() && !m_ended; }
    void endWriting() override { m_socket.disconnectFromHost(); }
    void abort() override;

signals:
    void encrypted();
    void refused(const QString &reason); ///< instead of encrypted()

private:
    static constexpr qint64 mostAhead = 64 * 1024; // bytes that an upstream may send ahead

    void end();

    QSslSocket m_socket;
    bool m_isReady = false; ///< the handshake is over, and has an observer
    bool m_ended = false; ///< the upstream sends no more
};

} // namespace openloop::http1
