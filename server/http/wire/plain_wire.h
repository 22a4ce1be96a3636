// SPDX-License-Identifier: GPL-3.0-or-later
// Sockets in the clear, by epoll: a turn of the event loop costs what happens on the wires, not how many there are.
#pragma once

#include "server/http/message/addresses.h"
#include "server/http/wire/wire.h"

#include <QSocketNotifier>

#include <array>
#include <memory>
#include <sys/epoll.h>

namespace openloop::http {

class PlainWire;

/// Watches the plain wires of one event loop; to Qt they are a single descriptor. (Qt's own dispatcher polls every
/// socket in every turn, so that thousands of idle clients delay the answer to one.)
class Poller
{
public:
    using Scratch = std::array<char, 16 * 1024>;

    /// Throws std::system_error.
    Poller();
    ~Poller();
    Q_DISABLE_COPY_MOVE(Poller)

    /// False: the kernel does not watch it.
    [[nodiscard]] bool add(int descriptor, PlainWire *wire);
    void remove(int descriptor, const PlainWire *wire);

    /// For one read at a time, lest each wire have memory of its own.
    Scratch &scratch() { return m_scratch; }

private:
    void deliver();

    int m_epoll;
    QSocketNotifier m_notifier;
    std::array<epoll_event, 64> m_events{}; ///< of this turn
    int m_count = 0; ///< of m_events
    bool m_watches = true; ///< the last one that was added; what ails it is logged once
    Scratch m_scratch; // NOLINT(*-member-init): is written before it is read
};

/// Owns the descriptor of a connected socket, TCP or Unix. Not open from the beginning if it can't be watched.
class PlainWire final : public Wire
{
public:
    /// A connection from one of the proxies may begin with a PROXY header; one that is malformed ends it.
    PlainWire(int descriptor, std::shared_ptr<Poller> poller, const Networks &proxies = {});
    ~PlainWire() override;

    QHostAddress peerAddress() const override { return m_address; }
    bool isSecured() const override { return m_secured; }
    void read(QByteArray &in) override;
    void look() override;
    bool mayHaveMore() const override { return m_readable; }
    void write(const QByteArray &bytes) override;
    qint64 bytesToWrite() const override { return m_out.size() - m_written; }
    bool isOpen() const override { return m_open; }
    void endWriting() override;
    void abort() override;

    /// As if the client had ended its half: wireLeft() tells when the loop comes to it.
    void endReading();
    /// Ends both ways and drops what waits: wireLeft() tells when the loop comes to it.
    void breakOff();

private:
    friend class Poller;

    void handle(quint32 events);
    bool passProxyHeader();
    bool flush();

    std::shared_ptr<Poller> m_poller;
    int m_descriptor; ///< -1 once closed
    QHostAddress m_address;
    QByteArray m_out; ///< what the client has not taken
    qsizetype m_written = 0; ///< of m_out
    bool m_readable = false;
    bool m_secured = false;
    bool m_maySayWhose = false; ///< a PROXY header may be what comes first
    bool m_open = true;
};

} // namespace openloop::http
