// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong on a connection that is used again: whoever asks is given the answer to his own question, or none.
#include "server/upstream/upstream.h"
#include "tests/support/ending.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"
#include "tests/support/rows.h"

#include <QPointer>
#include <QTest>
#include <QTimer>

#include <atomic>
#include <memory>
#include <semaphore>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using http::Json;

namespace {

QByteArray answer(const QByteArray &body, const QByteArray &fields = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + fields + "\r\n" + body;
}

/// Answers the n-th question with n.
class Counting
{
public:
    /// more: what to do beside; given the socket and the answer
    explicit Counting(std::function<void(QTcpSocket &, const QByteArray &)> more) : m_more(std::move(more)) { }

    FakeUpstream::Behaviour behaviour()
    {
        return [this](QTcpSocket &socket) { m_more(socket, answer(QByteArray::number(++m_asked))); };
    }
    int asked() const { return m_asked; }

private:
    std::function<void(QTcpSocket &, const QByteArray &)> m_more;
    int m_asked = 0;
};

/// Its answer, or the status without one.
QByteArray saidBy(Upstream &upstream)
{
    const auto ending = await(upstream.get({}));
    return ending.value ? ending.value->text() : "status " + QByteArray::number(ending.status());
}

void later(QTcpSocket &socket, std::chrono::milliseconds delay, const QByteArray &bytes, bool close = false)
{
    QTimer::singleShot(delay, Qt::PreciseTimer, &socket, [&socket, bytes, close] {
        socket.write(bytes);
        socket.flush();
        if (close)
            socket.disconnectFromHost();
    });
}

} // namespace

class TestUpstreamWire : public QObject
{
    Q_OBJECT

private slots:
    void everyCallIsGivenItsOwnAnswer_data();
    void everyCallIsGivenItsOwnAnswer();
    void whatComesUnaskedIsNobodysAnswer_data();
    void whatComesUnaskedIsNobodysAnswer();
    void anUpstreamThatClosesAfterEachAnswerLosesNoCall();
    void aConnectionThatWasClosingLosesNoCall_data();
    void aConnectionThatWasClosingLosesNoCall();
    void aQuestionIsRepeatedOnce();
    void aLongHeadIsRefusedAtOnce();
    void whatEndsByAResetIsNotWhole();
    void anAddressThatIsDeadIsNotWaitedFor_data();
    void anAddressThatIsDeadIsNotWaitedFor();
    void aChangedAddressIsFollowed();
    void aResolverThatHangsKeepsNobody();
    void whatIsLeftForANewConnectionIsNotLookedUpAgain();
};

void TestUpstreamWire::everyCallIsGivenItsOwnAnswer_data()
{
    QTest::addColumn<QList<QByteArray>>("before");
    const QByteArray hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
    QTest::newRow("103, then 200") << QList<QByteArray>{hints};
    QTest::newRow("103 twice") << QList<QByteArray>{hints, hints};
    QTest::newRow("100") << QList<QByteArray>{"HTTP/1.1 100 Continue\r\n\r\n"};
    QTest::newRow("102, 103, 199") << QList<QByteArray>{"HTTP/1.1 102 Processing\r\n\r\n" + hints,
                                                        "HTTP/1.1 199 Odd\r\nContent-Length: 5\r\n\r\n"};
}

void TestUpstreamWire::everyCallIsGivenItsOwnAnswer()
{
    QFETCH(const QList<QByteArray>, before);
    Counting counting([&before](QTcpSocket &socket, const QByteArray &own) {
        for (const QByteArray &bytes : before) {
            socket.write(bytes);
            socket.flush();
        }
        later(socket, 1ms, own);
    });
    FakeUpstream fake(counting.behaviour());
    Upstream upstream({.url = fake.url()});
    for (int i = 1; i <= 40; ++i) {
        QCOMPARE(saidBy(upstream), QByteArray::number(i));
    }
}

void TestUpstreamWire::whatComesUnaskedIsNobodysAnswer_data()
{
    rows<QByteArray, bool, bool>(
        {"stray", "close", "atOnce"},
        {
            {"another 200", answer("-1"), false, false},
            {"another 200 with the answer", answer("-1"), false, true},
            {"408", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\n-1", true, false},
            {"408 and no end", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\n-1", false, false},
            {"an empty line", "\r\n", false, false},
            {"half an answer", answer("-1").first(20), false, false},
            {"103", "HTTP/1.1 103 Early Hints\r\n\r\n", false, false},
        });
}

void TestUpstreamWire::whatComesUnaskedIsNobodysAnswer()
{
    QFETCH(const QByteArray, stray);
    QFETCH(const bool, close);
    QFETCH(const bool, atOnce);
    QPointer<QTcpSocket> last;
    Counting counting([&](QTcpSocket &socket, const QByteArray &own) {
        last = &socket;
        socket.write(atOnce ? own + stray : own);
    });
    FakeUpstream fake(counting.behaviour());
    Upstream upstream({.url = fake.url()});
    for (int i = 1; i <= 20; ++i) {
        QCOMPARE(saidBy(upstream), QByteArray::number(i));
        if (!last || atOnce)
            continue;
        last->write(stray); // no question is under way
        last->flush();
        if (close)
            last->disconnectFromHost();
    }
}

void TestUpstreamWire::anUpstreamThatClosesAfterEachAnswerLosesNoCall()
{
    int delay = 0;
    Counting counting([&delay](QTcpSocket &socket, const QByteArray &own) {
        socket.write(own);
        delay = delay % 4 + 1;
        later(socket, std::chrono::milliseconds(delay), {}, true);
    });
    FakeUpstream fake(counting.behaviour());
    Upstream upstream({.url = fake.url()});
    for (int i = 0; i < 400; ++i)
        QCOMPARE(await(upstream.get({})).status(), 200);
}

void TestUpstreamWire::aLongHeadIsRefusedAtOnce()
{
    FakeUpstream fake(FakeUpstream::says("HTTP/1.1 200 OK\r\n" + QByteArray("X: yyyyyyyyyyyy\r\n").repeated(5000)));
    Upstream upstream({.url = fake.url(), .timeout = longest});
    QCOMPARE(await(upstream.get({})).status(), 502);
}

void TestUpstreamWire::aConnectionThatWasClosingLosesNoCall_data()
{
    rows<QByteArray>(
        {"lastWords"},
        {{"silently", QByteArray()},
         {"408", QByteArray("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")}});
}

// Each connection answers one question and closes when the second is on its way: outside the tenth that retries cost.
void TestUpstreamWire::aConnectionThatWasClosingLosesNoCall()
{
    QFETCH(const QByteArray, lastWords);
    Counting counting([&lastWords](QTcpSocket &socket, const QByteArray &own) {
        if (socket.objectName().isEmpty()) {
            socket.setObjectName(QStringLiteral("asked before"));
            socket.write(own);
        } else {
            socket.write(lastWords);
            socket.disconnectFromHost();
        }
    });
    FakeUpstream fake(counting.behaviour());
    Upstream upstream({.url = fake.url()});
    for (int i = 0; i < 100; ++i)
        QCOMPARE(await(upstream.get({})).status(), 200);
    QCOMPARE(counting.asked(), 199); // the first one alone was not repeated
}

void TestUpstreamWire::aQuestionIsRepeatedOnce()
{
    bool answers = true;
    Counting counting([&answers](QTcpSocket &socket, const QByteArray &own) {
        if (std::exchange(answers, false))
            socket.write(own);
        else
            socket.disconnectFromHost();
    });
    FakeUpstream fake(counting.behaviour());
    Upstream upstream({.url = fake.url()});
    QCOMPARE(await(upstream.get({})).status(), 200);
    QCOMPARE(await(upstream.get({})).status(), 502);
    QCOMPARE(counting.asked(), 3);
}

// Only the end of the connection says how long it is, and this is no end.
void TestUpstreamWire::whatEndsByAResetIsNotWhole()
{
    FakeUpstream fake([](QTcpSocket &socket) {
        socket.write("HTTP/1.1 200 OK\r\n\r\n12");
        socket.flush();
        const linger now{1, 0};
        ::setsockopt(int(socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        socket.abort();
    });
    Upstream upstream({.url = fake.url()});
    QCOMPARE(await(upstream.get({})).status(), 502);
}

void TestUpstreamWire::anAddressThatIsDeadIsNotWaitedFor_data()
{
    rows<bool>({"refuses"}, {{"refuses", true}, {"says nothing", false}});
}

void TestUpstreamWire::anAddressThatIsDeadIsNotWaitedFor()
{
    QFETCH(const bool, refuses);
    // A listener whose backlog is full drops whoever comes.
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in dead{};
    dead.sin_family = AF_INET;
    dead.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof dead;
    auto *const address = reinterpret_cast<sockaddr *>(&dead);
    QVERIFY(::bind(listener, address, size) == 0 && ::getsockname(listener, address, &size) == 0);
    QVERIFY(refuses || ::listen(listener, 0) == 0);
    std::vector<int> waiting;
    for (int i = 0; i < 4 && !refuses; ++i) {
        waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        ::connect(waiting.back(), address, size);
    }
    const quint16 deadPort = ntohs(dead.sin_port);

    FakeUpstream fake(FakeUpstream::answers("200 OK", "1"));
    const quint16 livePort = fake.serverPort();
    const auto both = [deadPort, livePort] {
        http1::Lookup found = http1::lookUp("127.0.0.1", deadPort);
        found.addresses.push_back(http1::lookUp("127.0.0.1", livePort).addresses.front());
        return found;
    };
    Upstream upstream({.url = fake.url(), .timeout = longest, .addresses = {.ask = both}});
    QCOMPARE(await(upstream.get({}), patience).status(), 200);
    QCOMPARE(fake.requests(), 1);
    for (const int descriptor : waiting)
        ::close(descriptor);
    ::close(listener);
}

void TestUpstreamWire::aChangedAddressIsFollowed()
{
    FakeUpstream before(FakeUpstream::answers("200 OK", "1"));
    FakeUpstream after(FakeUpstream::answers("200 OK", "2"));
    const auto port = std::make_shared<std::atomic<quint16>>(before.serverPort());
    const auto current = [port] { return http1::lookUp("127.0.0.1", *port); };
    Upstream upstream({.url = before.url(), .addresses = {.ask = current, .believed = 50ms}});
    QCOMPARE(await(upstream.get({})).got().text(), "1");
    *port = after.serverPort();
    // Though the old one is there, and its connection would do.
    const auto text = [&upstream] {
        const auto answer = await(upstream.get({}));
        return answer.value ? answer.value->text() : QByteArray();
    };
    TRY_COMPARE(text(), QByteArray("2"));
    TRY_COMPARE(before.openConnections(), 0);
}

// Neither who asks, nor the end of the service: the resolver's own patience may be half a minute.
void TestUpstreamWire::aResolverThatHangsKeepsNobody()
{
    const auto mayEnd = std::make_shared<std::binary_semaphore>(0);
    const auto ended = std::make_shared<std::binary_semaphore>(0);
    const auto hangs = [mayEnd, ended] {
        static_cast<void>(mayEnd->try_acquire_for(std::chrono::milliseconds(patience)));
        ended->release();
        return http1::lookUp("127.0.0.1", 1);
    };
    {
        Upstream upstream(
            {.url = QUrl(QStringLiteral("http://localhost:1/")), .timeout = 100ms, .addresses = {.ask = hangs}});
        QCOMPARE(await(upstream.get({})).status(), 504);
    }
    QVERIFY(!ended->try_acquire());
    mayEnd->release();
    QVERIFY(ended->try_acquire_for(std::chrono::milliseconds(patience)));
}

// Not even where every call is: a resolver that hangs would be asked by a thread for each.
void TestUpstreamWire::whatIsLeftForANewConnectionIsNotLookedUpAgain()
{
    FakeUpstream fake(FakeUpstream::saysAndCloses(""));
    const auto lookups = std::make_shared<std::atomic<int>>(0);
    const auto counted = [lookups, port = fake.serverPort()] {
        ++*lookups;
        return http1::lookUp("127.0.0.1", port);
    };
    const auto often = std::chrono::milliseconds(patience);
    Upstream upstream(
        {.url = fake.url(), .timeout = longest, .http2 = true, .addresses = {.ask = counted, .believed = often}});
    for (int i = 0; i < 5; ++i)
        QCOMPARE(await(upstream.get({}), patience).status(), 502);
    QVERIFY(fake.requests() > 5); // each was left, and asked again
    QCOMPARE(lookups->load(), 1);
}

QTEST_GUILESS_MAIN(TestUpstreamWire)
#include "test_upstream_wire.moc"
