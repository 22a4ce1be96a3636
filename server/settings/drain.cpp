// SPDX-License-Identifier: GPL-3.0-or-later
// Leaves the loop when the last connection has ended; a thread of its own ends the process if nothing else does.
#include "server/settings/drain.h"

#include "server/http/app.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QTimer>

#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.program")

constexpr int endedByForce = 1;

void endProcessAfter(const std::stop_token &stop, std::chrono::milliseconds atMost)
{
    std::mutex mutex;
    std::condition_variable_any ended;
    std::unique_lock lock(mutex);
    ended.wait_for(lock, stop, atMost, [] { return false; });
    if (stop.stop_requested())
        return;
    qCCritical(log, "something does not end when told to stop; the process ends without it");
    std::quick_exit(endedByForce); // the log's last lines are written, within a bound
}

} // namespace

void Drain::begin(http::App &app, std::chrono::milliseconds atMost, std::chrono::milliseconds farewell)
{
    m_bound = std::jthread(endProcessAfter, atMost + farewell);
    qCInfo(log, "drains: %d requests in flight, %lld connections, %lld ms at most", app.inFlight(),
           qint64(app.connectionCount()), qint64(atMost.count()));
    QTimer::singleShot(atMost, qApp, &QCoreApplication::quit);
    app.drain([] { QCoreApplication::quit(); });
}

} // namespace openloop
