// SPDX-License-Identifier: GPL-3.0-or-later
// What the service tells Prometheus of itself.
#pragma once

#include "server/http/finished.h"
#include "server/loop/loop_lag.h"

#include <prometheus/registry.h>

#include <QByteArray>

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace prometheus {
class Counter;
class Histogram;
} // namespace prometheus

namespace openloop {

namespace http {
class App;
}

/// Counts what happens to requests, and looks at what is when it is asked: the app, the process, and whatever figures
/// it was given. The thread of the event loop.
class Metrics
{
public:
    enum class Kind { Gauge, Counter };

    /// One line of a family.
    struct Figure {
        double value = 0;
        std::vector<std::pair<std::string, std::string>> labels = {}; ///< name and value
    };

    explicit Metrics(http::App &app);
    ~Metrics();
    Q_DISABLE_COPY_MOVE(Metrics)

    /// Shows what `look` returns behind what was added before; whatever it refers to must outlive the last text().
    void add(Kind kind, const std::string &name, const std::string &help, std::function<std::vector<Figure>()> look);
    void add(Kind kind, const std::string &name, const std::string &help, std::function<double()> look);

    /// The text format of Prometheus, version 0.0.4.
    QByteArray text() const;

private:
    struct Looked {
        Kind kind;
        std::string name;
        std::string help;
        std::function<std::vector<Figure>()> look;
    };

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
    std::vector<Looked> m_looked;
    LoopLag m_loopLag;
};

} // namespace openloop
