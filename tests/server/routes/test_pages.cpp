// SPDX-License-Identifier: GPL-3.0-or-later
// What people and balancers find who were told no more than a host: /, paths with a slash too many, /openapi.json.
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryFile>
#include <QTest>

#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestPages : public QObject
{
    Q_OBJECT

private slots:
    void init() { start({}); }
    void whatThereIsIsListed();
    void theListIsAPageForWhoWantsOne_data();
    void theListIsAPageForWhoWantsOne();
    void whatBalancersAskByThemselvesIsAnswered_data();
    void whatBalancersAskByThemselvesIsAnswered();
    void aSlashTooManyLeadsToTheRoute_data();
    void aSlashTooManyLeadsToTheRoute();
    void aSlashKeepsNobodyOut();
    void whatListsTheRoutesIsOpenUnlessItIsPrivate_data();
    void whatListsTheRoutesIsOpenUnlessItIsPrivate();
    void aPrefixIsPartOfWhatIsTold();

private:
    void start(const QStringList &arguments);
    QStringList withToken() const { return {u"--token-file"_s, m_token.fileName()}; }
    std::optional<Answer> ask(const QByteArray &line, const QByteArray &fields = {}) const;

    QTemporaryFile m_token;
    std::optional<ServerProcess> m_server;
};

void TestPages::start(const QStringList &arguments)
{
    if (m_token.fileName().isEmpty()) {
        QVERIFY(m_token.open());
        m_token.write("secret");
        m_token.close();
    }
    m_server.reset();
    m_server.emplace(QStringLiteral(OPENLOOP_SERVER), arguments);
    QVERIFY(m_server->waitUntilReady());
}

std::optional<Answer> TestPages::ask(const QByteArray &line, const QByteArray &fields) const
{
    RawClient client(m_server->port());
    client.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    return client.read(std::chrono::seconds(20), line.startsWith("HEAD"));
}

// And the description has the same routes; test_telemetry holds those to what is there.
void TestPages::whatThereIsIsListed()
{
    const auto list = ask("GET /");
    QCOMPARE(statusOf(list), 200);
    QCOMPARE(list->fields.value("content-type"), "application/json");
    QVERIFY(list->fields.value("vary").contains("Accept"));
    const QJsonObject told = QJsonDocument::fromJson(list->body).object();
    QCOMPARE(told[u"name"_s].toString(), u"openloop"_s);
    QCOMPARE(told[u"docs"_s].toString(), u"/docs"_s);
    const QJsonArray routes = told[u"routes"_s].toArray();
    const auto description = ask("GET /openapi.json");
    QCOMPARE(statusOf(description), 200);
    const QJsonObject paths = QJsonDocument::fromJson(description->body)[u"paths"_s].toObject();
    QSet<QString> described, listed;
    for (auto path = paths.begin(); path != paths.end(); ++path) {
        for (const QString &method : path.value().toObject().keys()) {
            if (method != u"parameters")
                described.insert(method.toUpper() + path.key());
        }
    }
    for (const QJsonValue &route : routes) {
        listed.insert(route[u"method"_s].toString() + route[u"path"_s].toString());
        QVERIFY2(!route[u"summary"_s].toString().isEmpty(), qPrintable(route[u"path"_s].toString()));
    }
    QCOMPARE(listed, described);
    QCOMPARE(listed.size(), routes.size());
    QVERIFY(listed.contains(u"GET/metrics"_s) && listed.contains(u"DELETE/factorizations/{id}"_s));
}

void TestPages::theListIsAPageForWhoWantsOne_data()
{
    rows<QByteArray, QByteArray>(
        {"accept", "type"},
        {
            {"nothing", "", "application/json"},
            {"anything", "*/*", "application/json"},
            {"Chromium", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
             "text/html; charset=utf-8"},
            {"JSON", "application/json", "application/json"},
            {"a page", "text/html", "text/html; charset=utf-8"},
            {"rather JSON", "text/html;q=0.5, application/json", "application/json"},
            {"rather a page", "Text/HTML, application/json; q=0.9", "text/html; charset=utf-8"},
            {"no page", "text/html;q=0, */*", "application/json"},
            {"text of any kind", "text/*", "text/html; charset=utf-8"},
            {"an image", "image/png", "application/json"},
            {"nonsense", ";,=;q=x,,/", "application/json"},
        });
}

void TestPages::theListIsAPageForWhoWantsOne()
{
    QFETCH(const QByteArray, accept);
    QFETCH(const QByteArray, type);
    const auto answer = ask("GET /", accept.isEmpty() ? accept : "Accept: " + accept + "\r\n");
    QCOMPARE(statusOf(answer), 200);
    QCOMPARE(answer->fields.value("content-type"), type);
    if (!type.startsWith("text/html"))
        return;
    QVERIFY(answer->fields.value("content-security-policy").contains("frame-ancestors 'none'"));
    QVERIFY(answer->body.contains("<a href=\"./query_database\">") && answer->body.contains("{id}/events"));
    QVERIFY(!answer->body.contains("href=\"/") && !answer->body.contains("<!-- ROUTES"));
}

void TestPages::whatBalancersAskByThemselvesIsAnswered_data()
{
    rows<QByteArray, int>(
        {"request", "status"},
        {
            {"HAProxy", "OPTIONS / HTTP/1.0\r\n\r\n", 204},
            {"nginx", "GET / HTTP/1.0\r\nHost: backend\r\n\r\n", 200},
            {"AWS", "GET / HTTP/1.1\r\nHost: 10.0.0.1:80\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n", 200},
            {"HEAD", "HEAD / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n", 200},
            {"by another's name elsewhere", "GET /nodes HTTP/1.1\r\nHost: backend\r\n\r\n", 403},
            {"of a foreign page", "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://evil.example\r\n\r\n", 403},
        });
}

void TestPages::whatBalancersAskByThemselvesIsAnswered()
{
    QFETCH(const QByteArray, request);
    QFETCH(const int, status);
    start(withToken());
    RawClient client(m_server->port());
    client.send(request);
    const auto answer = client.read(std::chrono::seconds(20), request.startsWith("HEAD"));
    QCOMPARE(statusOf(answer), status);
    if (status == 204)
        QCOMPARE(answer->fields.value("allow"), "OPTIONS, GET, HEAD");
}

void TestPages::aSlashTooManyLeadsToTheRoute_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("location");
    const auto row = [](const char *line, int status, const char *location) {
        QTest::newRow(line) << QByteArray(line) << status << QByteArray(location);
    };
    row("GET /health/", 308, "../health");
    row("HEAD /health/", 308, "../health");
    row("POST /factorizations/", 308, "../factorizations");
    row("GET /factorize/?n=91&x=%2F", 308, "../factorize?n=91&x=%2F");
    row("GET /factorize/?", 308, "../factorize");
    row("GET /factorizations/0/", 308, "../0");
    row("GET /factorizations/0/events/", 308, "../events");
    row("GET /factorizations/a:b/", 308, "../a:b"); // no scheme
    row("GET /docs/", 308, "../docs");
    row("GET /nowhere/", 404, "");
    row("GET /health//", 404, "");
    row("GET //", 308, "../");
    row("GET //health/", 404, "");
    row("GET //evil.example/", 404, "");
    row("GET //evil.example/health/", 404, "");
    row("GET /\\evil.example/", 400, "");
    row("GET /health%2F", 404, "");
    row("GET /", 200, "");
}

void TestPages::aSlashTooManyLeadsToTheRoute()
{
    QFETCH(const QByteArray, line);
    QFETCH(const int, status);
    QFETCH(const QByteArray, location);
    const auto answer = ask(line);
    QCOMPARE(statusOf(answer), status);
    QCOMPARE(answer->fields.value("location"), location);
}

// It is told as the route would be, and by whom: no token, no way.
void TestPages::aSlashKeepsNobodyOut()
{
    QCOMPARE(statusOf(ask("GET /nodes/", "Origin: https://evil.example\r\n")), 403);
    start(withToken());
    QCOMPARE(statusOf(ask("GET /nodes/")), 401);
    QCOMPARE(statusOf(ask("GET /nodes/", "Authorization: Bearer secret\r\n")), 308);
    QCOMPARE(statusOf(ask("GET /docs/")), 308);
    QCOMPARE(statusOf(ask("GET /health/")), 308);
}

void TestPages::whatListsTheRoutesIsOpenUnlessItIsPrivate_data()
{
    rows<QByteArray, int, int>({"path", "open", "hidden"},
                               {
                                   {"list", "/", 200, 401},
                                   {"description", "/openapi.json", 200, 401},
                                   {"docs", "/docs", 200, 200}, // which knows nothing but the description
                                   {"redoc", "/redoc", 200, 200},
                                   {"probe", "/readyz", 200, 200},
                                   {"else", "/nodes", 401, 401},
                               });
}

void TestPages::whatListsTheRoutesIsOpenUnlessItIsPrivate()
{
    QFETCH(const QByteArray, path);
    QFETCH(const int, open);
    QFETCH(const int, hidden);
    start(withToken());
    QCOMPARE(statusOf(ask("GET " + path)), open);
    start(withToken() + QStringList{u"--private-docs"_s});
    QCOMPARE(statusOf(ask("GET " + path)), hidden);
    QCOMPARE(statusOf(ask("GET " + path, "Authorization: Bearer secret\r\n")), 200);
}

void TestPages::aPrefixIsPartOfWhatIsTold()
{
    start({u"--trusted-proxy"_s, u"127.0.0.1"_s});
    const QByteArray proxied = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Prefix: /api\r\n";
    const auto list = ask("GET /", proxied);
    QCOMPARE(statusOf(list), 200);
    QCOMPARE(QJsonDocument::fromJson(list->body)[u"docs"_s].toString(), u"/api/docs"_s);
    const auto description = ask("GET /openapi.json", proxied);
    QCOMPARE(statusOf(description), 200);
    QCOMPARE(QJsonDocument::fromJson(description->body)[u"servers"_s][0][u"url"_s].toString(), u"/api"_s);
    const auto direct = ask("GET /openapi.json");
    QCOMPARE(statusOf(direct), 200);
    QCOMPARE(QJsonDocument::fromJson(direct->body)[u"servers"_s][0][u"url"_s].toString(), u"/"_s);
    QVERIFY(direct->body.startsWith("{\"openapi\":\"3.1.0\",\"info\":{\"title\"")); // in the order of the words
}

QTEST_GUILESS_MAIN(TestPages)
#include "test_pages.moc"
