// SPDX-License-Identifier: GPL-3.0-or-later
// A process and what it has said so far; its figures come by HTTP like anybody's.
#include "tests/gui/probe/endless_monitor.h"

#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <csignal>

namespace openloop::test {

using namespace Qt::Literals::StringLiterals;

const QStringList anyPort{u"--listen"_s, u"127.0.0.1:0"_s};

EndlessMonitor::EndlessMonitor(const QStringList &arguments)
{
    endWithTest(m_process);
    m_process.start(QStringLiteral(OPENLOOP_MONITOR),
                    QStringList{u"--headless"_s, u"--forever"_s, u"--quiet"_s} + arguments);
}

EndlessMonitor::~EndlessMonitor()
{
    m_process.kill();
    m_process.waitForFinished(patience);
}

void EndlessMonitor::signal(int number)
{
    ::kill(static_cast<pid_t>(m_process.processId()), number);
}

QByteArray EndlessMonitor::err()
{
    m_err += m_process.readAllStandardError();
    return m_err;
}

bool EndlessMonitor::says(const QByteArray &text)
{
    return QTest::qWaitFor([&] { return err().contains(text); }, patience);
}

quint16 EndlessMonitor::port()
{
    static const QRegularExpression listening(u"listening on http://127\\.0\\.0\\.1:(\\d+)\\n"_s);
    const auto said = [&] { return listening.match(QString::fromUtf8(err())); };
    const auto isOver = [&] { return said().hasMatch() || m_process.state() == QProcess::NotRunning; };
    return QTest::qWaitFor(isOver, patience) ? said().captured(1).toUShort() : quint16(0);
}

int EndlessMonitor::code()
{
    const bool hasEnded = QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, 2 * patience);
    return hasEnded && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

QByteArray EndlessMonitor::metrics(const QByteArray &path)
{
    const auto answer = RawClient(port()).get(path);
    return answer && answer->status == 200 ? answer->body : QByteArray();
}

std::optional<double> EndlessMonitor::figure(const QByteArray &series)
{
    for (const auto &line : metrics().split('\n')) {
        if (line.startsWith(series + ' '))
            return line.mid(series.size() + 1).toDouble();
    }
    return {};
}

bool EndlessMonitor::reaches(const QByteArray &series, double atLeast)
{
    return QTest::qWaitFor([&] { return figure(series).value_or(-1) >= atLeast; }, patience);
}

Reaction atOnce(int, const QByteArray &)
{
    return {};
}

bool write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

QByteArray linesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray profileOf(const QList<std::pair<QByteArray, QString>> &targets)
{
    QByteArrayList all;
    for (const auto &[name, url] : targets)
        all << "{\"name\":\"" + name + "\",\"url\":\"" + url.toUtf8() + "\",\"interval\":\"10ms\"}";
    return "{\"version\":1,\"targets\":[" + all.join(',') + "]}";
}

} // namespace openloop::test
