// SPDX-License-Identifier: GPL-3.0-or-later
// --cors-origin: what a page of another origin may ask and read then, by what is sent and by what Chromium makes of it.
#include "tests/support/patience.h"
#include "tests/support/peers/browser.h"
#include "tests/support/peers/peers.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTemporaryFile>
#include <QTest>

#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

const QByteArray page = "https://a.example"; // that is let in

QSet<QByteArray> listIn(const std::optional<Answer> &answer, const QByteArray &field)
{
    QSet<QByteArray> words;
    for (const QByteArray &word : answer.value_or(Answer()).fields.value(field).split(','))
        words.insert(word.trimmed().toLower());
    return words;
}

} // namespace

class TestCors : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void itIsToldWhatItMaySend();
    void everyMethodOfARouteIsAllowed();
    void itReadsWhatItIsAnswered_data();
    void itReadsWhatItIsAnswered();
    void othersAreTreatedAsBefore_data();
    void othersAreTreatedAsBefore();
    void originsAreKnownByWhatBrowsersWrite_data();
    void originsAreKnownByWhatBrowsersWrite();
    void aPageInABrowserAsks();

private:
    std::optional<Answer> ask(const QByteArray &line, const QByteArray &fields) const;
    void start(const QStringList &origins);

    QTemporaryFile m_token;
    std::optional<ServerProcess> m_server;
};

void TestCors::init()
{
    if (m_token.fileName().isEmpty()) {
        QVERIFY(m_token.open());
        m_token.write("secret");
        m_token.close();
    }
    start({QString::fromLatin1(page), u"http://b.example:81"_s});
}

void TestCors::start(const QStringList &origins)
{
    m_server.reset();
    QStringList arguments{u"--token-file"_s, m_token.fileName()};
    for (const QString &origin : origins)
        arguments << u"--cors-origin"_s << origin;
    m_server.emplace(QStringLiteral(OPENLOOP_SERVER), arguments);
    QVERIFY(m_server->waitUntilReady());
}

std::optional<Answer> TestCors::ask(const QByteArray &line, const QByteArray &fields) const
{
    RawClient client(m_server->port());
    client.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    return client.read(std::chrono::seconds(20), line.startsWith("HEAD"));
}

void TestCors::itIsToldWhatItMaySend()
{
    for (const char *path : {"/factorizations", "/factorizations/0/events", "/health", "/nowhere", "/"}) {
        const auto answer = ask("OPTIONS " + QByteArray(path),
                                "Origin: " + page
                                    + "\r\nAccess-Control-Request-Method: POST\r\n"
                                      "Access-Control-Request-Headers: authorization\r\n"
                                      "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n");
        QCOMPARE(statusOf(answer), 204); // without a token
        QCOMPARE(answer->fields.value("access-control-allow-origin"), page);
        QVERIFY(listIn(answer, "vary").contains("origin"));
        QVERIFY(listIn(answer, "access-control-allow-headers")
                    .contains({"authorization", "content-type", "idempotency-key", "last-event-id", "prefer",
                               "x-request-id"}));
        QVERIFY(answer->fields.value("access-control-max-age").toInt() > 0);
        QVERIFY(!answer->fields.contains("access-control-allow-credentials"));
        QVERIFY(answer->body.isEmpty());
    }
}

void TestCors::everyMethodOfARouteIsAllowed()
{
    const auto preflight = ask("OPTIONS /health", "Origin: " + page + "\r\nAccess-Control-Request-Method: GET\r\n");
    const auto allowed = listIn(preflight, "access-control-allow-methods");
    const auto description = RawClient(m_server->port()).get("/openapi.json");
    QVERIFY(description);
    const QJsonObject paths = QJsonDocument::fromJson(description->body)[u"paths"_s].toObject();
    QVERIFY(!paths.isEmpty());
    for (const QJsonValue &item : paths) {
        for (const QString &method : item.toObject().keys())
            QVERIFY2(method == u"parameters" || allowed.contains(method.toLatin1()), qPrintable(method));
    }
}

void TestCors::itReadsWhatItIsAnswered_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("status");
    const QByteArray token = "Authorization: Bearer secret\r\n";
    QTest::newRow("an answer") << QByteArray("GET /factorize?n=91") << token << 200;
    QTest::newRow("its head") << QByteArray("HEAD /factorize?n=91") << token << 200;
    QTest::newRow("a probe") << QByteArray("GET /health") << QByteArray() << 200;
    QTest::newRow("no token") << QByteArray("GET /factorize?n=91") << QByteArray() << 401;
    QTest::newRow("bad input") << QByteArray("GET /factorize?n=x") << token << 422;
    QTest::newRow("nothing") << QByteArray("GET /nowhere") << token << 404;
    QTest::newRow("another method") << QByteArray("DELETE /health") << QByteArray() << 405;
    QTest::newRow("no preflight") << QByteArray("OPTIONS /health") << QByteArray() << 204;
    QTest::newRow("no preflight, no token") << QByteArray("OPTIONS /factorize") << QByteArray() << 401;
}

void TestCors::itReadsWhatItIsAnswered()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, fields);
    QFETCH(const int, status);
    const auto answer = ask(line, fields + "Origin: http://b.example:81\r\nSec-Fetch-Site: cross-site\r\n");
    QCOMPARE(statusOf(answer), status);
    QCOMPARE(answer->fields.value("access-control-allow-origin"), "http://b.example:81");
    QVERIFY(listIn(answer, "vary").contains("origin"));
    QVERIFY(listIn(answer, "access-control-expose-headers").contains({"location", "retry-after", "x-request-id"}));
    QVERIFY(!answer->fields.contains("access-control-allow-credentials"));
    QVERIFY(!answer->fields.contains("access-control-allow-methods"));
}

void TestCors::othersAreTreatedAsBefore_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("status");
    const QByteArray token = "Authorization: Bearer secret\r\n";
    const QByteArray wants = "Access-Control-Request-Method: GET\r\n";
    const auto row = [&](const char *name, const char *line, const QByteArray &fields, int status) {
        QTest::newRow(name) << QByteArray(line) << token + fields << status;
    };
    row("another page", "GET /factorize?n=91", "Origin: https://evil.example\r\n", 403);
    row("a name that begins so", "GET /factorize?n=91", "Origin: " + page + ".evil\r\n", 403);
    row("another scheme", "GET /factorize?n=91", "Origin: http://a.example\r\n", 403);
    row("another port", "GET /factorize?n=91", "Origin: " + page + ":444\r\n", 403);
    row("no origin to speak of", "GET /factorize?n=91", "Origin: null\r\n", 403);
    row("a preflight of another page", "OPTIONS /factorize", "Origin: https://evil.example\r\n" + wants, 403);
    row("two origins", "GET /factorize?n=91", "Origin: https://evil.example\r\nOrigin: " + page + "\r\n", 403);
    row("an image of a page", "GET /factorize?n=91", "Sec-Fetch-Site: cross-site\r\n", 403);
    row("our own page", "GET /factorize?n=91", "Origin: http://localhost\r\n", 403); // of another port
    row("no page", "GET /factorize?n=91", "", 200);
    row("no page, a word of a preflight", "OPTIONS /nowhere", wants, 404);
}

void TestCors::othersAreTreatedAsBefore()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, fields);
    QFETCH(const int, status);
    RawClient client(m_server->port());
    client.send(line + " HTTP/1.1\r\nHost: localhost:" + QByteArray::number(m_server->port()) + "\r\n" + fields
                + "\r\n");
    const auto answer = client.read();
    QCOMPARE(statusOf(answer), status);
    QVERIFY(!answer->fields.contains("access-control-allow-origin"));
    QVERIFY(listIn(answer, "vary").contains("origin")); // a cache must not give it to a page that is let in
}

void TestCors::originsAreKnownByWhatBrowsersWrite_data()
{
    QTest::addColumn<QString>("given");
    QTest::addColumn<QByteArray>("origin");
    QTest::newRow("as it is") << u"https://a.example"_s << QByteArray("https://a.example");
    QTest::newRow("capitals") << u"HTTPS://A.Example"_s << QByteArray("https://a.example");
    QTest::newRow("usual port") << u"https://a.example:443"_s << QByteArray("https://a.example");
    QTest::newRow("usual port of the other") << u"http://a.example:443"_s << QByteArray("http://a.example:443");
    QTest::newRow("IPv6") << u"http://[2001:DB8:0::1]:81"_s << QByteArray("http://[2001:db8::1]:81");
    QTest::newRow("not ASCII") << u"https://größe.example:81"_s << QByteArray("https://xn--gre-6ka8i.example:81");
    QTest::newRow("of a list") << u"https://b.example, https://a.example"_s << QByteArray("https://a.example");
}

void TestCors::originsAreKnownByWhatBrowsersWrite()
{
    QFETCH(const QString, given);
    QFETCH(const QByteArray, origin);
    start({given});
    const auto answer = ask("GET /health", "Origin: " + origin + "\r\n");
    QCOMPARE(statusOf(answer), 200);
    QCOMPARE(answer->fields.value("access-control-allow-origin"), origin);
}

// What another server shows is a page of another origin. The browser asks first, for the token and the key are none
// that any page may send.
void TestCors::aPageInABrowserAsks()
{
    if (skippedWithoutPeers())
        return;
    ServerProcess other(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(other.waitUntilReady());
    const auto originOf = [&other](const QString &host) { return u"http://%1:%2"_s.arg(host).arg(other.port()); };
    start({originOf(u"localhost"_s)});
    Browser browser;
    const auto asks = [&](const QString &path, const QString &options, const QString &read) {
        browser.run(u"window.told = undefined; fetch('http://127.0.0.1:%1%2', {%3}).then(async a => { %4 })"
                    ".catch(e => { window.told = String(e) })"_s.arg(m_server->port())
                        .arg(path, options, read));
        QString told;
        const auto isTold = [&] {
            told = browser.run(u"return window.told"_s).toString();
            return !told.isEmpty();
        };
        return QTest::qWaitFor(isTold, patience) ? told : u"nothing"_s;
    };
    const QString token = u"headers: {Authorization: 'Bearer secret', 'Content-Type': 'application/json', "
                          "'Idempotency-Key': 'a', Prefer: 'wait=10'}"_s;
    const QString body = u"window.told = a.status + await a.text()"_s;
    browser.open(originOf(u"localhost"_s) + u"/health"_s);
    QVERIFY(asks(u"/factorize?n=91"_s, token, body).startsWith(u"200{\"n\":\"91\""));
    const QString job = asks(u"/factorizations"_s, u"method: 'POST', body: '{\"n\":91}', "_s + token,
                             u"window.told = a.headers.get('location')"_s);
    QVERIFY2(job.startsWith(u"/factorizations/"), qPrintable(job));
    const QString events = asks(job + u"/events"_s, token, body);
    QVERIFY2(events.startsWith(u"200") && events.contains(u"event: done"), qPrintable(events));
    QVERIFY(asks(u"/factorize?n=91"_s, {}, body).startsWith(u"401{")); // no preflight, and it may read the problem
    QVERIFY(asks(u"/nowhere"_s, token, body).startsWith(u"404{"));
    QVERIFY(asks(u"/factorizations/0"_s, u"method: 'DELETE', "_s + token, body).startsWith(u"404{"));
    QVERIFY(asks(u"/factorize?n=91"_s, u"credentials: 'include'"_s, body).startsWith(u"TypeError"));
    browser.open(originOf(u"127.0.0.1"_s) + u"/health"_s); // which is not let in
    QVERIFY(asks(u"/factorize?n=91"_s, token, body).startsWith(u"TypeError"));
}

QTEST_GUILESS_MAIN(TestCors)
#include "test_cors.moc"
