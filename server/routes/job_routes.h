// SPDX-License-Identifier: GPL-3.0-or-later
// The routes of factorizations that outlive their request.
#pragma once

#include "server/http/app.h"

namespace openloop {

struct Services;

/// Adds `/factorizations` and what lies below it to the app; `use` must outlive it.
void addJobRoutes(http::App &app, Services &use);

} // namespace openloop
