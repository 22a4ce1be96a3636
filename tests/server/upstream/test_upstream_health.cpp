// SPDX-License-Identifier: GPL-3.0-or-later
// An upstream that is in trouble: what callers and the operator are told of it, and how it is found to be well again.
#include "server/upstream/upstream.h"
#include "tests/support/ending.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"

#include <QDateTime>
#include <QLocale>
#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using http::Json;

namespace {

QByteArray classOf(const Ending<Json> &ending)
{
    if (!ending.failure)
        return "none";
    for (const Json::Member &member : ending.failure->members()) {
        if (member.key == u"class")
            return member.value.text();
    }
    return {};
}

int warnings = 0;

void countWarnings(QtMsgType type, const QMessageLogContext &, const QString &)
{
    warnings += type == QtWarningMsg;
}

} // namespace

class TestUpstreamHealth : public QObject
{
    Q_OBJECT

private slots:
    void anOpenCircuitHealsWithoutACall();
    void aProbeThatFailsIsMadeAgain();
    void tenFailuresInARowAreToldAndHealWithoutACall();
    void retryAfterIsHeard_data();
    void retryAfterIsHeard();
    void aRetryAfterThatIsNoneIsABadGateway();
    void whatFailedIsInTheAnswer_data();
    void whatFailedIsInTheAnswer();
    void aNameWithoutAnAddressIsSaid();
    void theSameFailureIsNotLoggedAgainAndAgain();
    void theLoginIsSentAndNotShown();
};

void TestUpstreamHealth::anOpenCircuitHealsWithoutACall()
{
    FakeUpstream fake(FakeUpstream::answers("500 Internal Server Error", "{}"));
    Upstream upstream({.url = fake.url()});
    for (int i = 0; i < 60 && !upstream.isLeftAlone(); ++i)
        QCOMPARE(await(upstream.get({})).status(), 502);
    QVERIFY(!upstream.ready());
    fake.behave(FakeUpstream::answers("200 OK", "{}"));
    TRY_VERIFY(upstream.ready());
    QCOMPARE(upstream.inFlight(), 0);
}

void TestUpstreamHealth::aProbeThatFailsIsMadeAgain()
{
    FakeUpstream fake(FakeUpstream::saysAndCloses(""));
    Upstream upstream({.url = fake.url()});
    for (int i = 0; i < 60 && !upstream.isLeftAlone(); ++i)
        QCOMPARE(await(upstream.get({})).status(), 502);
    const int before = fake.requests();
    TRY_VERIFY(fake.requests() >= before + 2);
    QVERIFY(!upstream.ready());
    fake.behave(FakeUpstream::answers("200 OK", "{}"));
    TRY_VERIFY(upstream.ready());
}

// Too few to leave it alone.
void TestUpstreamHealth::tenFailuresInARowAreToldAndHealWithoutACall()
{
    FakeUpstream fake(FakeUpstream::answers("500 Internal Server Error", "{}"));
    Upstream upstream({.url = fake.url()});
    for (int i = 0; i < 10; ++i) {
        QVERIFY(upstream.ready());
        QCOMPARE(await(upstream.get({})).status(), 502);
    }
    QVERIFY(!upstream.ready());
    QVERIFY(!upstream.isLeftAlone());
    const int before = fake.requests();
    QCOMPARE(await(upstream.get({})).status(), 502);
    QVERIFY(fake.requests() > before); // it is asked
    fake.behave(FakeUpstream::answers("200 OK", "{}"));
    TRY_VERIFY(upstream.ready());
}

void TestUpstreamHealth::retryAfterIsHeard_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("value");
    const QDateTime soon = QDateTime::currentDateTimeUtc().addSecs(50);
    QTest::newRow("503") << QByteArray("503 Service Unavailable") << QByteArray("50");
    QTest::newRow("429") << QByteArray("429 Too Many Requests") << QByteArray("50");
    QTest::newRow("date") << QByteArray("503 Service Unavailable")
                          << QLocale::c().toString(soon, QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'")).toLatin1();
}

void TestUpstreamHealth::retryAfterIsHeard()
{
    QFETCH(const QByteArray, status);
    QFETCH(const QByteArray, value);
    FakeUpstream fake(FakeUpstream::answers(status, "{}", "Retry-After: " + value + "\r\n"));
    Upstream upstream({.url = fake.url()});
    const auto first = await(upstream.get({}));
    QCOMPARE(first.status(), 503);
    QVERIFY(first.failure->retryAfter() && *first.failure->retryAfter() <= 50s && *first.failure->retryAfter() > 5s);
    QVERIFY(!upstream.ready());
    const auto next = await(upstream.get({}));
    QCOMPARE(next.status(), 503);
    QCOMPARE(classOf(next), "\"resting\"");
    QVERIFY(next.failure->retryAfter() && *next.failure->retryAfter() <= 50s);
    QCOMPARE(fake.requests(), 1);
}

void TestUpstreamHealth::aRetryAfterThatIsNoneIsABadGateway()
{
    FakeUpstream fake(FakeUpstream::answers("503 Service Unavailable", "{}", "Retry-After: soon\r\n"));
    Upstream upstream({.url = fake.url()});
    QCOMPARE(await(upstream.get({})).status(), 502);
    QVERIFY(upstream.ready());
}

void TestUpstreamHealth::whatFailedIsInTheAnswer_data()
{
    QTest::addColumn<FakeUpstream::Behaviour>("behaviour");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("login") << FakeUpstream::answers("401 Unauthorized", "") << QByteArray("\"login\"");
    QTest::newRow("status") << FakeUpstream::answers("500 Error", "") << QByteArray("\"status\"");
    QTest::newRow("broken") << FakeUpstream::saysAndCloses("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[")
                            << QByteArray("\"broken\"");
    QTest::newRow("malformed") << FakeUpstream::says("SSH-2.0-x\r\n") << QByteArray("\"malformed\"");
    QTest::newRow("two lengths") << FakeUpstream::says(
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12")
                                 << QByteArray("\"malformed\"");
    QTest::newRow("too large") << FakeUpstream::says("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")
                               << QByteArray("\"too_large\"");
    QTest::newRow("timeout") << FakeUpstream::says("") << QByteArray("\"timeout\"");
    QTest::newRow("not JSON") << FakeUpstream::answers("200 OK", "[.5]") << QByteArray("\"not_json\"");
}

void TestUpstreamHealth::whatFailedIsInTheAnswer()
{
    QFETCH(const FakeUpstream::Behaviour, behaviour);
    QFETCH(const QByteArray, name);
    FakeUpstream fake(behaviour);
    Upstream upstream({.url = fake.url(), .timeout = name == "\"timeout\"" ? 300ms : longest});
    QCOMPARE(classOf(await(upstream.get({}), patience)), name);
}

void TestUpstreamHealth::aNameWithoutAnAddressIsSaid()
{
    Upstream upstream({.url = QUrl(QStringLiteral("http://no-such-host.invalid/")), .timeout = longest});
    const auto ending = await(upstream.get({}), patience);
    QCOMPARE(ending.status(), 502);
    QCOMPARE(classOf(ending), "\"name\"");
}

void TestUpstreamHealth::theSameFailureIsNotLoggedAgainAndAgain()
{
    FakeUpstream fake(FakeUpstream::answers("404 Not Found", "{}"));
    Upstream upstream({.url = fake.url()});
    warnings = 0;
    QElapsedTimer clock;
    clock.start();
    const QtMessageHandler before = qInstallMessageHandler(countWarnings);
    for (int i = 0; i < 200; ++i)
        await(upstream.get({}));
    qInstallMessageHandler(before);
    QVERIFY(warnings >= 1);
    QVERIFY2(warnings <= 1 + clock.elapsed() / 1000, qPrintable(QString::number(warnings)));
}

void TestUpstreamHealth::theLoginIsSentAndNotShown()
{
    FakeUpstream fake(FakeUpstream::answers("401 Unauthorized", "{}"));
    QUrl url = fake.url();
    url.setUserName(QStringLiteral("ann"));
    url.setPassword(QStringLiteral("p@ss:w\u00f6rd"));
    Upstream upstream({.url = url});
    const auto ending = await(upstream.get({}));
    QVERIFY(fake.heads().contains("Authorization: Basic " + QByteArray("ann:p@ss:w\xc3\xb6rd").toBase64() + "\r\n"));
    QVERIFY(!fake.heads().contains("@"));
    QVERIFY(!ending.failure->detail().contains(QStringLiteral("ann")));
}

QTEST_GUILESS_MAIN(TestUpstreamHealth)
#include "test_upstream_health.moc"
