// SPDX-License-Identifier: GPL-3.0-or-later
// What the measurements of the service share: wrk against a server, and the processor time of each request.
#pragma once

#include <QStringList>

#include <vector>

namespace openloop::bench {

/// Ends the program with exit code 1.
[[noreturn]] void giveUp(const char *why);

double median(std::vector<double> values);

struct Throughput {
    double perSecond = 0;
    double cpuMicroseconds = 0; ///< of the server and the processes that it started, for each request
    qint64 failed = 0;
};

/// One thread of wrk at http://127.0.0.1:`port` `path` for so many seconds; `process` is who answers. under: a command
/// that wrk runs under, or nothing.
Throughput runWrk(quint16 port, qint64 process, const QString &path, int connections, int seconds = 5,
                  const QStringList &under = {});

/// The same, of a ServerProcess or a Front.
template <typename Server>
Throughput runWrk(const Server &server, const QString &path, int connections, int seconds = 5,
                  const QStringList &under = {})
{
    return runWrk(server.port(), server.processId(), path, connections, seconds, under);
}

void print(const char *name, const Throughput &measured);

} // namespace openloop::bench
