// SPDX-License-Identifier: GPL-3.0-or-later
// /docs in a real browser: behind a prefix, with a token, and with a job's events.
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/browser.h"
#include "tests/support/peers/peers.h"
#include "tests/support/server_process.h"

#include <QFile>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

/// nginx as most configure it: what comes below /api/ is asked for without that.
class Front
{
public:
    explicit Front(quint16 server) : m_port(freePort())
    {
        QFile file(m_folder.filePath(u"nginx.conf"_s));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("no room for a configuration");
        file.write(QStringLiteral("daemon off; pid nginx.pid; error_log stderr; events {}\n"
                                  "http { access_log off; client_body_temp_path t1; proxy_temp_path t2;\n"
                                  "  fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
                                  "  server { listen 127.0.0.1:%1;\n"
                                  "    location /api/ { proxy_pass http://127.0.0.1:%2/; proxy_buffering off;\n"
                                  "      proxy_set_header Host $http_host; } } }\n")
                       .arg(m_port)
                       .arg(server)
                       .toLatin1());
        file.close();
        giveToPeers(m_folder.path());
        preparePeer(m_process);
        m_process.start(peerProgram(u"nginx"_s), {u"-p"_s, m_folder.path(), u"-c"_s, file.fileName()});
        const auto listens = [this] {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress::LocalHost, m_port);
            return socket.waitForConnected(100);
        };
        if (!QTest::qWaitFor(listens, patience))
            qFatal("nginx does not start: %s", m_process.readAll().constData());
    }
    ~Front()
    {
        m_process.terminate();
        m_process.waitForFinished(patience);
    }
    Q_DISABLE_COPY_MOVE(Front)

    quint16 port() const { return m_port; }

private:
    const quint16 m_port;
    QTemporaryDir m_folder;
    QProcess m_process;
};

} // namespace

class TestDocs : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void requestsAreTriedBehindAPrefix_data();
    void requestsAreTriedBehindAPrefix();
    void theTokenIsAskedForWhereTheDescriptionIsPrivate();

private:
    QString shown(const QString &script);
    QString tried(const QString &operation, const QString &words);

    QTemporaryDir m_folder;
    QStringList m_withToken;
    std::optional<Browser> m_browser;
};

void TestDocs::initTestCase()
{
    if (skippedWithoutPeers())
        return;
    QFile token(m_folder.filePath(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly));
    token.write("secret");
    m_withToken = {u"--token-file"_s, token.fileName()};
    m_browser.emplace();
}

// What the script returns, once that is something.
QString TestDocs::shown(const QString &script)
{
    QString text;
    const auto isThere = [&] {
        text = m_browser->run(u"return "_s + script).toString();
        return !text.isEmpty();
    };
    return QTest::qWaitFor(isThere, patience) ? text : QString();
}

// The words that the form of that operation shows in the end, or all that it shows.
QString TestDocs::tried(const QString &operation, const QString &words)
{
    m_browser->run(
        u"document.querySelector('#%1').open = true; document.querySelector('#%1 form').requestSubmit()"_s.arg(
            operation));
    const QString output = u"document.querySelector('#%1 form pre').textContent"_s.arg(operation);
    const QString found = shown(output + u".includes('%1') ? '%1' : ''"_s.arg(words));
    return found.isEmpty() ? shown(output) : found;
}

void TestDocs::requestsAreTriedBehindAPrefix_data()
{
    QTest::addColumn<QString>("path");
    QTest::newRow("docs") << u"/api/docs"_s;
    QTest::newRow("with a slash") << u"/api/docs/"_s;
    QTest::newRow("by the list") << u"/api/"_s;
}

void TestDocs::requestsAreTriedBehindAPrefix()
{
    QFETCH(const QString, path);
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), m_withToken);
    QVERIFY(server.waitUntilReady());
    const Front front(server.port());
    m_browser->open(u"http://127.0.0.1:%1%2"_s.arg(front.port()).arg(path));
    if (path.endsWith(u"api/")) {
        m_browser->run(u"document.querySelector('a[href=\"./docs\"]').click()"_s);
        QVERIFY(
            !shown(u"location.pathname === '/api/docs' && document.querySelector('#health') ? 'yes' : ''"_s).isEmpty());
    }
    QVERIFY(!shown(u"document.querySelector('#health form') ? 'yes' : ''"_s).isEmpty());
    QCOMPARE(tried(u"health"_s, u"\"healthy\""_s), u"\"healthy\""_s);
    QCOMPARE(tried(u"listJobs"_s, u"401"_s), u"401"_s);
    m_browser->run(u"document.querySelector('#token').value = 'secret'"_s);
    QCOMPARE(tried(u"listJobs"_s, u"\"data\""_s), u"\"data\""_s);
    QCOMPARE(tried(u"acceptJob"_s, u"202"_s), u"202"_s);
    const QString body = u"document.querySelector('#acceptJob form pre').textContent.split('\\n\\n')[1]"_s;
    QVERIFY(!shown(u"%1?.trimEnd().endsWith('}') ? 'yes' : ''"_s.arg(body)).isEmpty()); // it comes after the status
    m_browser->run(u"document.querySelector('#watchJob form input').value = JSON.parse(%1).id"_s.arg(body));
    QCOMPARE(tried(u"watchJob"_s, u"event: done"_s), u"event: done"_s);
    m_browser->run(u"document.querySelector('a[href=\"./redoc\"]').click()"_s);
    QVERIFY(
        !shown(u"location.pathname === '/api/redoc' && document.querySelector('#health') ? 'yes' : ''"_s).isEmpty());
    QVERIFY(!m_browser->run(u"return document.querySelector('form') !== null"_s).toBool()); // it is for reading
}

void TestDocs::theTokenIsAskedForWhereTheDescriptionIsPrivate()
{
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), m_withToken + QStringList{u"--private-docs"_s});
    QVERIFY(server.waitUntilReady());
    for (const char *page : {"docs", "redoc"}) {
        m_browser->open(u"http://127.0.0.1:%1/%2"_s.arg(server.port()).arg(QLatin1String(page)));
        const auto enter = [this](const QString &token) {
            m_browser->run(u"const field = document.querySelector('#token'); field.value = '%1'; "
                           "field.form.requestSubmit()"_s.arg(token));
        };
        QVERIFY(!shown(u"document.querySelector('#token') ? 'yes' : ''"_s).isEmpty());
        QVERIFY(m_browser->run(u"return document.querySelector('#health') === null"_s).toBool());
        enter(u"wrong"_s);
        QVERIFY(!shown(u"document.body.textContent.includes('wrong') ? 'yes' : ''"_s).isEmpty());
        enter(u"secret"_s);
        QVERIFY(!shown(u"document.querySelector('#health') ? 'yes' : ''"_s).isEmpty());
    }
}

QTEST_GUILESS_MAIN(TestDocs)
#include "test_docs.moc"
