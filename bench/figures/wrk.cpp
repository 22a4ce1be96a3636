// SPDX-License-Identifier: GPL-3.0-or-later
// Runs wrk, and reads what it and the kernel say.
#include "bench/figures/wrk.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>

#include <algorithm>
#include <cstdio>
#include <ctime>

using namespace Qt::Literals::StringLiterals;

namespace openloop::bench {
namespace {

// Of all threads of a process, and of the processes that it started, s.
double cpuSeconds(qint64 process)
{
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid_t(process), &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        giveUp("the server's processor time can't be read");
    double seconds = double(time.tv_sec) + double(time.tv_nsec) / 1e9;
    QFile children(u"/proc/%1/task/%1/children"_s.arg(process));
    if (!children.open(QIODevice::ReadOnly))
        giveUp("the server's children can't be read");
    for (const QByteArray &child : children.readAll().simplified().split(' '))
        seconds += child.isEmpty() ? 0 : cpuSeconds(child.toLongLong());
    return seconds;
}

} // namespace

void giveUp(const char *why)
{
    std::fprintf(stderr, "bench: %s\n", why);
    std::exit(1);
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

Throughput runWrk(quint16 port, qint64 process, const QString &path, int connections, int seconds,
                  const QStringList &under)
{
    const QStringList command = under
        + QStringList{u"wrk"_s, u"-t1"_s, u"-c%1"_s.arg(connections), u"-d%1s"_s.arg(seconds),
                      u"http://127.0.0.1:%1%2"_s.arg(port).arg(path)};
    const double before = cpuSeconds(process);
    QProcess wrk;
    wrk.start(command.first(), command.sliced(1));
    if (!wrk.waitForFinished(60'000) || wrk.exitCode() != 0)
        giveUp("wrk (Debian: wrk) did not run");
    const QString text = QString::fromUtf8(wrk.readAllStandardOutput());
    const auto number = [&text](const QString &pattern) {
        return QRegularExpression(pattern).match(text).captured(1).toDouble();
    };
    const double requests = number(u"(\\d+) requests in"_s);
    return {number(u"Requests/sec:\\s+([\\d.]+)"_s), (cpuSeconds(process) - before) / requests * 1e6,
            qint64(number(u"Non-2xx or 3xx responses: (\\d+)"_s))};
}

void print(const char *name, const Throughput &measured)
{
    std::printf("%-27s %8.0f requests/s   %5.1f us of CPU each   %lld failed\n", name, measured.perSecond,
                measured.cpuMicroseconds, static_cast<long long>(measured.failed));
}

} // namespace openloop::bench
