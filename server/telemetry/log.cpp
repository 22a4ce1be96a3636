// SPDX-License-Identifier: GPL-3.0-or-later
// Makes lines of messages, with their priority where the journal reads them, and sees to the last ones.
#include "server/telemetry/log.h"

#include "server/telemetry/log_writer.h"

#include <QDateTime>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

namespace {

constexpr auto longestFlush = 2s;
constexpr std::array crashes{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};

// Written before any other thread starts.
LogFormat format = LogFormat::Text;
bool hasPriorities = false; // the journal reads <N> at the beginning of a line
LogWriter *writer = nullptr; // lives as long as the process
std::array<struct sigaction, crashes.size()> actionsBefore; // ours came

struct Level {
    QString name;
    char priority; ///< of syslog
};

Level levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg: return {u"debug"_s, '7'};
    case QtInfoMsg: return {u"info"_s, '6'};
    case QtWarningMsg: return {u"warning"_s, '4'};
    case QtCriticalMsg: return {u"error"_s, '3'};
    case QtFatalMsg: return {u"fatal"_s, '2'};
    }
    return {};
}

// systemd.exec(5): device and inode of the stream, for those who may have been given another standard error since.
bool isJournal()
{
    struct stat error{};
    if (::fstat(STDERR_FILENO, &error) != 0)
        return false;
    return qgetenv("JOURNAL_STREAM")
        == QByteArray::number(quint64(error.st_dev)) + ':' + QByteArray::number(quint64(error.st_ino));
}

// What a client has sent, for a terminal: no character moves its cursor or turns the direction of what follows.
QByteArray harmless(const QByteArray &json)
{
    if (std::ranges::all_of(json, [](char c) { return c >= 0x20 && c < 0x7f; }))
        return json;
    QByteArray text;
    for (const char32_t c : QString::fromUtf8(json).toStdU32String()) {
        if (QChar::isPrint(c))
            text += QString::fromUcs4(&c, 1).toUtf8();
        else
            text += "\\u" + QByteArray::number(uint(c), 16).rightJustified(4, '0');
    }
    return text;
}

QByteArray textOf(const Level &level, const QString &message, const QList<http::Json::Member> &fields)
{
    QByteArray line =
        (QDateTime::currentDateTime().toString(u"HH:mm:ss.zzz "_s) + level.name + u": "_s + message).toUtf8();
    for (const auto &[key, value] : fields)
        line += ' ' + key.toUtf8() + '=' + harmless(value.text());
    return line;
}

QByteArray jsonOf(const Level &level, const char *category, const QString &message,
                  const QList<http::Json::Member> &fields)
{
    const http::Json usual{
        {u"@timestamp"_s, QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)},
        {u"log.level"_s, level.name},
        {u"message"_s, message},
        {u"ecs.version"_s, u"8.11.0"_s},
        {u"service.name"_s, u"openloop-server"_s},
        {u"process.pid"_s, ::getpid()},
        {u"log.logger"_s, QString::fromUtf8(category)},
    };
    QByteArray line = usual.text();
    line.chop(1);
    for (const auto &[key, value] : fields)
        line.append(',').append(http::Json(key).view()).append(':').append(value.view());
    return line + '}';
}

// Each line that the journal is to know the priority of begins with it.
QByteArray lineOf(QtMsgType type, const char *category, const QString &message,
                  const QList<http::Json::Member> &fields = {})
{
    const Level level = levelOf(type);
    QByteArray line =
        format == LogFormat::Text ? textOf(level, message, fields) : jsonOf(level, category, message, fields);
    if (hasPriorities) {
        const QByteArray priority = QByteArray("<") + level.priority + '>';
        line.replace("\n", "\n" + priority);
        line.prepend(priority);
    }
    return line + '\n';
}

QByteArray lineOfDropped(qint64 lines)
{
    return lineOf(QtWarningMsg, "openloop.log",
                  u"%1 lines of the log were dropped: they came faster than they were taken"_s.arg(lines),
                  {{u"openloop.log.dropped"_s, lines}});
}

void flush()
{
    writer->flush(longestFlush);
}

void log(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    writer->write(lineOf(type, context.category, message));
    if (type == QtFatalMsg)
        flush(); // Qt ends the process after this
}

// Leaves the writing thread, which goes on, the time for what waits; then whatever would have happened does.
void endAfterTheLog(int number, siginfo_t *info, void *)
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const time_t until = now.tv_sec + std::chrono::seconds(longestFlush).count();
    while (writer->isBusy() && now.tv_sec < until) {
        const timespec moment{0, 1'000'000};
        ::nanosleep(&moment, nullptr);
        ::clock_gettime(CLOCK_MONOTONIC, &now);
    }
    for (std::size_t i = 0; i < crashes.size(); ++i) {
        if (crashes[i] == number)
            ::sigaction(number, &actionsBefore[i], nullptr);
    }
    if (info->si_code <= 0) // somebody sent it; what the processor raised it raises again
        ::raise(number);
}

} // namespace

void startLog(LogFormat wanted)
{
    format = wanted;
    hasPriorities = isJournal();
    writer = new LogWriter(STDERR_FILENO, lineOfDropped);
    qInstallMessageHandler(log);
    std::atexit(flush);
    std::at_quick_exit(flush);
    struct sigaction action{};
    action.sa_sigaction = endAfterTheLog;
    action.sa_flags = SA_SIGINFO;
    for (std::size_t i = 0; i < crashes.size(); ++i)
        ::sigaction(crashes[i], &action, &actionsBefore[i]);
}

void writeLog(QtMsgType level, const char *category, const QString &message, const QList<http::Json::Member> &fields)
{
    if (writer)
        writer->write(lineOf(level, category, message, fields));
}

qint64 droppedLogLines()
{
    return writer ? writer->dropped() : 0;
}

} // namespace openloop
