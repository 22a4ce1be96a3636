// SPDX-License-Identifier: GPL-3.0-or-later
// Waits for the handshake; from then on tells what the socket tells, and takes a close_notify as the end that it is.
#include "server/upstream/http1/tls_client_wire.h"

#include <unistd.h>

namespace openloop::http1 {

TlsClientWire::TlsClientWire(int descriptor, const QSslConfiguration &configuration, const QByteArray &host)
{
    if (!m_socket.setSocketDescriptor(descriptor))
        ::close(descriptor);
    m_socket.setReadBufferSize(mostAhead);
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket.setSslConfiguration(configuration);
    m_socket.setPeerVerifyName(QString::fromLatin1(host));
    // Queued: what the upstream has sent by then can be seen before it is asked.
    const auto ready = [this] {
        m_isReady = true;
        emit encrypted();
        if (m_socket.bytesAvailable() > 0)
            observer().wireReadable(); // not told of before
    };
    connect(&m_socket, &QSslSocket::encrypted, this, ready, Qt::QueuedConnection);
    connect(&m_socket, &QSslSocket::readyRead, this, [this] {
        if (m_isReady)
            observer().wireReadable();
    });
    connect(&m_socket, &QSslSocket::encryptedBytesWritten, this, [this] {
        if (m_isReady)
            observer().wireTook();
    });
    // A close_notify is an error to Qt, and comes with no `disconnected` as long as the connection below it stays.
    connect(&m_socket, &QSslSocket::errorOccurred, this, &TlsClientWire::end);
    connect(&m_socket, &QSslSocket::disconnected, this, &TlsClientWire::end);
}

void TlsClientWire::begin()
{
    if (m_socket.state() != QAbstractSocket::ConnectedState)
        return end();
    m_socket.startClientEncryption();
}

void TlsClientWire::write(const QByteArray &bytes)
{
    m_socket.write(bytes);
    m_socket.flush();
}

void TlsClientWire::end()
{
    if (m_ended)
        return;
    m_ended = true;
    if (m_isReady)
        observer().wireLeft();
    else
        emit refused(m_socket.errorString());
}

void TlsClientWire::abort()
{
    m_socket.disconnect();
    m_socket.abort();
    m_ended = true;
}

} // namespace openloop::http1
