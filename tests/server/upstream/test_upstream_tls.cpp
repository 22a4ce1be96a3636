// SPDX-License-Identifier: GPL-3.0-or-later
// An upstream over https: whom it is believed, how it ends, and nginx, which closes connections as it likes.
#include "common/start_failure.h"
#include "server/upstream/http1/address_book.h"
#include "server/upstream/upstream.h"
#include "tests/support/child_process.h"
#include "tests/support/ending.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/peers/peers.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <unistd.h>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;
using http::Json;

namespace {

QByteArray classOf(const Ending<Json> &ending)
{
    return ending.failure ? ending.failure->members().value(0).value.text() : "none";
}

/// The port on 127.0.0.1 that tls_upstream.py listens on, with the certificate of this folder; 0: on none.
int serve(QProcess &upstream, const QString &folder)
{
    endWithTest(upstream);
    upstream.setWorkingDirectory(folder);
    upstream.start(u"python3"_s, {QStringLiteral(TLS_UPSTREAM), u"certificate.pem"_s, u"key.pem"_s});
    return upstream.waitForReadyRead(patience) ? upstream.readLine().trimmed().toInt() : 0;
}

/// Calls one after the other until `left`, which the clients share, is used up; notes what was not answered.
QCoro::Task<void> keepCalling(Upstream &upstream, int &left, QStringList &failures)
{
    while (left-- > 0) {
        try {
            co_await upstream.get({});
        } catch (const http::Failure &failure) {
            failures << failure.detail();
        }
    }
}

} // namespace

class TestUpstreamTls : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void aSignerThatIsNotKnownIsNotBelieved();
    void aSignerThatIsNamedIsBelieved();
    void theNameHasToBeTheCertificates();
    void aFileWithoutACertificateIsRefused();
    void theFileMayBeAwayWhileItIsChanged();
    void aCloseNotifyIsAnEnd();
    void whatGetsLostOverHttp2IsAskedForOnceMore();
    void soItIsWhereConnectionsThatClosedHaveTakenAllRetries();
    void nginxMayCloseAndReloadAsItLikes_data();
    void nginxMayCloseAndReloadAsItLikes();

private:
    QString file(const QString &name) const { return m_folder.filePath(name); }
    QUrl url(const QString &path = {}) const { return QUrl(u"https://127.0.0.1:%1/%2"_s.arg(m_port).arg(path)); }

    QTemporaryDir m_folder;
    QProcess m_upstream; ///< tls_upstream.py
    int m_port = 0;
};

void TestUpstreamTls::initTestCase()
{
    QVERIFY(makeCertificate(m_folder.path(), u"IP:127.0.0.1"_s));
    m_port = serve(m_upstream, m_folder.path());
    QVERIFY(m_port > 0);
}

void TestUpstreamTls::cleanupTestCase()
{
    m_upstream.kill();
    m_upstream.waitForFinished(patience);
}

void TestUpstreamTls::aSignerThatIsNotKnownIsNotBelieved()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no secure connection.*self-signed"_s));
    Upstream upstream({.url = url(), .timeout = longest});
    const auto ending = await(upstream.get({}), patience);
    QCOMPARE(ending.status(), 502);
    QCOMPARE(classOf(ending), "\"tls\"");
}

void TestUpstreamTls::aSignerThatIsNamedIsBelieved()
{
    Upstream upstream({.url = url(), .timeout = longest, .certificates = file(u"certificate.pem"_s)});
    QCOMPARE(await(upstream.get({}), patience).status(), 200);
    qputenv("SSL_CERT_FILE", file(u"certificate.pem"_s).toLocal8Bit());
    Upstream byEnvironment({.url = url(), .timeout = longest});
    qunsetenv("SSL_CERT_FILE");
    QCOMPARE(await(byEnvironment.get({}), patience).status(), 200);
}

void TestUpstreamTls::theNameHasToBeTheCertificates()
{
    const QTemporaryDir folder;
    QVERIFY(makeCertificate(folder.path())); // localhost's
    QProcess elsewhere;
    QUrl address = url();
    address.setPort(serve(elsewhere, folder.path()));
    QVERIFY(address.port() > 0);
    const auto end = qScopeGuard([&elsewhere] {
        elsewhere.kill();
        elsewhere.waitForFinished(patience);
    });
    const QString certificates = folder.filePath(u"certificate.pem"_s);
    Upstream upstream({.url = address, .timeout = longest, .certificates = certificates});
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"host name did not match"_s));
    QCOMPARE(classOf(await(upstream.get({}), patience)), "\"tls\"");

    const auto lookUp = [port = quint16(address.port())] { return http1::lookUp("127.0.0.1", port); };
    address.setHost(u"localhost"_s);
    Upstream byName({.url = address, .timeout = longest, .certificates = certificates, .addresses = {.ask = lookUp}});
    QCOMPARE(await(byName.get({}), patience).status(), 200);
}

void TestUpstreamTls::aFileWithoutACertificateIsRefused()
{
    QVERIFY_EXCEPTION_THROWN(Upstream({.url = url(), .certificates = file(u"key.pem"_s)}), StartFailure);
}

// A connection over HTTP/2 that broke has a new client made for the next call.
void TestUpstreamTls::theFileMayBeAwayWhileItIsChanged()
{
    const QString signers = file(u"signers.pem"_s);
    QVERIFY(QFile::copy(file(u"certificate.pem"_s), signers));
    Upstream upstream({.url = url(u"broken"_s), .timeout = 5s, .http2 = true, .certificates = signers});
    QVERIFY(QFile::remove(signers));
    int broken = 0, lost = 0;
    while (broken + lost < 60 && !upstream.isLeftAlone()) {
        const auto ending = await(upstream.get({}), patience);
        const bool isLost = ending.status() == 504; // by Qt 6.4, see below
        ++(isLost ? lost : broken);
        QCOMPARE(classOf(ending), isLost ? "\"timeout\"" : "\"broken\"");
    }
    QVERIFY(upstream.isLeftAlone());
    QVERIFY2(lost < broken, qPrintable(u"%1 broken, %2 lost"_s.arg(broken).arg(lost)));
}

// Nothing but the end says how long the answer is; again and again, so that no ended connection is asked.
void TestUpstreamTls::aCloseNotifyIsAnEnd()
{
    Upstream upstream({.url = url(), .timeout = longest, .certificates = file(u"certificate.pem"_s)});
    for (int i = 0; i < 5; ++i) {
        const auto ending = await(upstream.get({}), patience);
        QCOMPARE(ending.status(), 200);
        QCOMPARE(ending.value->text(), "[1]");
    }
}

// Qt 6.4 loses a stream now and then. Half-way to the deadline nobody knows whether it is lost or slow: both are waited
// for.
void TestUpstreamTls::whatGetsLostOverHttp2IsAskedForOnceMore()
{
    Upstream upstream(
        {.url = url(u"lost"_s), .timeout = 10s, .http2 = true, .certificates = file(u"certificate.pem"_s)});
    for (int i = 0; i < 12; ++i) // ten earn the one that is asked for twice
        QCOMPARE(await(upstream.get({}), patience).status(), 200);
}

// An upstream that closes its connections often has Qt repeat requests, and a connection that closes loses some.
void TestUpstreamTls::soItIsWhereConnectionsThatClosedHaveTakenAllRetries()
{
    Upstream upstream(
        {.url = url(u"worn"_s), .timeout = 10s, .http2 = true, .certificates = file(u"certificate.pem"_s)});
    for (int i = 0; i < 12; ++i) // the eleventh is repeated
        QCOMPARE(await(upstream.get({}), patience).status(), 200);
}

void TestUpstreamTls::nginxMayCloseAndReloadAsItLikes_data()
{
    QTest::addColumn<bool>("http2");
    QTest::newRow("HTTP/1.1") << false;
    QTest::newRow("HTTP/2") << true;
}

void TestUpstreamTls::nginxMayCloseAndReloadAsItLikes()
{
    QFETCH(const bool, http2);
    if (peersAreLeftOut())
        QSKIP("nginx is left out here");
    const quint16 port = freePort();
    QFile configuration(file(u"nginx.conf"_s));
    QVERIFY(configuration.open(QIODevice::WriteOnly));
    configuration.write(QStringLiteral("daemon off; pid nginx.pid; error_log stderr; worker_processes 2;\n"
                                       "%1\n"
                                       "events {}\n"
                                       "http { access_log off; default_type application/json; keepalive_requests 20;\n"
                                       "  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n"
                                       "  uwsgi_temp_path t4; scgi_temp_path t5;\n"
                                       "  server { listen 127.0.0.1:%2 ssl http2; ssl_certificate certificate.pem;\n"
                                       "    ssl_certificate_key key.pem; location / { return 200 '[1]'; } } }\n")
                            .arg(::geteuid() == 0 ? u"user root;"_s : QString())
                            .arg(port)
                            .toUtf8());
    configuration.close();
    QProcess nginx;
    nginx.setProcessEnvironment(peerEnvironment());
    nginx.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    endWithTest(nginx);
    nginx.start(peerProgram(u"nginx"_s),
                {u"-p"_s, m_folder.path(), u"-c"_s, file(u"nginx.conf"_s), u"-e"_s, u"stderr"_s});
    QVERIFY(nginx.waitForStarted());
    const auto end = qScopeGuard([&nginx] { // its workers hold this program's standard error
        nginx.terminate();
        nginx.waitForFinished(patience);
    });

    const QUrl url(u"https://127.0.0.1:%1/"_s.arg(port));
    Upstream upstream({.url = url, .timeout = 10s, .http2 = http2, .certificates = file(u"certificate.pem"_s)});
    TRY_COMPARE(await(upstream.get({})).status(), 200); // it listens
    constexpr int calls = 1000;
    constexpr int reloads = 4;
    int left = calls;
    QStringList failures;
    std::vector<std::shared_ptr<Ending<void>>> clients;
    for (int i = 0; i < 8; ++i)
        clients.push_back(follow(keepCalling(upstream, left, failures)));
    for (int reload = 1; reload <= reloads; ++reload) {
        TRY_VERIFY(left < calls - reload * calls / (reloads + 1));
        ::kill(pid_t(nginx.processId()), SIGHUP);
    }
    for (const auto &client : clients)
        TRY_VERIFY(client->over);
    QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
}

QTEST_GUILESS_MAIN(TestUpstreamTls)
#include "test_upstream_tls.moc"
