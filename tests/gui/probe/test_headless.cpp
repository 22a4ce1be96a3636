// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor --headless from the outside: its options, its files, its exit codes, without any display.
#include "gui/probe/judgement/processor_use.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstring>
#include <functional>
#include <optional>
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

struct Ran {
    int code = -1;
    QByteArray out, err;
    QJsonObject json; ///< when --json - was asked for
};

/// As a shell without a display starts it; out: where standard output goes instead of to the test; inChild: what is
/// done in the new process before the program begins.
Ran start(const QStringList &arguments, const QString &out = {}, const std::function<void()> &inChild = {})
{
    QProcess process;
    if (inChild)
        process.setChildProcessModifier(inChild);
    if (!out.isEmpty())
        process.setStandardOutputFile(out);
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.remove(u"DISPLAY"_s);
    environment.remove(u"WAYLAND_DISPLAY"_s);
    environment.remove(u"QT_QPA_PLATFORM"_s); // a QGuiApplication could not start
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(OPENLOOP_MONITOR), arguments);
    Ran ran;
    if (process.waitForFinished(2 * patience) && process.exitStatus() == QProcess::NormalExit)
        ran.code = process.exitCode();
    ran.out = process.readAllStandardOutput();
    ran.err = process.readAllStandardError();
    ran.json = QJsonDocument::fromJson(ran.out).object();
    return ran;
}

Ran run(const QStringList &arguments, const QString &out = {})
{
    return start(QStringList{u"--headless"_s} + arguments, out);
}

Reaction after(std::chrono::nanoseconds latency)
{
    Reaction reaction;
    reaction.latency = latency;
    return reaction;
}

/// The exit code follows from what the report says, and the report is `code` where the machine was quiet.
bool isExit(const Ran &ran, int code)
{
    if (ran.json.value(u"trustworthy"_s).toBool(true))
        return ran.code == code;
    qInfo("the machine is too busy (%s): exit code 4 instead of %d", qPrintable(ran.json[u"doubt"_s].toString()), code);
    return ran.code == 4 && ran.json[u"doubt"_s].toString().contains(u"machine is busy");
}

/// The machine did not stand still meanwhile.
bool isWhole(const Ran &ran)
{
    return ran.code != 5 && !ran.json[u"doubt"_s].toString().contains(u"stood still"_s);
}

bool isTrusted(const Ran &ran)
{
    return ran.json.value(u"trustworthy"_s).toBool();
}

/// Neighbours on the machine may spoil a run, hardly five in a row.
Ran runQuietly(const QStringList &arguments, bool (*isUnspoilt)(const Ran &) = isTrusted)
{
    Ran ran;
    for (int attempt = 0; attempt < 5; ++attempt) {
        ran = run(arguments);
        if (isUnspoilt(ran))
            break;
    }
    return ran;
}

/// Neighbours that come and go leave answers too scattered for a verdict, which says nothing against the service.
bool hasVerdict(const Ran &ran)
{
    return isTrusted(ran) && ran.json[u"isolation"_s].toObject()[u"verdict"_s].toString() != u"inconclusive"_s;
}

bool assertHeld(const Ran &ran, int index)
{
    return ran.json[u"asserts"_s][index].toObject()[u"ok"_s].toBool();
}

/// Work of normal priority on every processor until it dies, as a machine without room has; also on those that this
/// process was kept away from.
class Burners
{
public:
    Burners() : m_before(probe::ProcessorTime::now())
    {
        for (int i = 0; i < 2 * get_nprocs(); ++i)
            m_threads.emplace_back([](std::stop_token stop) {
                cpu_set_t all;
                std::memset(&all, 0xff, sizeof all);
                sched_setaffinity(0, sizeof all, &all);
                while (!stop.stop_requested())
                    ;
            });
    }
    /// What became of it: less than all where this process may not have them all.
    double takenShare() const
    {
        const auto now = probe::ProcessorTime::now();
        return now && m_before && now->total > m_before->total
            ? double(now->busy - m_before->busy) / double(now->total - m_before->total)
            : 0;
    }

private:
    std::optional<probe::ProcessorTime> m_before;
    std::vector<std::jthread> m_threads;
};

} // namespace

class TestHeadless : public QObject
{
    Q_OBJECT

private slots:
    void assertsThatHoldAreExitCodeZero()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(5ms); });
        const auto ran = runQuietly({u"fast="_s + server.url(), u"--duration"_s, u"1s"_s, u"--interval"_s, u"10ms"_s,
                                     u"--assert"_s, u"fast.p50>4ms"_s, u"--assert"_s, u"fast.p50<1m"_s, u"--assert"_s,
                                     u"fast.errors=0"_s, u"--json"_s, u"-"_s});
        QVERIFY2(isExit(ran, 0), ran.err.constData());
        const auto target = ran.json[u"targets"_s][0].toObject();
        QCOMPARE(target[u"name"_s].toString(), u"fast"_s);
        QCOMPARE(target[u"n"_s].toInt(), 100);
        QVERIFY(target[u"p50_ms"_s].toDouble() >= 5);
        QCOMPARE(ran.json[u"asserts"_s].toArray().size(), 3);
        for (int i = 0; i < 3; ++i) // no busy machine can break these
            QVERIFY2(assertHeld(ran, i), ran.out.constData());
        QVERIFY(ran.json[u"control"_s].toObject()[u"p99_ms"_s].toDouble() > 0);
    }

    void anAssertThatFailsIsExitCodeOne()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(30ms); });
        const auto ran = runQuietly({u"slow="_s + server.url(), u"--duration"_s, u"1s"_s, u"--assert"_s,
                                     u"slow.p50<20ms"_s, u"--json"_s, u"-"_s});
        QVERIFY2(isExit(ran, 1), ran.err.constData());
        QCOMPARE(ran.json[u"asserts"_s][0].toObject()[u"ok"_s].toBool(true), false);
        QVERIFY(ran.json[u"asserts"_s][0].toObject()[u"value_ms"_s].toDouble() >= 30);
    }

    void aLatencyDoesNotHideThatRequestsFailed()
    {
        ProgrammedServer server([](int number, const QByteArray &) {
            Reaction reaction;
            reaction.status = number % 4 == 0 ? 500 : 200;
            return reaction;
        });
        const QStringList arguments{u"t="_s + server.url(), u"--duration"_s, u"1s"_s,     u"--interval"_s, u"20ms"_s,
                                    u"--assert"_s,          u"t.p99.9<1m"_s, u"--json"_s, u"-"_s};
        auto ran = runQuietly(arguments);
        QVERIFY2(isExit(ran, 0), ran.err.constData());
        QVERIFY2(ran.err.contains("% of the requests failed"), ran.err.constData());
        QVERIFY(!ran.json[u"asserts"_s][0].toObject()[u"warning"_s].toString().isEmpty());
        ran = runQuietly(arguments + QStringList{u"--strict"_s}, isWhole);
        QCOMPARE(ran.code, 1);
        QVERIFY(!assertHeld(ran, 0));
    }

    void aRuleThatHadNoTimeToFireHasNotPassed()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(20ms); });
        const auto ran = runQuietly({u"t="_s + server.url(), u"--duration"_s, u"1s"_s, u"--rule"_s,
                                     u"t: p50<1ms over 5s for 1m"_s, u"--json"_s, u"-"_s});
        QVERIFY2(isExit(ran, 1), ran.err.constData());
        QVERIFY2(!assertHeld(ran, 0), ran.err.constData());
    }

    void wrongUsageIsExitCodeTwoWithOneClearLine()
    {
        const auto ran = run({u"--assert"_s, u"health.p99<20"_s});
        QCOMPARE(ran.code, 2);
        QVERIFY(ran.err.contains("lacks a unit"));
        QCOMPARE(ran.out, QByteArray());
        QCOMPARE(run({u"gopher://x/"_s}).code, 2);
    }

    void nobodyThereIsExitCodeThree()
    {
        const auto ran = runQuietly({u"http://127.0.0.1:%1/x"_s.arg(freePort()), u"--duration"_s, u"300ms"_s}, isWhole);
        QCOMPARE(ran.code, 3);
        QVERIFY(ran.out.contains("connection refused"));
    }

    void helpAndVersionNeedNoDisplay()
    {
        const auto help = run({u"--help"_s});
        QCOMPARE(help.code, 0);
        QVERIFY(help.out.contains("--isolation-test"));
        for (const auto &option : {u"--version"_s, u"-v"_s}) {
            QVERIFY(run({option}).out.startsWith("openloop-monitor "));
            QVERIFY(start({option}).out.startsWith("openloop-monitor "));
        }
        QCOMPARE(start({u"-h"_s}).code, 0);
    }

    void aWindowWithoutADisplayIsExitCodeTwoWithOneLine()
    {
        const auto ran = start({});
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.err.contains("--headless"), ran.err.constData());
        QCOMPARE(ran.err.count('\n'), 1);
        QCOMPARE(start({u"--frobnicate"_s}).code, 2);
        QVERIFY(start({u"--duration"_s, u"1s"_s}).err.contains("--duration works only with --headless"));
    }

    void aRunHasAllTheTicksOfItsDuration()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        const auto ran = run({u"t="_s + server.url(), u"u="_s + server.url(), u"--duration"_s, u"1s"_s, u"--interval"_s,
                              u"5ms"_s, u"--json"_s, u"-"_s});
        for (int i = 0; i < 2; ++i) // skipped ticks are among the n
            QCOMPARE(ran.json[u"targets"_s][i].toObject()[u"n"_s].toInt(), 200);
    }

    void whatCannotBeWrittenIsRefusedBeforeTheRun()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        QTemporaryDir folder;
        const auto kept = folder.filePath(u"kept"_s), none = folder.filePath(u"none/x"_s);
        QFile file(kept);
        QVERIFY(file.open(QIODevice::ReadWrite) && file.write("of yesterday") > 0 && file.flush());
        for (const auto &option : {u"--json"_s, u"--junit"_s, u"--record"_s}) {
            const auto other = option == u"--json"_s ? u"--junit"_s : u"--json"_s;
            const auto ran = run({u"t="_s + server.url(), u"--duration"_s, u"500ms"_s, other, kept, option, none});
            QCOMPARE(ran.code, 2);
            QVERIFY2(ran.err.contains(none.toUtf8() + ": "), ran.err.constData());
            QCOMPARE(ran.err.count('\n'), 1);
        }
        const auto ran = run({u"t="_s + server.url(), u"--duration"_s, u"500ms"_s, u"--record"_s, kept});
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.err.contains(kept.toUtf8() + ": "), ran.err.constData());
        QCOMPARE(server.requests(), 0);
        QVERIFY(file.seek(0));
        QCOMPARE(file.readAll(), QByteArray("of yesterday"));
    }

    void aReportThatGotLostIsExitCodeTwo()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        const auto full = u"/dev/full"_s;
        if (!QFile::exists(full))
            QSKIP("there is no /dev/full here");
        const QStringList quick{u"t="_s + server.url(), u"--duration"_s, u"200ms"_s};
        auto ran = run(quick + QStringList{u"--json"_s, u"-"_s}, full);
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.err.contains("standard output: "), ran.err.constData());
        ran = run(quick + QStringList{u"--json"_s, full});
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.err.contains("/dev/full: "), ran.err.constData());
    }

    void aReaderThatWentAwayIsExitCodeTwo()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        QTemporaryDir folder;
        QFile junit(folder.filePath(u"x"_s));
        const auto ran = start({u"--headless"_s, u"t="_s + server.url(), u"--duration"_s, u"200ms"_s, u"--json"_s,
                                u"-"_s, u"--junit"_s, junit.fileName()},
                               {}, [] {
                                   int ends[2];
                                   if (::pipe(ends) == 0) {
                                       ::dup2(ends[1], STDOUT_FILENO);
                                       ::close(ends[0]);
                                       ::close(ends[1]);
                                   }
                               });
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.err.contains("report: LOST: standard output: "), ran.err.constData());
        QVERIFY(junit.open(QIODevice::ReadOnly));
        const auto said = junit.readAll();
        QVERIFY2(said.contains("<failure message=\"standard output: "), said.constData());
    }

    void aRecordingThatGotLostIsExitCodeTwo()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        QTemporaryDir folder;
        const auto path = folder.filePath(u"full.sqlite"_s);
        QStringList arguments{
            u"--headless"_s, u"--duration"_s, u"500ms"_s,  u"--interval"_s, u"1ms"_s,     u"--record"_s,   path,
            u"--assert"_s,   u"t1.n>0"_s,     u"--json"_s, u"-"_s,          u"--junit"_s, u"/dev/stderr"_s};
        for (int i = 0; i < 8; ++i) // 4,000 ticks of 28 bytes, written at the end of the run
            arguments << u"t%1="_s.arg(i) + server.url();
        const auto ran = start(arguments, {}, [] {
            const rlimit full{100 * 1024, 100 * 1024}; // room for an empty recording
            setrlimit(RLIMIT_FSIZE, &full);
            std::signal(SIGXFSZ, SIG_DFL); // which ends a program that does not ask for the error
        });
        QCOMPARE(ran.code, 2);
        const auto problem = ran.json[u"recording"_s].toObject()[u"problem"_s].toString();
        QVERIFY2(problem.startsWith(path + u": "_s) && problem.size() > path.size() + 5, ran.out.constData());
        QCOMPARE(ran.err.count("openloop-monitor: not recorded: " + problem.toUtf8()), 1);
        QVERIFY2(ran.err.contains("recording: INCOMPLETE: " + problem.toUtf8()), ran.err.constData());
        QVERIFY2(ran.err.contains("name=\"recorded\""), ran.err.constData());
        QVERIFY(assertHeld(ran, 0)); // what was measured is reported all the same
    }

    void aVagueFaultComesWithItsCause()
    {
        ProgrammedServer server([](int, const QByteArray &) {
            Reaction garbage;
            garbage.fields = "Content-Length: many\r\n";
            return garbage;
        });
        const auto ran = run({u"t=http://ann:SECRET@127.0.0.1:%1/"_s.arg(server.port()), u"--duration"_s, u"300ms"_s,
                              u"--json"_s, u"-"_s});
        const auto problem = ran.json[u"targets"_s][0].toObject()[u"last_problem"_s].toString();
        QVERIFY2(problem.startsWith(u"failed: ") && problem.size() > 12, qPrintable(problem));
        QVERIFY2(ran.err.contains(problem.toUtf8()), ran.err.constData());
        QVERIFY(!(ran.out + ran.err).contains("SECRET"));
    }

    void aBlockingServiceFailsTheIsolationTest()
    {
        // One loop for everything: a request on /work holds up the others, as in a service that computes on
        // its loop.
        auto busyUntil = std::make_shared<std::chrono::steady_clock::time_point>();
        ProgrammedServer server([busyUntil](int, const QByteArray &path) {
            const auto now = std::chrono::steady_clock::now();
            if (path.startsWith("/work"))
                *busyUntil = std::max(*busyUntil, now) + 250ms;
            return after(std::max(1ms + 0ns, *busyUntil - now));
        });
        const auto ran =
            runQuietly({u"health="_s + server.url(u"/health"_s), u"work="_s + server.url(u"/work?n={semiprime:20}"_s),
                        u"--interval"_s, u"20ms"_s, u"--timeout"_s, u"30s"_s, u"--isolation-test"_s, u"work=4"_s,
                        u"--phases"_s, u"2s,3s,600ms"_s, u"--json"_s, u"-"_s},
                       hasVerdict);
        const auto isolation = ran.json[u"isolation"_s].toObject();
        const auto health = isolation[u"targets"_s][0].toObject();
        QCOMPARE(ran.json[u"targets"_s][1].toObject()[u"n"_s].toInt(-1), 0); // loaded, and not probed beside
        QVERIFY2(isolation[u"verdict"_s].toString() != u"pass"_s, ran.err.constData());
        if (!hasVerdict(ran))
            QSKIP("five runs, and the machine was never quiet enough for a verdict");
        QVERIFY2(isExit(ran, 1), ran.err.constData());
        QCOMPARE(isolation[u"verdict"_s].toString(), u"fail"_s);
        QCOMPARE(health[u"verdict"_s].toString(), u"fail"_s);
        QVERIFY2(health[u"ratio_low"_s].toDouble() > 2, ran.out.constData());
    }

    void anIsolatedServicePassesTheIsolationTest()
    {
        ProgrammedServer server([](int, const QByteArray &path) { return after(path == "/work" ? 300ms : 1ms); });
        const auto ran = runQuietly({u"health="_s + server.url(u"/health"_s), u"work="_s + server.url(u"/work"_s),
                                     u"--interval"_s, u"10ms"_s, u"--isolation-test"_s, u"work=4"_s, u"--phases"_s,
                                     u"2s,2s,600ms"_s, u"--json"_s, u"-"_s},
                                    hasVerdict);
        const auto isolation = ran.json[u"isolation"_s].toObject();
        QVERIFY2(isolation[u"verdict"_s].toString() != u"fail"_s, ran.err.constData());
        QVERIFY(ran.json[u"targets"_s][0].toObject()[u"isolation"_s].toDouble() > 0);
        QVERIFY(isolation[u"control_during"_s].toObject()[u"n"_s].toInt() > 40);
        if (!hasVerdict(ran))
            QSKIP("five runs, and the machine was never quiet enough for a verdict");
        QVERIFY2(isExit(ran, 0), ran.err.constData());
        QCOMPARE(isolation[u"verdict"_s].toString(), u"pass"_s);
    }

    void aMachineWithoutRoomIsExitCodeFour()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        const Burners burners;
        const auto ran = runQuietly({u"t="_s + server.url(), u"--duration"_s, u"3s"_s, u"--assert"_s, u"t.p50<10s"_s,
                                     u"--rule"_s, u"t: p50<10s"_s, u"--json"_s, u"-"_s},
                                    isWhole);
        if (ran.code == 0 && burners.takenShare() < 0.97)
            QSKIP("this process may not take all processors of the machine");
        QCOMPARE(ran.code, 4);
        const auto rule = ran.json[u"asserts"_s][1].toObject();
        if (!rule[u"ok"_s].toBool()) // the machine may have been busy for less than half of the run
            QVERIFY2(rule[u"value_text"_s].toString().startsWith(u"not judged: this machine"), ran.out.constData());
        if (isTrusted(ran)) { // or just enough for the rule to be left open
            QVERIFY2(!rule[u"ok"_s].toBool(), ran.out.constData());
            return;
        }
        QVERIFY2(ran.json[u"doubt"_s].toString().startsWith(u"this machine is busy"), ran.out.constData());
        QVERIFY(ran.err.contains("NOT TRUSTWORTHY"));
    }

    void theBreakingLoadIsReported()
    {
        ProgrammedServer server([](int, const QByteArray &path) { return after(path == "/work" ? 50ms : 1ms); });
        const auto ran =
            runQuietly({u"work="_s + server.url(u"/work"_s), u"--interval"_s, u"50ms"_s, u"--find-limit"_s, u"work=2"_s,
                        u"--duration"_s, u"1s"_s, u"--assert"_s, u"work.p50<1ms"_s, u"--json"_s, u"-"_s},
                       isWhole);
        QCOMPARE(ran.json[u"search"_s].toObject()[u"lowest_broken"_s].toInt(-1), 0);
        QVERIFY2(isExit(ran, 1), ran.err.constData());
    }

    void aLoadThatNobodyAnswersHasNoLimit()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        const auto ran =
            runQuietly({u"t="_s + server.url(), u"gone=http://127.0.0.1:%1/"_s.arg(freePort()), u"--find-limit"_s,
                        u"gone=1"_s, u"--duration"_s, u"500ms"_s, u"--assert"_s, u"t.p50<10s"_s, u"--json"_s, u"-"_s},
                       isWhole);
        QCOMPARE(ran.code, 3);
        QVERIFY2(ran.err.contains("gone answered no request of the load"), ran.err.constData());
        QVERIFY(ran.json[u"search"_s].toObject()[u"highest_kept"_s].isNull());
    }

    void aLoadThatNeverWasLeavesTheVerdictOpen_data()
    {
        QTest::addColumn<bool>("isThere");
        QTest::newRow("refused") << false;
        QTest::newRow("every answer is 500") << true;
    }
    void aLoadThatNeverWasLeavesTheVerdictOpen()
    {
        QFETCH(bool, isThere);
        ProgrammedServer server([](int, const QByteArray &path) {
            auto reaction = after(0ms);
            reaction.status = path == "/bad" ? 500 : 200;
            return reaction;
        });
        const auto url = isThere ? server.url(u"/bad"_s) : u"http://127.0.0.1:%1/"_s.arg(freePort());
        const auto ran = runQuietly({u"t="_s + server.url(), u"gone="_s + url, u"--load"_s, u"gone=3"_s,
                                     u"--duration"_s, u"2s"_s, u"--assert"_s, u"t.n>0"_s, u"--json"_s, u"-"_s},
                                    isWhole);
        QCOMPARE(ran.code, 4);
        const auto doubt = ran.json[u"doubt"_s].toString();
        QVERIFY2(doubt.startsWith(u"gone ") && doubt.contains(u"of the load"), qPrintable(doubt));
    }

    void aSearchJudgesRatesAndWaitsForWhatIsSlow()
    {
        // Every other answer takes longer than a step and what it waits for, but is no failure.
        auto asked = std::make_shared<int>(0);
        ProgrammedServer server(
            [asked](int, const QByteArray &path) { return after(path == "/slow" && ++*asked % 2 == 0 ? 4s : 1ms); });
        const auto wasAsked = [](const Ran &one) { // a machine that stands still for most of a step asks for less
            return !one.json[u"search"_s][u"highest_kept"_s].isNull();
        };
        const auto ran =
            runQuietly({u"t="_s + server.url(), u"slow="_s + server.url(u"/slow"_s), u"--interval"_s, u"50ms"_s,
                        u"--find-limit"_s, u"t=1"_s, u"--duration"_s, u"1s"_s, u"--assert"_s, u"t.rate>5"_s,
                        u"--assert"_s, u"slow.errors=0"_s, u"--assert"_s, u"slow.max>100ms"_s, u"--json"_s, u"-"_s},
                       wasAsked);
        const auto search = ran.json[u"search"_s].toObject();
        QVERIFY2(search[u"lowest_broken"_s].isNull(), ran.out.constData());
        QCOMPARE(search[u"highest_kept"_s].toInt(), 1);
        const auto target = ran.json[u"targets"_s][0].toObject();
        const auto seconds = ran.json[u"run"_s][u"measured_ms"_s].toDouble() / 1000;
        QVERIFY(seconds >= 4); // two steps, and as long for each to settle
        QVERIFY2(target[u"rate"_s].toDouble() <= target[u"n"_s].toDouble() / 3, ran.out.constData());
    }

    void aTargetThatIsAskedSeldomIsAskedWithinTheRun()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        const auto ran = run({u"t="_s + server.url(), u"u="_s + server.url(), u"--duration"_s, u"1s"_s, u"--interval"_s,
                              u"5h"_s, u"--json"_s, u"-"_s});
        QVERIFY2(ran.json[u"run"_s].isObject(), "it waits for ticks of the afternoon");
        for (int i = 0; i < 2; ++i)
            QCOMPARE(ran.json[u"targets"_s][i].toObject()[u"n"_s].toInt(), 1);
    }

    void aReportThatWasRemovedIsExitCodeTwo_data()
    {
        QTest::addColumn<QString>("option");
        QTest::newRow("JSON") << u"--json"_s;
        QTest::newRow("JUnit") << u"--junit"_s;
        QTest::newRow("recording") << u"--record"_s;
    }
    void aReportThatWasRemovedIsExitCodeTwo()
    {
        QFETCH(QString, option);
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        QTemporaryDir folder;
        const auto path = folder.filePath(u"x"_s);
        QProcess process;
        endWithTest(process);
        process.start(QStringLiteral(OPENLOOP_MONITOR),
                      {u"--headless"_s, u"t="_s + server.url(), u"--duration"_s, u"10m"_s, option, path});
        TRY_VERIFY(server.requests() > 3);
        QVERIFY(QFile::remove(path));
        ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitCode(), 2);
        const auto said = process.readAllStandardOutput() + process.readAllStandardError();
        QVERIFY2(said.contains(path.toUtf8() + ": removed or replaced"), said.constData());
    }

    void noServiceCommandsTheTerminal()
    {
        ProgrammedServer server([](int, const QByteArray &) {
            auto reaction = after(1ms);
            reaction.status = 302;
            reaction.fields = "Location: http://h/\x1b]0;owned\x07\x1b[31m\r\n";
            return reaction;
        });
        const auto ran = run({u"t="_s + server.url(), u"--duration"_s, u"500ms"_s});
        QVERIFY2(ran.out.contains("redirects to http://h/"), ran.out.constData());
        QVERIFY2(!ran.out.contains('\x1b') && !ran.out.contains('\x07'), ran.out.toHex().constData());
    }

    void filesAreWrittenWhereTheyWereAskedFor()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        QTemporaryDir folder;
        run({u"t="_s + server.url(), u"--duration"_s, u"500ms"_s, u"--assert"_s, u"t.p50<1us"_s, u"--json"_s,
             folder.filePath(u"o.json"_s), u"--junit"_s, folder.filePath(u"o.xml"_s), u"--record"_s,
             folder.filePath(u"o.sqlite"_s)});
        QFile json(folder.filePath(u"o.json"_s)), xml(folder.filePath(u"o.xml"_s));
        QVERIFY(json.open(QIODevice::ReadOnly) && xml.open(QIODevice::ReadOnly));
        QVERIFY(!QJsonDocument::fromJson(json.readAll()).isNull());
        QVERIFY(xml.readAll().contains("<failure message=\"was "));
        QVERIFY(QFile::exists(folder.filePath(u"o.sqlite"_s)));
    }

    void whileTheMonitorItselfIsStoppedNobodyIsSlow()
    {
        // Requests are always in flight, and no more than a slow build can send: none is to wait for its turn.
        ProgrammedServer server([](int, const QByteArray &) { return after(20ms); });
        QProcess process;
        endWithTest(process);
        process.start(QStringLiteral(OPENLOOP_MONITOR),
                      {u"--headless"_s, u"t="_s + server.url(), u"u="_s + server.url(), u"v="_s + server.url(),
                       u"--duration"_s, u"1h"_s, u"--interval"_s, u"5ms"_s, u"--json"_s, u"-"_s});
        const auto pid = static_cast<pid_t>(process.processId());
        const auto sends = [&server](int more) {
            return QTest::qWaitFor([&server, wanted = server.requests() + more] { return server.requests() >= wanted; },
                                   patience);
        };
        constexpr auto stop = 2000ms;
        for (int stops = 0; stops < 3; ++stops) {
            QVERIFY(sends(300));
            QVERIFY(standStill(pid));
            QTest::qWait(static_cast<int>(stop.count())); // a monitor that does not run is the point
            ::kill(pid, SIGCONT);
        }
        QVERIFY(sends(300));
        ::kill(pid, SIGINT); // the report comes now
        QVERIFY(process.waitForFinished(patience));
        const auto target =
            QJsonDocument::fromJson(process.readAllStandardOutput()).object()[u"targets"_s][0].toObject();
        QVERIFY(target[u"n"_s].toInt() >= 300);
        // The tick of the first moment of a stop would have waited for nearly all of it.
        const auto longest = target[u"max_ms"_s].toDouble();
        QVERIFY2(longest > 0 && longest < 0.9 * stop.count(), qPrintable(QString::number(longest)));
    }

    void anInterruptEndsTheRunWithAReport()
    {
        ProgrammedServer server([](int, const QByteArray &) { return after(1ms); });
        QProcess process;
        endWithTest(process);
        process.start(QStringLiteral(OPENLOOP_MONITOR),
                      {u"--headless"_s, u"t="_s + server.url(), u"--duration"_s, u"10m"_s});
        TRY_VERIFY(server.requests() > 3);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QVERIFY(process.readAllStandardOutput().contains("measurement: "));
    }
};

QTEST_GUILESS_MAIN(TestHeadless)
#include "test_headless.moc"
