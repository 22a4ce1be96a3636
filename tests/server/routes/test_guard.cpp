// SPDX-License-Identifier: GPL-3.0-or-later
// Who may ask: the token's holder, and on loopback no page of another origin.
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
    const auto statusWith = [&client](const QByteArray &given) {
        client.send("GET /factorize?n=6 HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + given + "\r\n\r\n");
        return statusOf(client.read());
    };
    QCOMPARE(statusWith("Bearer secreT"), 403);
    QCOMPARE(statusWith("Bearer secret2"), 403);
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
    row("loopback", "/health", "Host: 127.0.0.1:PORT", 200);
    row("by name", "/health", "Host: localhost:PORT", 200);
    row("IPv6", "/health", "Host: [::1]:PORT", 200);
    row("another host", "/health", "Host: evil.example", 403);
    row("the target's authority counts", "http://127.0.0.1:PORT/health", "Host: evil.example", 200);
    row("and not the Host beside it", "http://evil.example/health", "Host: 127.0.0.1:PORT", 403);
    row("same origin", "/health", "Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT", 200);
    row("same origin by another name", "/health", "Host: 127.0.0.1:PORT\r\nOrigin: http://localhost:PORT", 200);
    row("another origin", "/health", "Host: 127.0.0.1:PORT\r\nOrigin: https://evil.example", 403);
    row("another port", "/health", "Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:1", 403);
    row("no origin to speak of", "/health", "Host: 127.0.0.1:PORT\r\nOrigin: null", 403);
    row("two origins", "/health",
        "Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\nOrigin: https://evil.example", 403);
}

void TestGuard::whereARequestComesFromIsLookedAt()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    QFETCH(const int, status);
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray port = QByteArray::number(server.port());
    RawClient client(server.port());
    client.send("GET " + target.replace("PORT", port) + " HTTP/1.1\r\n" + fields.replace("PORT", port) + "\r\n\r\n");
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, status);
    QVERIFY(!answer->fields.contains("access-control-allow-origin"));
}

QTEST_GUILESS_MAIN(TestGuard)
#include "test_guard.moc"
