// SPDX-License-Identifier: GPL-3.0-or-later
// Everything an upstream can do to us, and what the client is told of it.
#include "server/upstream/stand_in.h"
#include "server/upstream/upstream.h"
#include "tests/support/ending.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"
#include "tests/support/rows.h"

#include <QPointer>
#include <QTest>
#include <QTimer>

#include <thread>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using http::Json;

namespace {

constexpr int mib = 1024 * 1024;

FakeUpstream::Behaviour drips()
{
    return [](QTcpSocket &socket) {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[");
        auto *const timer = new QTimer(&socket);
        QObject::connect(timer, &QTimer::timeout, &socket, [&socket] { socket.write(" "); });
        timer->start(20ms);
    };
}

/// Goes on for ever, as fast as it is read.
FakeUpstream::Behaviour neverEnds(const QByteArray &head)
{
    return [head](QTcpSocket &socket) {
        socket.write(head);
        const auto more = [&socket] {
            if (socket.bytesToWrite() < mib)
                socket.write(QByteArray(64 * 1024, ' '));
        };
        QObject::connect(&socket, &QTcpSocket::bytesWritten, &socket, more);
        more();
    };
}

FakeUpstream::Behaviour resets()
{
    return [](QTcpSocket &socket) {
        socket.setSocketOption(QAbstractSocket::KeepAliveOption, 0);
        socket.abort();
    };
}

} // namespace

class TestUpstream : public QObject
{
    Q_OBJECT

private slots:
    void theStandInAnswersLikeTheRealOne()
    {
        StandIn standIn;
        Upstream upstream({.url = standIn.url()});
        const auto ending = await(upstream.get({}));
        QCOMPARE(ending.status(), 200);
        QCOMPARE(ending.value->text(),
                 QByteArray(R"({"userId":1,"id":1,"title":"water the plants","completed":false})"));
        QCOMPARE(upstream.inFlight(), 0);
    }

    void anUnknownTodoOfTheStandInIsABadGateway()
    {
        StandIn standIn;
        QUrl url = standIn.url();
        url.setPath(QStringLiteral("/todos/201"));
        Upstream upstream({.url = url});
        QCOMPARE(await(upstream.get({})).status(), 502);
    }

    void anyJsonPassesUnchanged_data()
    {
        rows<QByteArray>({"body"},
                         {
                             {"object with spaces and order", "{ \"b\" : 1.50,\n\t\"a\":[ ] }\r\n"},
                             {"array", "[1,2]"},
                             {"string", "\"caf\xc3\xa9\""},
                             {"number beyond 2^53", "12345678901234567890"},
                             {"null", "null"},
                             {"3 MiB", QByteArray('[' + QByteArray("1234567,").repeated(3 * mib / 8) + "0]")},
                         });
    }
    void anyJsonPassesUnchanged()
    {
        QFETCH(QByteArray, body);
        FakeUpstream fake(FakeUpstream::answers("200 OK", body));
        Upstream upstream({.url = fake.url()});
        const auto ending = await(upstream.get({}));
        QCOMPARE(ending.status(), 200);
        QCOMPARE(ending.value->text(), body);
    }

    void aBadAnswerIsABadGateway_data()
    {
        QTest::addColumn<FakeUpstream::Behaviour>("behaviour");
        const auto answer = [](const char *tag, const QByteArray &status, const QByteArray &body,
                               const QByteArray &fields = {}) {
            QTest::newRow(tag) << FakeUpstream::answers(status, body, fields);
        };
        answer("500", "500 Internal Server Error", "{}");
        answer("503", "503 Service Unavailable", "{}");
        answer("404", "404 Not Found", "{}");
        answer("401", "401 Unauthorized", "{}", "WWW-Authenticate: Basic realm=\"x\"\r\n");
        answer("407", "407 Proxy Authentication Required", "{}", "Proxy-Authenticate: Basic realm=\"x\"\r\n");
        answer("redirect to an internal address", "302 Found", "{}", "Location: http://127.0.0.1:1/secret\r\n");
        answer("permanent redirect", "308 Permanent Redirect", "{}", "Location: /answer\r\n");
        answer("text", "200 OK", "hello");
        answer("empty", "200 OK", "");
        answer("no content", "204 No Content", "");
        answer("two values", "200 OK", "1,2");
        answer("brackets of another", "200 OK", "1],[2");
        answer("cut JSON", "200 OK", "{\"a\":");
        answer("large and no JSON", "200 OK", '[' + QByteArray("1,").repeated(mib));
        answer("compressed unasked", "200 OK", QByteArray::fromHex("1f8b0800000000000003ab0500"),
               "Content-Encoding: gzip\r\n");
        QTest::newRow("5 MiB announced") << FakeUpstream::says("HTTP/1.1 200 OK\r\nContent-Length: 5242880\r\n\r\n[");
        QTest::newRow("endless body with a length")
            << neverEnds("HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n");
        QTest::newRow("endless body without one") << neverEnds("HTTP/1.1 200 OK\r\n\r\n");
        QTest::newRow("ends early") << FakeUpstream::saysAndCloses("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1]");
        QTest::newRow("ends early in chunks")
            << FakeUpstream::saysAndCloses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n");
        QTest::newRow("ends in the head") << FakeUpstream::saysAndCloses("HTTP/1.1 200 OK\r\nContent-");
        QTest::newRow("ends at once") << FakeUpstream::saysAndCloses("");
        QTest::newRow("resets") << resets();
        QTest::newRow("not HTTP") << FakeUpstream::saysAndCloses("SSH-2.0-OpenSSH_9.2\r\n");
    }
    void aBadAnswerIsABadGateway()
    {
        QFETCH(FakeUpstream::Behaviour, behaviour);
        FakeUpstream fake(behaviour);
        Upstream upstream({.url = fake.url(), .timeout = 5s});
        const auto ending = await(upstream.get({}));
        QCOMPARE(ending.status(), 502);
        QVERIFY(!ending.failure->detail().isEmpty());
        QCOMPARE(upstream.inFlight(), 0);
    }

    void aRedirectIsNotFollowed()
    {
        FakeUpstream secret(FakeUpstream::answers("200 OK", "{}"));
        FakeUpstream fake(FakeUpstream::answers("302 Found", "", "Location: " + secret.url().toEncoded() + "\r\n"));
        Upstream upstream({.url = fake.url()});
        QCOMPARE(await(upstream.get({})).status(), 502);
        QCOMPARE(secret.requests(), 0);
    }

    void cookiesDoNotPassFromOneClientToTheNext()
    {
        FakeUpstream fake(FakeUpstream::answers("200 OK", "{}", "Set-Cookie: session=alice\r\n"));
        Upstream upstream({.url = fake.url()});
        QCOMPARE(await(upstream.get({})).status(), 200);
        QCOMPARE(await(upstream.get({})).status(), 200);
        QCOMPARE(fake.heads().count("GET "), 2);
        QVERIFY(!fake.heads().toLower().contains("cookie"));
    }

    void aRefusedConnectionIsABadGateway()
    {
        QUrl url;
        {
            const FakeUpstream fake({});
            url = fake.url();
        }
        Upstream upstream({.url = url});
        QCOMPARE(await(upstream.get({})).status(), 502);
    }

    void theDeadlineEndsTheCall_data()
    {
        rows<FakeUpstream::Behaviour>(
            {"behaviour"},
            {
                {"hangs", FakeUpstream::says("")},
                {"hangs in the head", FakeUpstream::says("HTTP/1.1 200 OK\r\nContent-")},
                {"hangs in the body", FakeUpstream::says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1")},
                {"drips", drips()},
            });
    }
    void theDeadlineEndsTheCall()
    {
        QFETCH(FakeUpstream::Behaviour, behaviour);
        FakeUpstream fake(behaviour);
        bool ended = false; // well before a call that began with it and is given longer
        for (int tries = 0; tries < 3 && !ended; ++tries) { // again where both were over when the machine went on
            Upstream upstream({.url = fake.url(), .timeout = 300ms});
            Upstream patient({.url = fake.url(), .timeout = 1s});
            QElapsedTimer clock;
            clock.start();
            const auto other = follow(patient.get({}));
            QCOMPARE(await(upstream.get({})).status(), 504);
            QVERIFY(clock.elapsed() >= 300);
            ended = !other->over;
            TRY_COMPARE(other->status(), 504);
        }
        QVERIFY(ended);
        TRY_COMPARE(fake.openConnections(), 0);
    }

    void aClientThatLeavesEndsTheCall_data()
    {
        rows<bool>({"elsewhere"}, {{"on this thread", false}, {"on another thread", true}});
    }
    void aClientThatLeavesEndsTheCall()
    {
        QFETCH(bool, elsewhere);
        FakeUpstream fake(FakeUpstream::says(""));
        Upstream upstream({.url = fake.url(), .timeout = 60s});
        std::stop_source client;
        const auto ending = follow(upstream.get(client.get_token()));
        TRY_COMPARE(fake.requests(), 1);
        QCOMPARE(upstream.inFlight(), 1);
        if (elsewhere)
            std::jthread([&client] { client.request_stop(); }).join();
        else
            client.request_stop();
        QVERIFY(!ending->over); // nothing is resumed under the caller
        TRY_VERIFY(ending->over);
        QCOMPARE(ending->status(), 499);
        QCOMPARE(upstream.inFlight(), 0);
        TRY_COMPARE(fake.openConnections(), 0);
        QCOMPARE(await(upstream.get(client.get_token())).status(), 499);
        QCOMPARE(fake.requests(), 1);
    }

    void callsBeyondTheBoundAreRefused()
    {
        FakeUpstream fake(FakeUpstream::says(""));
        Upstream upstream({.url = fake.url(), .timeout = 60s, .concurrency = 20});
        std::stop_source clients;
        std::vector<std::shared_ptr<Ending<Json>>> endings;
        for (int i = 0; i < 20; ++i)
            endings.push_back(follow(upstream.get(clients.get_token())));
        const auto refused = await(upstream.get({}));
        QCOMPARE(refused.status(), 503);
        QVERIFY(refused.failure->retryAfter().has_value());
        TRY_COMPARE(fake.requests(), 20); // none of the others waits inside Qt
        clients.request_stop();
        for (const auto &ending : endings)
            TRY_COMPARE(ending->status(), 499);
        fake.behave(FakeUpstream::answers("200 OK", "{}"));
        QCOMPARE(await(upstream.get({})).status(), 200);
    }

    void aThousandCallsWaitAtOnce()
    {
        QList<QPointer<QTcpSocket>> asking;
        FakeUpstream fake([&asking](QTcpSocket &socket) { asking.append(&socket); });
        Upstream upstream({.url = fake.url(), .timeout = 60s});
        std::vector<std::shared_ptr<Ending<Json>>> endings;
        for (int i = 0; i < 1000; ++i)
            endings.push_back(follow(upstream.get({})));
        TRY_COMPARE(asking.size(), 1000); // though none has been answered
        for (const QPointer<QTcpSocket> &socket : asking) {
            QVERIFY(socket);
            FakeUpstream::answers("200 OK", "{}")(*socket);
        }
        for (const auto &ending : endings)
            TRY_COMPARE(ending->status(), 200);
    }

    void anUpstreamThatAlwaysFailsIsLeftAlone()
    {
        FakeUpstream fake(FakeUpstream::answers("500 Internal Server Error", "{}"));
        Upstream upstream({.url = fake.url()});
        int failed = 0;
        auto last = await(upstream.get({}));
        for (; last.status() == 502 && failed < 60;
             ++failed) // more than 20 only where the circuit's pause was slept over
            last = await(upstream.get({}));
        QCOMPARE(last.status(), 503);
        QVERIFY(failed >= 20);
        QVERIFY(!upstream.ready());
        QVERIFY(last.failure->retryAfter().has_value());
        QVERIFY(fake.requests() >= failed && fake.requests() < 2 * failed); // but for probes of its own

        fake.behave(FakeUpstream::answers("200 OK", "{}"));
        TRY_COMPARE(await(upstream.get({})).status(), 200);
        QVERIFY(upstream.ready());
    }

    void aConnectionThatClosesUnansweredIsNotAskedAgainAndAgain()
    {
        FakeUpstream fake(FakeUpstream::saysAndCloses(""));
        Upstream upstream({.url = fake.url()});
        constexpr int calls = 20;
        for (int i = 0; i < calls; ++i)
            QCOMPARE(await(upstream.get({})).status(), 502);
        QVERIFY2(fake.requests() < 3 * calls, qPrintable(QString::number(fake.requests()))); // Qt by itself: 4 times
        QVERIFY(!upstream.ready());
    }

    void anUpstreamThatGoesAwayIsABadGateway()
    {
        auto fake = std::make_unique<FakeUpstream>(FakeUpstream::answers("200 OK", "{}"));
        Upstream upstream({.url = fake->url()});
        for (int i = 0; i < 10; ++i) // enough for a retry
            QCOMPARE(await(upstream.get({})).status(), 200);
        fake.reset();
        QCOMPARE(await(upstream.get({})).status(), 502);
    }

    void anUpstreamThatEndsAnswersWhoeverWaits()
    {
        FakeUpstream fake(FakeUpstream::says(""));
        std::shared_ptr<Ending<Json>> ending;
        {
            Upstream upstream({.url = fake.url()});
            ending = follow(upstream.get({}));
            TRY_COMPARE(fake.requests(), 1);
        }
        TRY_VERIFY(ending->over);
        QCOMPARE(ending->status(), 503);
    }

    void aRetryIsNotMadeAfterTheEnd()
    {
        FakeUpstream fake(FakeUpstream::saysAndCloses(""));
        std::vector<std::shared_ptr<Ending<Json>>> endings;
        {
            Upstream upstream({.url = fake.url()});
            for (int i = 0; i < 30; ++i)
                endings.push_back(follow(upstream.get({})));
        }
        for (const auto &ending : endings)
            TRY_COMPARE(ending->status(), 503);
    }
};

QTEST_GUILESS_MAIN(TestUpstream)
#include "test_upstream.moc"
