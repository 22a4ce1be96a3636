// SPDX-License-Identifier: GPL-3.0-or-later
// What a proxy says of its clients, byte by byte, against the real program: believed of those that are trusted alone.
#include "tests/support/clients/crowd.h"
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr const char *proxy = "127.0.0.1";
constexpr const char *stranger = "127.0.0.2";

const QByteArray lineOfFive = "PROXY TCP4 203.0.113.5 192.0.2.1 49153 8080\r\n";
const QByteArray blockOfFive = QByteArray("\r\n\r\n\0\r\nQUIT\n", 12) + QByteArray("\x21\x11\x00\x13", 4)
    + QByteArray("\xcb\x00\x71\x05\xc0\x00\x02\x01\xc0\x01\x1f\x90", 12) + QByteArray("\x02\x00\x04name", 7);
const QByteArray blockOfNobody = QByteArray("\r\n\r\n\0\r\nQUIT\n", 12) + QByteArray("\x20\x00\x00\x00", 4);

QByteArray request(const QByteArray &path, const QByteArray &fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

// The client, as the server sees it.
QString clientIn(const std::optional<Answer> &answer)
{
    return answer ? QJsonDocument::fromJson(answer->body)[u"client"_s].toString() : u"no answer"_s;
}

QStringList trusting(const QStringList &networks)
{
    QStringList options;
    for (const QString &network : networks)
        options << u"--trusted-proxy"_s << network;
    return options;
}

} // namespace

class TestProxies : public QObject
{
    Q_OBJECT

private slots:
    void fieldsAreBelievedOfTrustedProxiesAlone_data();
    void fieldsAreBelievedOfTrustedProxiesAlone();
    void whatHttpsNamesIsToldBehindTrustedProxiesAlone();
    void withoutTrustNobodyIsBelieved();
    void pagesOfTheHostThatAProxyNamesMayAsk_data();
    void pagesOfTheHostThatAProxyNamesMayAsk();
    void urlsBeginWithWhatAProxyCutsOff();
    void aConnectionIsOfWhomItsHeaderNames();
    void aHeaderMayComeByteByByte_data();
    void aHeaderMayComeByteByByte();
    void whatIsNoHeaderEndsTheConnection_data();
    void whatIsNoHeaderEndsTheConnection();
    void aHeaderComesBeforeTheHandshake_data();
    void aHeaderComesBeforeTheHandshake();
    void clientsOfOneProxyTakeTurns();
    void inventedClientsTakeNoTurns();
};

void TestProxies::fieldsAreBelievedOfTrustedProxiesAlone_data()
{
    rows<QByteArray>(
        {"fields"},
        {{"X-Forwarded-For", "X-Forwarded-For: 192.0.2.9, 203.0.113.5, 10.0.0.1\r\n"},
         {"Forwarded", QByteArray("Forwarded: for=192.0.2.9, for=\"203.0.113.5:80\";proto=https, for=10.0.0.1\r\n")}});
}

void TestProxies::fieldsAreBelievedOfTrustedProxiesAlone()
{
    QFETCH(const QByteArray, fields);
    ServerProcess server(QStringLiteral(TEST_SERVER), trusting({u"127.0.0.1"_s, u"10.0.0.0/8"_s}));
    QVERIFY(server.waitUntilReady());
    RawClient believed(server.port(), proxy);
    believed.send(request("/test/asker", fields));
    QCOMPARE(clientIn(believed.read()), u"203.0.113.5"_s);
    QCOMPARE(clientIn(believed.get("/test/asker")), QString::fromLatin1(proxy)); // each request is another's
    RawClient spoofing(server.port(), stranger);
    spoofing.send(request("/test/asker", fields + "X-Forwarded-Host: evil.example\r\nX-Forwarded-Prefix: /evil\r\n"));
    const auto answer = spoofing.read();
    QCOMPARE(clientIn(answer), QString::fromLatin1(stranger));
    QVERIFY(answer && !answer->body.contains("evil"));
}

// The proxy answers for TLS towards the client; a stranger in the clear may be read along with.
void TestProxies::whatHttpsNamesIsToldBehindTrustedProxiesAlone()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), trusting({u"127.0.0.1"_s}));
    QVERIFY(server.waitUntilReady());
    for (const auto &[address, header, status] :
         {std::tuple(proxy, QByteArray(), 200), {proxy, lineOfFive, 200}, {stranger, QByteArray(), 421}}) {
        RawClient client(server.port(), address);
        client.send(header + request("HTTPS://localhost/health"));
        QCOMPARE(statusOf(client.read()), status);
    }
}

void TestProxies::withoutTrustNobodyIsBelieved()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    client.send(request("/test/asker", "X-Forwarded-For: 203.0.113.5\r\nForwarded: for=203.0.113.5\r\n"));
    QCOMPARE(clientIn(client.read()), u"127.0.0.1"_s);
}

void TestProxies::pagesOfTheHostThatAProxyNamesMayAsk_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &fields, int status) {
        QTest::newRow(name) << fields << status;
    };
    const QByteArray named = "X-Forwarded-Host: openloop.example\r\nX-Forwarded-Proto: https\r\n";
    row("named", named, 200);
    row("its page", named + "Origin: https://openloop.example\r\n", 200);
    row("another page", named + "Origin: https://evil.example\r\n", 403);
    row("its page, not encrypted", named + "Origin: http://openloop.example:443\r\n", 403);
    row("the inner name's page", named + "Origin: http://localhost\r\n", 403);
    row("a name that is not allowed", "X-Forwarded-Host: evil.example\r\n", 403);
    row("by the standard", "Forwarded: host=openloop.example;proto=https\r\nOrigin: https://openloop.example\r\n", 200);
    row("by the standard, not allowed", "Forwarded: host=evil.example\r\n", 403);
}

void TestProxies::pagesOfTheHostThatAProxyNamesMayAsk()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const int, status);
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         trusting({u"127.0.0.1"_s}) << u"--allowed-host"_s << u"openloop.example"_s);
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    client.send(request("/metrics", fields));
    QCOMPARE(statusOf(client.read()), status);
    client.send("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n" + fields
                + "\r\n"); // rebound: the page sets any field
    QCOMPARE(statusOf(client.read()), 403);
}

void TestProxies::urlsBeginWithWhatAProxyCutsOff()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), trusting({u"127.0.0.1"_s}));
    QVERIFY(server.waitUntilReady());
    const QByteArray prefix = "X-Forwarded-Prefix: /api\r\n";
    RawClient client(server.port());
    const auto accepted = client.post("/factorizations", "{\"n\":\"15\"}", prefix);
    QCOMPARE(statusOf(accepted), 202);
    QVERIFY(accepted && accepted->fields.value("location").startsWith("/api/factorizations/"));
    QCOMPARE(statusOf(client.post("/factorizations", "{\"n\":\"16\"}", prefix)), 202); // that there is a next page
    client.send(request("/factorizations?limit=1", prefix));
    const auto page = client.read();
    QVERIFY(page && page->body.contains("\"/api/factorizations?limit=1&"));
    RawClient spoofing(server.port(), stranger);
    const auto plain = spoofing.post("/factorizations", "{\"n\":\"21\"}", prefix);
    QVERIFY(plain && plain->fields.value("location").startsWith("/factorizations/"));
}

// What a request says of its way is believed of the source that is named, and not of who names it.
void TestProxies::aConnectionIsOfWhomItsHeaderNames()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), trusting({u"127.0.0.1"_s, u"10.0.0.0/8"_s}));
    QVERIFY(server.waitUntilReady());
    for (const QByteArray &header : {lineOfFive, blockOfFive}) {
        RawClient client(server.port(), proxy);
        client.send(header + request("/test/asker") + request("/test/asker", "X-Forwarded-For: 192.0.2.9\r\n"));
        QCOMPARE(clientIn(client.read()), u"203.0.113.5"_s);
        QCOMPARE(clientIn(client.read()), u"203.0.113.5"_s);
        QCOMPARE(clientIn(client.get("/test/asker")), u"203.0.113.5"_s);
        client.send(header); // once only
        QCOMPARE(statusOf(client.read()), 400);
    }
    RawClient inner(server.port(), proxy);
    inner.send("PROXY TCP4 10.0.0.1 192.0.2.1 1 2\r\n" + request("/test/asker", "X-Forwarded-For: 192.0.2.9\r\n"));
    QCOMPARE(clientIn(inner.read()), u"192.0.2.9"_s);
    for (const QByteArray &header : {QByteArray("PROXY UNKNOWN\r\n"), blockOfNobody, QByteArray("\r\n")}) {
        RawClient itself(server.port(), proxy);
        itself.send(header + request("/test/asker"));
        QCOMPARE(clientIn(itself.read()), QString::fromLatin1(proxy));
    }
}

void TestProxies::aHeaderMayComeByteByByte_data()
{
    rows<QByteArray>({"header"}, {{"line", lineOfFive}, {"block", blockOfFive}});
}

void TestProxies::aHeaderMayComeByteByByte()
{
    QFETCH(const QByteArray, header);
    ServerProcess server(QStringLiteral(TEST_SERVER), trusting({u"127.0.0.1"_s}));
    QVERIFY(server.waitUntilReady());
    const QByteArray bytes = header + request("/test/asker");
    for (qsizetype cut = 1; cut < bytes.size(); ++cut) {
        RawClient client(server.port(), proxy);
        client.send(bytes.first(cut));
        QCOMPARE(statusOf(RawClient(server.port()).get("/health")), 200); // it has seen them, most likely
        client.send(bytes.sliced(cut));
        QCOMPARE(clientIn(client.read()), u"203.0.113.5"_s);
    }
    RawClient slow(server.port(), proxy);
    for (const char byte : bytes)
        slow.send(QByteArray(1, byte));
    QCOMPARE(clientIn(slow.read()), u"203.0.113.5"_s);
    for (qsizetype cut = 1; cut < header.size(); ++cut) {
        RawClient leaving(server.port(), proxy);
        leaving.send(header.first(cut));
        leaving.finishSending();
        QVERIFY(leaving.waitForClose(longest));
    }
}

void TestProxies::whatIsNoHeaderEndsTheConnection_data()
{
    rows<QByteArray, QByteArray, int>(
        {"header", "from", "status"}, // 0: not a word
        {
            {"line", "PROXY TCP4 nobody 192.0.2.1 1 2\r\n", proxy, 0},
            {"line without an end", QByteArray("PROXY UNKNOWN ") + QByteArray(200, 'x'), proxy, 0},
            {"block", QByteArray(blockOfFive).replace(12, 1, "\x31"), proxy, 0},
            {"block beyond the bound", QByteArray(blockOfFive).replace(14, 2, "\xff\xff"), proxy, 0},
            {"a stranger's line", lineOfFive, stranger, 400}, // is a request of his
            {"a stranger's block", blockOfFive, stranger, 400},
        });
}

void TestProxies::whatIsNoHeaderEndsTheConnection()
{
    QFETCH(const QByteArray, header);
    QFETCH(const QByteArray, from);
    ServerProcess server(QStringLiteral(TEST_SERVER), trusting({u"127.0.0.1"_s}));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port(), from.constData());
    client.send(header + request("/test/asker"));
    QTEST(statusOf(client.read(longest)), "status");
    QVERIFY(client.waitForClose(longest));
}

void TestProxies::aHeaderComesBeforeTheHandshake_data()
{
    // atOnce: with the handshake's first bytes; no client: the connection ends
    rows<QByteArray, bool, QString>({"header", "atOnce", "client"},
                                    {
                                        {"none", QByteArray(), true, u"127.0.0.1"_s},
                                        {"line", lineOfFive, true, u"203.0.113.5"_s},
                                        {"block", blockOfFive, true, u"203.0.113.5"_s},
                                        {"block in pieces", blockOfFive, false, u"203.0.113.5"_s},
                                        {"malformed", "PROXY \r\n", true, {}},
                                        {"a request in the clear", request("/test/asker"), true, {}},
                                    });
}

void TestProxies::aHeaderComesBeforeTheHandshake()
{
    QFETCH(const QByteArray, header);
    QFETCH(const bool, atOnce);
    QFETCH(const QString, client);
    const QTemporaryDir folder;
    QVERIFY(makeCertificate(folder.path()));
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         trusting({u"127.0.0.1"_s}) << u"--tls-certificate"_s << folder.filePath(u"certificate.pem"_s)
                                                    << u"--tls-key"_s << folder.filePath(u"key.pem"_s));
    QVERIFY(server.waitUntilReady());
    QSslSocket socket;
    socket.setPeerVerifyMode(QSslSocket::VerifyNone);
    socket.connectToHost(u"127.0.0.1"_s, server.port());
    QVERIFY(socket.waitForConnected(patience));
    for (const char byte : atOnce ? QByteArray() : header) {
        socket.write(&byte, 1);
        socket.waitForBytesWritten(patience);
    }
    if (atOnce)
        socket.write(header);
    socket.startClientEncryption();
    QCOMPARE(socket.waitForEncrypted(patience), !client.isEmpty());
    if (client.isEmpty())
        return;
    socket.write(request("/test/asker", "Connection: close\r\n"));
    while (socket.state() == QAbstractSocket::ConnectedState && socket.waitForReadyRead(patience))
        continue;
    const QByteArray answer = socket.readAll();
    QVERIFY2(answer.contains("\"client\":\"" + client.toLatin1() + '"'), answer.constData());
}

namespace {

QByteArray factorize(const QByteArray &n, const QByteArray &client)
{
    return request("/factorize?n=" + n, "X-Forwarded-For: " + client + "\r\n");
}

QStringList oneThreadWithAQueueOf(int length)
{
    return trusting({u"127.0.0.1"_s}) << u"--cpu-threads"_s << u"1"_s << u"--cpu-queue"_s << QString::number(length)
                                      << u"--factorize-timeout"_s << u"600"_s;
}

const QByteArray queued = "openloop_queue_length{lane=\"long\"}";
const QByteArray displaced = "openloop_displaced_computations_total";

} // namespace

// All of them come from the proxy's address: the one who asks once gets a place among forty of another, and is next.
void TestProxies::clientsOfOneProxyTakeTurns()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), oneThreadWithAQueueOf(16));
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    std::vector<RawClient> flood;
    for (unsigned long i = 0; i < 40; ++i) {
        flood.emplace_back(server.port(), proxy);
        flood.back().send(factorize(semiprime(150, i), "203.0.113.5"));
        if (i == 0) // the others wait behind it
            TRY_COMPARE(server.figure("held"), 1);
    }
    TRY_COMPARE(server.metric(queued), 16.0);
    const QByteArray number = semiprime(150, 1000);
    RawClient single(server.port(), proxy);
    single.send(factorize(number, "203.0.113.6"));
    TRY_COMPARE(server.metric(displaced), 1.0);
    QVERIFY(server.hold("sieving", "&n=" + number)); // the flood is released
    TRY_COMPARE(server.figure("held"), 1);
    QVERIFY(server.metric(queued) >= 14); // its turn came after one or two of the flood
    QVERIFY(server.release());
    QCOMPARE(statusOf(single.read(longest)), 200);
}

void TestProxies::inventedClientsTakeNoTurns()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), oneThreadWithAQueueOf(8));
    QVERIFY(server.waitUntilReady());
    QVERIFY(server.hold("sieving"));
    std::vector<RawClient> flood;
    for (int i = 0; i < 9; ++i) {
        flood.emplace_back(server.port(), stranger);
        flood.back().send(factorize(semiprime(150, ulong(i)), "203.0.113." + QByteArray::number(i)));
        if (i == 0)
            TRY_COMPARE(server.figure("held"), 1);
    }
    TRY_COMPARE(server.metric(queued), 8.0);
    RawClient more(server.port(), stranger);
    more.send(factorize(semiprime(150, 1000), "203.0.113.100"));
    QCOMPARE(statusOf(more.read(longest)), 503); // they are one, who has as many waiting
    QCOMPARE(server.metric(displaced), 0.0);
    QVERIFY(server.release());
}

QTEST_GUILESS_MAIN(TestProxies)
#include "test_proxies.moc"
