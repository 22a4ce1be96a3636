// SPDX-License-Identifier: GPL-3.0-or-later
// A log that nobody reads, or that the journal reads: clients do not notice, and no line is lost without being counted.
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

// A pipe that is read when the test says so.
class Pipe
{
public:
    Pipe()
    {
        const QByteArray path = name().toLocal8Bit();
        if (::mkfifo(path.constData(), 0600) == 0)
            m_descriptor = ::open(path.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC); // so that nobody waits to open it
    }
    ~Pipe() { ::close(m_descriptor); }
    Q_DISABLE_COPY_MOVE(Pipe)

    // To run a program whose standard error it is.
    QStringList wrapper() const { return {u"bash"_s, u"-c"_s, u"exec \"$0\" \"$@\" 2> '%1'"_s.arg(name())}; }

    const QByteArray &read()
    {
        char bytes[65'536];
        for (auto count = ::read(m_descriptor, bytes, sizeof bytes); count > 0;
             count = ::read(m_descriptor, bytes, sizeof bytes))
            m_text.append(bytes, count);
        return m_text;
    }

private:
    QString name() const { return m_folder.filePath(u"log"_s); }

    QTemporaryDir m_folder;
    int m_descriptor = -1;
    QByteArray m_text;
};

// More than a pipe takes, less than waits for it.
constexpr int several = 200;
// More than both.
constexpr int many = 5000;

bool ask(const ServerProcess &server, int times)
{
    RawClient client(server.port());
    for (int i = 0; i < times; ++i) {
        if (statusOf(client.get("/health")) != 200)
            return false;
    }
    return true;
}

} // namespace

class TestSlowLog : public QObject
{
    Q_OBJECT

private slots:
    void nobodyWaitsForWhoDoesNotRead();
    void theEndDoesNotWaitForEver();
    void theLastLinesAreThere_data();
    void theLastLinesAreThere();
    void theJournalIsToldPriorities_data();
    void theJournalIsToldPriorities();
};

void TestSlowLog::nobodyWaitsForWhoDoesNotRead()
{
    Pipe pipe;
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"all"_s}, pipe.wrapper());
    QVERIFY(server.waitUntilReady());
    QVERIFY(ask(server, many));
    const double dropped = server.metric("openloop_log_dropped_lines_total");
    QVERIFY(dropped > 0);
    TRY_VERIFY(pipe.read().contains("lines of the log were dropped"));
    QVERIFY(pipe.read().contains("\"openloop.log.dropped\":" + QByteArray::number(qint64(dropped) + 1) + '}')
            || pipe.read().contains("\"openloop.log.dropped\":" + QByteArray::number(qint64(dropped)) + '}'));
    QVERIFY(ask(server, 1));
    TRY_VERIFY(pipe.read().lastIndexOf("/health") > pipe.read().indexOf("were dropped"));
    const auto written = pipe.read().count("\"url.path\":\"/health\"");
    QVERIFY(written > several && written < many);
}

void TestSlowLog::theEndDoesNotWaitForEver()
{
    const Pipe pipe;
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"all"_s}, pipe.wrapper());
    QVERIFY(server.waitUntilReady());
    QVERIFY(ask(server, several));
    QCOMPARE(server.stop(), 0);
}

void TestSlowLog::theLastLinesAreThere_data()
{
#ifdef __SANITIZE_ADDRESS__
    constexpr auto crash = QProcess::NormalExit; // AddressSanitizer reports it, and exits
#else
    constexpr auto crash = QProcess::CrashExit;
#endif
    rows<int, QProcess::ExitStatus>({"signal", "status"},
                                    {{"an end", SIGTERM, QProcess::NormalExit},
                                     {"a crash", SIGSEGV, crash},
                                     {"an assertion", SIGABRT, QProcess::CrashExit}});
}

// More of them than the pipe takes were written before the signal came. A request's line follows its answer, and so a
// crash may come in between: the last one is told for sure by an end alone, each before it by the answer to the next.
void TestSlowLog::theLastLinesAreThere()
{
    QFETCH(const int, signal);
    QFETCH(const QProcess::ExitStatus, status);
    Pipe pipe;
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--access-log"_s, u"all"_s}, pipe.wrapper());
    QVERIFY(server.waitUntilReady());
    QVERIFY(ask(server, several + 1));
    ::kill(pid_t(server.processId()), signal);
    const auto isOver = [&] {
        pipe.read();
        return server.process().state() == QProcess::NotRunning;
    };
    TRY_VERIFY(isOver());
    QCOMPARE(server.process().exitStatus(), status);
    const auto written = pipe.read().count("\"url.path\":\"/health\"");
    QVERIFY2(written == several + 1 || (signal != SIGTERM && written == several), qPrintable(QString::number(written)));
}

void TestSlowLog::theJournalIsToldPriorities_data()
{
    rows<QString, bool>(
        {"stream", "told"},
        {{"its stream", u"$(stat -L -c %d:%i /proc/self/fd/2)"_s, true}, {"another one", u"8:1"_s, false}});
}

void TestSlowLog::theJournalIsToldPriorities()
{
    QFETCH(const QString, stream);
    QFETCH(const bool, told);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--log-format"_s, u"json"_s},
                         {u"bash"_s, u"-c"_s, u"JOURNAL_STREAM=%1 exec \"$0\" \"$@\""_s.arg(stream)});
    QVERIFY(server.waitUntilReady());
    RawClient client(server.port());
    QCOMPARE(statusOf(client.get("/test/database_sleep_on_the_loop?ms=1200")), 200); // a warning
    TRY_VERIFY(server.standardError().contains("/test/database_sleep_on_the_loop"));
    QCOMPARE(server.standardError().startsWith("<6>{"), told);
    QCOMPARE(server.standardError().contains("\n<4>{"), told);
    QCOMPARE(server.standardError().startsWith('{'), !told);
}

QTEST_GUILESS_MAIN(TestSlowLog)
#include "test_slow_log.moc"
