// SPDX-License-Identifier: GPL-3.0-or-later
// SIGHUP: files that were replaced are in force for whoever comes then; what is not sound is not taken, and said.
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

const QByteArray health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

bool write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

std::unique_ptr<QSslSocket> connectTo(quint16 port)
{
    auto socket = std::make_unique<QSslSocket>();
    socket->setPeerVerifyMode(QSslSocket::VerifyNone);
    socket->connectToHostEncrypted(u"127.0.0.1"_s, port);
    socket->waitForEncrypted(patience);
    return socket;
}

bool answers(QSslSocket &socket)
{
    socket.write(health);
    QByteArray in;
    return QTest::qWaitFor([&] { return (in += socket.readAll()).contains("healthy"); }, patience);
}

} // namespace

class TestReadingAgain : public QObject
{
    Q_OBJECT

    std::optional<QTemporaryDir> m_folder; ///< each test's own
    std::optional<ServerProcess> m_server;

    QString path(const QString &name) const { return m_folder->filePath(name); }
    bool start(const QStringList &arguments)
    {
        m_server.emplace(QStringLiteral(TEST_SERVER), arguments + QStringList{u"--log-format"_s, u"text"_s});
        return m_server->waitUntilReady();
    }
    bool startWithTokens(const QByteArray &tokens)
    {
        return write(path(u"tokens"_s), tokens) && start({u"--token-file"_s, path(u"tokens"_s)});
    }
    // SIGHUP, and the line of the log that tells of its end.
    bool readAgain(const QByteArray &told)
    {
        const qsizetype before = m_server->standardError().count(told);
        ::kill(pid_t(m_server->processId()), SIGHUP);
        return QTest::qWaitFor([&] { return m_server->standardError().count(told) > before; }, patience);
    }
    int statusWith(const QByteArray &token) const
    {
        RawClient client(m_server->port());
        client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
        return statusOf(client.read());
    }
    QSslCertificate certificateIn(const QString &name) const { return QSslCertificate::fromPath(path(name)).value(0); }

private slots:
    void init() { m_folder.emplace(); }
    void cleanup() { m_server.reset(); }

    void newConnectionsAreGivenTheNewCertificate_data();
    void newConnectionsAreGivenTheNewCertificate();
    void aBrokenCertificateIsNotTaken_data();
    void aBrokenCertificateIsNotTaken();
    void eachTokenOfAFileIsTaken();
    void oneLineIsATokenAsItStands_data();
    void oneLineIsATokenAsItStands();
    void tokensAreReplaced_data();
    void tokensAreReplaced();
    void brokenTokensAreNotTaken_data();
    void brokenTokensAreNotTaken();
    void brokenTokensAreBadUsageAtStart();
    void withoutFilesNothingHappens();
    void nothingIsReadAtTheEnd();
};

void TestReadingAgain::newConnectionsAreGivenTheNewCertificate_data()
{
    rows<QString>({"loops"}, {{"one loop", u"1"_s}, {"three loops", u"3"_s}});
}

// Also those that resume a session: its ticket is of the certificate before.
void TestReadingAgain::newConnectionsAreGivenTheNewCertificate()
{
    QFETCH(const QString, loops);
    QVERIFY(makeCertificate(m_folder->path()));
    QVERIFY(start(
        {u"--loops"_s, loops, u"--tls-certificate"_s, path(u"certificate.pem"_s), u"--tls-key"_s, path(u"key.pem"_s)}));
    const QSslCertificate before = certificateIn(u"certificate.pem"_s);
    const auto old = connectTo(m_server->port());
    QCOMPARE(old->peerCertificate(), before);
    QVERIFY(makeCertificate(m_folder->path()));
    const QSslCertificate after = certificateIn(u"certificate.pem"_s);
    QVERIFY(after != before);
    QCOMPARE(connectTo(m_server->port())->peerCertificate(), before);
    QVERIFY(readAgain("new connections are given the certificate"));
    for (int i = 0; i < 10; ++i)
        QCOMPARE(connectTo(m_server->port())->peerCertificate(), after);
    QVERIFY(answers(*old)); // goes on
    QVERIFY(answers(*connectTo(m_server->port())));
}

void TestReadingAgain::aBrokenCertificateIsNotTaken_data()
{
    rows<QString, QByteArray>({"file", "text"},
                              {{"half a certificate", u"certificate.pem"_s, "-----BEGIN CERTIFICATE-----\nMIIB"},
                               {"no key", u"key.pem"_s, {}},
                               {"another's key", u"key.pem"_s, "another"}});
}

void TestReadingAgain::aBrokenCertificateIsNotTaken()
{
    QFETCH(const QString, file);
    QFETCH(const QByteArray, text);
    QVERIFY(makeCertificate(m_folder->path()));
    QVERIFY(start({u"--tls-certificate"_s, path(u"certificate.pem"_s), u"--tls-key"_s, path(u"key.pem"_s)}));
    const QSslCertificate before = certificateIn(u"certificate.pem"_s);
    if (text == "another") {
        const QTemporaryDir other;
        QVERIFY(makeCertificate(other.path()));
        QVERIFY(QFile::remove(path(file)) && QFile::copy(other.filePath(file), path(file)));
    } else {
        QVERIFY(write(path(file), text));
    }
    QVERIFY(readAgain("what was read before goes on"));
    QVERIFY2(m_server->standardError().contains(path(file).toUtf8()), m_server->standardError().constData());
    QCOMPARE(connectTo(m_server->port())->peerCertificate(), before);
    QVERIFY(makeCertificate(m_folder->path()));
    QVERIFY(readAgain("new connections are given the certificate"));
    QCOMPARE(connectTo(m_server->port())->peerCertificate(), certificateIn(u"certificate.pem"_s));
}

void TestReadingAgain::eachTokenOfAFileIsTaken()
{
    QVERIFY(startWithTokens("# those of the office\n\nfirst:one-of-them\r\n  second : two\n\nthree\n"));
    for (const char *token : {"one-of-them", "two", "three"})
        QCOMPARE(statusWith(token), 200);
    for (const char *token : {"first:one-of-them", "first", "# those of the office", "tw", "twoo"})
        QCOMPARE(statusWith(token), 401);
}

void TestReadingAgain::oneLineIsATokenAsItStands_data()
{
    rows<QByteArray, QByteArrayList>({"file", "tokens"},
                                     {{"alone", "secret", {"secret"}},
                                      {"with an end", "secret\n", {"secret"}},
                                      {"within space", "\n\n  secret\r\n\n", {"secret"}},
                                      {"beside a comment", "# ours\nsecret\n", {"secret"}},
                                      {"with a colon", "not-only:a-name", {"not-only:a-name", "a-name"}},
                                      {"with an odd name", "se+cret:1", {"se+cret:1"}},
                                      {"with nothing behind it", "secret:", {"secret:"}}});
}

void TestReadingAgain::oneLineIsATokenAsItStands()
{
    QFETCH(const QByteArray, file);
    QFETCH(const QByteArrayList, tokens);
    QVERIFY(startWithTokens(file));
    for (const QByteArray &token : tokens)
        QCOMPARE(statusWith(token), 200);
    QCOMPARE(statusWith(tokens.first() + 'x'), 401);
    QCOMPARE(statusWith("1"), 401);
}

void TestReadingAgain::tokensAreReplaced_data()
{
    rows<QByteArray>({"before"}, {{"one", "old"}, {"two", "a:old\nb:kept\n"}});
}

void TestReadingAgain::tokensAreReplaced()
{
    QFETCH(const QByteArray, before);
    QVERIFY(startWithTokens(before));
    QCOMPARE(statusWith("old"), 200);
    QCOMPARE(statusWith("new"), 401);
    QVERIFY(write(path(u"tokens"_s), "b:kept\nc:new\n"));
    QVERIFY(readAgain("tokens taken: 2: b, c"));
    QCOMPARE(statusWith("old"), 401);
    QCOMPARE(statusWith("new"), 200);
    QCOMPARE(statusWith("kept"), 200);
    for (const char *secret : {"old", "kept", "new"})
        QVERIFY2(!m_server->standardError().contains(secret), m_server->standardError().constData());
}

void TestReadingAgain::brokenTokensAreNotTaken_data()
{
    const auto many = [](int count) {
        QByteArray lines;
        for (int i = 0; i < count; ++i)
            lines += 't' + QByteArray::number(i) + ":secret" + QByteArray::number(i) + '\n';
        return lines;
    };
    rows<QByteArray, QByteArray>(
        {"file", "reason"},
        {{"none", "", "there is no token in its file"},
         {"comments alone", "# secret\n", "there is no token in its file"},
         {"a name twice", "a:secret1\na:secret2\n", "line 2 of its file has the name of another one, a"},
         {"a token twice", "a:secret\nb:secret\n", "line 2 of its file has the token of another one"},
         {"no token behind a name", "a:\nb:secret\n", "line 1 of its file has a name, and no token"},
         {"no name", "a:secret1\nb c:secret\n", "line 2 of its file has before its colon"},
         {"a long name", QByteArray(65, 'n') + ":secret1\nsecret2\n", "1 to 64 letters"},
         {"a long token", "secret1\nb:" + QByteArray(4097, 's') + '\n', "more than 4096 bytes"},
         {"too many", many(101), "more than 100 tokens"},
         {"too large", QByteArray(600'000, '\n') + "secret", "more than 524288 bytes"}});
}

void TestReadingAgain::brokenTokensAreNotTaken()
{
    QFETCH(const QByteArray, file);
    QFETCH(const QByteArray, reason);
    QVERIFY(startWithTokens("first"));
    QVERIFY(write(path(u"tokens"_s), file));
    QVERIFY(readAgain("what was read before goes on"));
    const QByteArray log = m_server->standardError();
    QVERIFY2(log.contains(reason) && !log.contains("secret"), log.constData());
    QCOMPARE(statusWith("first"), 200);
    QCOMPARE(statusWith("secret"), 401);
}

void TestReadingAgain::brokenTokensAreBadUsageAtStart()
{
    QVERIFY(!startWithTokens("a:secret1\na:secret2\n"));
    QCOMPARE(m_server->process().exitCode(), 2);
    const QByteArray complaint = m_server->standardError();
    QVERIFY2(complaint.contains("--token-file: line 2") && !complaint.contains("secret"), complaint.constData());
}

void TestReadingAgain::withoutFilesNothingHappens()
{
    QVERIFY(start({}));
    RawClient kept(m_server->port());
    QCOMPARE(statusOf(kept.get("/health")), 200);
    for (int i = 0; i < 3; ++i)
        QVERIFY(readAgain("neither a certificate nor tokens"));
    QCOMPARE(statusOf(kept.get("/health")), 200);
    QCOMPARE(m_server->stop(), 0);
}

void TestReadingAgain::nothingIsReadAtTheEnd()
{
    QVERIFY(start({u"--drain-delay"_s, u"600"_s}));
    const pid_t process = pid_t(m_server->processId());
    ::kill(process, SIGTERM);
    QVERIFY(QTest::qWaitFor([&] { return m_server->standardError().contains("SIGTERM"); }, patience));
    ::kill(process, SIGHUP);
    RawClient client(m_server->port());
    QCOMPARE(statusOf(client.get("/readyz")), 503);
    QVERIFY(!m_server->standardError().contains("SIGHUP"));
    ::kill(process, SIGTERM); // the second ends it at once
    QVERIFY(m_server->process().state() == QProcess::NotRunning || m_server->process().waitForFinished(patience));
}

QTEST_GUILESS_MAIN(TestReadingAgain)
#include "test_reading_again.moc"
