// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand clients that leave, reset, pipeline and send nonsense, against the real program under valgrind.
#include "tests/support/clients/misbehaviour.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

class TestMisbehavingClients : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void aThousandLeaveNothingBehind();
    void aStopWithAnswersPendingIsClean();
};

namespace {

const QByteArray host = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

const QStringList longNumbers{u"--max-digits"_s, u"200"_s};

QStringList valgrind()
{
    const QString program = QStandardPaths::findExecutable(u"valgrind"_s);
    if (program.isEmpty() || qEnvironmentVariableIsSet("OPENLOOP_TEST_WITHOUT_VALGRIND"))
        return {};
    return {program, u"--quiet"_s, u"--error-exitcode=9"_s, u"--leak-check=no"_s, u"--fair-sched=yes"_s};
}

} // namespace

// Code that PCRE2 compiles for QHttpServer's routes reads past what it uses; valgrind can't see that it is harmless.
// And what ends in seconds takes valgrind twenty times as long: what does not end at all is still ended by force.
void TestMisbehavingClients::initTestCase()
{
    if (valgrind().isEmpty() && !qEnvironmentVariableIsSet("OPENLOOP_TEST_WITHOUT_VALGRIND"))
        QSKIP("no valgrind here"); // which is not allowed
    qputenv("QT_ENABLE_REGEXP_JIT", "0");
    qputenv("OPENLOOP_TEST_FAREWELL", "50");
}

void TestMisbehavingClients::aThousandLeaveNothingBehind()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), longNumbers + QStringList{u"--factorize-timeout"_s, u"5"_s},
                         valgrind());
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QRandomGenerator random(20221122);
    for (int i = 0; i < 1000; ++i) {
        misbehave(server.port(), random);
        if (i % 100 == 99)
            QVERIFY(RawClient(server.port()).get("/health", 300s));
    }
    const auto ask = [&](const QByteArray &path) {
        const auto answer = RawClient(server.port()).get(path, 300s);
        return answer ? answer->body : QByteArray();
    };
    TRY_COMPARE(ask("/test/in_flight"), R"({"in_flight":1})"); // the one that asks
    TRY_COMPARE(ask("/test/figures"), R"({"running":0,"queued":0,"held":0,"upstream":0})");
    const int code = server.stop();
    QVERIFY2(code == 0 && !server.standardError().contains("=="), server.standardError().constData());
}

void TestMisbehavingClients::aStopWithAnswersPendingIsClean()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), longNumbers + QStringList{u"--drain-timeout"_s, u"0.2"_s},
                         valgrind());
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    std::vector<RawClient> clients;
    for (quint32 i = 0; i < 30; ++i) {
        clients.emplace_back(server.port());
        clients.back().send("GET " + anyPath(7 * i) + host + "GET " + anyPath(0) + host);
    }
    QVERIFY(RawClient(server.port()).get("/health", 300s));
    const int code = server.stop();
    QVERIFY2(code == 0 && !server.standardError().contains("=="), server.standardError().constData());
}

QTEST_GUILESS_MAIN(TestMisbehavingClients)
#include "test_misbehaving_clients.moc"
