// SPDX-License-Identifier: GPL-3.0-or-later
// What a page is told of a job: Chromium's own EventSource, through nginx as it is by itself, in front of two servers.
#include "tests/support/child_process.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/free_port.h"
#include "tests/support/jobs/control.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/browser.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/peers.h"

#include <QJsonArray>
#include <QTest>

#include <unistd.h>

using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

using enum Fleet::Computes;

const QString a = u"A"_s;
const QString b = u"B"_s;
constexpr auto promised = 700ms; // until the first event
constexpr int closed = 2; // EventSource.CLOSED
constexpr int retries = 3500; // ms: in which an EventSource would have come back three times

// The path of the events comes as its query.
const QByteArray page = R"(<!doctype html><title>watch</title><script>
const told = [];
let opened = 0;
const from = performance.now();
const source = new EventSource(location.search.slice(1));
source.onopen = () => ++opened;
for (const name of ['progress', 'done', 'failed', 'cancelled'])
    source.addEventListener(name, e => told.push({name, id: e.lastEventId, at: performance.now() - from}));
</script>
)";

/// In front of two servers; what is not told here is as nginx has it. Its folders are its own.
class Nginx
{
public:
    Nginx(quint16 first, quint16 second) : m_port(freePort())
    {
        write(u"page.html"_s, page);
        write(u"nginx.conf"_s,
              QStringLiteral("daemon off; pid nginx.pid; error_log error.log; %1\n"
                             "events {}\n"
                             "http {\n"
                             "  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n"
                             "  uwsgi_temp_path t4; scgi_temp_path t5;\n"
                             "  log_format short '$status $request_uri $http_last_event_id';\n"
                             "  access_log access.log short;\n"
                             "  upstream fleet { server 127.0.0.1:%2; server 127.0.0.1:%3; }\n"
                             "  server {\n"
                             "    listen 127.0.0.1:%4;\n"
                             "    location / { proxy_pass http://fleet; proxy_set_header Host 127.0.0.1; }\n"
                             "    location = /page.html { root .; default_type text/html; }\n"
                             "  }\n"
                             "}\n")
                  .arg(::geteuid() == 0 ? u"user root;"_s : QString())
                  .arg(first)
                  .arg(second)
                  .arg(m_port)
                  .toUtf8());
        m_process.setProcessEnvironment(peerEnvironment());
        endWithTest(m_process, SIGTERM); // its workers go with it then
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(peerProgram(u"nginx"_s),
                        {u"-p"_s, m_folder.path(), u"-c"_s, m_folder.filePath(u"nginx.conf"_s), u"-e"_s, u"stderr"_s});
    }
    ~Nginx()
    {
        m_process.terminate();
        m_process.waitForFinished(patience);
    }
    Q_DISABLE_COPY_MOVE(Nginx)

    bool answers() const { return statusOf(RawClient(m_port).get("/health")) == 200; }

    QString pageOf(const QByteArray &job) const
    {
        return u"http://127.0.0.1:%1/page.html?%2/events"_s.arg(m_port).arg(QString::fromLatin1(job));
    }

    /// What was answered with that status: the Last-Event-ID of each request for events.
    QByteArrayList answered(int status, const QByteArray &job) const
    {
        QFile log(m_folder.filePath(u"access.log"_s));
        log.open(QIODevice::ReadOnly);
        const QByteArray begin = QByteArray::number(status) + ' ' + job + "/events ";
        QByteArrayList ids;
        for (const QByteArray &line : log.readAll().split('\n')) {
            if (line.startsWith(begin))
                ids << line.sliced(begin.size());
        }
        return ids;
    }

private:
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("%s can't be written", qPrintable(file.fileName()));
    }

    QTemporaryDir m_folder;
    quint16 m_port = 0;
    QProcess m_process;
};

int inFlight(const ServerProcess &server)
{
    return job(server.port(), "/test/in_flight")[u"in_flight"_s].toInt() - 1; // without this question
}

} // namespace

class TestEventSource : public QObject
{
    Q_OBJECT

    std::optional<Fleet> m_fleet;
    std::optional<Nginx> m_nginx;
    std::optional<Browser> m_browser;
    QByteArray m_job; ///< held by A

    QJsonArray told() { return m_browser->run(u"return told"_s).toArray(); }
    QString lastTold() { return told().last()[u"name"_s].toString(); }
    int opened() { return m_browser->run(u"return opened"_s).toInt(); }
    int state() { return m_browser->run(u"return source.readyState"_s).toInt(); }

    void openPage()
    {
        m_browser->open(m_nginx->pageOf(m_job));
        TRY_VERIFY(!told().isEmpty());
    }

    // The end was told once, and whoever was told asked once more.
    void pageHeardTheEnd()
    {
        TRY_COMPARE(state(), closed);
        QCOMPARE(lastTold(), u"done"_s);
        const QByteArray id = told().last()[u"id"_s].toString().toLatin1();
        TRY_COMPARE(m_nginx->answered(204, m_job), QByteArrayList{id}); // written after it was sent
        QTest::qWait(retries); // nothing comes that could be waited for
        QCOMPARE(m_nginx->answered(204, m_job), QByteArrayList{id});
        QCOMPARE(m_browser->run(u"return told.filter(e => e.name !== 'progress').length"_s).toInt(), 1);
    }

private slots:
    void init()
    {
        if (peersAreLeftOut())
            QSKIP("nginx is left out here");
        m_fleet.emplace(QStringLiteral(TEST_SERVER));
        m_job = accept(m_fleet->start(a, {}, Held).port(), semiprime(150));
        TRY_COMPARE((*m_fleet)[a].figure("held"), 1);
        m_fleet->start(b, {}, Held);
        m_nginx.emplace((*m_fleet)[a].port(), (*m_fleet)[b].port());
        TRY_VERIFY(m_nginx->answers());
        m_browser.emplace();
    }
    void cleanup()
    {
        m_browser.reset();
        m_nginx.reset();
        m_fleet.reset();
    }

    void thePageIsToldAtOnceAndAsksNoMoreAfterTheEnd();
    void theServerThatToldItDies_data();
    void theServerThatToldItDies();
};

void TestEventSource::thePageIsToldAtOnceAndAsksNoMoreAfterTheEnd()
{
    QString said;
    bool isInTime = false;
    for (int attempt = 0; attempt < 3 && !isInTime; ++attempt) { // the machine may stand still
        const Control control((*m_fleet)[a].port());
        openPage();
        const std::chrono::duration<double, std::milli> took(told().first()[u"at"_s].toDouble());
        const auto longest = control.longest(promised);
        isInTime = took <= longest;
        said += u"%1 ms of %2; "_s.arg(took.count()).arg(longest.count());
    }
    QVERIFY2(isInTime, qPrintable(said));
    QCOMPARE(state(), 1);
    for (const QString &name : {a, b}) // who has taken it over, if A stood still for long
        QVERIFY((*m_fleet)[name].release());
    pageHeardTheEnd();
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(opened(), 1); // which 204 does not count as
}

void TestEventSource::theServerThatToldItDies_data()
{
    QTest::addColumn<QString>("dies");
    QTest::newRow("which computes it, too") << a;
    QTest::newRow("which only told of it") << b;
}

void TestEventSource::theServerThatToldItDies()
{
    QFETCH(QString, dies);
    const QString lives = dies == a ? b : a;
    openPage();
    for (int page = 0; inFlight((*m_fleet)[dies]) == 0 && page < 20; ++page)
        openPage(); // nginx takes them in turn
    TRY_COMPARE(inFlight((*m_fleet)[dies]), 1);
    m_fleet->kill(dies);
    TRY_COMPARE(opened(), 2);
    const auto before = told().size();
    TRY_COMPARE((*m_fleet)[lives].figure("held"), 1);
    TRY_VERIFY(told().size() > before);
    QCOMPARE(lastTold(), u"progress"_s);
    QVERIFY((*m_fleet)[lives].release());
    pageHeardTheEnd();
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(opened(), 2);
}

QTEST_GUILESS_MAIN(TestEventSource)
#include "test_event_source.moc"
