// SPDX-License-Identifier: GPL-3.0-or-later
// Records go between the plain wire and OpenSSL through two buffers; nothing here waits, and nothing is told within
// read() but that what had to wait for the handshake is gone.
#include "server/http/wire/tls_wire.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <utility>

namespace openloop::http {

namespace {

constexpr qsizetype mostAhead = 64 * 1024; // bytes that are read while nobody asks for them

// A record of TLS begins with a small number (RFC 8446 section 5.1), and a request with its method.
bool isOfMethod(char first)
{
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
}

} // namespace

/// The end of the records that OpenSSL sees. (Its memory BIOs keep as much memory as they have ever needed.)
class TlsWire::RecordsBio
{
public:
    /// Null if there is no memory.
    static BIO *make(Records *records)
    {
        BIO *bio = BIO_new(method());
        if (bio) {
            BIO_set_data(bio, records);
            BIO_set_init(bio, 1);
        }
        return bio;
    }

private:
    static const BIO_METHOD *method()
    {
        static BIO_METHOD *const made = [] {
            BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records");
            BIO_meth_set_read_ex(method, read);
            BIO_meth_set_write_ex(method, write);
            BIO_meth_set_ctrl(method, control);
            return method;
        }();
        return made;
    }

    static int read(BIO *bio, char *to, std::size_t most, std::size_t *count)
    {
        Records &records = *static_cast<Records *>(BIO_get_data(bio));
        BIO_clear_retry_flags(bio);
        *count = std::min(most, std::size_t(records.in.size() - records.taken));
        if (*count == 0) {
            BIO_set_retry_read(bio);
            return 0;
        }
        std::copy_n(records.in.constData() + records.taken, *count, to);
        records.taken += qsizetype(*count);
        return 1;
    }

    static int write(BIO *bio, const char *from, std::size_t size, std::size_t *count)
    {
        static_cast<Records *>(BIO_get_data(bio))->out.append(from, qsizetype(size));
        *count = size;
        return 1;
    }

    static long control(BIO *, int command, long, void *) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
};

TlsWire::TlsWire(int descriptor, std::shared_ptr<Poller> poller, std::shared_ptr<const TlsContext> context,
                 const Networks &proxies)
    : m_tcp(descriptor, poller, proxies), m_poller(std::move(poller)), m_context(std::move(context)),
      m_ssl(m_context->begin())
{
    m_tcp.setObserver(this);
    BIO *bio = m_ssl ? RecordsBio::make(&m_records) : nullptr;
    if (bio)
        SSL_set_bio(m_ssl.get(), bio, bio);
    else
        m_tcp.abort();
}

void TlsWire::read(QByteArray &in)
{
    if (m_ahead.isEmpty())
        receive(in);
    else
        in += std::exchange(m_ahead, {});
}

// All that has come is taken out of the records, so that there is more only where the plain wire has it.
void TlsWire::receive(QByteArray &in)
{
    m_tcp.read(m_records.in);
    if (m_state == State::Handshake && !m_records.in.isEmpty() && SSL_in_before(m_ssl.get()) == 1
        && isOfMethod(m_records.in.front())) {
        m_deaf = true;
        begin(State::Clear);
    }
    if (!m_deaf && !m_records.in.isEmpty() && (m_state == State::Encrypted || shakeHands()) && !m_deaf)
        decrypt(in);
    if (m_deaf || m_records.taken == m_records.in.size())
        m_records.in.clear();
    else
        m_records.in.remove(0, m_records.taken);
    m_records.taken = 0;
}

// Whether that was the end of it.
bool TlsWire::shakeHands()
{
    ERR_clear_error();
    const int result = SSL_do_handshake(m_ssl.get());
    if (result != 1 && SSL_get_error(m_ssl.get(), result) != SSL_ERROR_WANT_READ) {
        fail();
        return false;
    }
    sendRecords();
    if (result == 1)
        begin(State::Encrypted);
    return result == 1;
}

void TlsWire::begin(State state)
{
    m_state = state;
    if (m_waiting.isEmpty())
        return;
    write(std::exchange(m_waiting, {}));
    if (m_tcp.bytesToWrite() == 0)
        observer().wireTook();
}

void TlsWire::decrypt(QByteArray &in)
{
    auto &scratch = m_poller->scratch();
    std::size_t count = 0;
    ERR_clear_error();
    while (SSL_read_ex(m_ssl.get(), scratch.data(), scratch.size(), &count) == 1)
        in.append(scratch.data(), qsizetype(count));
    const int error = SSL_get_error(m_ssl.get(), 0);
    if (error == SSL_ERROR_ZERO_RETURN) { // RFC 8446 section 6.1: it may still be answered
        m_deaf = true;
        m_tcp.endReading();
    } else if (error != SSL_ERROR_WANT_READ || !m_records.out.isEmpty()) {
        fail(); // broken, or wants to shake hands again: what is to be sent is the alert that says no
    }
}

void TlsWire::write(const QByteArray &bytes)
{
    if (m_state == State::Handshake) {
        m_waiting += bytes;
    } else if (m_state == State::Clear) {
        m_tcp.write(bytes);
    } else if (!bytes.isEmpty() && m_tcp.isOpen()) {
        std::size_t written = 0;
        ERR_clear_error();
        if (SSL_write_ex(m_ssl.get(), bytes.constData(), std::size_t(bytes.size()), &written) == 1)
            sendRecords();
        else
            fail();
    }
}

void TlsWire::sendRecords()
{
    if (!m_records.out.isEmpty())
        m_tcp.write(std::exchange(m_records.out, {}));
}

// OpenSSL has written the alert that says why, if there is one.
void TlsWire::fail()
{
    sendRecords();
    m_deaf = true;
    m_tcp.breakOff();
}

void TlsWire::endWriting()
{
    m_deaf = true;
    if (m_state == State::Encrypted && m_tcp.isOpen()) {
        ERR_clear_error();
        SSL_shutdown(m_ssl.get());
        sendRecords();
    }
    m_endsLater = m_tcp.bytesToWrite() > 0;
    if (!m_endsLater)
        m_tcp.endWriting();
}

void TlsWire::abort()
{
    m_tcp.abort();
    m_waiting.clear();
    m_ahead.clear();
}

// Who has asked does not read before the answer; that the client leaves meanwhile is seen all the same.
void TlsWire::wireReadable()
{
    observer().wireReadable();
    while (m_heedsLeaving && m_state == State::Encrypted && !m_deaf && m_tcp.mayHaveMore()
           && m_ahead.size() < mostAhead)
        receive(m_ahead);
}

void TlsWire::wireTook()
{
    if (m_endsLater && m_tcp.bytesToWrite() == 0) {
        m_endsLater = false;
        m_tcp.endWriting();
    }
    observer().wireTook();
}

} // namespace openloop::http
