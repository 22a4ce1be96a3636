// SPDX-License-Identifier: GPL-3.0-or-later
// What /readyz says while the upstream is away: a balancer that obeys it must not take away all the rest.
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestReadiness : public QObject
{
    Q_OBJECT

private slots:
    void anUpstreamThatIsAwayIsToldAndFoundAgain_data();
    void anUpstreamThatIsAwayIsToldAndFoundAgain();
};

void TestReadiness::anUpstreamThatIsAwayIsToldAndFoundAgain_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("by itself") << QStringList() << 200 << QByteArray("degraded: upstream");
    QTest::newRow("if it is needed") << QStringList{u"--ready-needs"_s, u"database,upstream"_s} << 503
                                     << QByteArray("upstream");
}

void TestReadiness::anUpstreamThatIsAwayIsToldAndFoundAgain()
{
    QFETCH(const QStringList, options);
    QFETCH(const int, status);
    QFETCH(const QByteArray, words);
    FakeUpstream fake(FakeUpstream::answers("200 OK", "1"));
    const quint16 port = fake.serverPort();
    const QString url = fake.url().toString();
    fake.close();
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), options + QStringList{u"--upstream"_s, url});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const auto readiness = [&client] { return client.get("/readyz").value_or(Answer()); };
    const auto isReady = [&] {
        const QByteArray body = readiness().body;
        return body.startsWith(R"({"status":"ready")") && !body.contains("detail");
    };
    QVERIFY(isReady());
    for (int i = 0; i < 60 && statusOf(client.get("/call_other_service")) != 503; ++i) { }
    const Answer away = readiness();
    QCOMPARE(away.status, status);
    QVERIFY2(away.body.contains(words), away.body.constData());
    QVERIFY(fake.listen(QHostAddress::LocalHost, port));
    QTRY_VERIFY_WITH_TIMEOUT(isReady(), patience); // though nobody calls
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestReadiness)
#include "test_readiness.moc"
