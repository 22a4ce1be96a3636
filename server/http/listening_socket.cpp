// SPDX-License-Identifier: GPL-3.0-or-later
// TCP is bound by Qt, which reads addresses; a Unix socket by hand, since its file has a mode and outlives its server.
#include "server/http/listening_socket.h"

#include "common/start_failure.h"

#include <QDeadlineTimer>
#include <QTcpServer>
#include <QtEndian>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr int backlog = 4096;
constexpr mode_t mode = 0660; // of a Unix socket's file: its user and group
constexpr auto longestWait = 2s; // for others that begin at the same path

[[noreturn]] void fail(const ListenAddress &address, const QString &reason)
{
    throw StartFailure(u"cannot listen on %1: %2"_s.arg(address.toString(), reason));
}

QString reasonOf(int error)
{
    return QString::fromLocal8Bit(std::strerror(error));
}

struct Name {
    sockaddr_un address{};
    socklen_t size = 0;

    const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&address); }
};

Name nameOf(const QByteArray &path)
{
    Name name;
    name.address.sun_family = AF_UNIX;
    std::memcpy(name.address.sun_path, path.constData(), std::size_t(path.size()));
    name.size = socklen_t(offsetof(sockaddr_un, sun_path) + std::size_t(path.size()) + 1);
    return name;
}

int makeSocket(const ListenAddress &address)
{
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        fail(address, reasonOf(errno));
    return descriptor;
}

// Between bind and listen a socket looks as if its server were dead, so that who begins at the same time waits. A
// folder that can't be read has no lock: there nobody waits.
class FolderLock
{
public:
    explicit FolderLock(const ListenAddress &address)
    {
        const QByteArray folder = address.path().first(qMax(address.path().lastIndexOf('/'), qsizetype(1)));
        m_descriptor = ::open(folder.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const QDeadlineTimer deadline(longestWait);
        while (m_descriptor >= 0 && ::flock(m_descriptor, LOCK_EX | LOCK_NB) != 0) {
            if (deadline.hasExpired()) {
                ::close(m_descriptor);
                fail(address, u"another program holds the lock of its folder"_s);
            }
            std::this_thread::sleep_for(10ms); // a lock rings no bell; this is before anything is served
        }
    }
    ~FolderLock()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    Q_DISABLE_COPY_MOVE(FolderLock)

private:
    int m_descriptor;
};

// What answers, or says that it has no time to, is alive; what refuses is what a dead server has left.
void removeStale(const ListenAddress &address)
{
    struct stat found{};
    if (::lstat(address.path().constData(), &found) != 0)
        return; // there is nothing, or bind tells what is wrong
    if (!S_ISSOCK(found.st_mode))
        fail(address, u"there is something else than a socket"_s);
    const int probe = makeSocket(address);
    const Name name = nameOf(address.path());
    const int error = ::connect(probe, name.get(), name.size) == 0 ? 0 : errno;
    ::close(probe);
    if (error == ECONNREFUSED)
        ::unlink(address.path().constData());
    else if (error != ENOENT)
        fail(address, error == 0 || error == EAGAIN ? u"another server listens there"_s : reasonOf(error));
}

int flagOf(int descriptor, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

} // namespace

struct ListeningSocket::File {
    dev_t device;
    ino_t number;
};

ListeningSocket::ListeningSocket(const ListenAddress &address, quint16 port) : m_address(address)
{
    if (address.isUnix()) {
        bindUnix();
        return;
    }
    QTcpServer server;
    server.setListenBacklogSize(backlog);
    if (!server.listen(address.host(), port)) {
        throw StartFailure(
            u"cannot listen on %1 port %2: %3"_s.arg(address.toString()).arg(port).arg(server.errorString()));
    }
    m_port = server.serverPort();
    m_descriptor = ::fcntl(int(server.socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    if (m_descriptor < 0)
        fail(address, reasonOf(errno));
}

// The mode that a socket has before it is bound is the file's, but for the umask: at no moment it is open to others.
void ListeningSocket::bindUnix()
{
    const FolderLock lock(m_address);
    removeStale(m_address);
    const char *path = m_address.path().constData();
    const Name name = nameOf(m_address.path());
    m_descriptor = makeSocket(m_address);
    const auto check = [this](bool done) {
        if (done)
            return;
        const QString reason = reasonOf(errno);
        close();
        fail(m_address, reason);
    };
    check(::fchmod(m_descriptor, mode) == 0);
    check(::bind(m_descriptor, name.get(), name.size) == 0);
    struct stat made{};
    check(::lstat(path, &made) == 0);
    m_file = std::make_unique<File>(File{made.st_dev, made.st_ino});
    check(::chmod(path, mode) == 0);
    check(::listen(m_descriptor, backlog) == 0);
}

ListeningSocket::ListeningSocket(int descriptor) : m_descriptor(descriptor), m_isHandedOver(true)
{
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    auto *address = reinterpret_cast<sockaddr *>(&bound);
    const bool isNamed = ::getsockname(descriptor, address, &size) == 0;
    const bool listens = flagOf(descriptor, SO_TYPE) == SOCK_STREAM && flagOf(descriptor, SO_ACCEPTCONN) == 1;
    if (isNamed && bound.ss_family == AF_UNIX) {
        const auto *name = reinterpret_cast<const sockaddr_un *>(&bound);
        QByteArray path(name->sun_path, qsizetype(size - offsetof(sockaddr_un, sun_path)));
        if (path.startsWith('\0')) // has no file
            path[0] = '@';
        m_address = ListenAddress::unixSocket(path.endsWith('\0') ? path.chopped(1) : path);
    } else if (isNamed && (bound.ss_family == AF_INET || bound.ss_family == AF_INET6)) {
        QHostAddress host;
        host.setAddress(address);
        m_address = ListenAddress(host);
        m_port = qFromBigEndian(bound.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in *>(&bound)->sin_port
                                                           : reinterpret_cast<const sockaddr_in6 *>(&bound)->sin6_port);
    } else {
        ::close(descriptor);
        throw StartFailure(u"descriptor %1, which was handed over, is no socket of TCP or Unix"_s.arg(descriptor));
    }
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (!listens || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0
        || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) {
        ::close(descriptor);
        throw StartFailure(u"the socket that was handed over, %1, does not listen for connections (a unit needs "
                           "ListenStream= and Accept=no)"_s.arg(m_address.toString()));
    }
}

ListeningSocket::~ListeningSocket()
{
    close();
}

ListeningSocket::ListeningSocket(ListeningSocket &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_address(std::move(other.m_address)), m_port(other.m_port),
      m_isHandedOver(other.m_isHandedOver), m_file(std::move(other.m_file))
{
}

int ListeningSocket::share() const
{
    const int same = ::fcntl(m_descriptor, F_DUPFD_CLOEXEC, 0);
    if (same < 0)
        throw std::system_error(errno, std::generic_category(), "the listening socket can't be shared");
    return same;
}

void ListeningSocket::close()
{
    removeFile();
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

// Whoever has put another file there may have a server of its own behind it.
void ListeningSocket::removeFile()
{
    struct stat found{};
    const auto file = std::exchange(m_file, nullptr);
    if (file && ::lstat(m_address.path().constData(), &found) == 0 && found.st_dev == file->device
        && found.st_ino == file->number)
        ::unlink(m_address.path().constData());
}

} // namespace openloop::http
