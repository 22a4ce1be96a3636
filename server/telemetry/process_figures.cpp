// SPDX-License-Identifier: GPL-3.0-or-later
// Asks getrusage() and getrlimit(), and reads the rest below /proc.
#include "server/telemetry/process_figures.h"

#include <QDir>
#include <QFile>

#include <sys/resource.h>
#include <unistd.h>

namespace openloop {

namespace {

double seconds(const timeval &time)
{
    return double(time.tv_sec) + double(time.tv_usec) * 1e-6;
}

QByteArray contentOf(const char *path)
{
    QFile file(QString::fromLatin1(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// proc(5): seconds since 1970 at which the machine was started.
double bootTime()
{
    for (const QByteArray &line : contentOf("/proc/stat").split('\n')) {
        if (line.startsWith("btime "))
            return line.sliced(6).toDouble();
    }
    return 0;
}

} // namespace

ProcessFigures processFigures()
{
    static const double boot = bootTime();
    ProcessFigures figures;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    figures.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    figures.maxDescriptors = int(limit.rlim_cur);
    figures.openDescriptors = int(QDir(QStringLiteral("/proc/self/fd")).count()) - 2; // without "." and ".."

    // proc(5): fields from the third on, after the name in parentheses, which may hold anything
    const QByteArray stat = contentOf("/proc/self/stat");
    const QList<QByteArray> fields = stat.sliced(stat.lastIndexOf(')') + 1).simplified().split(' ');
    if (fields.size() > 21) {
        figures.threads = fields[17].toInt();
        figures.startTime = boot + fields[19].toDouble() / double(::sysconf(_SC_CLK_TCK));
        figures.residentBytes = fields[21].toDouble() * double(::sysconf(_SC_PAGESIZE));
    }
    return figures;
}

} // namespace openloop
