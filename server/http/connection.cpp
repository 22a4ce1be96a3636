// SPDX-License-Identifier: GPL-3.0-or-later
// The states of a connection, one after another, and what moves it from each to the next.
#include "server/http/connection.h"

#include "server/http/finished.h"

#include <utility>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr int readsPerTurn = 32; // and pipelined requests, before the loop looks elsewhere
constexpr qsizetype mostTogether = 64 * 1024; // bytes of answers that leave at once
constexpr qsizetype idleBuffer = 4 * 1024; // bytes of memory that a connection may keep for its next request

} // namespace

Connection::Connection(std::unique_ptr<Wire> wire, Host &host, QObject *parent)
    : Turns::Waiter(parent), m_host(host), m_wire(std::move(wire))
{
    m_wire->setObserver(this);
    enter(State::Head, m_wire->isReady() ? limits().idleTime : limits().headTime);
}

// A request that begins may be urgent, so that it is looked at whatever the share of the turn; one that does not come
// at once can wait, and so can a handshake.
void Connection::wireReadable()
{
    if (!m_turnAwaited)
        readMore(m_state == State::Head && !hasBegun() && m_wire->isReady());
}

// Reads no more than it needs for the next request: what a client sends ahead waits in the kernel. All but the first
// read is part of the turn's share; that one, too, unless it is to be made `atOnce`.
void Connection::readMore(bool atOnce)
{
    m_reading = true;
    if (readOn(atOnce))
        readLater();
    m_reading = false;
    sendHeld();
}

// Whether there may be more.
bool Connection::readOn(bool atOnce)
{
    for (int turn = 0; turn < readsPerTurn; ++turn) {
        if (!isReading())
            return false;
        if (takeWhole()) {
            if (!m_host.turns().mayRunNow(head().path())) {
                enter(State::Waiting, std::nullopt);
                break;
            }
            release();
            continue;
        }
        sendHeld();
        if (!isReading())
            return false;
        if (m_wire->mayHaveMore()) {
            if (!std::exchange(atOnce, false) && !m_host.turns().hasTime())
                break;
            readWire();
        } else {
            if (m_left)
                end();
            else if (m_draining && m_state == State::Head && !hasBegun())
                linger();
            return false;
        }
    }
    return true;
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
        enter(State::Head, limits().idleTime);
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
    using Reading = RequestReader::State;
    if (m_state == State::Lingering) {
        m_in.clear();
        return false;
    }
    const Reading before = m_reader.state();
    const Reading now = m_reader.read(m_in);
    if (now == Reading::Refused) {
        refuse(m_reader.refusal());
    } else if (now == Reading::Head && now != before) {
        enter(State::Head, limits().headTime);
    } else if (now == Reading::Body && now != before) {
        enter(State::Body, limits().bodyTime);
        identify();
        if (const auto objection = m_host.objectionTo(request()))
            refuse(*objection);
        else if (head().expectsContinue && m_in.isEmpty())
            write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (m_state == State::Body && !m_room.holds(m_in.size() + m_reader.bodySize(), limits().shortBody, limits().bodies))
        refuse(Failure::unavailable(u"too many long bodies arrive at the same time"_s, 1s));
    return now == Reading::Whole;
}

void Connection::release()
{
    enter(State::Exchange, std::nullopt);
    if (m_timing && m_timing.use_count() == 1)
        *m_timing = Timing();
    else
        m_timing = std::make_shared<Timing>();
    identify();
    m_taken = false;
    if (head().wantsTls && !m_wire->isSecured()) // RFC 9110 section 7.4
        refuse(Failure(421, u"what https: names is told over TLS only"_s));
    else
        m_host.handle(*this);
    if (!m_taken && m_state == State::Exchange)
        refuse(Failure(500, u"the request was not routed"_s));
    stopIfDue();
}

// Level-triggered: what ended the exchange before its handler asked to be told of that is found here.
void Connection::stopIfDue()
{
    if ((m_left || m_dismissed) && (m_state == State::Exchange || m_state == State::Streaming))
        m_stop.request_stop();
}

void Connection::identify()
{
    const QHostAddress peer = m_wire->peerAddress();
    const Networks &proxies = m_host.proxies();
    const bool isProxy = proxies.contains(peer);
    m_from = isProxy ? readForwarded(head(), peer, proxies) : Forwarded{peer, {}, {}, {}};
    if (m_from.client.isNull()) // it came by a Unix socket, and so from this machine
        m_from.client = QHostAddress::LocalHost;
    if (!isProxy && m_wire->isEncrypted())
        m_from.scheme = "https";
    m_trace = Trace(head());
}

// Of an exchange that is over: whether nobody waits for its end, and the connection ends with it.
bool Connection::endsUnheard()
{
    const bool givenUp = isGivenUp();
    m_stop = std::stop_source(std::nostopstate);
    if (givenUp)
        end();
    return givenUp;
}

void Connection::answer(const Response &response)
{
    if (m_state != State::Exchange || endsUnheard())
        return;
    m_closing = m_closing || !head().keepAlive || isDrained() || m_dismissed;
    QByteArray &bytes = m_host.scratch();
    appendAnswer(bytes, response, delivery());
    send(bytes);
}

Delivery Connection::delivery() const
{
    return {head().method() != "HEAD",
            !m_closing,
            head().minorVersion,
            m_host.date(),
            m_host.fixedFields(head()),
            m_host.showsTiming() ? m_timing.get() : nullptr,
            m_trace};
}

void Connection::beginStream(const Response &response)
{
    if (m_state != State::Exchange)
        return;
    m_closing = m_closing || !head().keepAlive || head().minorVersion == 0 || isDrained();
    enter(State::Streaming, std::nullopt);
    if (!isGivenUp())
        write(streamHead(response, delivery()));
}

void Connection::writeStream(const QByteArray &bytes)
{
    if (m_state != State::Streaming || isGivenUp() || head().method() == "HEAD")
        return;
    m_wire->write(head().minorVersion > 0 ? toChunk(bytes) : bytes);
    if (!m_deadline && m_wire->bytesToWrite() > 0)
        enter(State::Streaming, limits().streamStall);
}

void Connection::finishStream()
{
    if (m_state == State::Streaming && !endsUnheard())
        send(head().minorVersion > 0 && head().method() != "HEAD" ? toChunk({}) : QByteArray());
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
    identify();
    const Response response = toResponse(failure, m_trace.id());
    const Request request{head(), {}, {}, m_from, m_trace, {}, std::make_shared<Timing>()};
    const bool withBody = head().method() != "HEAD"; // of a head that was not read the method is empty
    m_host.noteRefusal({request, {}, response.failure, response.status, withBody ? response.body.size() : 0});
    QByteArray &bytes = m_host.scratch();
    appendAnswer(bytes, response,
                 {withBody, false, 1, m_host.date(), m_host.fixedFields(head()), request.timing.get(), m_trace});
    send(bytes);
}

// Where something of the next request is there, its answer may leave together with this one.
void Connection::send(const QByteArray &bytes)
{
    if (m_reading && !m_closing && !m_in.isEmpty() && m_held.size() + bytes.size() <= mostTogether) {
        m_held += bytes;
        sent();
        return;
    }
    enter(State::Sending, limits().timeToTake(bytes.size()));
    write(bytes);
    if (m_state == State::Sending && m_wire->bytesToWrite() == 0)
        sent();
}

void Connection::sendHeld()
{
    const auto allowed = limits().timeToTake(m_held.size());
    if (!m_held.isEmpty())
        write({});
    if (m_state == State::Head && m_wire->bytesToWrite() > 0)
        enter(State::Sending, allowed);
}

// After what was held back for it.
void Connection::write(const QByteArray &bytes)
{
    m_wire->write(m_held.isEmpty() ? bytes : std::exchange(m_held, {}) + bytes);
}

void Connection::sent()
{
    if (!m_wire->isOpen()) {
        end();
        return;
    }
    if (m_closing)
        return linger();
    enter(State::Head, hasBegun() ? limits().headTime : limits().idleTime);
    if (m_in.isEmpty() && m_in.capacity() > idleBuffer)
        m_in = {};
    if (!m_reading && (!m_in.isEmpty() || m_wire->mayHaveMore() || m_left || m_draining))
        readLater();
}

void Connection::linger()
{
    enter(State::Lingering, limits().lingerTime);
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

void Connection::dismiss()
{
    if (m_state == State::Exchange || m_state == State::Streaming) {
        m_dismissed = true;
        m_stop.request_stop();
    } else if (m_state == State::Waiting) {
        refuse(Failure::stopping());
    } else {
        cut();
    }
}

// Its handler may go on for a while; no deadline is missed meanwhile.
void Connection::cut()
{
    m_wire->abort();
    m_deadline.reset();
    wireLeft();
}

bool Connection::checkDeadline(Clock::time_point now)
{
    if (!m_deadline || now < *m_deadline)
        return false;
    const bool isBehind = m_state == State::Sending || m_state == State::Streaming;
    if (m_state == State::Body || (m_state == State::Head && hasBegun()))
        refuse(Failure(408, u"the request took too long to arrive"_s));
    else if (m_state == State::Head)
        linger();
    else
        cut();
    return isBehind;
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
    m_host.forget(this);
    deleteLater();
}

void Connection::enter(State state, std::optional<std::chrono::milliseconds> allowed)
{
    m_state = state;
    if (state != State::Body)
        m_room.leave();
    m_wire->heedLeaving(state != State::Waiting && state != State::Sending);
    m_deadline = allowed ? std::optional(Clock::now() + *allowed) : std::nullopt;
}

} // namespace openloop::http
