// SPDX-License-Identifier: GPL-3.0-or-later
// What the service tells Prometheus of itself.
#pragma once

#include "server/http/exchange.h"
#include "server/loop/loop_lag.h"

#include <prometheus/registry.h>

#include <QByteArray>

#include <map>
#include <memory>
#include <tuple>

namespace prometheus {
class Counter;
class Histogram;
} // namespace prometheus

namespace openloop {

namespace http {
class App;
}
struct Services;

/// Counts what happens, and looks at what is when it is asked. The thread of the event loop.
class Metrics
{
public:
    Metrics(http::App &app, const Services &services);
    ~Metrics();
    Q_DISABLE_COPY_MOVE(Metrics)

    /// The text format of Prometheus, version 0.0.4.
    QByteArray text() const;

private:
    class Gauges;

    struct Route {
        prometheus::Counter *requests = nullptr;
        prometheus::Histogram *duration = nullptr;
    };

    void count(const http::Finished &finished);
    void countRefusal(int status);
    Route &routeOf(const http::Finished &finished);

    http::App &m_app;
    prometheus::Registry m_registry;
    prometheus::Family<prometheus::Counter> &m_requests;
    prometheus::Family<prometheus::Histogram> &m_durations;
    prometheus::Family<prometheus::Counter> &m_refusals;
    prometheus::Histogram &m_lag;
    std::map<std::tuple<const QString *, const char *, int>, Route> m_routes; ///< by pattern, method label, status
    std::unique_ptr<Gauges> m_gauges;
    LoopLag m_loopLag;
};

} // namespace openloop
