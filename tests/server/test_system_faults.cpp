// SPDX-License-Identifier: GPL-3.0-or-later
// System calls that fail, and signals in between: no client is forgotten, and no caller's errno is lost.
#include "common/stop_signals.h"
#include "server/loop/stall_watch.h"
#include "tests/support/app_thread.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"

#include <QTest>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <dlfcn.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace openloop;
using namespace openloop::http;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

// How many of the next calls fail, and how. Of send and recv only those count that don't wait: the server's.
struct Fault {
    std::atomic<int> times = 0;
    std::atomic<int> error = 0;

    void arm(int count, int number)
    {
        error = number;
        times = count;
    }
    bool strikes()
    {
        int left = times;
        while (left > 0 && !times.compare_exchange_weak(left, left - 1))
            continue;
        if (left <= 0)
            return false;
        errno = error;
        return true;
    }
};

Fault watching, sending, receiving, waking, posting;
std::atomic<bool> sendsInPart = false; // the next one takes half, and those after it are `sending`
std::atomic<bool> posted = false;

Json quick(int &, const Request &)
{
    return {{u"quick"_s, true}};
}

const QByteArray request = "GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n";

} // namespace

// The program's own symbols come before those of the C library.
extern "C" {

int epoll_ctl(int poll, int operation, int descriptor, epoll_event *event) noexcept
{
    if (operation == EPOLL_CTL_ADD && watching.strikes())
        return -1;
    return int(::syscall(SYS_epoll_ctl, poll, operation, descriptor, event));
}

ssize_t send(int descriptor, const void *bytes, size_t size, int flags)
{
    if ((flags & MSG_DONTWAIT) != 0) {
        if (sendsInPart.exchange(false))
            size /= 2;
        else if (sending.strikes())
            return -1;
    }
    return ::syscall(SYS_sendto, descriptor, bytes, size, flags, nullptr, 0);
}

ssize_t recv(int descriptor, void *bytes, size_t size, int flags)
{
    if ((flags & MSG_DONTWAIT) != 0 && receiving.strikes())
        return -1;
    return ::syscall(SYS_recvfrom, descriptor, bytes, size, flags, nullptr, nullptr);
}

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    if (waking.strikes())
        return -1;
    return ::syscall(SYS_write, descriptor, bytes, size);
}

int sem_post(sem_t *semaphore) noexcept
{
    static auto *const real = reinterpret_cast<int (*)(sem_t *)>(::dlsym(RTLD_NEXT, "sem_post"));
    const int result = real(semaphore);
    if (posting.strikes())
        posted = true;
    return result;
}
}

class TestSystemFaults : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_server = std::make_unique<AppThread>(Limits(), [](App &app) {
            static int none = 0;
            app.route("GET", u"/quick"_s, none, quick);
        });
    }
    void cleanup() { m_server.reset(); }

    void aConnectionThatCantBeWatchedIsClosed_data();
    void aConnectionThatCantBeWatchedIsClosed();
    void anAnswerThatCantBeSentWholeIsTheLast();
    void aReadThatFailsForAMomentIsMadeAgain();
    void aStopSignalLeavesErrnoAlone();
    void aLookAtTheStackLeavesErrnoAlone();

private:
    std::unique_ptr<AppThread> m_server;
};

void TestSystemFaults::aConnectionThatCantBeWatchedIsClosed_data()
{
    rows<int>({"error"}, {{"no more watches for this user", ENOSPC}, {"no memory", ENOMEM}});
}

void TestSystemFaults::aConnectionThatCantBeWatchedIsClosed()
{
    QFETCH(const int, error);
    RawClient before(m_server->port());
    QCOMPARE(statusOf(before.get("/quick")), 200);
    watching.arm(2, error);
    for (int i = 0; i < 2; ++i) {
        RawClient client(m_server->port());
        QVERIFY(client.waitForClose());
    }
    TRY_COMPARE(m_server->connections(), 1);
    QCOMPARE(statusOf(before.get("/quick")), 200);
    QCOMPARE(statusOf(RawClient(m_server->port()).get("/quick")), 200);
}

// What follows in the middle of an answer would be taken for the rest of it.
void TestSystemFaults::anAnswerThatCantBeSentWholeIsTheLast()
{
    RawClient client(m_server->port());
    QCOMPARE(statusOf(client.get("/quick")), 200);
    sendsInPart = true;
    sending.arm(1, ENOBUFS);
    client.send(request.repeated(2));
    QByteArray heard;
    for (QByteArray more = client.readSome(); !more.isEmpty(); more = client.readSome())
        heard += more;
    QCOMPARE(heard.count("HTTP/1.1 "), 1);
    QVERIFY(client.waitForClose());
    TRY_COMPARE(m_server->connections(), 0);
}

void TestSystemFaults::aReadThatFailsForAMomentIsMadeAgain()
{
    for (const int error : {EINTR, ENOMEM, ENOBUFS}) {
        RawClient client(m_server->port());
        QCOMPARE(statusOf(client.get("/quick")), 200);
        receiving.arm(3, error);
        QCOMPARE(statusOf(client.get("/quick")), 200);
        QCOMPARE(receiving.times.load(), 0);
    }
}

void TestSystemFaults::aStopSignalLeavesErrnoAlone()
{
    const StopSignals onStop([] { });
    waking.arm(1, EAGAIN);
    errno = ENOTTY;
    std::raise(SIGTERM);
    const int after = errno;
    QCOMPARE(waking.times.load(), 0);
    QCOMPARE(after, ENOTTY);
}

// This thread's loop stands still until its stack has been taken.
void TestSystemFaults::aLookAtTheStackLeavesErrnoAlone()
{
    StallLog stalls;
    const StallWatch watch(stalls, 0);
    posting.arm(1, EOVERFLOW);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    errno = ENOTTY;
    while (!posted && std::chrono::steady_clock::now() < until)
        continue;
    const int after = errno;
    QVERIFY(posted);
    QCOMPARE(after, ENOTTY);
}

QTEST_GUILESS_MAIN(TestSystemFaults)
#include "test_system_faults.moc"
