// SPDX-License-Identifier: GPL-3.0-or-later
// The states of a connection, one after another, and what moves it from each to the next.
#include "server/http/connection.h"

#include "server/http/host.h"

#include <QScopedValueRollback>

#include <utility>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr int readsPerTurn = 32; // and pipelined requests, before the loop looks elsewhere
constexpr qsizetype idleBuffer = 4 * 1024; // bytes of memory that a connection may keep for its next request

} // namespace

Connection::Connection(std::unique_ptr<Wire> wire, Host &host, QObject *parent)
    : Turns::Waiter(parent), m_host(host), m_wire(std::move(wire))
{
    m_wire->setObserver(this);
    enter(State::Head, m_wire->isReady() ? m_host.limits().idleTime : m_host.limits().headTime);
}

Connection::~Connection()
{
    m_stop.request_stop();
}

Request Connection::request() const
{
    return {m_head, {}, {}, m_from, {}, m_timing};
}

Request Connection::takeRequest()
{
    m_taken = true;
    m_stop = std::stop_source();
    return {m_head, std::exchange(m_body, {}), {}, m_from, m_stop.get_token(), m_timing};
}

// A request that begins may be urgent, so that it is looked at whatever the share of the turn; one that does not come
// at once can wait, and so can a handshake.
void Connection::wireReadable()
{
    if (!m_turnAwaited)
        readMore(m_state == State::Head && !m_headBegun && m_wire->isReady());
}

// Reads no more than it needs for the next request: what a client sends ahead waits in the kernel. All but the first
// read is part of the turn's share; that one, too, unless it is to be made `atOnce`.
void Connection::readMore(bool atOnce)
{
    const QScopedValueRollback reading(m_reading, true);
    for (int turn = 0; turn < readsPerTurn; ++turn) {
        if (!isReading())
            return;
        if (takeWhole()) {
            if (!m_host.turns().mayRunNow(m_head.path)) {
                enter(State::Waiting, std::nullopt);
                break;
            }
            release();
        } else if (m_wire->mayHaveMore()) {
            if (!std::exchange(atOnce, false) && !m_host.turns().hasTime())
                break;
            readWire();
        } else {
            if (m_left)
                end();
            else if (m_draining && m_state == State::Head && !m_headBegun)
                linger();
            return;
        }
    }
    readLater();
}

bool Connection::isReading() const
{
    // A refusal before the handshake waits for its end.
    return m_state == State::Head || m_state == State::Body || m_state == State::Lingering
        || (m_state == State::Sending && !m_wire->isReady());
}

void Connection::readWire()
{
    const bool wasReady = m_wire->isReady();
    m_wire->read(m_in);
    if (wasReady || !m_wire->isReady() || m_state != State::Head)
        return;
    if (m_wire->isMistaken())
        refuse(Failure(400, u"this port speaks HTTPS; the request came in the clear"_s));
    else
        enter(State::Head, m_host.limits().idleTime);
}

void Connection::readLater()
{
    if (!std::exchange(m_turnAwaited, true))
        m_host.turns().runLater(this);
    m_wire->heedLeaving(false);
}

void Connection::takeTurn()
{
    m_turnAwaited = false;
    m_wire->heedLeaving(true);
    if (m_state == State::Waiting)
        release();
    else
        readMore(true); // at least, however slow the machine
}

// Whether a request is whole now.
bool Connection::takeWhole()
{
    if (m_state == State::Lingering)
        m_in.clear();
    else if (m_state == State::Body)
        return takeBody();
    else
        return takeHead() && takeBody();
    return false;
}

bool Connection::takeHead()
{
    if (m_in.isEmpty())
        return false;
    if (!std::exchange(m_headBegun, true))
        enter(State::Head, m_host.limits().headTime);
    HeadReader first;
    HeadReading reading = (m_headReader ? *m_headReader : first).read(m_in, m_host.limits());
    if (reading.status != 0) {
        refuse(Failure(reading.status, reading.reason));
        return false;
    }
    if (!reading.head) {
        if (!m_headReader)
            m_headReader = std::make_unique<HeadReader>(std::move(first));
        return false;
    }
    m_head = std::move(*reading.head);
    m_headReader.reset();
    m_in.remove(0, reading.length);
    m_headBegun = false;
    m_chunks.reset();
    if (m_head.chunked)
        m_chunks.emplace(m_host.limits());
    enter(State::Body, m_host.limits().bodyTime);
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
    m_timing = std::make_shared<Timing>();
    const QHostAddress peer = m_wire->peerAddress();
    const Networks &proxies = m_host.proxies();
    m_from = proxies.contains(peer) ? readForwarded(m_head, peer, proxies) : Forwarded{peer, {}, {}, {}};
    m_taken = false;
    m_host.handle(*this);
    if (!m_taken && m_state == State::Exchange)
        refuse(Failure(500, u"the request was not routed"_s));
    if (m_left && (m_state == State::Exchange || m_state == State::Streaming))
        m_stop.request_stop();
}

// Whether nobody waits for the answer: the client left before it was there, or does not even read any more.
bool Connection::isGivenUp() const
{
    return m_stop.stop_requested() || !m_wire->isOpen();
}

void Connection::answer(const Response &response)
{
    if (m_state != State::Exchange)
        return;
    m_body.clear(); // of a request that was not taken
    const bool givenUp = isGivenUp();
    m_stop = std::stop_source(std::nostopstate);
    if (givenUp) {
        end();
        return;
    }
    m_closing = m_closing || !m_head.keepAlive || isDrained();
    send(toWire(response, delivery()));
}

Delivery Connection::delivery() const
{
    return {m_head.method != "HEAD", !m_closing, m_head.minorVersion, m_host.date(),
            m_host.showsTiming() ? m_timing->text() : QByteArray()};
}

void Connection::beginStream(const Response &head)
{
    if (m_state != State::Exchange)
        return;
    m_closing = m_closing || !m_head.keepAlive || m_head.minorVersion == 0 || isDrained();
    enter(State::Streaming, std::nullopt);
    if (!isGivenUp())
        m_wire->write(streamHead(head, delivery()));
}

void Connection::writeStream(const QByteArray &bytes)
{
    if (m_state != State::Streaming || isGivenUp() || m_head.method == "HEAD")
        return;
    m_wire->write(m_head.minorVersion > 0 ? toChunk(bytes) : bytes);
    if (!m_deadline && m_wire->bytesToWrite() > 0)
        enter(State::Streaming, limits().streamStall);
}

void Connection::finishStream()
{
    if (m_state != State::Streaming)
        return;
    const bool givenUp = isGivenUp();
    m_stop = std::stop_source(std::nostopstate);
    if (givenUp)
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
    return m_host.limits();
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
            m_roomMade.notifyAll();
    }
}

void Connection::refuse(const Failure &failure)
{
    m_closing = true;
    m_in.clear();
    m_host.countRefusal(failure.status());
    send(toWire(toResponse(failure, newRequestId()), {true, false, 1, m_host.date(), Timing().text()}));
}

void Connection::send(const QByteArray &bytes)
{
    const auto allowed = 30s + std::chrono::seconds(bytes.size() / m_host.limits().slowestReader);
    enter(State::Sending, allowed);
    m_wire->write(bytes);
    if (m_state == State::Sending && m_wire->bytesToWrite() == 0)
        sent();
}

void Connection::sent()
{
    if (!m_wire->isOpen()) {
        end();
        return;
    }
    if (m_closing) {
        linger();
        return;
    }
    enter(State::Head, m_host.limits().idleTime);
    if (m_in.isEmpty() && m_in.capacity() > idleBuffer)
        m_in = {};
    if (!m_reading && (!m_in.isEmpty() || m_wire->mayHaveMore() || m_left || m_draining))
        readLater();
}

void Connection::linger()
{
    enter(State::Lingering, m_host.limits().lingerTime);
    m_wire->endWriting();
    if (m_state == State::Lingering && !m_reading && (m_wire->mayHaveMore() || m_left))
        readLater();
}

// A request that the loop has not come to yet has arrived all the same.
void Connection::closeWhenIdle()
{
    m_draining = true;
    m_wire->look();
    if (m_state == State::Head && !m_reading && !m_turnAwaited)
        readMore(true);
}

// Whether the answer that is next is the last one.
bool Connection::isDrained()
{
    if (m_draining)
        m_wire->read(m_in);
    return m_draining && m_in.isEmpty();
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
    m_left = true;
    m_stop.request_stop();
    if (m_state == State::Exchange || m_state == State::Streaming)
        return; // ends when the handler returns
    if (!m_wire->isOpen())
        end();
    else if (isReading() && !m_reading && !m_turnAwaited)
        readMore(true); // what arrived before it left; ends where there is nothing more
}

void Connection::end()
{
    if (m_state == State::Ended)
        return;
    enter(State::Ended, std::nullopt);
    m_wire->abort();
    emit ended();
    deleteLater();
}

void Connection::enter(State state, std::optional<std::chrono::milliseconds> allowed)
{
    m_state = state;
    m_wire->heedLeaving(state != State::Waiting && state != State::Sending);
    m_deadline.reset();
    if (allowed)
        m_deadline = Clock::now() + *allowed;
}

} // namespace openloop::http
