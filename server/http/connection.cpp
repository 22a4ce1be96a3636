// SPDX-License-Identifier: GPL-3.0-or-later
// See connection.h.
#include "server/http/connection.h"

#include "server/http/gate.h"

#include <QScopedValueRollback>
#include <QSslSocket>

#include <cstring>
#include <sys/socket.h>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr qint64 wireBuffer = 64 * 1024; // bytes that a client may send ahead
constexpr int requestsPerTurn = 32; // pipelined ones answered before the loop looks elsewhere

thread_local Connection *beingFed = nullptr;

// QHttpServer only routes: of a request it is shown the path, in a form that it can't misread.
QByteArray routingForm(const QByteArray &path)
{
    const bool ambiguous = !path.startsWith('/') || path.startsWith("//");
    return (ambiguous ? QByteArray("GET http://h/") + path : "GET " + path) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

} // namespace

Connection::Connection(std::unique_ptr<QTcpSocket> wire, Gate &gate)
    : QTcpSocket(&gate), m_gate(gate), m_wire(std::move(wire))
{
    m_wire->setReadBufferSize(wireBuffer);
    m_wire->setSocketOption(LowDelayOption, 1);
    setPeerAddress(m_wire->peerAddress());
    setPeerPort(m_wire->peerPort());
    setSocketState(ConnectedState);
    setOpenMode(ReadWrite | Unbuffered);
    enter(State::Head, m_gate.limits().idleTime);
    connect(m_wire.get(), &QTcpSocket::readyRead, this, &Connection::readMore);
    connect(m_wire.get(), &QTcpSocket::disconnected, this, &Connection::wireLeft);
    connect(m_wire.get(), &QTcpSocket::bytesWritten, this, &Connection::wireTook);
}

Connection::~Connection()
{
    m_wire->disconnect(this);
    m_stop.request_stop();
}

Connection *Connection::current()
{
    return beingFed;
}

Request Connection::takeRequest()
{
    m_taken = true;
    m_stop = std::stop_source();
    m_timing = std::make_shared<Timing>();
    return {m_head, std::exchange(m_body, {}), {}, peerAddress(), m_stop.get_token(), m_timing};
}

void Connection::readMore()
{
    for (int turn = 0; turn < requestsPerTurn; ++turn) {
        if (m_state == State::Lingering)
            m_wire->skip(m_wire->bytesAvailable());
        if (m_state != State::Head && m_state != State::Body)
            return;
        m_in += m_wire->readAll();
        const bool whole = m_state == State::Body ? takeBody() : takeHead() && takeBody();
        if (!whole)
            return;
        release();
    }
    if (!m_in.isEmpty() || m_wire->bytesAvailable() > 0)
        QMetaObject::invokeMethod(this, &Connection::readMore, Qt::QueuedConnection);
}

bool Connection::takeHead()
{
    if (m_in.isEmpty())
        return false;
    if (!std::exchange(m_headBegun, true))
        enter(State::Head, m_gate.limits().headTime);
    HeadReading reading = readHead(m_in, m_gate.limits());
    if (reading.status != 0) {
        refuse(Failure(reading.status, reading.reason));
        return false;
    }
    if (!reading.head)
        return false;
    m_head = std::move(*reading.head);
    m_in.remove(0, reading.length);
    m_headBegun = false;
    m_chunks.reset();
    if (m_head.chunked)
        m_chunks.emplace(m_gate.limits());
    enter(State::Body, m_gate.limits().bodyTime);
    if (m_head.expectsContinue && m_in.isEmpty() && (m_head.chunked || m_head.contentLength > 0))
        m_wire->write("HTTP/1.1 100 Continue\r\n\r\n");
    return true;
}

bool Connection::takeBody()
{
    if (!m_chunks) {
        if (m_in.size() < m_head.contentLength)
            return false;
        m_body = m_in.first(m_head.contentLength);
        m_in.remove(0, m_head.contentLength);
        return true;
    }
    const ChunkedBody::State state = m_chunks->read(m_in);
    if (state == ChunkedBody::State::Refused)
        refuse(Failure(m_chunks->status(), m_chunks->reason()));
    if (state != ChunkedBody::State::Complete)
        return false;
    m_body = m_chunks->body();
    return true;
}

void Connection::release()
{
    enter(State::Exchange, std::nullopt);
    m_taken = false;
    m_released = routingForm(m_head.path);
    m_read = 0;
    {
        const QScopedValueRollback feeding(beingFed, this);
        emit readyRead();
    }
    if (!m_taken)
        refuse(Failure(500, u"the request was not routed"_s));
}

void Connection::answer(const Response &response)
{
    if (m_state != State::Exchange)
        return;
    m_stop = std::stop_source(std::nostopstate);
    if (m_wire->state() != ConnectedState) {
        end();
        return;
    }
    m_closing = m_closing || !m_head.keepAlive;
    send(toWire(response, delivery()));
}

Delivery Connection::delivery() const
{
    return {m_head.method != "HEAD", !m_closing, m_head.minorVersion, m_gate.date(), m_gate.showsTiming() ? m_timing->text() : QByteArray()};
}

void Connection::beginStream(const Response &head)
{
    if (m_state != State::Exchange)
        return;
    m_closing = m_closing || !m_head.keepAlive || m_head.minorVersion == 0;
    enter(State::Streaming, std::nullopt);
    m_wire->write(streamHead(head, delivery()));
}

void Connection::writeStream(const QByteArray &bytes)
{
    if (m_state != State::Streaming || m_wire->state() != ConnectedState || m_head.method == "HEAD")
        return;
    m_wire->write(m_head.minorVersion > 0 ? toChunk(bytes) : bytes);
    m_wire->flush();
    if (!m_deadline && m_wire->bytesToWrite() > 0)
        enter(State::Streaming, limits().streamStall);
}

void Connection::finishStream()
{
    if (m_state != State::Streaming)
        return;
    m_stop = std::stop_source(std::nostopstate);
    if (m_wire->state() != ConnectedState)
        end();
    else
        send(m_head.minorVersion > 0 && m_head.method != "HEAD" ? toChunk({}) : QByteArray());
}

bool Connection::hasRoom() const
{
    return m_wire->bytesToWrite() < limits().streamBuffer;
}

const Limits &Connection::limits() const
{
    return m_gate.limits();
}

void Connection::wireTook()
{
    if (m_state == State::Sending && m_wire->bytesToWrite() == 0) {
        sent();
    } else if (m_state == State::Streaming) {
        enter(State::Streaming, std::nullopt);
        if (m_wire->bytesToWrite() > 0)
            enter(State::Streaming, limits().streamStall);
        if (hasRoom())
            m_roomMade.ring();
    }
}

void Connection::refuse(const Failure &failure)
{
    m_closing = true;
    m_in.clear();
    m_gate.countRefusal(failure.status());
    send(toWire(toResponse(failure, newRequestId()), {true, false, 1, m_gate.date(), Timing().text()}));
}

void Connection::send(const QByteArray &bytes)
{
    const auto allowed = 30s + std::chrono::seconds(bytes.size() / m_gate.limits().slowestReader);
    enter(State::Sending, allowed);
    m_wire->write(bytes);
    m_wire->flush();
    if (m_state == State::Sending && m_wire->bytesToWrite() == 0)
        sent();
}

void Connection::sent()
{
    if (m_closing) {
        linger();
        return;
    }
    enter(State::Head, m_gate.limits().idleTime);
    if (!m_in.isEmpty() || m_wire->bytesAvailable() > 0)
        QMetaObject::invokeMethod(this, &Connection::readMore, Qt::QueuedConnection);
}

void Connection::linger()
{
    enter(State::Lingering, m_gate.limits().lingerTime);
    if (qobject_cast<QSslSocket *>(m_wire.get()))
        m_wire->disconnectFromHost();
    else
        ::shutdown(int(m_wire->socketDescriptor()), SHUT_WR);
    if (m_state == State::Lingering)
        m_wire->skip(m_wire->bytesAvailable());
}

void Connection::closeWhenIdle()
{
    m_closing = true;
    if (m_state == State::Head && !m_headBegun)
        linger();
}

void Connection::cut()
{
    m_wire->abort();
    wireLeft();
}

void Connection::checkDeadline(Clock::time_point now)
{
    if (!m_deadline || now < *m_deadline)
        return;
    if (m_state == State::Body || (m_state == State::Head && m_headBegun))
        refuse(Failure(408, u"the request took too long to arrive"_s));
    else if (m_state == State::Head)
        linger();
    else
        cut();
}

void Connection::wireLeft()
{
    m_stop.request_stop();
    if (m_state != State::Exchange && m_state != State::Streaming)
        end();
}

void Connection::end()
{
    if (m_state == State::Ended)
        return;
    enter(State::Ended, std::nullopt);
    setSocketState(UnconnectedState);
    emit ended();
    emit disconnected();
}

void Connection::enter(State state, std::optional<std::chrono::milliseconds> allowed)
{
    m_state = state;
    m_deadline.reset();
    if (allowed)
        m_deadline = Clock::now() + *allowed;
}

qint64 Connection::bytesAvailable() const
{
    return QIODevice::bytesAvailable() + m_released.size() - m_read;
}

void Connection::disconnectFromHost()
{
    cut();
}

qint64 Connection::readData(char *data, qint64 size)
{
    const qsizetype count = qMin(qsizetype(size), m_released.size() - m_read);
    std::memcpy(data, m_released.constData() + m_read, size_t(count));
    m_read += count;
    return count;
}

// QHttpServer itself never answers here (app.cpp does); should it, its words go out unchanged.
qint64 Connection::writeData(const char *data, qint64 size)
{
    return m_wire->write(data, size);
}

} // namespace openloop::http
