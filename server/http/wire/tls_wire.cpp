// SPDX-License-Identifier: GPL-3.0-or-later
// QSslSocket tells by signals; keeping it from reading needs the notifier that it does not show.
#include "server/http/wire/tls_wire.h"

#include <QTimer>

#include <algorithm>
#include <unistd.h>

namespace openloop::http {

TlsWire::TlsWire(qintptr descriptor, const QSslConfiguration &configuration, std::chrono::milliseconds handshakeTime)
{
    if (!m_socket.setSocketDescriptor(descriptor)) {
        ::close(int(descriptor));
        return;
    }
    m_socket.setReadBufferSize(mostAhead);
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    QObject::connect(&m_socket, &QSslSocket::readyRead, &m_socket, [this] { observer().wireReadable(); });
    QObject::connect(&m_socket, &QSslSocket::disconnected, &m_socket, [this] { observer().wireLeft(); });
    QObject::connect(&m_socket, &QSslSocket::encryptedBytesWritten, &m_socket, [this] { observer().wireTook(); });
    QTimer::singleShot(handshakeTime, &m_socket, [this] {
        if (!m_socket.isEncrypted())
            m_socket.abort();
    });
    m_socket.setSslConfiguration(configuration);
    m_socket.startServerEncryption();
}

void TlsWire::write(const QByteArray &bytes)
{
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
