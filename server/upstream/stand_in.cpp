// SPDX-License-Identifier: GPL-3.0-or-later
// Just enough of HTTP/1.1 for a client to keep its connection.
#include "server/upstream/stand_in.h"

#include "common/start_failure.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <QTimer>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr qsizetype longestHead = 16 * 1024;
constexpr int todosInAll = 200;

QByteArray message(const char *status, const QByteArray &body, bool withBody)
{
    return QByteArray("HTTP/1.1 ") + status + "\r\nContent-Type: application/json\r\nContent-Length: "
        + QByteArray::number(body.size()) + "\r\n\r\n" + (withBody ? body : QByteArray());
}

QByteArray todo(int id)
{
    constexpr int todosOfAUser = 20;
    const QByteArray title = id == 1 ? "water the plants" : "todo " + QByteArray::number(id);
    return "{\"userId\":" + QByteArray::number((id - 1) / todosOfAUser + 1) + ",\"id\":" + QByteArray::number(id)
        + ",\"title\":\"" + title + "\",\"completed\":false}";
}

QByteArray answerTo(const QList<QByteArray> &requestLine)
{
    const QByteArray method = requestLine.value(0);
    if (method != "GET" && method != "HEAD")
        return message("405 Method Not Allowed", "{}", true);
    const QByteArray path = requestLine.value(1);
    const int id = path.startsWith("/todos/") ? path.mid(7).toInt() : 0;
    if (id < 1 || id > todosInAll)
        return message("404 Not Found", "{}", method == "GET");
    return message("200 OK", todo(id), method == "GET");
}

/// Answers the requests of one connection in order; the next one is not looked at before the last was answered.
class StandInConnection : public QObject
{
public:
    StandInConnection(qintptr descriptor, std::chrono::milliseconds delay, QObject *parent)
        : QObject(parent), m_delay(delay)
    {
        connect(&m_socket, &QTcpSocket::readyRead, this, &StandInConnection::read);
        connect(&m_socket, &QTcpSocket::disconnected, this, &QObject::deleteLater);
        m_socket.setSocketDescriptor(descriptor);
        m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    }

private:
    void read()
    {
        m_input += m_socket.readAll();
        const qsizetype end = m_input.indexOf("\r\n\r\n");
        if (end < 0 && m_input.size() > longestHead)
            return m_socket.abort();
        if (end < 0 || m_answering)
            return;
        const QByteArray requestLine = m_input.left(m_input.indexOf("\r\n"));
        m_input.remove(0, end + 4);
        m_answering = true;
        const QByteArray answer = answerTo(requestLine.split(' '));
        if (m_delay.count() == 0)
            return send(answer);
        QTimer::singleShot(m_delay, Qt::PreciseTimer, this, [this, answer] { send(answer); });
    }

    void send(const QByteArray &answer)
    {
        m_socket.write(answer);
        m_socket.flush();
        m_answering = false;
        if (!m_input.isEmpty())
            QMetaObject::invokeMethod(this, &StandInConnection::read, Qt::QueuedConnection);
    }

    QTcpSocket m_socket;
    QByteArray m_input;
    const std::chrono::milliseconds m_delay;
    bool m_answering = false;
};

} // namespace

class StandInListener : public QTcpServer
{
public:
    explicit StandInListener(std::chrono::milliseconds delay) : m_delay(delay)
    {
        setListenBacklogSize(4096); // a thousand calls may begin at once; a refused SYN costs its sender a second
    }

protected:
    void incomingConnection(qintptr descriptor) override { new StandInConnection(descriptor, m_delay, this); }

private:
    const std::chrono::milliseconds m_delay;
};

StandIn::StandIn(std::chrono::milliseconds delay)
    : m_thread(std::make_unique<QThread>()), m_listener(new StandInListener(delay))
{
    m_thread->setObjectName(u"stand-in"_s);
    m_listener->moveToThread(m_thread.get());
    QObject::connect(m_thread.get(), &QThread::finished, m_listener, &QObject::deleteLater);
    m_thread->start();
    const auto listen = [this] {
        m_listener->listen(QHostAddress::LocalHost);
        return m_listener->serverPort();
    };
    QMetaObject::invokeMethod(m_listener, listen, Qt::BlockingQueuedConnection, &m_port);
    if (m_port == 0) {
        stop();
        throw StartFailure(u"the stand-in upstream finds no free loopback port"_s);
    }
}

StandIn::~StandIn()
{
    stop();
}

void StandIn::stop()
{
    m_thread->quit();
    m_thread->wait();
}

QUrl StandIn::url() const
{
    return QUrl(u"http://127.0.0.1:%1/todos/1"_s.arg(m_port));
}

} // namespace openloop
