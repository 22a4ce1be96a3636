// SPDX-License-Identifier: GPL-3.0-or-later
// Leaves the loop when the last connection has ended; a thread of its own ends the process if nothing else does.
#include "server/settings/drain.h"

#include "server/http/app.h"

#include <QCoreApplication>
#include <QTimer>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace openloop {

namespace {

constexpr int endedByForce = 1;

void endProcessAfter(const std::stop_token &stop, std::chrono::milliseconds atMost, const QByteArray &name)
{
    std::mutex mutex;
    std::condition_variable_any ended;
    std::unique_lock lock(mutex);
    ended.wait_for(lock, stop, atMost, [] { return false; });
    if (stop.stop_requested())
        return;
    std::fprintf(stderr, "%s: something does not end when told to stop; the process ends without it\n",
                 name.constData());
    std::_Exit(endedByForce);
}

} // namespace

void Drain::begin(http::App &app, std::chrono::milliseconds atMost, std::chrono::milliseconds farewell)
{
    m_bound = std::jthread(endProcessAfter, atMost + farewell, QCoreApplication::applicationName().toLocal8Bit());
    QTimer::singleShot(atMost, qApp, &QCoreApplication::quit);
    app.drain([] { QCoreApplication::quit(); });
}

} // namespace openloop
