// SPDX-License-Identifier: GPL-3.0-or-later
// Sockets with deadlines; what is read is cut into answers, lengths and chunks included.
#include "tests/support/raw_client.h"

#include <QFile>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace openloop::test {

using Clock = std::chrono::steady_clock;

namespace {

// A server that takes nothing ends the wait.
void heedNobodyTaking(int descriptor)
{
    const timeval longest{20, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
}

} // namespace

RawClient::RawClient(quint16 port, const char *from) : m_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &own.sin_addr);
    const int yes = 1;
    ::setsockopt(m_descriptor, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    heedNobodyTaking(m_descriptor);
    if (::bind(m_descriptor, reinterpret_cast<const sockaddr *>(&own), sizeof own) != 0
        || ::connect(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        ::close(std::exchange(m_descriptor, -1));
}

RawClient::RawClient(const QString &path) : m_descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const QByteArray name = QFile::encodeName(path);
    qstrncpy(address.sun_path, name.constData(), sizeof address.sun_path);
    heedNobodyTaking(m_descriptor);
    if (::connect(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        ::close(std::exchange(m_descriptor, -1));
}

RawClient::~RawClient()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

RawClient::RawClient(RawClient &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_in(std::move(other.m_in))
{
}

void RawClient::send(const QByteArray &bytes)
{
    qsizetype sent = 0;
    while (sent < bytes.size()) {
        const auto count = ::send(m_descriptor, bytes.constData() + sent, size_t(bytes.size() - sent), MSG_NOSIGNAL);
        if (count <= 0)
            return; // the server has closed: what it said before that is what counts
        sent += count;
    }
}

bool RawClient::fill(Clock::time_point until)
{
    const auto left = std::chrono::duration_cast<Milliseconds>(until - Clock::now());
    pollfd waiting{m_descriptor, POLLIN, 0};
    if (m_descriptor < 0 || left.count() <= 0 || ::poll(&waiting, 1, int(left.count())) <= 0)
        return false;
    std::array<char, 65'536> buffer;
    const auto count = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
    if (count > 0)
        m_in.append(buffer.data(), count);
    return count > 0;
}

std::optional<Answer> RawClient::read(Milliseconds deadline, bool toHead)
{
    const auto until = Clock::now() + deadline;
    qsizetype end = -1;
    while ((end = m_in.indexOf("\r\n\r\n")) < 0) {
        if (!fill(until))
            return {};
    }
    Answer answer;
    const QByteArrayList lines = m_in.first(end).split('\n');
    answer.status = lines.first().mid(9, 3).toInt();
    for (const QByteArray &line : lines.sliced(1)) {
        const qsizetype colon = line.indexOf(':');
        QByteArray &value = answer.fields[line.first(colon).toLower()];
        value += (value.isEmpty() ? "" : ", ") + line.sliced(colon + 1).trimmed();
    }
    m_in.remove(0, end + 4);
    const bool hasBody = !toHead && answer.status != 204 && answer.status >= 200;
    const qsizetype length = hasBody ? answer.fields.value("content-length").toLongLong() : 0;
    while (m_in.size() < length) {
        if (!fill(until))
            return {};
    }
    answer.body = m_in.first(length);
    m_in.remove(0, length);
    return answer;
}

void RawClient::ask(const QByteArray &path, const QByteArray &method)
{
    send(method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

std::optional<Answer> RawClient::get(const QByteArray &path, Milliseconds deadline)
{
    ask(path);
    return read(deadline);
}

std::optional<Answer> RawClient::post(const QByteArray &path, const QByteArray &body, const QByteArray &fields,
                                      Milliseconds deadline)
{
    send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields
         + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    return read(deadline);
}

std::optional<Answer> RawClient::remove(const QByteArray &path, Milliseconds deadline)
{
    ask(path, "DELETE");
    return read(deadline);
}

QByteArray RawClient::readSome(Milliseconds deadline)
{
    if (m_in.isEmpty())
        fill(Clock::now() + deadline);
    return std::exchange(m_in, {});
}

bool RawClient::waitForClose(Milliseconds deadline)
{
    const auto until = Clock::now() + deadline;
    while (fill(until))
        m_in.clear();
    return Clock::now() < until;
}

void RawClient::finishSending()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

void RawClient::reset()
{
    const linger abortive{1, 0};
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &abortive, sizeof abortive);
    ::close(std::exchange(m_descriptor, -1));
}

void RawClient::shrinkReceiveBuffer()
{
    const int bytes = 64 * 1024;
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

} // namespace openloop::test
