// SPDX-License-Identifier: GPL-3.0-or-later
// What HTTP asks of every answer, whoever gives it: handlers, the wire that refuses a request, and the log of both.
#include "tests/support/clients/crowd.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QTest>

#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestRulesOfHttp : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void aRefusedHeadHasNoBody_data();
    void aRefusedHeadHasNoBody();
    void aPageThatMayAskReadsRefusals();
    void everyCodingOfABodyIsLookedAt();
    void whatIsToMatchIsNotDoneElse();
    void whatDependsOnAPreferenceSaysSo();
    void aLinkKnowsWhereItsReaderIs();
    void aLongWaitIsLong();
    void aMethodIsNoFormatOfTheLog();
    void whatIsNotSupportedIsCounted();

private:
    std::optional<Answer> ask(const QByteArray &line, const QByteArray &fields = {}, const QByteArray &body = {}) const;

    std::optional<ServerProcess> m_server;
};

void TestRulesOfHttp::initTestCase()
{
    m_server.emplace(QStringLiteral(TEST_SERVER),
                     QStringList{u"--cors-origin"_s, u"https://a.example"_s, u"--trusted-proxy"_s, u"127.0.0.1"_s,
                                 u"--factorize-timeout"_s, u"0.2"_s});
    QVERIFY(m_server->waitUntilReady());
}

std::optional<Answer> TestRulesOfHttp::ask(const QByteArray &line, const QByteArray &fields,
                                           const QByteArray &body) const
{
    RawClient client(m_server->port());
    const QByteArray length =
        body.isEmpty() ? QByteArray() : "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    client.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + length + "\r\n" + body);
    return client.read(longest);
}

void TestRulesOfHttp::aRefusedHeadHasNoBody_data()
{
    rows<QByteArray, int>({"fields", "status"},
                          {{"an expectation", "Expect: x\r\n", 417},
                           {"too long a body", "Content-Length: 9999999\r\n", 413},
                           {"two hosts", "Host: other\r\n", 400}});
}

void TestRulesOfHttp::aRefusedHeadHasNoBody()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const int, status);
    RawClient client(m_server->port());
    client.send("HEAD /health HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    const auto answer = client.read(longest, true);
    QCOMPARE(statusOf(answer), status);
    QVERIFY(answer->fields["content-length"].toInt() > 0);
    QCOMPARE(client.readSome(longest), ""); // closed, and nothing in between
}

void TestRulesOfHttp::aPageThatMayAskReadsRefusals()
{
    const auto answer = ask("POST /factorizations", "Origin: https://a.example\r\nContent-Length: 9999999\r\n");
    QCOMPARE(statusOf(answer), 413);
    QCOMPARE(answer->fields["access-control-allow-origin"], "https://a.example");
    const auto other = ask("POST /factorizations", "Origin: https://b.example\r\nContent-Length: 9999999\r\n");
    QVERIFY(other && !other->fields.contains("access-control-allow-origin"));
}

void TestRulesOfHttp::everyCodingOfABodyIsLookedAt()
{
    const QByteArray body = R"({"n":"15"})";
    const QByteArray type = "Content-Type: application/json\r\n";
    for (const char *codings : {"Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
                                "Content-Encoding: identity, gzip\r\n", "Content-Encoding: gzip\r\n"})
        QCOMPARE(statusOf(ask("POST /factorizations", type + codings, body)), 415);
    QCOMPARE(statusOf(ask("POST /factorizations", type + "Content-Encoding: Identity\r\n", body)), 202);
}

void TestRulesOfHttp::whatIsToMatchIsNotDoneElse()
{
    const auto accepted = ask("POST /factorizations", "Content-Type: application/json\r\n", R"({"n":"21"})");
    QCOMPARE(statusOf(accepted), 202);
    const QByteArray path = accepted->fields["location"];
    const auto refused = ask("DELETE " + path, "If-Match: \"nope\"\r\n");
    QCOMPARE(statusOf(refused), 412);
    QVERIFY2(refused->body.contains("\"title\":\"Precondition Failed\""), refused->body.constData());
    QCOMPARE(statusOf(ask("GET " + path)), 200);
    QCOMPARE(statusOf(ask("DELETE " + path, "If-Match: *\r\n")), 204);
}

void TestRulesOfHttp::whatDependsOnAPreferenceSaysSo()
{
    const auto varies = [](const std::optional<Answer> &answer) {
        return answer && answer->fields["vary"].contains("Prefer");
    };
    QVERIFY(varies(ask("GET /factorize?n=15")));
    QVERIFY(varies(ask("GET /factorize?n=15", "Prefer: respond-async\r\n")));
}

void TestRulesOfHttp::aLinkKnowsWhereItsReaderIs()
{
    const auto late = ask("GET /factorize?n=" + semiprime(300), "X-Forwarded-Prefix: /api\r\n");
    QCOMPARE(statusOf(late), 504);
    QCOMPARE(late->fields["link"], "</api/factorizations>; rel=\"related\"");
}

void TestRulesOfHttp::aLongWaitIsLong()
{
    const QByteArray body = R"({"n":"91"})";
    for (const char *wait : {"60", "4294967296", "99999999999999999999"}) {
        const auto answer = ask("POST /factorizations",
                                QByteArray("Content-Type: application/json\r\nPrefer: wait=") + wait + "\r\n", body);
        QCOMPARE(statusOf(answer), 200);
        QCOMPARE(answer->fields["preference-applied"], "wait=60");
    }
}

void TestRulesOfHttp::aMethodIsNoFormatOfTheLog()
{
    QCOMPARE(statusOf(ask("%1 /nowhere")), 404);
    TRY_VERIFY(m_server->standardError().contains("%1 (no route) 404"));
}

void TestRulesOfHttp::whatIsNotSupportedIsCounted()
{
    const auto count = [this] { return m_server->metric("openloop_refusals_total{reason=\"unsupported\"}"); };
    const double before = std::max(0., count());
    QCOMPARE(statusOf(ask("GET /health", "Expect: x\r\n")), 417);
    QCOMPARE(statusOf(ask("GET /health", "Transfer-Encoding: x\r\n")), 501);
    QCOMPARE(count(), before + 2);
}

QTEST_GUILESS_MAIN(TestRulesOfHttp)
#include "test_rules_of_http.moc"
