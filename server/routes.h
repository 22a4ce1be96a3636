// SPDX-License-Identifier: GPL-3.0-or-later
// The routes of the service.
#pragma once

#include "server/http/app.h"
#include "server/services.h"

namespace openloop {

/// Gives the app every route of the service. `use` must outlive the app.
void addRoutes(http::App &app, Services &use);

} // namespace openloop
