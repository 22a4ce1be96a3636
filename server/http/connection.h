// SPDX-License-Identifier: GPL-3.0-or-later
// One client: strict framing, limits, deadlines, and one exchange at a time.
#pragma once

#include "server/http/asker.h"
#include "server/http/host.h"
#include "server/http/message/request.h"
#include "server/http/message/response.h"
#include "server/http/reading/body_room.h"
#include "server/http/reading/request_reader.h"
#include "server/http/turns.h"
#include "server/http/wire/wire.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>

namespace openloop::http {

/// Owns the wire, and keeps to one exchange at a time: the next request is not released before the answer is given.
/// A client that ends its half is still answered what it has asked, until a handler has to wait: that one is stopped,
/// and what stands behind it is dropped.
/// Lives in the thread of the event loop; deleted after Host::forget().
class Connection final : public Turns::Waiter, public Asker, private Wire::Observer
{
    Q_OBJECT

public:
    using Clock = std::chrono::steady_clock;

    Connection(std::unique_ptr<Wire> wire, Host &host, QObject *parent);
    ~Connection() override { m_stop.request_stop(); }

    void takeTurn() override;

    /// Of the released request.
    const RequestHead &head() const { return m_reader.head(); }
    const Trace &trace() const { return m_trace; }
    /// The request as far as it decides whether it is let in: without its body.
    Request request() const { return {head(), {}, {}, m_from, m_trace, {}, m_timing}; }
    /// The released request, once; the exchange is open from here until answer().
    Request takeRequest()
    {
        m_taken = true;
        return {head(), m_reader.takeBody(), {}, m_from, m_trace, {}, m_timing};
    }
    std::stop_token stopToken() override
    {
        m_stop = std::stop_source();
        return m_stop.get_token();
    }
    void stopIfDue() override;
    bool isDismissed() const override { return m_dismissed && !m_left; }
    /// Goes on to the next request, too.
    void answer(const Response &response) override;
    void beginStream(const Response &response) override;
    void writeStream(const QByteArray &bytes) override;
    void finishStream() override;
    bool hasRoom() const override { return m_wire->bytesToWrite() < limits().streamBuffer; }
    AsyncEvent &roomMade() override { return m_roomMade; }
    void cut() override;
    const Limits &limits() const override { return m_host.limits(); }

    /// Says so and closes, whatever the client was about to ask.
    void refuse(const Failure &failure);

    /// Closes as soon as no exchange is open and no answer is under way.
    void closeWhenIdle();

    /// The time for answers is over: who waits for one is told so, as soon as its handler has stopped; others are cut.
    void dismiss();

    /// Closes or refuses what has taken too long; called by the listener a few times a second. True: the client was
    /// cut, for it did not take its answer.
    bool checkDeadline(Clock::time_point now);

private:
    enum class State {
        Head, ///< waiting for a request
        Body, ///< its head is known
        Waiting, ///< whole, for its turn
        Exchange, ///< released, not answered
        Streaming, ///< answered in part
        Sending, ///< answered, bytes still to be taken by the client
        Lingering, ///< refused or closing: reading on, so that a reset does not overtake the answer
        Ended,
    };

    void wireReadable() override;
    void wireTook() override;
    void wireLeft() override;

    void readMore(bool atOnce);
    bool readOn(bool atOnce);
    void readLater();
    void readWire();
    bool isReading() const;
    bool takeWhole();
    bool hasBegun() const { return m_reader.state() == RequestReader::State::Head; }
    void release();
    void identify();
    /// Whether nobody waits for the answer: the client left before it was there, or does not even read any more.
    bool isGivenUp() const { return (m_stop.stop_requested() && !isDismissed()) || !m_wire->isOpen(); }
    bool endsUnheard();
    Delivery delivery() const;
    void send(const QByteArray &bytes);
    void write(const QByteArray &bytes);
    void sendHeld();
    void sent();
    bool isDrained();
    void linger();
    void end();
    void enter(State state, std::optional<std::chrono::milliseconds> allowed);

    Host &m_host;
    std::unique_ptr<Wire> m_wire;
    State m_state = State::Head;
    std::optional<Clock::time_point> m_deadline;
    QByteArray m_held; ///< answers that leave together, before anything else is waited for
    QByteArray m_in; ///< read from the wire, not yet released
    RequestReader m_reader{limits()};
    BodyRoom m_room{m_host.bodies()};
    std::stop_source m_stop{std::nostopstate};
    std::shared_ptr<Timing> m_timing; ///< of the released request
    Forwarded m_from; ///< whose it is
    Trace m_trace; ///< likewise
    AsyncEvent m_roomMade;
    bool m_taken = false;
    bool m_reading = false; ///< within readMore()
    bool m_turnAwaited = false; ///< takeTurn() will be called
    bool m_closing = false; ///< after the answer that is next
    bool m_draining = false; ///< after the answer to the last of what has arrived
    bool m_dismissed = false; ///< what is open ends unanswered
    bool m_left = false; ///< the client sends no more
};

} // namespace openloop::http
