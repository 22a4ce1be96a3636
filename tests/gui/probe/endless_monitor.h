// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor --forever as a test holds it: started, asked for its figures, told by signals, read from outside.
#pragma once

#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"
#include "tests/support/raw_client.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <csignal>
#include <optional>

namespace openloop::test {

using namespace Qt::Literals::StringLiterals;

/// The real program without an end, until it is told to.
class EndlessMonitor
{
public:
    explicit EndlessMonitor(const QStringList &arguments)
    {
        m_process.start(QStringLiteral(OPENLOOP_MONITOR),
                        QStringList{u"--headless"_s, u"--forever"_s, u"--quiet"_s} + arguments);
    }
    ~EndlessMonitor()
    {
        m_process.kill();
        m_process.waitForFinished(patience);
    }

    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    QByteArray err()
    {
        m_err += m_process.readAllStandardError();
        return m_err;
    }
    /// Waits until it has said so.
    bool says(const QByteArray &text)
    {
        return QTest::qWaitFor([&] { return err().contains(text); }, patience);
    }
    quint16 port()
    {
        static const QRegularExpression listening(u"listening on http://127\\.0\\.0\\.1:(\\d+)\\n"_s);
        const auto said = [&] { return listening.match(QString::fromUtf8(err())); };
        const auto isOver = [&] { return said().hasMatch() || m_process.state() == QProcess::NotRunning; };
        return QTest::qWaitFor(isOver, patience) ? said().captured(1).toUShort() : quint16(0);
    }
    /// -1: it did not end by itself.
    int code()
    {
        const bool hasEnded =
            QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, 2 * patience);
        return hasEnded && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }

    QByteArray metrics(const QByteArray &path = "/metrics")
    {
        const auto answer = RawClient(port()).get(path);
        return answer && answer->status == 200 ? answer->body : QByteArray();
    }
    /// Of one line, whose name and labels are these; nothing: there is none.
    std::optional<double> figure(const QByteArray &series)
    {
        for (const auto &line : metrics().split('\n')) {
            if (line.startsWith(series + ' '))
                return line.mid(series.size() + 1).toDouble();
        }
        return {};
    }
    bool reaches(const QByteArray &series, double atLeast)
    {
        return QTest::qWaitFor([&] { return figure(series).value_or(-1) >= atLeast; }, patience);
    }

private:
    QProcess m_process;
    QByteArray m_err;
};

inline const QStringList anyPort{u"--listen"_s, u"127.0.0.1:0"_s};
inline Reaction atOnce(int, const QByteArray &)
{
    return {};
}

inline bool write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

inline QByteArray profileOf(const QList<std::pair<QByteArray, QString>> &targets)
{
    QByteArrayList all;
    for (const auto &[name, url] : targets)
        all << "{\"name\":\"" + name + "\",\"url\":\"" + url.toUtf8() + "\",\"interval\":\"10ms\"}";
    return "{\"version\":1,\"targets\":[" + all.join(',') + "]}";
}

inline QByteArray linesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace openloop::test
