// SPDX-License-Identifier: GPL-3.0-or-later
// A run that was cut short, or in which the monitor itself stood still, is no pass: the verdicts on it, and the real
// program being stopped, killed and let go on.
#include "gui/probe/headless/report.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"
#include "tests/support/rows.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

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
};

/// The real program on one target.
class MonitorProcess
{
public:
    MonitorProcess(const QString &url, const QStringList &arguments)
    {
        m_process.start(QStringLiteral(OPENLOOP_MONITOR),
                        QStringList{u"--headless"_s, u"t="_s + url, u"--quiet"_s, u"--json"_s,
                                    m_folder.filePath(u"j"_s), u"--junit"_s, m_folder.filePath(u"x"_s)}
                            + arguments);
    }

    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }

    Ended end()
    {
        Ended ended;
        if (m_process.waitForFinished(2 * patience) && m_process.exitStatus() == QProcess::NormalExit)
            ended.code = m_process.exitCode();
        ended.table = m_process.readAllStandardOutput();
        QFile json(m_folder.filePath(u"j"_s)), junit(m_folder.filePath(u"x"_s));
        if (json.open(QIODevice::ReadOnly) && junit.open(QIODevice::ReadOnly)) {
            ended.json = QJsonDocument::fromJson(json.readAll()).object();
            ended.junit = junit.readAll();
        }
        return ended;
    }

private:
    QTemporaryDir m_folder;
    QProcess m_process;
};

Reaction atOnce(int, const QByteArray &)
{
    return {};
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
        report.asserts = {broken(false)};
        QCOMPARE(report.exitCode(), ExitCode::Broken);
    }

    void aKilledMonitorLeavesNoReportThatPassed()
    {
        ProgrammedServer server(atOnce);
        MonitorProcess monitor(server.url(), {u"--duration"_s, u"10m"_s});
        QTRY_VERIFY_WITH_TIMEOUT(server.requests() > 3, patience);
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
        QTRY_VERIFY_WITH_TIMEOUT(server.requests() > 3, patience);
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
        QTest::addColumn<double>("share");
        QTest::addColumn<int>("code");
        QTest::newRow("a fortieth") << 0.025 << 4;
        QTest::newRow("a seventh") << 0.15 << 5;
        QTest::newRow("half") << 0.5 << 5;
        QTest::newRow("more than all") << 1.2 << 5;
    }
    void aMonitorThatStoodStillSaysForHowLong()
    {
        QFETCH(double, share);
        QFETCH(int, code);
        constexpr auto planned = 8000ms;
        ProgrammedServer server(atOnce);
        MonitorProcess monitor(server.url(), {u"--duration"_s, u"8s"_s, u"--interval"_s, u"10ms"_s});
        QTRY_VERIFY_WITH_TIMEOUT(server.requests() > 10, patience);
        const auto stop = static_cast<int>(share * planned.count());
        monitor.signal(SIGSTOP);
        QTest::qWait(stop); // a monitor that does not run is the point
        monitor.signal(SIGCONT);
        const auto ended = monitor.end();
        QVERIFY2(ended.code == code || (ended.code == 5 && code == 4),
                 ended.table.constData()); // busy machines stop too
        const auto gaps = ended.json[u"gaps"_s].toArray();
        double longest = 0;
        for (const auto &gap : gaps)
            longest = std::max(longest, gap.toObject()[u"length_ms"_s].toDouble());
        QVERIFY2(longest >= 0.9 * stop, ended.table.constData());
        QVERIFY2(ended.table.contains("gap: stopped for "), ended.table.constData());
        QVERIFY2(ended.junit.contains("stood still"), ended.junit.constData());
        const auto target = ended.json[u"targets"_s][0].toObject();
        QCOMPARE(target[u"n"_s].toInt(), 800);
        if (share >= 0.15) {
            QVERIFY(target[u"skipped"_s].toInt() > 10);
            QCOMPARE(target[u"skipped"_s].toInt(), target[u"lost"_s].toInt());
        }
    }
};

QTEST_GUILESS_MAIN(TestWholeRuns)
#include "test_whole_runs.moc"
