// SPDX-License-Identifier: GPL-3.0-or-later
// Sockets that connect without blocking, each watched until the first of them is through.
#include "server/upstream/http1/dial.h"

#include "server/upstream/http1/tls_client_wire.h"

#include <cstring>

#include <poll.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http1 {

namespace {

constexpr std::chrono::milliseconds headStart{250};

bool isThrough(int descriptor)
{
    pollfd watched{descriptor, POLLOUT, 0};
    return ::poll(&watched, 1, 0) == 1;
}

int errorOf(int descriptor)
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace

Dial::Dial(Destination &destination) : m_destination(destination)
{
    m_patience.setSingleShot(true);
    m_patience.setTimerType(Qt::PreciseTimer);
    connect(&m_patience, &QTimer::timeout, this, &Dial::tryNext);
}

Dial::~Dial()
{
    for (const auto &attempt : m_attempts) {
        attempt->writable.reset();
        ::close(attempt->descriptor);
    }
}

void Dial::begin()
{
    if (m_destination.book.isFresh())
        race();
    else
        connect(&m_destination.book, &AddressBook::looked, this, &Dial::race, Qt::SingleShotConnection);
}

void Dial::race()
{
    const auto &all = m_destination.book.addresses();
    if (all.empty())
        return fail(QNetworkReply::HostNotFoundError, m_destination.book.error());
    m_addresses.assign(all.rbegin(), all.rend());
    tryNext();
}

void Dial::tryNext()
{
    if (!m_attempts.empty()) // what is under way has had its time
        m_destination.book.demote(m_attempts.back()->address);
    if (m_addresses.empty())
        return;
    auto attempt = std::make_unique<Attempt>();
    attempt->address = m_addresses.back();
    m_addresses.pop_back();
    attempt->descriptor = ::socket(attempt->address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (attempt->descriptor < 0)
        return attemptFailed(errno);
    Attempt &begun = *m_attempts.emplace_back(std::move(attempt));
    if (::connect(begun.descriptor, begun.address.get(), begun.address.size) != 0 && errno != EINPROGRESS) {
        const int error = errno;
        ::close(begun.descriptor);
        m_attempts.pop_back();
        return attemptFailed(error);
    }
    if (isThrough(begun.descriptor)) // as on the same machine: it need not be watched
        return settle(begun);
    begun.writable = std::make_unique<QSocketNotifier>(begun.descriptor, QSocketNotifier::Write);
    connect(begun.writable.get(), &QSocketNotifier::activated, this, [this, &begun] { settle(begun); });
    if (!m_addresses.empty())
        m_patience.start(headStart);
}

void Dial::settle(Attempt &attempt)
{
    const int error = errorOf(attempt.descriptor);
    if (error == 0)
        return won(attempt);
    if (attempt.writable) {
        attempt.writable->setEnabled(false);
        attempt.writable.release()->deleteLater(); // it is telling us
    }
    m_destination.book.demote(attempt.address);
    ::close(attempt.descriptor);
    std::erase_if(m_attempts, [&attempt](const auto &one) { return one.get() == &attempt; });
    attemptFailed(error);
}

void Dial::attemptFailed(int error)
{
    if (m_firstError == 0)
        m_firstError = error;
    if (!m_addresses.empty())
        tryNext();
    else if (m_attempts.empty())
        fail(QNetworkReply::ConnectionRefusedError, QString::fromLocal8Bit(std::strerror(m_firstError)));
}

void Dial::won(Attempt &attempt)
{
    m_patience.stop();
    if (attempt.writable) {
        attempt.writable->setEnabled(false);
        attempt.writable.release()->deleteLater();
    }
    m_line.address = attempt.address;
    m_line.encrypted = m_destination.encrypted;
    m_line.descriptor = std::exchange(attempt.descriptor, -1);
    for (const auto &other : m_attempts) {
        other->writable.reset();
        if (other->descriptor >= 0)
            ::close(other->descriptor);
    }
    m_attempts.clear();
    if (m_destination.encrypted)
        return encrypt();
    m_line.wire = std::make_unique<http::PlainWire>(m_line.descriptor, m_destination.poller);
    if (!m_line.wire->isOpen())
        return fail(QNetworkReply::UnknownNetworkError, u"the connection can't be watched"_s);
    emit connected();
}

void Dial::encrypt()
{
    auto wire = std::make_unique<TlsClientWire>(m_line.descriptor, m_destination.tls, m_destination.host);
    connect(wire.get(), &TlsClientWire::encrypted, this, &Dial::connected);
    connect(wire.get(), &TlsClientWire::refused, this,
            [this](const QString &reason) { fail(QNetworkReply::SslHandshakeFailedError, reason); });
    TlsClientWire &begun = *wire;
    m_line.wire = std::move(wire);
    begun.begin();
}

// Queued: it may be called by the one who dials.
void Dial::fail(QNetworkReply::NetworkError error, const QString &reason)
{
    if (std::exchange(m_over, true))
        return;
    QMetaObject::invokeMethod(this, [this, error, reason] { emit failed(error, reason); }, Qt::QueuedConnection);
}

} // namespace openloop::http1
