// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong on a connection that is used again: whoever asks is given the answer to his own question, or none.
#include "server/upstream/upstream.h"
#include "tests/support/ending.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"

#include <QPointer>
#include <QTest>
#include <QTimer>

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
    void aLongHeadIsRefusedAtOnce();
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
        const auto ending = await(upstream.get({}));
        QCOMPARE(ending.status(), 200);
        QCOMPARE(ending.value->text(), QByteArray::number(i));
    }
}

void TestUpstreamWire::whatComesUnaskedIsNobodysAnswer_data()
{
    QTest::addColumn<QByteArray>("stray");
    QTest::addColumn<bool>("close");
    QTest::addColumn<bool>("atOnce");
    QTest::newRow("another 200") << answer("-1") << false << false;
    QTest::newRow("another 200 with the answer") << answer("-1") << false << true;
    QTest::newRow("408") << QByteArray("HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\n-1") << true << false;
    QTest::newRow("408 and no end") << QByteArray("HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\n-1")
                                    << false << false;
    QTest::newRow("an empty line") << QByteArray("\r\n") << false << false;
    QTest::newRow("half an answer") << answer("-1").first(20) << false << false;
    QTest::newRow("103") << QByteArray("HTTP/1.1 103 Early Hints\r\n\r\n") << false << false;
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
        const auto ending = await(upstream.get({}));
        QCOMPARE(ending.status(), 200);
        QCOMPARE(ending.value->text(), QByteArray::number(i));
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

QTEST_GUILESS_MAIN(TestUpstreamWire)
#include "test_upstream_wire.moc"
