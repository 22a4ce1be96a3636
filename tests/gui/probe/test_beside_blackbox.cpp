// SPDX-License-Identifier: GPL-3.0-or-later
// A server that stands still for two seconds, seen by openloop-monitor and by Debian's blackbox_exporter, both scraped
// by one real Prometheus: who counts from the due time tells of it, who asks when he is scraped does not.
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/programmed_server.h"
#include "tests/support/raw_client.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <atomic>

using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto stall = 2s;

/// Stopped by the destructor.
class Peer
{
public:
    Peer(const QString &program, const QStringList &arguments, bool isOurs = false)
    {
        if (isOurs)
            endWithTest(m_process);
        else
            preparePeer(m_process);
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(program, arguments);
    }
    ~Peer()
    {
        m_process.terminate();
        if (!m_process.waitForFinished(patience))
            m_process.kill();
    }
    QByteArray output() { return m_process.readAll(); }

private:
    QProcess m_process;
};

bool answers(quint16 port, const QByteArray &path)
{
    RawClient client(port);
    return client.isConnected() && statusOf(client.get(path)) == 200;
}

QString local(quint16 port)
{
    return u"127.0.0.1:%1"_s.arg(port);
}

} // namespace

class TestBesideBlackbox : public QObject
{
    Q_OBJECT

private slots:
    void aStallBetweenTwoScrapesIsSeenByWhoCountsFromTheDueTime()
    {
        if (skippedWithoutPeers())
            return;
        // Prometheus asks blackbox_exporter every 3 s, which asks the server then; the stall begins as soon as such a
        // request was answered. Most stalls begin between two scrapes.
        std::atomic<bool> isArmed = false;
        std::atomic<int> blackboxAsked = 0;
        ProgrammedServer *self = nullptr;
        ProgrammedServer server([&](int, const QByteArray &path) {
            if (path == "/blackbox") {
                ++blackboxAsked;
                if (isArmed.exchange(false))
                    self->stallFor(stall);
            }
            return Reaction();
        });
        self = &server;
        const auto ours = freePort(), blackbox = freePort();
        m_prometheus = freePort();
        QVERIFY(write(u"blackbox.yml"_s, "modules: {http_2xx: {prober: http, http: {preferred_ip_protocol: ip4}}}\n"));
        QVERIFY(write(
            u"prometheus.yml"_s,
            u"global: {scrape_interval: 3s}\n"
            "scrape_configs:\n"
            "- {job_name: openloop, static_configs: [{targets: ['%1']}]}\n"
            "- {job_name: blackbox, metrics_path: /probe, params: {module: [http_2xx], target: ['%2']},\n"
            "   static_configs: [{targets: ['%3']}]}\n"_s.arg(local(ours), server.url(u"/blackbox"_s), local(blackbox))
                .toUtf8()));
        giveToPeers(m_folder.path());
        Peer monitor(QStringLiteral(OPENLOOP_MONITOR),
                     {u"--headless"_s, u"--forever"_s, u"--quiet"_s, u"t="_s + server.url(u"/ours"_s), u"--interval"_s,
                      u"20ms"_s, u"--listen"_s, local(ours)},
                     true);
        Peer exporter(peerProgram(u"prometheus-blackbox-exporter"_s),
                      {u"--config.file="_s + m_folder.filePath(u"blackbox.yml"_s),
                       u"--web.listen-address="_s + local(blackbox), u"--log.level=error"_s});
        TRY_VERIFY2(answers(ours, "/healthz"), monitor.output().constData());
        TRY_VERIFY2(answers(blackbox, "/-/healthy"), exporter.output().constData());
        Peer prometheus(peerProgram(u"prometheus"_s),
                        {u"--config.file="_s + m_folder.filePath(u"prometheus.yml"_s),
                         u"--storage.tsdb.path="_s + m_folder.filePath(u"data"_s),
                         u"--web.listen-address="_s + local(m_prometheus), u"--log.level=error"_s});
        TRY_VERIFY2(answers(m_prometheus, "/-/ready"), prometheus.output().constData());
        const QByteArray count = "openloop_probe_response_seconds_count{target=\"t\"}";
        TRY_VERIFY(asked(count) > 10 && asked("count_over_time(probe_success[10m])") >= 1);

        const auto before = asked("count_over_time(probe_success[10m])");
        isArmed = true;
        // Ours: each request that was due in the first half of the stall took more than the other half.
        const auto overOneSecond =
            count + " - ignoring(le) openloop_probe_response_seconds_bucket{target=\"t\",le=\"1\"}";
        TRY_VERIFY(asked(overOneSecond) >= 20);
        const auto p99 =
            asked("histogram_quantile(0.99, rate(openloop_probe_response_seconds_bucket{target=\"t\"}[1m]))");
        QVERIFY2(p99 > 1, qPrintable(QString::number(p99)));
        // Theirs, with the request before the stall and one after it.
        TRY_VERIFY(asked("count_over_time(probe_success[10m])") >= before + 2);
        QCOMPARE(asked("min_over_time(probe_success[10m])"), 1);
        const auto slowest = asked("max_over_time(probe_duration_seconds[10m])");
        QVERIFY2(slowest < p99, qPrintable(QString::number(slowest)));
        qInfo("a stall of %lld s: %.0f requests of more than 1 s and a p99 of %.2f s here, %.3f s at most there",
              static_cast<long long>(stall.count()), asked(overOneSecond), p99, slowest);
        QCOMPARE(asked("up{job=\"openloop\"}"), 1); // and takes our text
    }

private:
    bool write(const QString &name, const QByteArray &text)
    {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    }
    /// What Prometheus answers to a query of one number; -1: none.
    double asked(const QByteArray &query) const
    {
        const auto answer = RawClient(m_prometheus).get("/api/v1/query?query=" + query.toPercentEncoding());
        if (!answer)
            return -1;
        const auto result = QJsonDocument::fromJson(answer->body).object()[u"data"_s].toObject()[u"result"_s].toArray();
        return result.size() == 1 ? result[0].toObject()[u"value"_s].toArray()[1].toString().toDouble() : -1;
    }

    QTemporaryDir m_folder;
    quint16 m_prometheus = 0;
};

QTEST_GUILESS_MAIN(TestBesideBlackbox)
#include "test_beside_blackbox.moc"
