// SPDX-License-Identifier: GPL-3.0-or-later
// QSslSocket tells by signals; keeping it from reading needs the notifier that it does not show.
#include "server/http/wire/tls_wire.h"

#include "server/http/message/proxy_header.h"

#include <QTimer>

#include <algorithm>
#include <unistd.h>

namespace openloop::http {

TlsWire::TlsWire(qintptr descriptor, const QSslConfiguration &configuration, std::chrono::milliseconds handshakeTime,
                 const Networks &proxies)
{
    if (!m_socket.setSocketDescriptor(descriptor)) {
        ::close(int(descriptor));
        return;
    }
    m_socket.setReadBufferSize(mostAhead);
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    QObject::connect(&m_socket, &QSslSocket::readyRead, &m_socket, [this] {
        if (m_maySayWhose)
            passProxyHeader();
        else
            observer().wireReadable();
    });
    QObject::connect(&m_socket, &QSslSocket::disconnected, &m_socket, [this] { observer().wireLeft(); });
    QObject::connect(&m_socket, &QSslSocket::encryptedBytesWritten, &m_socket, [this] { observer().wireTook(); });
    QTimer::singleShot(handshakeTime, &m_socket, [this] {
        if (!m_socket.isEncrypted())
            m_socket.abort();
    });
    m_socket.setSslConfiguration(configuration);
    m_address = m_socket.peerAddress();
    m_maySayWhose = proxies.contains(m_address);
    if (!m_maySayWhose)
        m_socket.startServerEncryption();
}

// Before the handshake the socket is a plain one. What is no header is left to the handshake, and so is what follows
// it.
void TlsWire::passProxyHeader()
{
    const ProxyHeader header = readProxyHeader(m_socket.peek(longestProxyHeader));
    if (header.state == ProxyHeader::State::Incomplete)
        return;
    if (header.state == ProxyHeader::State::Malformed) {
        m_socket.abort();
        return;
    }
    m_socket.skip(header.length);
    if (!header.source.isNull())
        m_address = header.source;
    m_maySayWhose = false;
    m_socket.startServerEncryption();
}

void TlsWire::read(QByteArray &in)
{
    if (mayHaveMore())
        in += m_socket.read(mostAhead);
}

void TlsWire::look()
{
    if (m_socket.isEncrypted())
        m_socket.waitForReadyRead(0);
}

void TlsWire::write(const QByteArray &bytes)
{
    if (m_maySayWhose) { // a refusal before the handshake: it would be sent in the clear
        abort();
        return;
    }
    m_socket.write(bytes);
    m_socket.flush();
    if (!m_heedsLeaving)
        heedLeaving(false); // Qt may have gone back to reading
}

void TlsWire::heedLeaving(bool heeded)
{
    m_heedsLeaving = heeded;
    if (!m_notifier) {
        const auto notifiers = m_socket.findChildren<QSocketNotifier *>();
        const auto reads = [](const QSocketNotifier *one) { return one->type() == QSocketNotifier::Read; };
        const auto found = std::find_if(notifiers.begin(), notifiers.end(), reads);
        m_notifier = found != notifiers.end() ? *found : nullptr;
    }
    if (m_notifier)
        m_notifier->setEnabled(heeded);
}

void TlsWire::abort()
{
    m_socket.disconnect();
    m_socket.abort();
}

} // namespace openloop::http
