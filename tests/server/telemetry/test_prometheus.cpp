// SPDX-License-Identifier: GPL-3.0-or-later
// A real Prometheus scrapes the real service: it takes the exemplars, knows the alert rules, and has what the dashboard
// asks for.
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QDateTime>
#include <QEventLoop>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QTest>
#include <QUrlQuery>

#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

const QByteArray sampledTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const QByteArray unsampledTrace = "00000000000000000000000000abcdef";

/// Scrapes one server every second; ends with the test.
class Prometheus
{
public:
    explicit Prometheus(quint16 server) : m_port(freePort())
    {
        const QString configuration = m_folder.filePath(u"prometheus.yml"_s);
        QFile file(configuration);
        if (!file.open(QIODevice::WriteOnly))
            qFatal("no configuration can be written");
        file.write("global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: openloop\n    static_configs:\n"
                   "      - targets: ['127.0.0.1:"
                   + QByteArray::number(server) + "']\n");
        file.setPermissions(file.permissions() | QFile::ReadOther);
        file.close();
        giveToPeers(m_folder.path());
        preparePeer(m_process);
        endWithTest(m_process);
        m_process.start(peerProgram(u"prometheus"_s),
                        {u"--config.file="_s + configuration, u"--storage.tsdb.path="_s + m_folder.filePath(u"data"_s),
                         u"--web.listen-address=127.0.0.1:%1"_s.arg(m_port), u"--enable-feature=exemplar-storage"_s});
    }
    ~Prometheus()
    {
        m_process.kill(); // nobody wants its data
        m_process.waitForFinished(patience);
    }
    Q_DISABLE_COPY_MOVE(Prometheus)

    /// `data` of an answer of its API; nothing: it did not succeed, problem() says why.
    std::optional<QJsonValue> ask(const QString &path, const QList<std::pair<QString, QString>> &fields)
    {
        QUrl url(u"http://127.0.0.1:%1/api/v1/%2"_s.arg(m_port).arg(path));
        QUrlQuery query;
        for (const auto &[name, value] : fields)
            query.addQueryItem(name, QString::fromLatin1(QUrl::toPercentEncoding(value)));
        url.setQuery(query);
        QNetworkRequest request(url);
        request.setTransferTimeout(patience);
        const std::unique_ptr<QNetworkReply> reply(m_network.get(request));
        QEventLoop loop;
        QObject::connect(reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
        loop.exec();
        m_problem = reply->readAll();
        const QJsonObject answer = QJsonDocument::fromJson(m_problem).object();
        if (answer[u"status"_s] != u"success"_s)
            return std::nullopt;
        return answer[u"data"_s];
    }

    QJsonArray result(const QString &query)
    {
        const auto data = ask(u"query"_s, {{u"query"_s, query}});
        return data ? (*data)[u"result"_s].toArray() : QJsonArray();
    }

    const QByteArray &problem() const { return m_problem; }

private:
    QTemporaryDir m_folder;
    const quint16 m_port;
    QProcess m_process;
    QNetworkAccessManager m_network;
    QByteArray m_problem;
};

std::optional<Answer> metrics(RawClient &client, const QByteArray &accept)
{
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
                + (accept.isEmpty() ? accept : "Accept: " + accept + "\r\n") + "\r\n");
    return client.read();
}

/// One of each kind, and refusals.
void makeTraffic(quint16 port)
{
    RawClient client(port);
    for (int i = 0; i < 5; ++i) {
        for (const char *path : {"/health", "/factorize?n=360", "/query_database", "/call_other_service", "/nowhere"})
            client.get(path);
    }
    client.post("/factorizations", R"({"n":"91"})", "Prefer: wait=10\r\n");
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-" + sampledTrace
                + "-00f067aa0ba902b7-01\r\n\r\n");
    client.read();
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-" + unsampledTrace
                + "-00f067aa0ba902b7-00\r\n\r\n");
    client.read();
    RawClient malformed(port);
    malformed.send("GET /health HTTP/1.1\r\n\r\n");
    malformed.read();
}

QByteArray runPromtool(const QStringList &arguments, int &exitCode)
{
    QProcess promtool;
    promtool.setProcessEnvironment(peerEnvironment());
    promtool.setProcessChannelMode(QProcess::MergedChannels);
    promtool.start(peerProgram(u"promtool"_s), arguments);
    if (!promtool.waitForFinished(patience))
        promtool.kill();
    exitCode = promtool.exitStatus() == QProcess::NormalExit ? promtool.exitCode() : -1;
    return promtool.readAll();
}

QJsonArray dashboardPanels()
{
    QFile file(QStringLiteral(RESOURCES) + u"/grafana/openloop.json"_s);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll())[u"panels"].toArray() : QJsonArray();
}

} // namespace

class TestPrometheus : public QObject
{
    Q_OBJECT

private slots:
    void openMetricsIsForWhoAsksForIt_data();
    void openMetricsIsForWhoAsksForIt();
    void openMetricsIsWhole();
    void sampledRequestsAreExemplars();
    void theAlertRulesAreSound();
    void prometheusHasWhatTheDashboardAsksFor();
};

void TestPrometheus::openMetricsIsForWhoAsksForIt_data()
{
    rows<QByteArray, bool>(
        {"accept", "isOpen"},
        {
            {"nothing", "", false},
            {"anything", "*/*", false},
            {"a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
            {"Prometheus 2",
             "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
             "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
             true},
            {"Prometheus 3",
             "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
             "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
             "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
             true},
            {"OpenMetrics", "Application/OpenMetrics-Text; version=1.0.0", true},
            {"rather text", "application/openmetrics-text;q=0.4, text/plain;q=0.5", false},
            {"not OpenMetrics", "application/openmetrics-text;q=0, */*", false},
        });
}

void TestPrometheus::openMetricsIsForWhoAsksForIt()
{
    QFETCH(const QByteArray, accept);
    QFETCH(const bool, isOpen);
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    const auto answer = metrics(client, accept);
    QCOMPARE(statusOf(answer), 200);
    QCOMPARE(answer->fields.value("content-type"),
             isOpen ? QByteArray("application/openmetrics-text; version=1.0.0; charset=utf-8")
                    : QByteArray("text/plain; version=0.0.4; charset=utf-8"));
    QCOMPARE(answer->fields.value("vary"), QByteArray("Accept"));
    QCOMPARE(answer->body.endsWith("\n# EOF\n"), isOpen);
}

// Counters by their family's name, bounds with a point, exemplars at the buckets alone.
void TestPrometheus::openMetricsIsWhole()
{
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(server.waitUntilReady());
    makeTraffic(server.port());
    RawClient client(server.port());
    const auto open = metrics(client, "application/openmetrics-text");
    QVERIFY(open);
    const QByteArray text = open->body;
    QVERIFY(text.contains("# TYPE openloop_http_requests counter\n"));
    QVERIFY(text.contains("\nopenloop_http_requests_total{method=\"GET\",route=\"/health\",status=\"200\"} 7\n"));
    QVERIFY(text.contains("le=\"30.0\"}") && !text.contains("le=\"30\"}") && text.contains("le=\"+Inf\"}"));
    const QByteArray exemplar = " # {trace_id=\"" + sampledTrace + "\"} ";
    QVERIFY2(text.contains(exemplar), text.constData());
    QVERIFY(!text.contains(unsampledTrace));
    for (const QByteArray &line : text.split('\n')) {
        if (line.contains(" # {"))
            QVERIFY2(line.startsWith("openloop_http_request_duration_seconds_bucket{"), line.constData());
    }
    const auto plain = metrics(client, {});
    QVERIFY(plain && plain->body.contains("# TYPE openloop_http_requests_total counter\n"));
    QVERIFY(!plain->body.contains("trace_id") && plain->body.contains("le=\"30\"}"));
}

void TestPrometheus::sampledRequestsAreExemplars()
{
    if (skippedWithoutPeers())
        return;
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(server.waitUntilReady());
    makeTraffic(server.port());
    Prometheus prometheus(server.port());
    const auto exemplars = [&] {
        const auto now = double(QDateTime::currentSecsSinceEpoch());
        const auto found = prometheus.ask(u"query_exemplars"_s,
                                          {{u"query"_s, u"openloop_http_request_duration_seconds_bucket"_s},
                                           {u"start"_s, QString::number(now - 600, 'f', 0)},
                                           {u"end"_s, QString::number(now + 600, 'f', 0)}});
        return found ? found->toArray() : QJsonArray();
    };
    TRY_VERIFY(!exemplars().isEmpty());
    const QJsonArray all = exemplars();
    QCOMPARE(all.size(), 1);
    QCOMPARE(all[0][u"seriesLabels"_s][u"route"_s], u"/health"_s);
    const QJsonObject exemplar = all[0][u"exemplars"_s][0].toObject();
    QCOMPARE(exemplar[u"labels"_s][u"trace_id"_s].toString().toLatin1(), sampledTrace);
    QVERIFY(exemplar[u"value"_s].toString().toDouble() > 0);
}

void TestPrometheus::theAlertRulesAreSound()
{
    if (skippedWithoutPeers())
        return;
    const QString folder = QStringLiteral(RESOURCES) + u"/prometheus/"_s;
    int exitCode = -1;
    QByteArray words = runPromtool({u"check"_s, u"rules"_s, folder + u"openloop.rules.yml"_s}, exitCode);
    QVERIFY2(exitCode == 0, words.constData());
    words = runPromtool({u"test"_s, u"rules"_s, folder + u"openloop.rules.test.yml"_s}, exitCode);
    QVERIFY2(exitCode == 0, words.constData());
    const auto alertsOf = [&folder](const QString &name, const QString &word) {
        QFile file(folder + name);
        QSet<QString> alerts;
        auto found = QRegularExpression(word + u": (\\w+)"_s)
                         .globalMatch(file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString());
        while (found.hasNext())
            alerts.insert(found.next().captured(1));
        return alerts;
    };
    const auto alerts = alertsOf(u"openloop.rules.yml"_s, u"alert"_s);
    QVERIFY(alerts.size() >= 9);
    QCOMPARE(alertsOf(u"openloop.rules.test.yml"_s, u"alertname"_s), alerts);
}

// Each of its queries, and those of the alerts: none is an error, and none lacks what it is about.
void TestPrometheus::prometheusHasWhatTheDashboardAsksFor()
{
    if (skippedWithoutPeers())
        return;
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER));
    QVERIFY(server.waitUntilReady());
    makeTraffic(server.port());
    Prometheus prometheus(server.port());
    TRY_VERIFY(!prometheus.result(u"openloop_nodes_alive"_s).isEmpty());
    makeTraffic(server.port());
    TRY_VERIFY(!prometheus.result(u"count_over_time(openloop_nodes_alive[1m]) >= 5"_s).isEmpty());
    const QString mayBeEmpty = u"openloop_database_dead_rows"_s; // SQLite has none
    int queries = 0;
    for (const QJsonValue &panel : dashboardPanels()) {
        for (const QJsonValue &target : panel[u"targets"_s].toArray()) {
            const QString query =
                target[u"expr"_s].toString().replace(u"$__rate_interval"_s, u"1m"_s).replace(u"$instance"_s, u".+"_s);
            QVERIFY2(!query.contains(u'$'), qPrintable(query));
            const auto data = prometheus.ask(u"query"_s, {{u"query"_s, query}});
            QVERIFY2(data, QByteArray(prometheus.problem() + query.toUtf8()).constData());
            QVERIFY2(query.contains(mayBeEmpty) || !(*data)[u"result"_s].toArray().isEmpty(), qPrintable(query));
            ++queries;
        }
    }
    QVERIFY(queries > 30);
}

QTEST_GUILESS_MAIN(TestPrometheus)
#include "test_prometheus.moc"
