// SPDX-License-Identifier: GPL-3.0-or-later
// A run that was cut short, or in which the monitor itself stood still, is no pass: the verdicts on it, and the real
// program being stopped, starved, killed, without room on its disk, led elsewhere and set back in time.
#include "gui/probe/headless/report.h"
#include "tests/gui/probe/disturbance.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"
#include "tests/support/rows.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

#include <arpa/inet.h>
#include <csignal>
#include <new>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

using namespace openloop::probe;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

/// A run of 20 s on one target with 200 ticks, quiet but for what a test adds.
RunReport quietRun()
{
    RunReport report;
    TargetResult result;
    result.target.name = u"t"_s;
    result.target.url = u"http://h/t"_s;
    result.answered = true;
    result.quantiles.n = result.quantiles.measured = 200;
    report.targets = {result};
    report.planned = report.duration = 20s;
    return report;
}

RunReport stoppedFor(Nanoseconds length)
{
    auto report = quietRun();
    report.standstills.add({GapReason::Stopped, Instant(5s), Instant(5s) + length, {}});
    return report;
}

/// The worse the later; the order in which codes win where nothing failed but the monitor.
int badness(ExitCode code)
{
    return code == ExitCode::CutShort ? 2 : code == ExitCode::Untrustworthy ? 1 : code == ExitCode::Kept ? 0 : -1;
}

AssertResult broken(bool ofAnswers)
{
    AssertResult result;
    result.text = u"t.errors=0"_s;
    result.target = u"t"_s;
    result.isOfAnswers = ofAnswers;
    return result;
}

struct Ended {
    int code = -1;
    QJsonObject json;
    QByteArray table, junit;

    /// Not even one of them keeps it back.
    bool saysEverywhere(const QString &pattern) const
    {
        const QRegularExpression says(pattern);
        return QString::fromUtf8(table).contains(says) && QString::fromUtf8(junit).contains(says)
            && QString::fromUtf8(QJsonDocument(json).toJson()).contains(says);
    }
    double stoodStill() const { return json[u"run"_s][u"stood_still_ms"_s].toDouble(); }
    /// Neighbours on this machine may make any run untrustworthy, and that only.
    bool isBusy() const { return json[u"doubt"_s].toString().contains(u"machine is busy"_s); }
    QByteArray all() const { return QByteArray::number(code) + '\n' + table + junit + QJsonDocument(json).toJson(); }
};

/// The real program on one target, and what is done to it meanwhile.
class MonitorProcess
{
public:
    explicit MonitorProcess(const QString &url) : m_url(url)
    {
        m_file.open();
        m_file.resize(sizeof(Disturbance));
        auto *memory = ::mmap(nullptr, sizeof(Disturbance), PROT_READ | PROT_WRITE, MAP_SHARED, m_file.handle(), 0);
        m_disturbance = memory == MAP_FAILED ? nullptr : new (memory) Disturbance;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"LD_PRELOAD"_s, QStringLiteral(DISTURBANCE));
        environment.insert(QString::fromLatin1(Disturbance::variable), m_file.fileName());
        m_process.setProcessEnvironment(environment);
    }
    MonitorProcess(const QString &url, const QStringList &arguments) : MonitorProcess(url) { start(arguments); }
    ~MonitorProcess() { ::munmap(m_disturbance, sizeof(Disturbance)); }

    QString json() const { return m_folder.filePath(u"j"_s); }
    QString junit() const { return m_folder.filePath(u"x"_s); }
    Disturbance &disturbance() { return *m_disturbance; }
    QProcess &process() { return m_process; }

    /// Reports go to these, unless told otherwise by the arguments.
    void start(const QStringList &arguments)
    {
        QStringList all{u"--headless"_s, u"t="_s + m_url, u"--quiet"_s};
        if (!arguments.contains(u"--json"_s))
            all << u"--json"_s << json();
        if (!arguments.contains(u"--junit"_s))
            all << u"--junit"_s << junit();
        m_process.start(QStringLiteral(OPENLOOP_MONITOR), all + arguments);
    }

    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    bool stopFor(std::chrono::milliseconds duration)
    {
        const bool stands = standStill(static_cast<pid_t>(m_process.processId()));
        QTest::qWait(static_cast<int>(duration.count())); // a monitor that does not run is the point
        signal(SIGCONT);
        return stands;
    }

    /// Meanwhile the servers of this thread answer.
    Ended end()
    {
        Ended ended;
        const bool hasEnded =
            QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, 2 * patience);
        if (hasEnded && m_process.exitStatus() == QProcess::NormalExit)
            ended.code = m_process.exitCode();
        ended.table = m_process.readAllStandardOutput();
        QFile json(this->json()), junit(this->junit());
        if (json.open(QIODevice::ReadOnly))
            ended.json = QJsonDocument::fromJson(json.readAll()).object();
        if (junit.open(QIODevice::ReadOnly))
            ended.junit = junit.readAll();
        return ended;
    }

private:
    QString m_url;
    QTemporaryDir m_folder;
    QTemporaryFile m_file;
    Disturbance *m_disturbance = nullptr;
    QProcess m_process;
};

/// This process, those that it starts, and their threads: all on one processor.
void shareOneProcessor()
{
    cpu_set_t set, one;
    sched_getaffinity(0, sizeof set, &set);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE; ++i) {
        if (CPU_ISSET(i, &set)) {
            CPU_SET(i, &one);
            break;
        }
    }
    sched_setaffinity(0, sizeof one, &one);
}

/// In a process before it begins: it gets what is left over on its processor, whoever started it.
void beStarved()
{
    prctl(PR_CAPBSET_DROP, 23 /* CAP_SYS_NICE */, 0, 0, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_RTPRIO, &none);
    setrlimit(RLIMIT_NICE, &none);
    shareOneProcessor();
    setpriority(PRIO_PROCESS, 0, 10);
}

Reaction atOnce(int, const QByteArray &)
{
    return {};
}

constexpr auto programmed = 20ms;

Reaction asProgrammed(int, const QByteArray &)
{
    return answerAfter(programmed);
}

} // namespace

class TestWholeRuns : public QObject
{
    Q_OBJECT

private slots:
    void theLongerTheStopTheWorseTheVerdict()
    {
        QCOMPARE(quietRun().exitCode(), ExitCode::Kept);
        QCOMPARE(stoppedFor(190ms).exitCode(), ExitCode::Kept);
        QCOMPARE(stoppedFor(210ms).exitCode(), ExitCode::Untrustworthy);
        QCOMPARE(stoppedFor(1990ms).exitCode(), ExitCode::Untrustworthy);
        QCOMPARE(stoppedFor(2010ms).exitCode(), ExitCode::CutShort);
        int before = 0;
        for (auto length = 50ms; length < 100s; length += length / 4) {
            const int now = badness(stoppedFor(length).exitCode());
            QVERIFY(now >= before);
            before = now;
        }
    }

    void ticksThatTheMonitorLostCountAsItsTimeDoes()
    {
        for (const auto &[lost, code] : {std::pair(2, ExitCode::Kept),
                                         {3, ExitCode::Untrustworthy},
                                         {20, ExitCode::Untrustworthy},
                                         {21, ExitCode::CutShort}}) {
            auto report = quietRun();
            report.targets[0].quantiles.lost = lost;
            QCOMPARE(report.exitCode(), code);
        }
    }

    void whatTheMonitorLostIsNoFaultOfTheTarget()
    {
        Quantiles quantiles;
        quantiles.n = 200;
        quantiles.errors = 1;
        quantiles.lost = quantiles.skipped = 100;
        QCOMPARE(quantiles.availability(), 0.99);
        QCOMPARE(quantiles.errorShare(), 0.01);
    }

    void ofSeveralFaultsTheGravestWins()
    {
        auto report = stoppedFor(1s);
        report.asserts = {broken(false)};
        QCOMPARE(report.exitCode(), ExitCode::Untrustworthy); // a slow answer may be the monitor's own slowness
        report.asserts = {broken(true)};
        QCOMPARE(report.exitCode(), ExitCode::Broken); // a wrong one can't
        report.targets[0].answered = false;
        QCOMPARE(report.exitCode(), ExitCode::NoAnswer);
        report.ending = Ending::Interrupted;
        QCOMPARE(report.exitCode(), ExitCode::CutShort);
        report.unrecorded = u"/f: full"_s;
        QCOMPARE(report.exitCode(), ExitCode::Usage);
        report = quietRun();
        auto unjudged = broken(false);
        unjudged.isUndoubted = false; // a rule, by a machine that was busy whenever it was looked at
        report.asserts = {unjudged};
        QCOMPARE(report.exitCode(), ExitCode::Untrustworthy);
        report.asserts = {unjudged, broken(false)};
        QCOMPARE(report.exitCode(), ExitCode::Broken);
    }

    void aKilledMonitorLeavesNoReportThatPassed()
    {
        ProgrammedServer server(atOnce);
        MonitorProcess monitor(server.url(), {u"--duration"_s, u"10m"_s});
        TRY_VERIFY(server.requests() > 3);
        monitor.signal(SIGKILL);
        const auto ended = monitor.end();
        QCOMPARE(ended.json[u"exit_code"_s].toInt(), 5);
        QVERIFY(!ended.json[u"run"_s][u"whole"_s].toBool(true));
        QVERIFY2(ended.junit.contains("has not ended"), ended.junit.constData());
    }

    void aRunThatWasCutShortSaysSoInEveryReport_data()
    {
        rows<int>({"number"}, {{"SIGINT", SIGINT}, {"SIGTERM", SIGTERM}});
    }
    void aRunThatWasCutShortSaysSoInEveryReport()
    {
        QFETCH(int, number);
        ProgrammedServer server(atOnce);
        MonitorProcess monitor(server.url(), {u"--duration"_s, u"10m"_s, u"--assert"_s, u"t.errors=0"_s});
        TRY_VERIFY(server.requests() > 3);
        monitor.signal(number);
        const auto ended = monitor.end();
        QCOMPARE(ended.code, 5);
        const QRegularExpression says(u"interrupted after [0-9.]+ m?s of 10 min"_s);
        QVERIFY2(QString::fromUtf8(ended.table).contains(says), ended.table.constData());
        QVERIFY2(QString::fromUtf8(ended.junit).contains(says), ended.junit.constData());
        QVERIFY2(ended.json[u"run"_s][u"problem"_s].toString().contains(says), ended.table.constData());
        QVERIFY(!ended.json[u"trustworthy"_s].toBool(true));
        QVERIFY(!ended.table.contains("measurement: trustworthy"));
        QCOMPARE(ended.json[u"exit_code"_s].toInt(), 5);
    }

    void aMonitorThatStoodStillSaysForHowLong_data()
    {
        rows<std::chrono::milliseconds, std::chrono::seconds, int>({"stop", "planned", "code"},
                                                                   {{"below 1 %", 200ms, 24s, 0},
                                                                    {"0.2 s", 200ms, 8s, 4},
                                                                    {"0.6 s", 600ms, 8s, 4},
                                                                    {"3 s", 3s, 8s, 5},
                                                                    {"8 s", 8s, 8s, 5}});
    }
    void aMonitorThatStoodStillSaysForHowLong()
    {
        QFETCH(std::chrono::milliseconds, stop);
        QFETCH(std::chrono::seconds, planned);
        QFETCH(int, code);
        ProgrammedServer server(asProgrammed);
        MonitorProcess monitor(server.url(),
                               {u"--duration"_s, u"%1s"_s.arg(planned.count()), u"--interval"_s, u"10ms"_s,
                                u"--assert"_s, u"t.p50<10s"_s});
        TRY_VERIFY(server.requests() > 10);
        QVERIFY(monitor.stopFor(stop));
        const auto ended = monitor.end();
        QVERIFY2(ended.saysEverywhere(u"stopped"_s), ended.all().constData());
        // Busy machines stop too: what the report says of all stops is the truth that the code follows from.
        const auto share = ended.stoodStill() / double(std::chrono::milliseconds(planned).count());
        QVERIFY2(ended.stoodStill() >= 0.9 * double(stop.count()), ended.all().constData());
        const int expected = share > 0.1 ? 5 : share > 0.01 ? 4 : ended.isBusy() ? 4 : 0;
        QVERIFY2(ended.code == expected && ended.code >= code, ended.all().constData());
        QCOMPARE(ended.json[u"exit_code"_s].toInt(-1), ended.code);
        QCOMPARE(ended.json[u"trustworthy"_s].toBool(), ended.code == 0);
        QCOMPARE(ended.table.contains("measurement: trustworthy"), ended.code == 0);
        QCOMPARE(ended.junit.contains("failures=\"0\""), ended.code == 0);
        // What was measured is as programmed: no answer is quicker, and none waited through a stop.
        const auto target = ended.json[u"targets"_s][0].toObject();
        QCOMPARE(target[u"n"_s].toInt(), 100 * int(planned.count()));
        const auto p50 =
            target[u"p50_ms"_s]; // of a run that was stopped for as long as it was planned: perhaps of none
        QVERIFY2((p50.isNull() && stop == planned) || p50.toDouble() >= programmed.count(), ended.all().constData());
        if (stop > 1s) {
            QVERIFY2(target[u"max_ms"_s].toDouble() < 0.9 * double(stop.count()), ended.all().constData());
            QVERIFY(target[u"lost"_s].toInt() > 10);
            QCOMPARE(target[u"skipped"_s].toInt(), target[u"lost"_s].toInt());
        }
    }

    void aMonitorThatWasLeftAloneHasNothingToSay()
    {
        ProgrammedServer server(asProgrammed);
        MonitorProcess monitor(server.url(), {u"--duration"_s, u"2s"_s});
        const auto ended = monitor.end();
        QVERIFY2(ended.code == 0 || (ended.code >= 4 && (ended.isBusy() || ended.stoodStill() > 0)),
                 ended.all().constData());
        for (const auto &word : {"moved", "wall clock", "LOST", "interrupted"})
            QVERIFY2(!ended.all().contains(word), ended.all().constData());
    }

    void aMonitorThatWasStarvedSaysSo()
    {
        ProgrammedServer server(asProgrammed);
        MonitorProcess monitor(server.url());
        monitor.process().setChildProcessModifier(beStarved);
        std::array<QProcess, 4> others;
        for (auto &other : others) {
            other.setChildProcessModifier([] {
                shareOneProcessor();
                prctl(PR_SET_PDEATHSIG, SIGKILL); // they would never end by themselves
            });
            other.start(u"sh"_s, {u"-c"_s, u"while :; do :; done"_s});
        }
        for (auto &other : others)
            QVERIFY(other.waitForStarted(patience));
        monitor.start({u"--duration"_s, u"4s"_s, u"--interval"_s, u"10ms"_s, u"--assert"_s, u"t.p50<10s"_s});
        const auto ended = monitor.end();
        for (auto &other : others) {
            other.kill();
            other.waitForFinished(patience);
        }
        QVERIFY2(ended.code == 4 || ended.code == 5, ended.all().constData());
        QVERIFY2(ended.saysEverywhere(u"this machine is busy|stood still"_s), ended.all().constData());
        QCOMPARE(ended.json[u"exit_code"_s].toInt(-1), ended.code);
        QVERIFY(!ended.junit.contains("failures=\"0\""));
        QVERIFY(!ended.table.contains("measurement: trustworthy"));
    }

    void aReportThatGotLostIsSaidInTheOthers()
    {
        ProgrammedServer server(asProgrammed);
        for (const auto &option : {u"--json"_s, u"--junit"_s}) {
            MonitorProcess monitor(server.url(), {u"--duration"_s, u"300ms"_s, option, u"/dev/full"_s});
            const auto ended = monitor.end();
            QCOMPARE(ended.code, 2);
            QVERIFY2(ended.table.contains("LOST: /dev/full: "), ended.all().constData());
            if (option == u"--json"_s) {
                QVERIFY2(ended.junit.contains("<failure message=\"/dev/full: "), ended.all().constData());
            } else {
                QVERIFY2(ended.json[u"lost_reports"_s][0].toString().startsWith(u"/dev/full: "),
                         ended.all().constData());
                QCOMPARE(ended.json[u"exit_code"_s].toInt(), 2);
            }
        }
    }

    void aWallClockThatWasSetIsSaidAndChangesNothing_data()
    {
        rows<std::chrono::seconds, QString>({"by", "says"},
                                            {{"back", -3600s, u"wall clock was set back by 1 h"_s},
                                             {"forward", 30s, u"wall clock was set forward by 30"_s}});
    }
    void aWallClockThatWasSetIsSaidAndChangesNothing()
    {
        QFETCH(std::chrono::seconds, by);
        QFETCH(QString, says);
        ProgrammedServer server(asProgrammed);
        MonitorProcess monitor(server.url(), {u"--duration"_s, u"3s"_s, u"--interval"_s, u"10ms"_s});
        TRY_VERIFY(server.requests() > 10);
        monitor.disturbance().clockOffset = std::chrono::nanoseconds(by).count();
        const auto ended = monitor.end();
        QVERIFY2(ended.code == 0 || (ended.code >= 4 && (ended.isBusy() || ended.stoodStill() > 0)),
                 ended.all().constData());
        QVERIFY2(ended.saysEverywhere(says), ended.all().constData());
        const auto step = ended.json[u"wall_clock_steps"_s][0].toObject();
        QVERIFY(std::abs(step[u"by_ms"_s].toDouble() / 1000 - double(by.count())) < 1);
        const auto target = ended.json[u"targets"_s][0].toObject();
        QCOMPARE(target[u"n"_s].toInt(), 300);
        QVERIFY(target[u"p50_ms"_s].toDouble() >= 20);
        QVERIFY(target[u"max_ms"_s].toDouble() < 10'000);
    }

    // Takes as long as an address is kept, which is the monitor's matter.
    void aTargetThatMovedIsFollowedAndSaid()
    {
        ProgrammedServer before(asProgrammed);
        QTcpServer after; // on another address, the same port
        QObject::connect(&after, &QTcpServer::newConnection, [&after] {
            auto *socket = after.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                if (socket->readAll().endsWith("\r\n\r\n"))
                    socket->write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nafter");
            });
        });
        QVERIFY(after.listen(QHostAddress(u"127.0.0.2"_s), before.port()));
        MonitorProcess monitor(u"http://%1:%2/"_s.arg(QLatin1String(Disturbance::movingName)).arg(before.port()));
        monitor.disturbance().movedTo = inet_addr("127.0.0.1");
        monitor.start({u"--duration"_s, u"8s"_s, u"--new-connection"_s, u"--assert"_s, u"t.errors=0"_s});
        TRY_VERIFY(before.requests() > 2);
        monitor.disturbance().movedTo = inet_addr("127.0.0.2");
        const auto ended = monitor.end();
        QVERIFY2(ended.code == 0 || (ended.code >= 4 && (ended.isBusy() || ended.stoodStill() > 0)),
                 ended.all().constData());
        QVERIFY2(ended.saysEverywhere(u"moved from 127.0.0.1 to 127.0.0.2"_s), ended.all().constData());
        const auto addresses = ended.json[u"targets"_s][0][u"addresses"_s].toArray();
        QCOMPARE(addresses, (QJsonArray{u"127.0.0.1"_s, u"127.0.0.2"_s}));
    }
};

QTEST_GUILESS_MAIN(TestWholeRuns)
#include "test_whole_runs.moc"
