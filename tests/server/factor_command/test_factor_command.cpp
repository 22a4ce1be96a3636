// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-factor as its users see it: beside GNU factor, byte by byte, and in what goes beyond it.
#include "tests/support/patience.h"

#include <csignal>
#include <gmpxx.h>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

struct Outcome {
    QByteArray output, errors;
    int code = -1;

    bool operator==(const Outcome &) const = default;
};

// Both programs go by the name "factor", because their messages begin with it.
Outcome runAs(const QString &program, const QStringList &arguments, const QByteArray &input = {},
              const QString &locale = u"C.UTF-8"_s)
{
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"LC_ALL"_s, locale);
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    process.waitForFinished(openloop::test::patience);
    return {process.readAllStandardOutput(), process.readAllStandardError(), process.exitCode()};
}

// Two primes of 61 digits.
constexpr auto hard = "20491431817244437317929365798669926317419228649255133834530899088661879955300714"
                      "866615377541858872722630285992470477255933";

} // namespace

class FactorCommandTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_directory;
    QString m_ours = m_directory.filePath(u"factor"_s);
    QString m_theirs = QStandardPaths::findExecutable(u"factor"_s);

    void compare(const QStringList &arguments, const QByteArray &input = {}, const QString &locale = u"C.UTF-8"_s)
    {
        if (m_theirs.isEmpty())
            QSKIP("GNU factor is not installed");
        Outcome ours = runAs(m_ours, arguments, input, locale);
        Outcome theirs = runAs(m_theirs, arguments, input, locale);
        ours.errors.replace(m_ours.toLocal8Bit(), "factor"); // coreutils 9.1 complains under its path, 9.7 by its name
        theirs.errors.replace(m_theirs.toLocal8Bit(), "factor");
        QCOMPARE(ours.output, theirs.output);
        QCOMPARE(ours.errors, theirs.errors);
        QCOMPARE(ours.code, theirs.code);
    }

private slots:
    void initTestCase() { QVERIFY(QFile::link(QStringLiteral(OPENLOOP_FACTOR), m_ours)); }

    void argumentsArePrintedAsByGnuFactor()
    {
        compare({u"0"_s, u"1"_s, u"2"_s, u"007"_s, u"+7"_s, u" 12"_s, u"360"_s, u"18446744073709551557"_s,
                 u"18446744073709551616"_s});
        compare({u"340282366920938463463374607431768211456"_s}); // alone: GNU's order is wrong beyond 2^127
    }
    void inputIsPrintedAsByGnuFactor()
    {
        compare({}, "12 13\t14\n\n  15\n+16 0016\n1 0\n99999999977\n1000000016000000063");
        compare({}, "");
        compare({}, " \n\t ");
        compare({}, QByteArray("15\0 3 \0 21", 10));
    }
    void manyNumbersAreTheSameAsByGnuFactor()
    {
        QByteArray input;
        for (quint64 n = 0; n < 20'000; ++n)
            input += QByteArray::number(n * n * 1'000'003 + n) + '\n';
        compare({}, input);
    }
    void badNumbersAreComplainedAboutAsByGnuFactor()
    {
        compare({u"abc"_s, u"12"_s, u""_s, u"12 "_s, u"-"_s, u"+"_s, u"++5"_s, u"1e3"_s, u"1.5"_s, u"0x10"_s, u"it's"_s,
                 u"ü€"_s, u"a\nb"_s, u"a\\b"_s, u"’"_s, u"\u0001"_s});
        compare({u"abc"_s, u"it's"_s}, {}, u"C"_s);
        compare({}, "12 abc -3\n12\r\n\xff 7 13,14\n");
        compare({u"--"_s, u"-5"_s, u"6"_s});
    }
    void badOptionsAreRefusedAsByGnuFactor()
    {
        compare({u"-x"_s});
        compare({u"-5"_s});
        compare({u"--nonsense"_s});
    }

    void exponentsAreJoined()
    {
        for (const QString &option : {u"-h"_s, u"--exponents"_s})
            QCOMPARE(runAs(m_ours, {option, u"360"_s, u"7"_s, u"1"_s}).output, "360: 2^3 3^2 5\n7: 7\n1:\n");
    }

    void jsonIsOneObjectPerLine()
    {
        const Outcome outcome = runAs(m_ours, {u"--json"_s}, "360 1\n");
        QCOMPARE(outcome.output,
                 R"({"n":"360","factors":[{"prime":"2","exponent":3},{"prime":"3","exponent":2},)"
                 R"({"prime":"5","exponent":1}]})"
                 "\n"
                 R"({"n":"1","factors":[]})"
                 "\n");
    }

    void aTimeoutPrintsWhatWasFound()
    {
        const QString n = QString::fromLatin1(hard) + u"0"_s;
        const Outcome outcome = runAs(m_ours, {u"--json"_s, u"--timeout"_s, u"0.3"_s, n, u"15"_s}); // else for weeks
        QCOMPARE(outcome.code, 1);
        const QList<QByteArray> lines = outcome.output.split('\n');
        const QJsonObject object = QJsonDocument::fromJson(lines.at(0)).object();
        QCOMPARE(object[u"factors"].toArray().size(), 2);
        QCOMPARE(object[u"remaining"].toArray().at(0).toString(), QString::fromLatin1(hard));
        QCOMPARE(lines.at(1), R"({"n":"15","factors":[{"prime":"3","exponent":1},{"prime":"5","exponent":1}]})");
    }

    void whatIsTooLongToSieveIsSaidOnce()
    {
        const QString n = QString::fromLatin1(hard);
        const Outcome outcome = runAs(m_ours, {u"--timeout=0.5"_s, n, n + u"00"_s, u"15"_s});
        QCOMPARE(outcome.errors.count("too long to sieve"), 1);
        QVERIFY(outcome.output.endsWith("15: 3 5\n"));
        QCOMPARE(runAs(m_ours, {u"--timeout=0.5"_s, n.first(100)}).errors, "");
    }

    void interruptingPrintsWhatWasFound()
    {
        QProcess process;
        process.start(m_ours, {u"--threads"_s, u"2"_s, u"21"_s, QString::fromLatin1(hard) + u"0"_s, u"15"_s});
        QVERIFY(process.waitForReadyRead(
            openloop::test::patience)); // the first line is there before the hard number starts
        const auto computes = [stat = u"/proc/%1/stat"_s.arg(process.processId())] {
            QFile file(stat);
            return file.open(QFile::ReadOnly)
                && file.readAll().split(' ').value(13).toInt() >= 10; // hundredths of a second
        };
        TRY_VERIFY(computes());
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(openloop::test::patience));
        QCOMPARE(process.readAllStandardOutput(), QByteArray("21: 3 7\n") + hard + "0: 2 5 [composite " + hard + "]\n");
        QCOMPARE(process.exitStatus(), QProcess::CrashExit); // by the signal: then a shell's loop ends, too
        QCOMPARE(process.exitCode(), SIGINT);
    }

    void aSignalHoldsBackNoResult()
    {
        QByteArray input, wanted;
        for (int i = 0; i < 3000; ++i) {
            input += "18446743979220271189\n";
            wanted += "18446743979220271189: 4294967279 4294967291\n";
        }
        for (const QString &threads : {u"1"_s, u"2"_s}) {
            QProcess process;
            process.start(m_ours, {u"--threads"_s, threads});
            process.write(input + hard + '\n');
            QVERIFY(process.waitForReadyRead(openloop::test::patience));
            ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
            QVERIFY(process.waitForFinished(openloop::test::patience));
            const QByteArray output = process.readAllStandardOutput();
            QVERIFY(output.endsWith('\n'));
            QVERIFY(wanted.startsWith(output) || output.startsWith(wanted)); // then the hard one came, too
            QCOMPARE(process.exitStatus(), QProcess::CrashExit);
            QCOMPARE(process.exitCode(), SIGTERM);
        }
    }

    void aSignalThatComesWithTheEndOfTheInputCounts()
    {
        for (int i = 0; i < 60; ++i) { // whichever of the two is seen first
            QProcess process;
            process.start(m_ours, QStringList());
            process.write("12\n");
            QVERIFY(process.waitForReadyRead(openloop::test::patience));
            ::kill(static_cast<pid_t>(process.processId()), SIGINT);
            process.closeWriteChannel();
            QVERIFY(process.waitForFinished(openloop::test::patience));
            QCOMPARE(process.exitStatus(), QProcess::CrashExit);
            QCOMPARE(process.exitCode(), SIGINT);
        }
    }

    void signalsThatWereIgnoredStayIgnored()
    {
        QProcess process;
        process.start(u"sh"_s, {u"-c"_s, u"trap '' INT HUP; exec \"$0\""_s, m_ours});
        for (const char *line : {"12\n", "13\n"}) {
            process.write(line);
            QVERIFY(process.waitForReadyRead(openloop::test::patience));
            ::kill(static_cast<pid_t>(process.processId()), SIGINT);
            ::kill(static_cast<pid_t>(process.processId()), SIGHUP);
        }
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished(openloop::test::patience));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.readAllStandardOutput(), "12: 2 2 3\n13: 13\n");
    }

    void whereNobodyReadsASignalStillEnds()
    {
        int pipe[2];
        QCOMPARE(::pipe(pipe), 0);
        QProcess process; // this side never reads, so that the command ends up in write()
        process.setChildProcessModifier([pipe] { ::dup2(pipe[1], STDOUT_FILENO); });
        process.start(m_ours, {u"--threads=1"_s});
        process.write(QByteArray("4\n").repeated(500'000));
        QVERIFY(process.waitForStarted());
        process.waitForBytesWritten(1000); // most likely it stands in write() by now; if not, it ends as well
        ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(openloop::test::patience));
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
        ::close(pipe[0]);
        ::close(pipe[1]);
    }

    void aFailedWriteEndsWorkThatWouldGoOn()
    {
        for (const QStringList &arguments : {QStringList{u"12"_s, QString::fromLatin1(hard)}, QStringList{}}) {
            QProcess process;
            process.setStandardOutputFile(u"/dev/full"_s);
            process.start(m_ours, arguments);
            process.write("12\n");
            process.write(hard);
            process.write("\n"); // and the input stays open
            QVERIFY(process.waitForFinished(openloop::test::patience));
            QCOMPARE(process.exitCode(), 1);
            QCOMPARE(process.readAllStandardError().count("write error: No space left on device"), 1);
        }
    }

    void zerosAndPlusDoNotCount()
    {
        const QByteArray zeros(300'000, '0');
        QCOMPARE(runAs(m_ours, {}, zeros + "12 +" + zeros + "13 +" + zeros + "\n").output, "12: 2 2 3\n13: 13\n0:\n");
        QCOMPARE(runAs(m_ours, {QString::fromLatin1(u'+' + zeros.first(110'000)) + u"14"_s}).output, "14: 2 7\n");
        const Outcome outcome = runAs(m_ours, {}, zeros + '1' + zeros.first(100'000));
        QVERIFY(outcome.errors.contains("at most 100000 digits"));
        QVERIFY(runAs(m_ours, {u"--help"_s}).output.contains("100000 digits"));
    }

    void whatIsNoNumberIsNoneHoweverLongItIs()
    {
        const QByteArray ones(150'000, '1');
        for (const auto &text : {QByteArray(150'000, 'a'), ones + 'x', '-' + ones, ones + 'x' + ones}) {
            const Outcome outcome = runAs(m_ours, {}, text);
            QVERIFY2(outcome.errors.contains("is not a valid positive integer"), outcome.errors.constData());
            QVERIFY(outcome.errors.size() < 300);
        }
        const QString argument(120'000, u'a');
        QVERIFY(runAs(m_ours, {argument}).errors.contains("is not a valid positive integer"));
    }

    void whatWasNotTestedIsNotToldToBeComposite()
    {
        const mpz_class prime = (mpz_class(1) << 4423) - 1; // Mersenne's
        const auto n = QByteArray::fromStdString(prime.get_str());
        QCOMPARE(runAs(m_ours, {u"--timeout=0.001"_s}, n).output, n + ": [untested " + n + "]\n");
        QCOMPARE(runAs(m_ours, {u"--timeout=0.001"_s, u"--json"_s}, n).output,
                 "{\"n\":\"" + n + "\",\"factors\":[],\"remaining\":[\"" + n + "\"],\"untested\":[\"" + n + "\"]}\n");
    }

    void aForeignWakeUpMakesNobodyDeaf()
    {
        QProcess process;
        process.start(m_ours, QStringList());
        process.write("12\n");
        QVERIFY(process.waitForReadyRead(openloop::test::patience));
        ::kill(static_cast<pid_t>(process.processId()), SIGRTMIN);
        process.write("13\n");
        QVERIFY(process.waitForReadyRead(openloop::test::patience));
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(openloop::test::patience));
        QCOMPARE(process.exitCode(), SIGINT);
    }

    void helpFitsATerminal()
    {
        QByteArray help = runAs(m_ours, {u"--help"_s}).output;
        help.replace(m_ours.toLocal8Bit(), "factor"); // however deep the folder is
        for (const auto &line : help.split('\n'))
            QVERIFY2(line.size() <= 80, line.constData());
    }

    void linesKeepTheirOrderOnManyThreads()
    {
        QByteArray input;
        for (int i = 0; i < 30'000; ++i) {
            const bool hard = i % 97 == 0;
            input += hard ? "18446743979220271189 " : QByteArray::number(2 * i) + ' ';
        }
        input += "100000000000000000000000000000 x 5";
        const Outcome one = runAs(m_ours, {u"--threads=1"_s}, input);
        QCOMPARE(runAs(m_ours, {u"--threads=5"_s}, input), one);
        QCOMPARE(one.output.count('\n'), 30'002);
    }

    void completionsKnowEveryOption()
    {
        const QByteArray help = runAs(m_ours, {u"--help"_s}).output;
        for (const QString &shell : {u"bash"_s, u"zsh"_s, u"fish"_s}) {
            const Outcome script = runAs(m_ours, {u"--completion"_s, shell});
            QCOMPARE(script.code, 0);
            for (const char *option : {"exponents", "json", "threads", "timeout", "completion", "help", "version"}) {
                QVERIFY(help.contains(QByteArray("--") + option));
                QVERIFY(script.output.contains(option));
            }
        }
        QCOMPARE(runAs(m_ours, {u"--completion=csh"_s}).code, 1);
        const QString ask = u"eval \"$(\"$0\" --completion=bash)\"; COMP_WORDS=(openloop-factor %1); "
                            "COMP_CWORD=%2; compopt() { :; }; _openloop_factor; echo ${COMPREPLY[@]}"_s;
        const auto completed = [&](const QString &words, int place) {
            return runAs(u"bash"_s, {u"-c"_s, ask.arg(words).arg(place), m_ours}).output;
        };
        QCOMPARE(completed(u"--t"_s, 1), "--threads= --timeout=\n");
        QCOMPARE(completed(u"--completion = f"_s, 3), "fish\n");
        QCOMPARE(completed(u"12"_s, 1), "\n");
    }

    void answersComeBeforeTheInputEnds()
    {
        QProcess process;
        process.start(m_ours, QStringList());
        for (const char *line : {"12\n", "13\n"}) {
            process.write(line);
            QVERIFY(process.waitForReadyRead(openloop::test::patience));
        }
        QCOMPARE(process.readAllStandardOutput(), "12: 2 2 3\n13: 13\n");
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished(openloop::test::patience));
    }

    void anAbsurdlyLongNumberIsRefusedInBoundedMemory()
    {
        const Outcome outcome = runAs(m_ours, {}, QByteArray(20'000'000, '7') + "\n15\n");
        QCOMPARE(outcome.output, "15: 3 5\n");
        QVERIFY(outcome.errors.contains("is too long: at most 100000 digits"));
        QVERIFY(outcome.errors.size() < 300);
        QCOMPARE(outcome.code, 1);
    }

    void aFullDiskIsReported()
    {
        QProcess process;
        process.setStandardOutputFile(u"/dev/full"_s);
        process.start(m_ours, {u"12"_s});
        QVERIFY(process.waitForFinished(openloop::test::patience));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().contains("write error: No space left on device"));
    }

    void badValuesOfOptionsAreRefused()
    {
        for (const QString &option : {u"--threads=0"_s, u"--threads=x"_s, u"--timeout=-1"_s, u"--timeout=nan"_s}) {
            const Outcome outcome = runAs(m_ours, {option, u"12"_s});
            QCOMPARE(outcome.code, 1);
            QVERIFY(outcome.output.isEmpty() && outcome.errors.contains("invalid value"));
        }
    }

    void helpAndVersionGoToStandardOutput()
    {
        QVERIFY(runAs(m_ours, {u"--help"_s}).output.startsWith("Usage: "));
        QVERIFY(runAs(m_ours, {u"--version"_s}).output.startsWith("openloop-factor "));
        QCOMPARE(runAs(m_ours, {u"--help"_s}).code, 0);
    }
};

QTEST_GUILESS_MAIN(FactorCommandTest)
#include "test_factor_command.moc"
