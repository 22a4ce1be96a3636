// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor --forever from the outside: what it serves, whom it lets in, what it reads again, how it ends; and
// that neither an hour of it nor a stall takes more memory than ten minutes.
#include "gui/probe/headless/always_on/exposition.h"
#include "gui/probe/headless/always_on/scrape_request.h"
#include "gui/probe/headless/run.h"
#include "gui/probe/measurement/live_source.h"
#include "gui/probe/measurement/measurement.h"
#include "tests/gui/probe/endless_monitor.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <malloc.h>
#include <memory>

using namespace openloop::probe;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

const QByteArray count = "openloop_probe_response_seconds_count{target=\"t\"}";

QByteArray upTo(const QByteArray &bound)
{
    return "openloop_probe_response_seconds_bucket{target=\"t\",le=\"" + bound + "\"}";
}

QByteArray errors(const QByteArray &kind)
{
    return "openloop_probe_errors_total{target=\"t\",kind=\"" + kind + "\"}";
}

/// What 20 targets at 10 Hz send in ten seconds, with all that an answer says of itself.
Batch tenSeconds(const QList<Target> &targets, Instant from)
{
    Batch batch;
    batch.from = from;
    batch.until = from + 10s;
    for (const auto &target : targets) {
        TargetBatch one;
        one.name = target.name;
        for (int i = 0; i < 100; ++i) {
            Sample sample;
            sample.due = sample.sent = from + i * 100ms;
            sample.done = sample.firstByte = sample.due + 1ms + (i % 37) * 130us;
            sample.status = 200;
            sample.serverTiming = "loop;dur=0." + QByteArray::number(i);
            sample.requestId = QByteArray(32, 'x');
            sample.address = "127.0.0.1";
            one.samples << sample;
        }
        batch.control += one.samples;
        batch.targets << one;
    }
    batch.control.resize(100);
    Gap gap{GapReason::Stopped, from + 1s, from + 2s, {}};
    batch.gaps = {gap};
    batch.standstills = {gap};
    return batch;
}

/// Bytes that are taken from the allocator; 0 under a sanitizer, which has its own.
qint64 taken()
{
    const auto all = mallinfo2();
    return static_cast<qint64>(all.uordblks) + static_cast<qint64>(all.hblkhd);
}

} // namespace

class TestAlwaysOn : public QObject
{
    Q_OBJECT

private slots:
    void figuresAreThereForPrometheus()
    {
        ProgrammedServer server(atOnce);
        EndlessMonitor monitor(anyPort
                               + QStringList{u"t="_s + server.url(), u"--interval"_s, u"10ms"_s, u"--rule"_s,
                                             u"t: p99<20s over 10s"_s, u"--rule"_s, u"t: p99<20s over 10s"_s});
        QVERIFY2(monitor.reaches(count, 30), monitor.err().constData());
        const auto text = monitor.metrics();
        double before = 0;
        for (const auto *bound : {"0.0001", "0.0002", "0.0005", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05",
                                  "0.1", "0.2", "0.5", "1", "2", "5", "10", "+Inf"}) {
            const auto now = monitor.figure(upTo(bound)); // later than the one before: both may only grow
            QVERIFY2(now && *now >= before, text.constData());
            before = *now;
        }
        for (const auto *series :
             {"openloop_probe_skipped_total{target=\"t\"} 0\n", "openloop_probe_retried_total{target=\"t\"} ",
              "openloop_probe_lost_total{target=\"t\"} ", "openloop_probe_state{target=\"t\",state=\"ok\"} ",
              "openloop_probe_errors_total{target=\"t\",kind=\"timeout\"} 0\n",
              "openloop_rule_state{rule=\"t: p99<20000ms over 10s\",target=\"t\",state=\"ok\"} ",
              "openloop_monitor_trust{state=\"trustworthy\"} ", "openloop_monitor_lag_seconds_bucket{le=\"+Inf\"} ",
              "openloop_monitor_control_seconds_count ", "process_resident_memory_bytes ",
              "# TYPE openloop_probe_response_seconds histogram\n"})
            QVERIFY2(text.contains(series), (series + QByteArray(" of ") + text).constData());
        // A series that is there twice makes Prometheus refuse them all.
        QStringList series;
        for (const auto &line : text.split('\n')) {
            if (!line.startsWith('#') && !line.isEmpty())
                series << QString::fromUtf8(line.left(line.lastIndexOf(' ')));
        }
        QCOMPARE(series.removeDuplicates(), 0);
        QVERIFY(monitor.metrics("/").contains("/metrics"));
        QCOMPARE(monitor.metrics("/healthz"), "healthy\n");
    }

    void aStallIsInTheHistogram()
    {
        ProgrammedServer server(atOnce);
        EndlessMonitor monitor(anyPort + QStringList{u"t="_s + server.url(), u"--interval"_s, u"10ms"_s});
        QVERIFY(monitor.reaches(count, 10));
        server.stallFor(1200ms);
        // All that were due in its first 200 ms waited for more than a second, but for the one that was answered last.
        const auto slow = [&] { return monitor.figure(count).value_or(0) - monitor.figure(upTo("1")).value_or(0); };
        TRY_VERIFY(slow() >= 15);
    }

    void errorsAreCountedByTheirKind_data()
    {
        rows<QByteArray, int>(
            {"kind", "reaction"},
            {{"an answer of 500", "http", 0}, {"a broken connection", "reset", 1}, {"silence", "timeout", 2}});
    }
    void errorsAreCountedByTheirKind()
    {
        QFETCH(QByteArray, kind);
        QFETCH(int, reaction);
        ProgrammedServer server([reaction](int, const QByteArray &) {
            Reaction wrong;
            wrong.status = 500;
            wrong.kind = reaction == 1 ? Reaction::Kind::Reset
                : reaction == 2        ? Reaction::Kind::Silence
                                       : Reaction::Kind::Answer;
            return wrong;
        });
        const QString timeout = kind == "timeout" ? u"100ms"_s : u"60s"_s;
        EndlessMonitor monitor(anyPort + QStringList{u"t="_s + server.url(), u"--timeout"_s, timeout});
        QVERIFY2(monitor.reaches(errors(kind), 3), monitor.metrics().constData());
        // A timeout took longer than anybody knows; what failed at once was not fast.
        QCOMPARE(monitor.figure(upTo("10")), 0);
        QCOMPARE(monitor.figure(count).value_or(0) > 0, kind == "timeout");
    }

    void whoBelongsToARunThatEndsIsRefused_data()
    {
        rows<QString, QString>(
            {"arguments", "says"},
            {{"asserts", u"--forever --assert t.errors=0"_s, u"write a --rule"_s},
             {"duration", u"--forever --duration 1s"_s, u"--duration belongs to a run that ends"_s},
             {"isolation", u"--forever --isolation-test t=1"_s, u"--isolation-test belongs"_s},
             {"limit", u"--forever --find-limit t=1"_s, u"--find-limit belongs"_s},
             {"open to all", u"--forever --listen 0.0.0.0:0"_s, u"beyond loopback a token is needed"_s},
             {"open to all by IPv6", u"--forever --listen [::]:0"_s, u"beyond loopback a token is needed"_s},
             {"no address", u"--forever --listen 9464"_s, u"is no ADDRESS:PORT"_s},
             {"a name", u"--forever --listen example.com:9464"_s, u"is no ADDRESS:PORT"_s},
             {"no port", u"--forever --listen 127.0.0.1:70000"_s, u"is no ADDRESS:PORT"_s},
             {"no file", u"--forever --listen 127.0.0.1:0 --token-file /nowhere"_s, u"--token-file: "_s},
             {"an empty file", u"--forever --listen 127.0.0.1:0 --token-file /dev/null"_s, u"there is no token"_s},
             {"a token for nothing", u"--forever --token-file /dev/null"_s, u"belongs to --listen"_s},
             {"no command", u"--forever --on-alert="_s, u"there is no command"_s},
             {"no URL", u"--forever --webhook ftp://h/"_s, u"--webhook"_s}});
    }
    void whoBelongsToARunThatEndsIsRefused()
    {
        QFETCH(QString, arguments);
        QFETCH(QString, says);
        QProcess process;
        endWithTest(process);
        process.start(QStringLiteral(OPENLOOP_MONITOR),
                      QStringList{u"--headless"_s, u"t=http://127.0.0.1:1/"_s} + arguments.split(u' '));
        QVERIFY(process.waitForFinished(patience));
        const auto err = process.readAllStandardError();
        QVERIFY2(process.exitCode() == 2 && QString::fromUtf8(err).contains(says), err.constData());
    }

    void aPortThatIsTakenIsSaid()
    {
        ProgrammedServer server(atOnce);
        EndlessMonitor monitor({u"t="_s + server.url(), u"--listen"_s, u"127.0.0.1:%1"_s.arg(server.port())});
        QCOMPARE(monitor.code(), 2);
        QVERIFY2(monitor.err().contains("--listen: port " + QByteArray::number(server.port())),
                 monitor.err().constData());
    }

    void withATokenOnlyWhoHasItIsLetIn()
    {
        const auto path = m_folder.filePath(u"token"_s);
        QVERIFY(write(path, "s3cret\n"));
        ProgrammedServer server(atOnce);
        EndlessMonitor monitor({u"t="_s + server.url(), u"--listen"_s, u"127.0.0.1:0"_s, u"--token-file"_s, path});
        const auto statusWith = [&](const QByteArray &fields, const QByteArray &request = "/metrics") {
            RawClient client(monitor.port());
            client.send("GET " + request + " HTTP/1.1\r\nHost: metrics.example.com\r\n" + fields + "\r\n");
            return statusOf(client.read());
        };
        QCOMPARE(statusWith("Authorization: Bearer s3cret\r\n"), 200);
        QCOMPARE(statusWith("authorization: bearer s3cret\r\n", "/"), 200);
        for (const QByteArray fields : {"", "Authorization: Bearer s3cre\r\n", "Authorization: Bearer s3cret2\r\n",
                                        "Authorization: Bearer \r\n", "Authorization: Basic s3cret\r\n"})
            QCOMPARE(statusWith(fields), 401);
        QCOMPARE(statusWith("Authorization: Bearer x\r\nAuthorization: Bearer s3cret\r\n"), 400);
        QCOMPARE(statusWith("", "/"), 401);
        QCOMPARE(statusWith("", "/healthz"), 200);
    }

    void aPageOfAnotherNameIsNotLetIn()
    {
        ProgrammedServer server(atOnce);
        EndlessMonitor monitor(anyPort + QStringList{u"t="_s + server.url()});
        for (const auto &[host, status] :
             {std::pair("evil.example", 403), {"127.0.0.1:9464", 200}, {"localhost", 200}, {"[::1]:9464", 200}}) {
            RawClient client(monitor.port());
            client.send(QByteArray("GET /metrics HTTP/1.1\r\nHost: ") + host + "\r\n\r\n");
            QCOMPARE(statusOf(client.read()), status);
        }
    }

    void whatIsNoRequestIsRefusedAndClosed_data()
    {
        const QByteArray host = "Host: localhost\r\n";
        rows<QByteArray, int>({"bytes", "status"},
                              {{"a method", "DELETE / HTTP/1.1\r\n" + host + "\r\n", 405},
                               {"a body", "GET / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello", 413},
                               {"chunks", "GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 413},
                               {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
                               {"two hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
                               {"a folded line", "GET / HTTP/1.1\r\n" + host + " x\r\n\r\n", 400},
                               {"a blank before the colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400},
                               {"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 400},
                               {"HTTP/1.2", "GET / HTTP/1.2\r\n" + host + "\r\n", 505},
                               {"TLS", QByteArray("\x16\x03\x01\x00\xa5\x01\r\n\r\n", 10), 400},
                               {"a long head", "GET / HTTP/1.1\r\nX: " + QByteArray(9000, 'x'), 431},
                               {"a path", "GET /secret HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 404}});
    }
    void whatIsNoRequestIsRefusedAndClosed()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        RawClient client(sharedPort());
        client.send(bytes);
        QCOMPARE(statusOf(client.read()), status);
        QVERIFY(client.waitForClose());
    }

    void requestsInOnePacketAreAnsweredInOrder()
    {
        RawClient client(sharedPort());
        const QByteArray rest = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.send("GET /healthz" + rest + "HEAD /metrics" + rest + "GET /");
        const auto health = client.read();
        QVERIFY(health && health->body == "healthy\n");
        const auto head = client.read(longest, true);
        QVERIFY(head && head->fields["content-length"].toInt() > 1000);
        client.send(rest);
        const auto last = client.read();
        QVERIFY(last && last->body.startsWith("openloop-monitor "));
    }

    void aCrowdThatAsksNothingLocksNobodyOut()
    {
        std::vector<RawClient> crowd;
        for (int i = 0; i < 100; ++i) {
            crowd.emplace_back(sharedPort());
            crowd.back().send("GET / HT");
        }
        QCOMPARE(statusOf(RawClient(sharedPort()).get("/healthz")), 200);
        QVERIFY(crowd.front().waitForClose()); // its place was needed
    }

    void aSignalIsItsEnd_data() { rows<int>({"number"}, {{"SIGINT", SIGINT}, {"SIGTERM", SIGTERM}}); }
    void aSignalIsItsEnd()
    {
        QFETCH(int, number);
        const auto path = m_folder.filePath(u"report.json"_s);
        ProgrammedServer server(atOnce);
        EndlessMonitor monitor(
            {u"t="_s + server.url(), u"--json"_s, path, u"--record"_s, m_folder.filePath(u"record.sqlite"_s)});
        TRY_VERIFY(server.requests() > 10);
        QCOMPARE(QJsonDocument::fromJson(linesOf(path)).object()[u"exit_code"_s].toInt(), 5); // it goes on
        monitor.signal(number);
        QCOMPARE(monitor.code(), 0);
        const auto report = QJsonDocument::fromJson(linesOf(path)).object();
        QCOMPARE(report[u"exit_code"_s].toInt(-1), 0);
        QVERIFY(report[u"targets"_s][0].toObject()[u"n"_s].toInt() > 3);
    }

    void whoNeverAnswersDoesNotHoldUpTheEnd()
    {
        ProgrammedServer server([](int, const QByteArray &) {
            Reaction silence;
            silence.kind = Reaction::Kind::Silence;
            return silence;
        });
        EndlessMonitor monitor({u"t="_s + server.url(), u"--timeout"_s, u"60m"_s});
        TRY_VERIFY(server.requests() > 3);
        monitor.signal(SIGTERM);
        QCOMPARE(monitor.code(), 0);
    }

    void whoAnswersNothingIsNoFailureOfTheMonitor()
    {
        EndlessMonitor monitor(anyPort + QStringList{u"t=http://127.0.0.1:%1/"_s.arg(freePort())});
        QVERIFY(monitor.reaches(errors("refused"), 3));
        monitor.signal(SIGTERM);
        QCOMPARE(monitor.code(), 0);
    }

    void theTokenIsReadAgain()
    {
        const auto path = m_folder.filePath(u"changed-token"_s);
        QVERIFY(write(path, "first\n"));
        ProgrammedServer server(atOnce);
        EndlessMonitor monitor({u"t="_s + server.url(), u"--listen"_s, u"127.0.0.1:0"_s, u"--token-file"_s, path});
        RawClient kept(monitor.port());
        const auto statusWith = [&](RawClient &client, const QByteArray &token) {
            client.send("GET /metrics HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer " + token + "\r\n\r\n");
            return statusOf(client.read());
        };
        const auto newStatusWith = [&](const QByteArray &token) {
            RawClient client(monitor.port());
            return statusWith(client, token);
        };
        QCOMPARE(statusWith(kept, "first"), 200);
        QVERIFY(write(path, "second\n"));
        QCOMPARE(newStatusWith("second"), 401);
        monitor.signal(SIGHUP);
        QVERIFY2(monitor.says("read again"), monitor.err().constData());
        QCOMPARE(newStatusWith("second"), 200);
        QCOMPARE(newStatusWith("first"), 401);
        QCOMPARE(statusWith(kept, "first"), 401); // nor whoever was let in before

        QVERIFY(write(path, "\n"));
        monitor.signal(SIGHUP);
        QVERIFY2(monitor.says("what was read before stays"), monitor.err().constData());
        QVERIFY2(monitor.err().contains("there is no token"), monitor.err().constData());
        QCOMPARE(newStatusWith("second"), 200);
    }

    void theProfileIsReadAgain()
    {
        ProgrammedServer server(atOnce);
        const auto path = m_folder.filePath(u"profile.json"_s);
        QVERIFY(write(path, profileOf({{"t", server.url(u"/t"_s)}, {"gone", server.url(u"/gone"_s)}})));
        EndlessMonitor monitor(anyPort + QStringList{u"--profile"_s, path});
        QVERIFY2(monitor.reaches(count, 20), monitor.err().constData());

        QVERIFY(write(path, profileOf({{"t", server.url(u"/t"_s)}, {"new", server.url(u"/new"_s)}})));
        const auto before = monitor.figure(count).value_or(-1);
        QVERIFY(before >= 0);
        monitor.signal(SIGHUP);
        QVERIFY(monitor.reaches("openloop_probe_response_seconds_count{target=\"new\"}", 1));
        QVERIFY2(monitor.figure(count).value_or(-1) >= before, "what stays goes on counting");
        QVERIFY(!monitor.metrics().contains("target=\"gone\""));

        QVERIFY(write(path, "{\"version\":1,\"targets\":[{\"nam\":1}]}"));
        monitor.signal(SIGHUP);
        QVERIFY2(monitor.says("what was read before stays"), monitor.err().constData());
        QVERIFY2(monitor.err().contains("targets[0]"), monitor.err().constData());
        QVERIFY(monitor.reaches("openloop_monitor_profile_reads_total{outcome=\"refused\"}", 1));
        QCOMPARE(monitor.figure("openloop_monitor_profile_reads_total{outcome=\"taken\"}"), 1);
        QVERIFY(monitor.reaches(count, monitor.figure(count).value_or(1e9) + 5));

        monitor.signal(SIGTERM);
        QCOMPARE(monitor.code(), 0);
    }

    void loadFollowsItsTarget()
    {
        ProgrammedServer before(atOnce), after(atOnce);
        const auto path = m_folder.filePath(u"loaded.json"_s);
        QVERIFY(write(path, profileOf({{"t", before.url()}})));
        EndlessMonitor monitor({u"--profile"_s, path, u"--interval"_s, u"1h"_s, u"--load"_s, u"t=2"_s});
        TRY_VERIFY(before.requests() > 20);
        QVERIFY(write(path, profileOf({{"t", after.url()}})));
        monitor.signal(SIGHUP);
        TRY_VERIFY(after.requests() > 20); // of the probe alone there is one
        TRY_COMPARE(before.open(), 0);
    }

    void anHourTakesNoMoreMemoryThanTenMinutes()
    {
        QList<Target> targets;
        for (int i = 0; i < 20; ++i) {
            Target target;
            target.name = u"t%1"_s.arg(i);
            target.url = u"http://127.0.0.1:1/"_s;
            targets << target;
        }
        Engine engine;
        engine.setTargets(targets);
        Measurement measurement(std::make_unique<LiveSource>(engine, 10min), {*parseRule(u"p99<20ms over 10m"_s)});
        const auto start = engine.origin();
        const auto until = [&](Nanoseconds from, Nanoseconds to) {
            for (auto t = from; t < to; t += 10s)
                measurement.take(tenSeconds(targets, start + t));
            return taken();
        };
        const auto atFirst = until(0min, 12min);
        const auto later = until(12min, 72min);
        qInfo("%.2f MB after 12 minutes, %.2f MB after 72", double(atFirst) / 1e6, double(later) / 1e6);
        QVERIFY(std::abs(double(later - atFirst)) <= 0.05 * double(atFirst));
        const auto &series = *measurement.series(u"t7"_s);
        QVERIFY(series.samples(start, start + 72min).size() <= 6001 * 65 / 64 + 1);
        QVERIFY(series.gaps().size() <= Series::maxGaps);
        // What went was counted.
        QCOMPARE(series.whole().n(), 72 * 600);
        QCOMPARE(series.quantiles(start + 62min, start + 72min).n, 6000);
        // A report on all of it is of all of it.
        HeadlessOptions options;
        options.alwaysOn.isEndless = true;
        options.targets = targets;
        const auto report = reportOn(measurement, options);
        QCOMPARE(report.planned, 0ns);
        const auto awake = 72 * 60 - 72 * 6; // s; of each ten, the monitor stood still for one
        QCOMPARE(report.targets[7].quantiles.rate().value_or(0), 72 * 600. / awake);
    }

    // At least a buffer of libcurl's for each of a thousand requests.
    void theCrowdOfAStallLeavesItsMemory()
    {
        ProgrammedServer server([](int, const QByteArray &) { return Reaction(); });
        auto arguments = anyPort + QStringList{u"--interval"_s, u"50ms"_s};
        for (int i = 0; i < 20; ++i)
            arguments << u"t%1="_s.arg(i) + server.url();
        EndlessMonitor monitor(arguments);
        const QByteArray counted = "openloop_probe_response_seconds_count{target=\"t0\"}";
        const auto memory = [&] { return monitor.figure("process_resident_memory_bytes").value_or(0); };
        QVERIFY(monitor.reaches(counted, 100));
        const auto before = memory();
        constexpr auto leastCrowd = 2e6; // bytes
        // What is in flight when the machine itself stands still is given up, and is no crowd.
        for (int tries = 0; tries < 3 && memory() < before + leastCrowd; ++tries) {
            const auto asked = std::chrono::steady_clock::now();
            server.stallFor(4s);
            TRY_VERIFY(server.stalledUntil() > asked);
            QVERIFY(monitor.reaches(counted, monitor.figure(counted).value_or(0) + 10));
        }
        const auto crowded = memory();
        QVERIFY(crowded >= before + leastCrowd);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // whose allocators keep what they have
        TRY_VERIFY(memory() < (before + crowded) / 2);
#endif
    }

    void aHistogramOfAllTimesStaysAsLargeAsItIs()
    {
        ClassicHistogram histogram;
        histogram.add(0ns);
        histogram.add(100us);
        histogram.add(100us + 1ns);
        histogram.add(10s);
        histogram.add(11s);
        histogram.addMoreThan(1s);
        QCOMPARE(histogram.upTo(0), 2);
        QCOMPARE(histogram.upTo(1), 3);
        QCOMPARE(histogram.upTo(15), 4);
        QCOMPARE(histogram.count(), 6);
        Exposition exposition;
        exposition.family("f", "gauge", "help");
        exposition.value({{"name", u"a\"b\\c\nd"_s}}, 0.1);
        QVERIFY(exposition.text().endsWith("f{name=\"a\\\"b\\\\c\\nd\"} 0.1\n"));
    }

    void tokensAreComparedWhole()
    {
        QVERIFY(equalInConstantTime("abc", "abc"));
        for (const auto *wrong : {"", "ab", "abcd", "abd", "abcabc"})
            QVERIFY(!equalInConstantTime(wrong, "abc"));
        QVERIFY(!equalInConstantTime("", ""));
    }

private:
    /// Of a monitor that many tests ask, because none of them changes it.
    quint16 sharedPort()
    {
        if (!m_shared)
            m_shared = std::make_unique<EndlessMonitor>(anyPort + QStringList{u"t="_s + m_server.url()});
        return m_shared->port();
    }

    QTemporaryDir m_folder;
    ProgrammedServer m_server{atOnce};
    std::unique_ptr<EndlessMonitor> m_shared;
};

QTEST_GUILESS_MAIN(TestAlwaysOn)
#include "test_always_on.moc"
