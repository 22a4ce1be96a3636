// SPDX-License-Identifier: GPL-3.0-or-later
// QProcess, its ready line, and /metrics as numbers.
#include "tests/support/server_process.h"

#include "tests/support/child_process.h"
#include "tests/support/raw_client.h"

#include <QDeadlineTimer>
#include <QJsonDocument>
#include <QTest>
#include <QUrl>

#include <csignal>
#include <ctime>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

constexpr int startTime = 60'000; // ms; valgrind takes its time
constexpr int stopTime = 60'000;

} // namespace

ServerProcess::ServerProcess(const QString &program, const QStringList &arguments, const QStringList &wrapper)
{
    QStringList command = wrapper + QStringList{program, u"--port"_s, u"0"_s} + arguments;
    if (!arguments.contains(u"--database"_s))
        command += {u"--database"_s, u"sqlite:"_s + m_folder.filePath(u"test.sqlite"_s)};
    m_process.setProgram(command.takeFirst());
    m_process.setArguments(command);
    endWithTest(m_process);
    m_process.start();
}

ServerProcess::~ServerProcess()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    const int code = stop();
    const bool isKilled = !m_isLate && m_process.exitStatus() == QProcess::CrashExit && m_process.exitCode() == SIGKILL;
    if (code != 0 && !isKilled && QTest::currentTestFunction()) // elsewhere nobody would hear of it
        QTest::qFail(
            ("a server ended with " + QByteArray::number(code) + ": " + standardError().right(4000)).constData(),
            __FILE__, __LINE__);
}

bool ServerProcess::waitUntilReady()
{
    const QDeadlineTimer deadline(startTime);
    while (!m_process.canReadLine()) {
        if (m_process.state() == QProcess::NotRunning && !m_process.waitForStarted())
            return false;
        if (!m_process.waitForReadyRead(int(deadline.remainingTime())))
            return false;
    }
    const QByteArray line = m_process.readLine().trimmed();
    m_address = QString::fromUtf8(line.sliced(line.lastIndexOf(' ') + 1));
    m_port = quint16(QUrl(m_address).port(0));
    return m_port != 0 || m_address.startsWith(u"unix:");
}

int ServerProcess::stop()
{
    m_process.terminate();
    if (!m_process.waitForFinished(stopTime)) {
        m_isLate = true;
        m_process.kill();
        m_process.waitForFinished();
        return -1;
    }
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

double ServerProcess::metric(const QByteArray &name) const
{
    const auto answer = RawClient(m_port).get("/metrics").value_or(Answer());
    for (const QByteArray &line : answer.body.split('\n')) {
        if (line.startsWith(name + ' '))
            return line.sliced(name.size() + 1).toDouble();
    }
    return -1;
}

double ServerProcess::processorTime() const
{
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid_t(m_process.processId()), &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        return -1;
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

bool ServerProcess::hold(const QByteArray &phase, const QByteArray &more) const
{
    const QByteArray encoded = QByteArray(phase).replace(' ', "%20");
    return RawClient(m_port).get("/test/hold?phase=" + encoded + more).value_or(Answer()).status == 200;
}

bool ServerProcess::release() const
{
    return RawClient(m_port).get("/test/release").value_or(Answer()).status == 200;
}

int ServerProcess::figure(const QByteArray &name) const
{
    const auto answer = RawClient(m_port).get("/test/figures").value_or(Answer());
    return QJsonDocument::fromJson(answer.body)[QString::fromLatin1(name)].toInt(-1);
}

} // namespace openloop::test
