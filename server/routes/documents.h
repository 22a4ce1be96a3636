// SPDX-License-Identifier: GPL-3.0-or-later
// What the service tells of its own interface: OpenAPI for machines, and its two usual pages for people.
#pragma once

#include "server/http/app.h"

namespace openloop {

struct Services;

/// Adds `/openapi.json`, `/docs` and `/redoc` to the app.
void addDocumentRoutes(http::App &app, Services &use);

} // namespace openloop
