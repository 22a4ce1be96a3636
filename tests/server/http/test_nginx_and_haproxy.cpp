// SPDX-License-Identifier: GPL-3.0-or-later
// Real proxies before the real program: nginx and HAProxy as people set them up, and as resources/fleet does.
#include "tests/support/clients/crowd.h"
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/peers/front.h"
#include "tests/support/peers/peers.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

QByteArray nginx(const QByteArray &inHttp, const QByteArray &inLocation)
{
    return "pid nginx.pid; events {} http { access_log off; client_body_temp_path t1; proxy_temp_path t2; "
           "fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
        + inHttp + "\nserver { listen FRONT; location / {\n" + inLocation + "\n} } }\n";
}

QByteArray haproxy(const QByteArray &inDefaults, const QByteArray &ofServer)
{
    return "defaults\n timeout connect 60s\n timeout client 75s\n timeout server 75s\n " + inDefaults
        + "\nlisten openloop\n bind FRONT\n server a SERVER " + ofServer + "\n";
}

// One who asks by the name that the public knows.
class Client
{
public:
    explicit Client(const Front &front, const char *from = "127.0.0.2")
        : m_host("openloop.example:" + QByteArray::number(front.port())), m_wire(front.port(), from)
    {
    }

    void send(const QByteArray &method, const QByteArray &path, const QByteArray &fields = {},
              const QByteArray &body = {})
    {
        m_wire.send(method + ' ' + path + " HTTP/1.1\r\nHost: " + m_host + "\r\n" + fields
                    + (body.isEmpty() ? QByteArray() : "Content-Length: " + QByteArray::number(body.size()) + "\r\n")
                    + "\r\n" + body);
    }
    Answer ask(const QByteArray &method, const QByteArray &path, const QByteArray &fields = {},
               const QByteArray &body = {})
    {
        send(method, path, fields, body);
        return m_wire.read(longest, method == "HEAD").value_or(Answer());
    }
    RawClient &wire() { return m_wire; }
    const QByteArray &host() const { return m_host; }

private:
    const QByteArray m_host;
    RawClient m_wire;
};

QByteArray memberOf(const Answer &answer, const QString &name)
{
    return QJsonDocument::fromJson(answer.body)[name].toString().toLatin1();
}

// All that comes on the wire until it contains `end`.
bool arrives(RawClient &wire, const QByteArray &end)
{
    QByteArray in;
    for (const QDeadlineTimer deadline(2 * longest); !in.contains(end);) {
        const QByteArray more = wire.readSome(longest);
        if (more.isEmpty() || deadline.hasExpired())
            return false;
        in += more;
    }
    return true;
}

const QByteArray longNumber = semiprime(150);

} // namespace

class TestNginxAndHaproxy : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void everyRouteAnswers_data();
    void everyRouteAnswers();
    void clientsOfOneProxyTakeTurns_data() { theFilesThatAreShipped(); }
    void clientsOfOneProxyTakeTurns();
    void itsOwnPagesMayAsk_data() { theFilesThatAreShipped(); }
    void itsOwnPagesMayAsk();
    void aServerThatEndsIsLeftOut_data() { theFilesThatAreShipped(); }
    void aServerThatEndsIsLeftOut();
    void aUnixSocketLeadsToTheServer_data();
    void aUnixSocketLeadsToTheServer();

private:
    static void theFilesThatAreShipped();
    std::unique_ptr<ServerProcess> startServer(const QStringList &more = {}) const;

    QTemporaryDir m_folder;
};

void TestNginxAndHaproxy::initTestCase()
{
    if (peersAreLeftOut())
        QSKIP("nginx is left out here");
    QVERIFY(makeCertificate(m_folder.path()));
    QVERIFY(QDir::setCurrent(m_folder.path())); // where only its owner may be, as a clone may lie in a home
}

std::unique_ptr<ServerProcess> TestNginxAndHaproxy::startServer(const QStringList &more) const
{
    auto server = std::make_unique<ServerProcess>(
        QStringLiteral(TEST_SERVER),
        QStringList{u"--trusted-proxy"_s, u"127.0.0.1"_s, u"--allowed-host"_s, u"openloop.example"_s} + more);
    if (!server->waitUntilReady())
        qFatal("no server: %s", server->standardError().constData());
    return server;
}

void TestNginxAndHaproxy::theFilesThatAreShipped()
{
    QTest::addColumn<Front::Kind>("kind");
    QTest::newRow("nginx") << Front::Nginx;
    QTest::newRow("HAProxy") << Front::Haproxy;
}

void TestNginxAndHaproxy::everyRouteAnswers_data()
{
    QTest::addColumn<Front::Kind>("kind");
    QTest::addColumn<QByteArray>("configuration"); // empty: the shipped one
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("client"); // as the server sees it
    const QByteArray itself = "127.0.0.2";
    const QByteArray proxy = "127.0.0.1";
    const auto row = [](const char *name, Front::Kind kind, const QByteArray &configuration, const QByteArray &client,
                        const QStringList &options = {}) {
        QTest::newRow(name) << kind << configuration << options << client;
    };
    const QByteArray added = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";
    const QByteArray persistent = "proxy_http_version 1.1; proxy_set_header Connection '';";
    row("nginx as shipped", Front::Nginx, {}, itself);
    row("nginx, proxy_pass alone", Front::Nginx, nginx({}, "proxy_pass http://SERVER;"), proxy);
    row("nginx, Host $host", Front::Nginx, nginx({}, "proxy_pass http://SERVER; proxy_set_header Host $host;" + added),
        itself);
    row("nginx, Host $http_host, kept alive", Front::Nginx,
        nginx("upstream fleet { server SERVER; keepalive 8; }",
              "proxy_pass http://fleet; proxy_set_header Host $http_host;" + added + persistent),
        itself);
    row("nginx, upstream's name", Front::Nginx,
        nginx("upstream fleet { server SERVER; keepalive 8; }", "proxy_pass http://fleet;" + added + persistent),
        itself, {u"--allowed-host"_s, u"fleet"_s});
    row("nginx, to TLS", Front::Nginx, nginx({}, "proxy_pass https://SERVER; proxy_set_header Host $host;" + added),
        itself, {u"tls"_s});
    row("HAProxy as shipped", Front::Haproxy, {}, itself);
    row("HAProxy, forwardfor", Front::Haproxy, haproxy("mode http\n option forwardfor", {}), itself);
    row("HAProxy, forwardfor, closing", Front::Haproxy,
        haproxy("mode http\n option forwardfor\n option http-server-close", {}), itself);
    row("HAProxy, connections shared", Front::Haproxy, haproxy("mode http\n option forwardfor\n http-reuse always", {}),
        itself);
    row("HAProxy, send-proxy", Front::Haproxy, haproxy("mode http", "send-proxy check inter 1s fall 1000"), itself);
    row("HAProxy, send-proxy-v2", Front::Haproxy, haproxy("mode http", "send-proxy-v2 check inter 1s fall 1000"),
        itself);
    row("HAProxy, send-proxy and forwardfor", Front::Haproxy, haproxy("mode http\n option forwardfor", "send-proxy"),
        itself);
    row("HAProxy, TLVs, connections", Front::Haproxy,
        haproxy("mode tcp", "send-proxy-v2 proxy-v2-options crc32c,unique-id"), itself);
    row("HAProxy, to TLS", Front::Haproxy,
        haproxy("mode http", "send-proxy-v2 check inter 1s fall 1000 ssl verify none"), itself, {u"tls"_s});
}

void TestNginxAndHaproxy::everyRouteAnswers()
{
    QFETCH(const Front::Kind, kind);
    QFETCH(const QByteArray, configuration);
    QFETCH(QStringList, options);
    QFETCH(const QByteArray, client);
    const bool isEncrypted = options.removeAll(u"tls"_s) > 0;
    if (isEncrypted) {
        options << u"--tls-certificate"_s << m_folder.filePath(u"certificate.pem"_s) << u"--tls-key"_s
                << m_folder.filePath(u"key.pem"_s);
    }
    const auto server = startServer(options);
    const QByteArray text = configuration.isEmpty() ? shippedFront(kind, {server->port()}) : configuration;
    Front front(kind, text, server->port());
    TRY_VERIFY2(front.isReady(), front.output().constData());

    Client user(front);
    for (int i = 0; i < 3; ++i) {
        const Answer answer = user.ask("GET", "/test/asker");
        QVERIFY2(answer.status == 200, (QByteArray::number(answer.status) + answer.body + front.output()).constData());
        QCOMPARE(memberOf(answer, u"client"_s), client);
    }
    for (const char *path :
         {"/health", "/livez", "/readyz", "/metrics", "/call_other_service", "/query_database?limit=1",
          "/factorize?n=360", "/factorizations", "/openapi.json", "/docs", "/redoc"}) {
        const Answer answer = user.ask("GET", path);
        QVERIFY2(answer.status == 200 && !answer.body.isEmpty(), path);
    }
    QCOMPARE(user.ask("HEAD", "/health").status, 200);
    QCOMPARE(user.ask("OPTIONS", "/factorizations").status, 204);
    QCOMPARE(user.ask("GET", "/nowhere").status, 404);
    const Answer accepted = user.ask("POST", "/factorizations", {}, "{\"n\":\"360\"}");
    QCOMPARE(accepted.status, 202);
    const QByteArray job = accepted.fields.value("location");
    QCOMPARE(user.ask("GET", job).status, 200);
    Client watcher(front);
    watcher.send("GET", job + "/events");
    QVERIFY(arrives(watcher.wire(), "event: done"));
    QCOMPARE(user.ask("DELETE", job).status, 204);
}

// A number of one client's that is held, one of another's is next. What is watched is told while nothing has ended.
void TestNginxAndHaproxy::clientsOfOneProxyTakeTurns()
{
    QFETCH(const Front::Kind, kind);
    const auto server =
        startServer({u"--cpu-threads"_s, u"1"_s, u"--cpu-queue"_s, u"16"_s, u"--factorize-timeout"_s, u"600"_s});
    Front front(kind, shippedFront(kind, {server->port()}), server->port());
    TRY_VERIFY2(front.isReady(), front.output().constData());
    QVERIFY(server->hold("sieving"));
    std::vector<std::unique_ptr<Client>> flood;
    for (unsigned long i = 0; i < 40; ++i) {
        flood.push_back(std::make_unique<Client>(front, "127.0.0.2"));
        flood.back()->send("GET", "/factorize?n=" + semiprime(150, i),
                           "X-Forwarded-For: 203.0.113." + QByteArray::number(qulonglong(i))
                               + "\r\nForwarded: for=203.0.113.5\r\n"); // invented
        if (i == 0) // the others wait behind it
            TRY_COMPARE(server->figure("held"), 1);
    }
    const QByteArray queued = "openloop_queue_length{lane=\"long\"}";
    TRY_COMPARE(server->metric(queued), 16.0);
    const QByteArray number = semiprime(150, 1000);
    Client single(front, "127.0.0.3");
    single.send("GET", "/factorize?n=" + number);
    TRY_COMPARE(server->metric("openloop_displaced_computations_total"), 1.0);
    QVERIFY(server->hold("sieving", "&n=" + number)); // the flood is released
    TRY_COMPARE(server->figure("held"), 1);
    QVERIFY(server->metric(queued) >= 14); // its turn came after one or two of the flood
    QVERIFY(server->release());
    QCOMPARE(statusOf(single.wire().read(longest)), 200);
}

// And are told events as they come: of a number that is held, what precedes its end.
void TestNginxAndHaproxy::itsOwnPagesMayAsk()
{
    QFETCH(const Front::Kind, kind);
    const auto server = startServer();
    Front front(kind, shippedFront(kind, {server->port()}), server->port());
    TRY_VERIFY2(front.isReady(), front.output().constData());
    QVERIFY(server->hold("sieving"));
    Client page(front);
    const QByteArray body = "{\"n\":\"" + longNumber + "\"}";
    QCOMPARE(page.ask("POST", "/factorizations", "Origin: http://evil.example\r\n", body).status, 403);
    const Answer accepted = page.ask("POST", "/factorizations", "Origin: http://" + page.host() + "\r\n", body);
    QCOMPARE(accepted.status, 202);
    Client watcher(front);
    watcher.send("GET", accepted.fields.value("location") + "/events");
    QVERIFY(arrives(watcher.wire(), "event: progress"));
    QVERIFY(server->release());
    QVERIFY(arrives(watcher.wire(), "event: done"));
}

// Whoever asks meanwhile is answered by the others.
void TestNginxAndHaproxy::aServerThatEndsIsLeftOut()
{
    QFETCH(const Front::Kind, kind);
    std::vector<std::unique_ptr<ServerProcess>> servers;
    QList<quint16> ports;
    for (int i = 0; i < 3; ++i) {
        servers.push_back(startServer());
        ports << servers.back()->port();
    }
    Front front(kind, shippedFront(kind, ports), ports[0]);
    TRY_VERIFY2(front.isReady(), front.output().constData());
    const auto answered = [&front] {
        int count = 0;
        for (int i = 0; i < 30; ++i)
            count += Client(front).ask("GET", "/factorize?n=360").status == 200;
        return count;
    };
    QCOMPARE(answered(), 30);
    QCOMPARE(servers[1]->stop(), 0);
    QCOMPARE(answered(), 30);
    servers[2]->process().kill();
    servers[2]->process().waitForFinished();
    QCOMPARE(answered(), 30);
}

void TestNginxAndHaproxy::aUnixSocketLeadsToTheServer_data()
{
    rows<Front::Kind, QByteArray>(
        {"kind", "configuration"},
        {{"nginx", Front::Nginx,
          nginx({},
                "proxy_pass http://unix:SOCKET:; proxy_set_header Host $http_host; "
                "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;")},
         {"HAProxy", Front::Haproxy, haproxy("mode http", "send-proxy-v2").replace("SERVER", "unix@SOCKET")}});
}

// Its account is not ours: the file is given to it, as a group would have it in common.
void TestNginxAndHaproxy::aUnixSocketLeadsToTheServer()
{
    QFETCH(const Front::Kind, kind);
    QFETCH(QByteArray, configuration);
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"openloop.sock"_s);
    ServerProcess server(QStringLiteral(TEST_SERVER),
                         {u"--listen"_s, u"unix:"_s + path, u"--trusted-proxy"_s, u"unix:"_s, u"--allowed-host"_s,
                          u"openloop.example"_s});
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    giveToPeers(folder.path());
    giveToPeers(path);
    Front front(kind, configuration.replace("SOCKET", path.toUtf8()), 0);
    TRY_VERIFY2(front.isReady(), front.output().constData());
    Client client(front, "127.0.0.7");
    const Answer answer = client.ask("GET", "/test/asker");
    QCOMPARE(memberOf(answer, u"client"_s), "127.0.0.7");
    QCOMPARE(client.ask("GET", "/metrics").status, 200);
}

QTEST_GUILESS_MAIN(TestNginxAndHaproxy)
#include "test_nginx_and_haproxy.moc"
