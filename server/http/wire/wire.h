// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes to and from one client, whatever carries them.
#pragma once

#include <QHostAddress>

namespace openloop::http {

/// One connection below HTTP: plain (PlainWire) or TLS (TlsWire). The thread of the event loop.
class Wire
{
public:
    /// Whom the wire tells what happens. May abort() the wire in answer, but not destroy it.
    class Observer
    {
    public:
        virtual void wireReadable() = 0; ///< read() has something
        virtual void wireTook() = 0; ///< the client took something that had to wait
        virtual void wireLeft() = 0; ///< the client sends no more: it ended its half, or broke the connection and
                                     ///< isOpen() is false; maybe told twice

    protected:
        ~Observer() = default;
    };

    Wire() = default;
    virtual ~Wire() = default;
    Q_DISABLE_COPY_MOVE(Wire)

    void setObserver(Observer *observer) { m_observer = observer; }

    /// Of the client; null: it came by a Unix socket. Where a trusted proxy has said in a PROXY header for whom it
    /// connects, of that one.
    virtual QHostAddress peerAddress() const = 0;

    /// Whether nobody on the way can have read along, as far as is known here: it is encrypted, came by a Unix socket,
    /// or a trusted proxy answers for it.
    virtual bool isSecured() const = 0;
    /// Whether it is encrypted here.
    virtual bool isEncrypted() const { return false; }

    /// Whether what is read are requests. Until then read() goes on with what comes before them, and what is written
    /// waits.
    virtual bool isReady() const { return true; }
    /// Whether the client does not speak as it should here, so that all it can be told is that.
    virtual bool isMistaken() const { return false; }

    /// Appends what has arrived, at most some KiB at a time.
    virtual void read(QByteArray &in) = 0;
    /// Whether a read() may find something; wireReadable() does not tell again before one has found nothing.
    virtual bool mayHaveMore() const = 0;

    /// Looks for what has arrived now, not when the loop comes to it: read() finds it.
    virtual void look() { }

    /// Sends at once what the client takes, and the rest as it takes it.
    virtual void write(const QByteArray &bytes) = 0;
    virtual qint64 bytesToWrite() const = 0; ///< those that wait

    /// Whether the client may still take what is written; also of one that has ended its own half.
    virtual bool isOpen() const = 0;
    /// Tells the client that nothing more will come; it may still send.
    virtual void endWriting() = 0;
    /// Whether it matters now that the client ends its half: it does not while there is something that it may still
    /// take. Only for a wire that has to read on to see that.
    virtual void heedLeaving(bool heeded) { Q_UNUSED(heeded); }
    /// Closes, and drops what waits. Nothing is told any more.
    virtual void abort() = 0;

protected:
    Observer &observer() const { return *m_observer; }

private:
    Observer *m_observer = nullptr;
};

} // namespace openloop::http
