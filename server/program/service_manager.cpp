// SPDX-License-Identifier: GPL-3.0-or-later
// One unconnected socket of datagrams: a manager that was restarted is found again under the same name.
#include "server/program/service_manager.h"

#include <QLoggingCategory>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.program")

constexpr timeval longestSend{1, 0};
constexpr qsizetype longestStatus = 200; // characters

QByteArray takeVariable(const char *name)
{
    const QByteArray value = qgetenv(name);
    qunsetenv(name);
    return value;
}

// The clock that the manager compares with.
QByteArray monotonicMicroseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return QByteArray::number(qint64(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

QByteArray statusLine(const QString &status)
{
    return "STATUS=" + status.simplified().left(longestStatus).toUtf8() + '\n';
}

// Of another process: a wrapper that has started this one is watched by itself.
bool isOurs(const QByteArray &process)
{
    return process.isEmpty() || process.toLongLong() == ::getpid();
}

} // namespace

ServiceManager::ServiceManager() : m_name(takeVariable("NOTIFY_SOCKET"))
{
    const QByteArray watchdog = takeVariable("WATCHDOG_USEC");
    const bool isWatched = isOurs(takeVariable("WATCHDOG_PID"));
    if (m_name.isEmpty())
        return;
    const bool isAbstract = m_name.startsWith('@');
    if ((!isAbstract && !m_name.startsWith('/')) || m_name.size() >= qsizetype(sizeof(sockaddr_un::sun_path))) {
        qCWarning(log, "NOTIFY_SOCKET is neither a path nor an abstract name of at most 107 bytes: nobody is told");
        return;
    }
    if (isAbstract)
        m_name[0] = '\0';
    m_descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_SNDTIMEO, &longestSend, sizeof longestSend);
    const std::chrono::microseconds patience(isWatched ? watchdog.toLongLong() : 0);
    if (patience.count() > 0)
        m_beatInterval =
            std::max(std::chrono::duration_cast<std::chrono::milliseconds>(patience / 2), std::chrono::milliseconds(1));
}

ServiceManager::~ServiceManager()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

void ServiceManager::ready(const QString &status)
{
    tell("READY=1\n" + statusLine(status));
}

void ServiceManager::reloading()
{
    tell("RELOADING=1\nMONOTONIC_USEC=" + monotonicMicroseconds() + "\nSTATUS=reading its files again\n");
}

void ServiceManager::stopping(const QString &status)
{
    tell("STOPPING=1\n" + statusLine(status));
}

void ServiceManager::beat()
{
    tell("WATCHDOG=1\n", false);
}

void ServiceManager::tell(const QByteArray &lines, bool mayWait)
{
    if (m_descriptor < 0)
        return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, m_name.constData(), std::size_t(m_name.size()));
    const auto size = socklen_t(offsetof(sockaddr_un, sun_path) + std::size_t(m_name.size()));
    const int flags = MSG_NOSIGNAL | (mayWait ? 0 : MSG_DONTWAIT);
    const bool isHeard = ::sendto(m_descriptor, lines.constData(), std::size_t(lines.size()), flags,
                                  reinterpret_cast<const sockaddr *>(&address), size)
        >= 0;
    if (std::exchange(m_isHeard, isHeard) && !isHeard)
        qCWarning(log, "the service manager can't be told: %s", std::strerror(errno));
}

} // namespace openloop
