// SPDX-License-Identifier: GPL-3.0-or-later
// HTTPS as a client sees it: the real program, a certificate made for the test, a QSslSocket.
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/server_process.h"

#include <QDeadlineTimer>
#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/socket.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

QByteArray request(const QByteArray &path, const QByteArray &fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

} // namespace

class TestTls : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void pipelinedAnswersKeepTheirOrder();
    void aTargetMayNameHttps();
    void aPageThatIsNotEncryptedIsAnother();
    void aLongAnswerArrivesWhole();
    void answersThatNeedNoWaitingSurviveHalfClose_data();
    void answersThatNeedNoWaitingSurviveHalfClose();
    void aClientThatLeavesStopsItsWork();
    void aKeyThatIsNoneIsRefusedAtStart();
    void anotherCertificatesKeyIsRefusedAtStart();

private:
    QStringList options(const QString &key) const
    {
        return {u"--tls-certificate"_s, m_folder.filePath(u"certificate.pem"_s), u"--tls-key"_s,
                m_folder.filePath(key)};
    }
    // Encrypted and verified, or not connected.
    std::unique_ptr<QSslSocket> connectTo(quint16 port) const;
    // All that comes up to `end`, which is null for the end of the connection.
    static QByteArray readUntil(QSslSocket &socket, const QByteArray &end);

    QTemporaryDir m_folder;
};

void TestTls::initTestCase()
{
    const QStringList other{u"ecparam"_s,
                            u"-name"_s,
                            u"prime256v1"_s,
                            u"-genkey"_s,
                            u"-noout"_s,
                            u"-out"_s,
                            m_folder.filePath(u"other.pem"_s)};
    QCOMPARE(QProcess::execute(u"openssl"_s, other), 0);
    QVERIFY(makeCertificate(m_folder.path()));
}

std::unique_ptr<QSslSocket> TestTls::connectTo(quint16 port) const
{
    auto socket = std::make_unique<QSslSocket>();
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates(QSslCertificate::fromPath(m_folder.filePath(u"certificate.pem"_s)));
    socket->setSslConfiguration(configuration);
    socket->setPeerVerifyName(u"localhost"_s);
    socket->connectToHostEncrypted(u"127.0.0.1"_s, port);
    socket->waitForEncrypted();
    return socket;
}

QByteArray TestTls::readUntil(QSslSocket &socket, const QByteArray &end)
{
    QByteArray in;
    const QDeadlineTimer deadline(20'000);
    while ((end.isNull() || !in.endsWith(end)) && socket.waitForReadyRead(int(deadline.remainingTime())))
        in += socket.readAll();
    return in;
}

void TestTls::pipelinedAnswersKeepTheirOrder()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"key.pem"_s));
    QVERIFY(server.waitUntilReady());
    const auto socket = connectTo(server.port());
    QVERIFY2(socket->isEncrypted(), qPrintable(socket->errorString()));
    socket->write(request("/call_other_service") + request("/health") + request("/livez", "Connection: close\r\n"));
    const QByteArray in = readUntil(*socket, "{\"status\":\"alive\"}");
    const qsizetype slow = in.indexOf("HTTP/1.1 200");
    const qsizetype quick = in.indexOf("{\"status\":\"healthy\"}");
    QVERIFY(slow == 0 && quick > slow && in.indexOf("{\"status\":\"alive\"}") > quick);
    QVERIFY(socket->state() == QAbstractSocket::UnconnectedState || socket->waitForDisconnected());
}

void TestTls::aTargetMayNameHttps()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"key.pem"_s));
    QVERIFY(server.waitUntilReady());
    const auto socket = connectTo(server.port());
    socket->write(request("https://localhost/health", "Connection: close\r\n"));
    QVERIFY(readUntil(*socket, {}).startsWith("HTTP/1.1 200 OK\r\n"));
}

void TestTls::aPageThatIsNotEncryptedIsAnother()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"key.pem"_s));
    QVERIFY(server.waitUntilReady());
    for (const auto &[scheme, status] : {std::pair("https", "200"), std::pair("http", "403")}) {
        const auto socket = connectTo(server.port());
        const QByteArray origin = QByteArray("Origin: ") + scheme + "://localhost\r\n";
        socket->write(request("/factorizations", origin + "Connection: close\r\n"));
        const QByteArray in = readUntil(*socket, {});
        QVERIFY2(in.startsWith(QByteArray("HTTP/1.1 ") + status), in.constData());
    }
}

void TestTls::aLongAnswerArrivesWhole()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"key.pem"_s));
    QVERIFY(server.waitUntilReady());
    const auto socket = connectTo(server.port());
    socket->write(request("/openapi.json", "Connection: close\r\n"));
    const QByteArray in = readUntil(*socket, {});
    const qsizetype bodyAt = in.indexOf("\r\n\r\n") + 4;
    QVERIFY(in.contains("Content-Length: " + QByteArray::number(in.size() - bodyAt) + "\r\n"));
    QVERIFY(in.size() > 16 * 1024); // more than a TLS record
}

void TestTls::answersThatNeedNoWaitingSurviveHalfClose_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("count");
    QTest::newRow("beyond a turn's share") << QByteArray("/nowhere") << 300;
    QTest::newRow("more than the socket's buffer") << QByteArray("/openapi.json") << 300;
}

// The server stands still meanwhile: when it goes on, requests and FIN are there.
void TestTls::answersThatNeedNoWaitingSurviveHalfClose()
{
    QFETCH(const QByteArray, path);
    QFETCH(const int, count);
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"key.pem"_s));
    QVERIFY(server.waitUntilReady());
    const auto socket = connectTo(server.port());
    QVERIFY2(socket->isEncrypted(), qPrintable(socket->errorString()));
    socket->write(request("/health"));
    QVERIFY(readUntil(*socket, "\"healthy\"}").endsWith('}'));
    QVERIFY(standStill(pid_t(server.processId())));
    socket->write(request(path).repeated(count));
    while (socket->bytesToWrite() + socket->encryptedBytesToWrite() > 0)
        QVERIFY(socket->waitForBytesWritten());
    ::shutdown(int(socket->socketDescriptor()), SHUT_WR);
    QCOMPARE(::kill(pid_t(server.processId()), SIGCONT), 0);
    QCOMPARE(readUntil(*socket, {}).count("HTTP/1.1 "), count);
}

void TestTls::aClientThatLeavesStopsItsWork()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"key.pem"_s));
    QVERIFY(server.waitUntilReady());
    const QByteArray hard = "/factorize?n=1" + QByteArray(86, '3') + "1";
    const auto leaving = connectTo(server.port());
    leaving->write(request(hard));
    QVERIFY(leaving->waitForBytesWritten());
    const auto watching = connectTo(server.port());
    const auto running = [&](const QByteArray &count) {
        watching->write(request("/metrics"));
        return readUntil(*watching, "\n").contains("\nopenloop_pool_computations{lane=\"long\"} " + count + '\n');
    };
    TRY_VERIFY(running("1"));
    leaving->abort();
    TRY_VERIFY(running("0"));
}

void TestTls::aKeyThatIsNoneIsRefusedAtStart()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"certificate.pem"_s));
    QVERIFY(!server.waitUntilReady());
    QCOMPARE(server.process().exitCode(), 1);
    QVERIFY(server.standardError().contains("certificate.pem holds no"));
}

void TestTls::anotherCertificatesKeyIsRefusedAtStart()
{
    ServerProcess server(QStringLiteral(TEST_SERVER), options(u"other.pem"_s));
    QVERIFY(!server.waitUntilReady());
    QCOMPARE(server.process().exitCode(), 1);
    const QByteArray complaint = server.standardError();
    QVERIFY2(complaint.contains("other.pem is not the key of the certificate"), complaint.constData());
}

QTEST_GUILESS_MAIN(TestTls)
#include "test_tls.moc"
