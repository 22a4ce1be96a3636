// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown is a whole request of its own, made of the path alone; there is no descriptor below.
#include "server/http/qt/facade.h"

#include <QHostAddress>

#include <cstring>

namespace openloop::http {

namespace {

// In a form that QHttpServer can't misread: it would take an encoded slash for the end of a segment.
QByteArray routingForm(QByteArray path)
{
    if (path.contains('%'))
        path.replace("%2F", "%252F").replace("%2f", "%252F");
    const bool ambiguous = !path.startsWith('/') || path.startsWith("//");
    return (ambiguous ? QByteArray("GET http://h/") + path : "GET " + path) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

} // namespace

Facade::Facade(QObject *parent) : QTcpSocket(parent)
{
    setPeerAddress(QHostAddress(QHostAddress::LocalHost));
    setSocketState(ConnectedState);
    setOpenMode(ReadWrite | Unbuffered);
}

void Facade::show(const QByteArray &path)
{
    m_shown = routingForm(path);
    m_read = 0;
    emit readyRead();
}

qint64 Facade::bytesAvailable() const
{
    // NOLINTNEXTLINE(bugprone-parent-virtual-call): what QAbstractSocket counts has no socket below
    return QIODevice::bytesAvailable() + m_shown.size() - m_read;
}

qint64 Facade::readData(char *data, qint64 size)
{
    const qsizetype count = qMin(qsizetype(size), m_shown.size() - m_read);
    std::memcpy(data, m_shown.constData() + m_read, std::size_t(count));
    m_read += count;
    return count;
}

} // namespace openloop::http
