// SPDX-License-Identifier: GPL-3.0-or-later
// What the service's parts show of themselves on /metrics.
#pragma once

namespace openloop {

class Metrics;
struct Services;

namespace http {
class App;
}

/// Adds the figures of the services to the metrics, and `/metrics` to the app. The metrics must be there as long as the
/// app is asked, `use` longer than both.
void addFigures(http::App &app, Metrics &metrics, const Services &use);

} // namespace openloop
