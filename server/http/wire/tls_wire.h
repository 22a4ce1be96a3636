// SPDX-License-Identifier: GPL-3.0-or-later
// TLS, by OpenSSL between a plain wire and who reads requests.
#pragma once

#include "server/http/wire/plain_wire.h"
#include "server/http/wire/tls_context.h"

namespace openloop::http {

/// A PlainWire whose bytes are encrypted. The handshake is made by read(), so that its time is part of the share of who
/// calls that; of one that fails the client is told why, and the wire is no more open.
class TlsWire final : public Wire, private Wire::Observer
{
public:
    /// See PlainWire; the PROXY header comes before the handshake.
    TlsWire(int descriptor, std::shared_ptr<Poller> poller, std::shared_ptr<const TlsContext> context,
            const Networks &proxies);

    QHostAddress peerAddress() const override { return m_tcp.peerAddress(); }
    bool isSecured() const override { return isEncrypted(); }
    bool isEncrypted() const override { return m_state == State::Encrypted; }
    bool isReady() const override { return m_state != State::Handshake; }
    bool isMistaken() const override { return m_state == State::Clear; }
    void read(QByteArray &in) override;
    void look() override { m_tcp.look(); }
    bool mayHaveMore() const override { return !m_ahead.isEmpty() || m_tcp.mayHaveMore(); }
    void write(const QByteArray &bytes) override;
    qint64 bytesToWrite() const override { return m_waiting.size() + m_tcp.bytesToWrite(); }
    bool isOpen() const override { return m_tcp.isOpen(); }
    /// With a close_notify. What comes from now on is not looked at.
    void endWriting() override;
    void abort() override;
    /// A close_notify is among what is to be read: while it matters, that is read ahead.
    void heedLeaving(bool heeded) override { m_heedsLeaving = heeded; }

private:
    enum class State {
        Handshake,
        Encrypted,
        Clear, ///< the client sends requests and no handshake
    };
    /// What OpenSSL reads and writes.
    struct Records {
        QByteArray in;
        qsizetype taken = 0; ///< of `in`
        QByteArray out;
    };
    class RecordsBio;

    void wireReadable() override;
    void wireTook() override;
    void wireLeft() override { observer().wireLeft(); }

    void receive(QByteArray &in);
    bool shakeHands();
    void begin(State state);
    void decrypt(QByteArray &in);
    void sendRecords();
    void fail();

    PlainWire m_tcp;
    std::shared_ptr<Poller> m_poller;
    std::shared_ptr<const TlsContext> m_context; ///< outlives m_ssl
    Records m_records;
    TlsContext::Ssl m_ssl;
    State m_state = State::Handshake;
    QByteArray m_waiting; ///< to be written after the handshake
    QByteArray m_ahead; ///< read before anybody asked
    bool m_deaf = false; ///< what comes is dropped
    bool m_endsLater = false; ///< endWriting() waits for the client to take what is before it
    bool m_heedsLeaving = true;
};

} // namespace openloop::http
