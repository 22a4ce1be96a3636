// SPDX-License-Identifier: GPL-3.0-or-later
// One request at a time per connection; the next is read when the answer is on its way.
#include "gui/probe/headless/always_on/figures_server.h"

#include "gui/probe/headless/always_on/scrape_request.h"

#include <QCoreApplication>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <algorithm>
#include <list>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

constexpr auto headPatience = 10s, answerPatience = 30s, idlePatience = 120s;

QByteArray reasonOf(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "HTTP Version Not Supported";
    }
}

struct Answer {
    int status = 200;
    QByteArray body;
    QByteArray type = "text/plain; charset=utf-8";
    QByteArray fields{}; ///< further ones, each with its line end
};

QByteArray bytesOf(const Answer &answer, bool isHead, bool keepAlive)
{
    auto bytes = "HTTP/1.1 " + QByteArray::number(answer.status) + ' ' + reasonOf(answer.status)
        + "\r\nContent-Type: " + answer.type + "\r\nContent-Length: " + QByteArray::number(answer.body.size())
        + "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n" + answer.fields;
    if (!keepAlive)
        bytes += "Connection: close\r\n";
    bytes += "\r\n";
    return isHead ? bytes : bytes + answer.body;
}

QByteArray refusal(int status)
{
    Answer answer{status, reasonOf(status).toLower() + '\n'};
    if (status == 405)
        answer.fields = "Allow: GET, HEAD\r\n";
    return bytesOf(answer, false, false);
}

} // namespace

class FiguresServer::Connection : public QObject
{
public:
    Connection(FiguresServer &server, QTcpSocket *socket) : m_server(server), m_socket(socket)
    {
        m_socket->setParent(this);
        m_socket->setReadBufferSize(ScrapeRequest::mostBytes + 4);
        m_deadline.setSingleShot(true);
        connect(m_socket, &QTcpSocket::readyRead, this, &Connection::read);
        connect(m_socket, &QTcpSocket::bytesWritten, this, &Connection::read);
        connect(m_socket, &QTcpSocket::disconnected, this, [this] { m_server.forget(this); });
        connect(&m_deadline, &QTimer::timeout, this, [this] { m_server.forget(this); });
        wait(State::Head);
        read();
    }

private:
    enum class State { Idle, Head, Answer };

    void wait(State state)
    {
        m_state = state;
        m_deadline.start(state == State::Head ? headPatience : state == State::Idle ? idlePatience : answerPatience);
    }

    // Level-triggered: called when bytes came or went, it looks at what there is.
    void read()
    {
        while (m_socket->bytesToWrite() == 0 && !m_isLast) {
            m_head += m_socket->read(ScrapeRequest::mostBytes + 4 - m_head.size());
            const auto end = m_head.indexOf("\r\n\r\n");
            if (end < 0 && m_head.size() < ScrapeRequest::mostBytes + 4) {
                if (m_head.isEmpty() && m_state == State::Answer)
                    wait(State::Idle);
                else if (!m_head.isEmpty() && m_state != State::Head)
                    wait(State::Head); // one deadline for all of it, however it trickles
                return;
            }
            answer(end);
        }
    }

    void answer(qsizetype end)
    {
        if (end < 0) {
            m_isLast = true;
            m_socket->write(refusal(431));
        } else {
            const auto request = readScrapeRequest(QByteArrayView(m_head).first(end));
            m_head.remove(0, end + 4);
            m_isLast = !request.keepAlive;
            m_socket->write(request.status == 200 ? m_server.answer(request) : refusal(request.status));
            m_server.noteAsked(this);
        }
        wait(State::Answer);
        if (m_isLast)
            m_socket->disconnectFromHost(); // once all is written
    }

    FiguresServer &m_server;
    QTcpSocket *m_socket;
    QTimer m_deadline;
    QByteArray m_head;
    State m_state = State::Idle;
    bool m_isLast = false;
};

class FiguresServer::Private
{
public:
    QTcpServer listener;
    std::list<std::unique_ptr<Connection>> connections; ///< who asked last stands last
};

FiguresServer::FiguresServer(Source source, QByteArray token)
    : m_source(std::move(source)), m_token(std::move(token)), m_private(std::make_unique<Private>())
{
    connect(&m_private->listener, &QTcpServer::newConnection, this, &FiguresServer::accept);
}

FiguresServer::~FiguresServer() = default;

QString FiguresServer::listen(const ListenPlace &place)
{
    auto &listener = m_private->listener;
    if (listener.listen(QHostAddress(place.host), place.port))
        return {};
    return u"--listen: port %1 of %2: %3"_s.arg(place.port).arg(place.host, listener.errorString());
}

QString FiguresServer::url() const
{
    const auto &listener = m_private->listener;
    const auto host = listener.serverAddress().toString();
    return u"http://%1:%2"_s.arg(host.contains(u':') ? u'[' + host + u']' : host).arg(listener.serverPort());
}

void FiguresServer::accept()
{
    while (auto *socket = m_private->listener.nextPendingConnection()) {
        auto &connections = m_private->connections;
        if (connections.size() >= mostConnections)
            forget(connections.front().get());
        connections.push_back(std::make_unique<Connection>(*this, socket));
    }
}

void FiguresServer::noteAsked(Connection *connection)
{
    auto &connections = m_private->connections;
    const auto at = std::ranges::find(connections, connection, &std::unique_ptr<Connection>::get);
    if (at != connections.end())
        connections.splice(connections.end(), connections, at);
}

void FiguresServer::forget(Connection *connection)
{
    auto &connections = m_private->connections;
    const auto at = std::ranges::find(connections, connection, &std::unique_ptr<Connection>::get);
    if (at == connections.end())
        return;
    at->release()->deleteLater(); // it may be in the middle of a call
    connections.erase(at);
}

QByteArray FiguresServer::answer(const ScrapeRequest &request) const
{
    const auto finished = [&](const Answer &answer) { return bytesOf(answer, request.isHead(), request.keepAlive); };
    if (request.path == "/healthz") {
        const auto problem = m_source.problem();
        return finished({problem.isEmpty() ? 200 : 503, problem.isEmpty() ? "healthy\n" : problem.toUtf8() + '\n'});
    }
    if (m_token.isEmpty() && !request.host.isEmpty() && !isLoopbackName(request.host))
        return finished({403, "the Host is not loopback\n"});
    if (!m_token.isEmpty() && !equalInConstantTime(request.token, m_token))
        return finished({401, "a bearer token is needed\n", "text/plain; charset=utf-8",
                         "WWW-Authenticate: Bearer realm=\"openloop-monitor\"\r\n"});
    if (request.path == "/metrics")
        return finished({200, m_source.metrics(), "text/plain; version=0.0.4; charset=utf-8"});
    if (request.path == "/")
        return finished({200,
                         "openloop-monitor " + QCoreApplication::applicationVersion().toUtf8()
                             + "\n/metrics  figures for Prometheus\n/healthz  whether it measures\n"});
    return finished({404, "not found\n"});
}

} // namespace openloop::probe
