// SPDX-License-Identifier: GPL-3.0-or-later
// What blocked an event loop, told to those who run the service.
#pragma once

namespace openloop {

namespace http {
class App;
}
struct Services;

/// Adds `/stalls` to the app; `use` must outlive it.
void addStallRoute(http::App &app, const Services &use);

} // namespace openloop
