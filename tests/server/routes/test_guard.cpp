// SPDX-License-Identifier: GPL-3.0-or-later
// Who may ask: the token's holder, by names that lead here rightly, and no page of another origin.
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QTemporaryFile>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestGuard : public QObject
{
    Q_OBJECT

private slots:
    void aTokenIsAskedForButByProbes();
    void whereARequestComesFromIsLookedAt_data();
    void whereARequestComesFromIsLookedAt();
    void aRefusedHostIsToldHowToLetItIn();
    void beyondLoopbackNamesAreJudgedWhereTheyAreGiven();
};

void TestGuard::aTokenIsAskedForButByProbes()
{
    QTemporaryFile token;
    QVERIFY(token.open());
    token.write("secret\n");
    token.close();
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), {u"--token-file"_s, token.fileName()});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(statusOf(client.get("/health")), 200);
    const auto without = client.get("/factorize?n=6");
    QVERIFY(without);
    QCOMPARE(without->status, 401);
    QVERIFY(without->fields.value("www-authenticate").startsWith("Bearer"));
    QVERIFY(!without->fields.value("www-authenticate").contains("error"));
    const auto answerTo = [&client](const QByteArray &given) {
        client.send("GET /factorize?n=6 HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + given + "\r\n\r\n");
        return client.read();
    };
    const auto statusWith = [&](const QByteArray &given) { return statusOf(answerTo(given)); };
    const auto wrong = answerTo("Bearer secreT");
    QCOMPARE(statusOf(wrong), 401);
    QCOMPARE(wrong->fields.value("www-authenticate"), "Bearer realm=\"openloop\", error=\"invalid_token\""); // RFC 6750
    QCOMPARE(statusWith("Bearer secret2"), 401);
    QCOMPARE(statusWith("Basic secret"), 401);
    QCOMPARE(statusWith("bearer  secret"), 200);
}

void TestGuard::whereARequestComesFromIsLookedAt_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &target, const QByteArray &fields, int status) {
        QTest::newRow(name) << target << fields << status;
    };
    row("loopback", "/metrics", "Host: 127.0.0.1:PORT", 200);
    row("by name", "/metrics", "Host: localhost:PORT", 200);
    row("by name with a dot", "/metrics", "Host: LocalHost.", 200);
    row("IPv6", "/metrics", "Host: [::1]:PORT", 200);
    row("HTTP/1.1 with an empty one", "/metrics", "Host:", 200);
    row("another host", "/metrics", "Host: evil.example", 403);
    row("none at all", "/metrics", "Host: a:b:c", 403);
    row("a path that leads nowhere", "/nowhere", "Host: evil.example", 403);
    row("allowed", "/metrics", "Host: fleet", 200);
    row("allowed, with a port", "/metrics", "Host: fleet:1234", 200);
    row("allowed, in capitals and with a dot", "/metrics", "Host: FLEET.:PORT", 200);
    row("allowed by its end", "/metrics", "Host: a.b.example.com", 200);
    row("its end alone", "/metrics", "Host: example.com", 403);
    row("allowed address", "/metrics", "Host: 192.0.2.1:PORT", 200);
    row("allowed IPv6", "/metrics", "Host: [2001:db8:0::1]:PORT", 200);
    row("a probe by any name", "/health", "Host: evil.example", 200);
    row("another probe", "/livez", "Host: evil.example", 200);
    row("the last probe", "/readyz", "Host: a:b:c", 200);
    row("the target's authority counts", "http://127.0.0.1:PORT/metrics", "Host: evil.example", 200);
    row("and not the Host beside it", "http://evil.example/metrics", "Host: 127.0.0.1:PORT", 403);
    row("same origin", "/metrics", "Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT", 200);
    row("same origin by another name", "/metrics", "Host: 127.0.0.1:PORT\r\nOrigin: http://localhost:PORT", 200);
    row("same origin by IPv6", "/metrics", "Host: localhost:PORT\r\nOrigin: http://[::1]:PORT", 200);
    row("same origin, allowed", "/metrics", "Host: a.example.com\r\nOrigin: https://a.example.com", 200);
    row("another allowed one", "/metrics", "Host: a.example.com\r\nOrigin: https://b.example.com", 403);
    row("another origin", "/metrics", "Host: 127.0.0.1:PORT\r\nOrigin: https://evil.example", 403);
    row("another origin asks a probe", "/health", "Host: 127.0.0.1:PORT\r\nOrigin: https://evil.example", 403);
    row("another port", "/metrics", "Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:1", 403);
    row("another scheme", "/metrics", "Host: 127.0.0.1:PORT\r\nOrigin: ftp://127.0.0.1:PORT", 403);
    row("no origin to speak of", "/metrics", "Host: 127.0.0.1:PORT\r\nOrigin: null", 403);
    row("an image of another page", "/factorize?n=6", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site", 403);
    row("an image of another port", "/metrics", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: same-site", 403);
    row("a word of a later day", "/metrics", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: near", 403);
    row("a path of another page that leads nowhere", "/nowhere", "Host: localhost\r\nSec-Fetch-Site: cross-site", 403);
    row("an image of our page", "/metrics", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: same-origin", 200);
    row("the line of addresses", "/metrics", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: none", 200);
    row("a link to a document", "/docs", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site", 200);
    row("a probe", "/health", "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site", 200);
    row("the origin is more exact", "/metrics",
        "Host: 127.0.0.1:PORT\r\nOrigin: http://localhost:PORT\r\nSec-Fetch-Site: cross-site", 200);
    row("two origins", "/metrics",
        "Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\nOrigin: https://evil.example", 403);
}

void TestGuard::whereARequestComesFromIsLookedAt()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    QFETCH(const int, status);
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER),
                         {u"--allowed-host"_s, u"Fleet"_s, u"--allowed-host"_s, u"*.example.com"_s, u"--allowed-host"_s,
                          u"192.0.2.1"_s, u"--allowed-host"_s, u"2001:db8::1"_s});
    QVERIFY(server.waitUntilReady());
    const QByteArray port = QByteArray::number(server.port());
    RawClient client(server.port());
    client.send("GET " + target.replace("PORT", port) + " HTTP/1.1\r\n" + fields.replace("PORT", port) + "\r\n\r\n");
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, status);
    QVERIFY(!answer->fields.contains("access-control-allow-origin"));
    QCOMPARE(answer->fields.value("cross-origin-resource-policy"), "same-origin");
}

void TestGuard::aRefusedHostIsToldHowToLetItIn()
{
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    client.send("GET /metrics HTTP/1.1\r\nHost: Fleet:80\r\n\r\n");
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 403);
    QVERIFY2(answer->body.contains("--allowed-host") && answer->body.contains("fleet"), answer->body.constData());
}

void TestGuard::beyondLoopbackNamesAreJudgedWhereTheyAreGiven()
{
    QTemporaryFile token;
    QVERIFY(token.open());
    token.write("secret\n");
    token.close();
    const QStringList beyond{u"--listen"_s, u"0.0.0.0"_s, u"--token-file"_s, token.fileName()};
    const auto statusBy = [](const ServerProcess &server, const QByteArray &host) {
        RawClient client(server.port());
        client.send("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer secret\r\n\r\n");
        return statusOf(client.read());
    };
    ServerProcess anyName(QStringLiteral(OPENLOOP_SERVER), beyond);
    QVERIFY(anyName.waitUntilReady());
    QCOMPARE(statusBy(anyName, "openloop.example"), 200);
    ServerProcess oneName(QStringLiteral(OPENLOOP_SERVER),
                          beyond + QStringList{u"--allowed-host"_s, u"openloop.example"_s});
    QVERIFY(oneName.waitUntilReady());
    QCOMPARE(statusBy(oneName, "openloop.example"), 200);
    QCOMPARE(statusBy(oneName, "localhost"), 200);
    QCOMPARE(statusBy(oneName, "evil.example"), 403);
}

QTEST_GUILESS_MAIN(TestGuard)
#include "test_guard.moc"
