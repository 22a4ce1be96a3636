// SPDX-License-Identifier: GPL-3.0-or-later
// What a real browser lets pages of other origins do with a service on this machine, and what its own pages still can.
#include "tests/support/patience.h"
#include "tests/support/peers/browser.h"
#include "tests/support/peers/peers.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QTest>

#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestForeignPages : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!skippedWithoutPeers())
            m_browser.emplace();
    }
    void init();
    void anotherPageMakesNobodyCompute_data();
    void anotherPageMakesNobodyCompute();
    void itsOwnPagesAsk();
    void itsPagesAreNotFramed();

private:
    QString url(const QString &path) const { return u"http://127.0.0.1:%1%2"_s.arg(m_server->port()).arg(path); }
    double answered(int status) const;

    std::optional<Browser> m_browser;
    std::optional<ServerProcess> m_server;
};

void TestForeignPages::init()
{
    m_server.emplace(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(m_server->waitUntilReady());
}

// By /factorize, with that status; -1: nobody.
double TestForeignPages::answered(int status) const
{
    return m_server->metric("openloop_http_requests_total{method=\"GET\",route=\"/factorize\",status=\""
                            + QByteArray::number(status) + "\"}");
}

void TestForeignPages::anotherPageMakesNobodyCompute_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("script");
    const QString append = u"const e = document.createElement('%1'); e.%2 = url; document.body.append(e)"_s;
    QTest::newRow("image") << u"localhost"_s << append.arg(u"img"_s, u"src"_s);
    QTest::newRow("image of another port") << u"127.0.0.1"_s << append.arg(u"img"_s, u"src"_s);
    QTest::newRow("script") << u"localhost"_s << append.arg(u"script"_s, u"src"_s);
    QTest::newRow("style") << u"localhost"_s << append.arg(u"link"_s, u"rel = 'stylesheet'; e.href"_s);
    QTest::newRow("frame") << u"localhost"_s << append.arg(u"iframe"_s, u"src"_s);
    QTest::newRow("fetch") << u"localhost"_s << u"fetch(url, {mode: 'no-cors'})"_s;
    QTest::newRow("link") << u"localhost"_s << append.arg(u"a"_s, u"href"_s) + u"; e.click()"_s;
}

// What another server shows is a page of another origin.
void TestForeignPages::anotherPageMakesNobodyCompute()
{
    QFETCH(QString, host);
    QFETCH(QString, script);
    ServerProcess other(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(other.waitUntilReady());
    m_browser->open(u"http://%1:%2/health"_s.arg(host).arg(other.port()));
    m_browser->run(u"const url = '%1'; "_s.arg(url(u"/factorize?n=91"_s)) + script);
    TRY_VERIFY(answered(403) >= 1);
    QCOMPARE(answered(200), -1.0);
}

void TestForeignPages::itsOwnPagesAsk()
{
    m_browser->open(url(u"/docs"_s));
    m_browser->run(u"fetch('/factorize?n=91')"_s);
    TRY_COMPARE(answered(200), 1.0);
    m_browser->open(url(u"/factorize?n=91"_s)); // as if its user had
    TRY_COMPARE(answered(200), 2.0);
    QCOMPARE(answered(403), -1.0);
}

void TestForeignPages::itsPagesAreNotFramed()
{
    const auto policy = RawClient(m_server->port()).get("/docs").value_or(Answer()).fields["content-security-policy"];
    QVERIFY2(policy.contains("frame-ancestors 'none'"), policy.constData());
}

QTEST_GUILESS_MAIN(TestForeignPages)
#include "test_foreign_pages.moc"
