// SPDX-License-Identifier: GPL-3.0-or-later
// The behaviours, as functions of a socket on the event loop of the test.
#include "tests/support/fake_upstream.h"

#include <memory>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

FakeUpstream::FakeUpstream(Behaviour behaviour) : m_behaviour(std::move(behaviour))
{
    setListenBacklogSize(4096);
    listen(QHostAddress::LocalHost);
}

QUrl FakeUpstream::url() const
{
    return QUrl(u"http://127.0.0.1:%1/answer"_s.arg(serverPort()));
}

FakeUpstream::Behaviour FakeUpstream::says(const QByteArray &text)
{
    return [text](QTcpSocket &socket) { socket.write(text); };
}

FakeUpstream::Behaviour FakeUpstream::saysAndCloses(const QByteArray &text)
{
    return [text](QTcpSocket &socket) {
        socket.write(text);
        socket.disconnectFromHost();
    };
}

FakeUpstream::Behaviour FakeUpstream::answers(const QByteArray &status, const QByteArray &body,
                                              const QByteArray &fields)
{
    return says("HTTP/1.1 " + status + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + fields
                + "\r\n" + body);
}

void FakeUpstream::incomingConnection(qintptr descriptor)
{
    auto *const socket = new QTcpSocket(this);
    ++m_open;
    connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
        --m_open;
        socket->deleteLater();
    });
    connect(socket, &QTcpSocket::readyRead, this, [this, socket, input = std::make_shared<QByteArray>()] {
        *input += socket->readAll();
        for (qsizetype end = input->indexOf("\r\n\r\n"); end >= 0; end = input->indexOf("\r\n\r\n")) {
            m_heads += input->left(end + 4);
            input->remove(0, end + 4);
            ++m_requests;
            m_behaviour(*socket);
        }
    });
    socket->setSocketDescriptor(descriptor);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
}

} // namespace openloop::test
