// SPDX-License-Identifier: GPL-3.0-or-later
// The routes of factorizations that outlive their request.
#pragma once

#include "server/http/app.h"

#include <gmpxx.h>

namespace openloop {

struct Services;

/// The preference that is answered with a job (RFC 7240).
inline const QByteArray respondAsync = "respond-async";

/// 202 and a stored job for n, whose Idempotency-Key and preferred `wait` the request may tell; 200 where it is over
/// within that time. Throws as Jobs::accept does.
http::Task<http::Response> acceptJob(Services &use, mpz_class n, http::Request request);

/// Adds `/factorizations` and what lies below it to the app; `use` must outlive it.
void addJobRoutes(http::App &app, Services &use);

} // namespace openloop
