// SPDX-License-Identifier: GPL-3.0-or-later
// What the service tells of its own interface: a list of its routes, OpenAPI for machines, its two pages for people.
#pragma once

namespace openloop {

namespace http {
class App;
}

/// Adds `/`, `/openapi.json`, `/docs` and `/redoc` to the app. The first two tell of the routes that the app has when
/// the first request asks for one of them.
void addDocumentRoutes(http::App &app);

} // namespace openloop
