// SPDX-License-Identifier: GPL-3.0-or-later
// Counts what the process itself needs and shares out the rest.
#include "server/settings/descriptors.h"

#include "common/start_failure.h"

#include <QLoggingCategory>

#include <algorithm>
#include <sys/resource.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.descriptors")

constexpr qint64 ofTheProcess = 32; // listening, epoll, log, timers and what libraries open for a moment
constexpr qint64 ofAThread = 2;
constexpr qint64 ofADatabaseConnection = 4;
constexpr qint64 ofACall = 3; // both ends where the upstream is the stand-in, and a share of a thread
constexpr qint64 leastForClients = 8;

qint64 granted()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return INT32_MAX;
    return qint64(std::min<rlim_t>(limit.rlim_cur, INT32_MAX));
}

void lower(int &bound, qint64 room, const char *option)
{
    if (bound <= room)
        return;
    qCWarning(log, "%s is %lld instead of %d: the system grants %lld file descriptors", option, room, bound, granted());
    bound = int(room);
}

} // namespace

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void fitToDescriptors(Options &options, http::Limits &limits)
{
    const qint64 own =
        ofTheProcess + ofAThread * options.cpuThreads + ofADatabaseConnection * options.databaseConnections;
    const qint64 rest = granted() - own;
    if (rest < leastForClients) {
        throw StartFailure(
            u"the system grants %1 file descriptors (ulimit -n), at least %2 are needed"_s.arg(granted()).arg(
                own + leastForClients));
    }
    lower(options.upstreamConcurrency, std::max<qint64>(1, rest / 8), "--upstream-concurrency");
    limits.refusals = int(std::min<qint64>(limits.refusals, rest / 8));
    lower(options.maxConnections, rest - limits.refusals - ofACall * options.upstreamConcurrency, "--max-connections");
    limits.connections = options.maxConnections;
}

} // namespace openloop
