// SPDX-License-Identifier: GPL-3.0-or-later
// The service beside others in one run, by turns. Each prints what it measured, and ends the program where it can't.
#pragma once

namespace openloop::bench {

/// What /health and a route with an argument take of a processor, beside nginx's `return 200`.
void measureBesideNginx();

/// What the second of two event loops costs each request where they share the processors with their clients, and what
/// the second of nginx's workers does: a machine with few processors asks its price of both.
void measureLoopsBesideNginx();

/// /query_database beside that of the article's FastAPI service, on one PostgreSQL. Says so where Python has no
/// FastAPI.
void measureBesideFastApi();

} // namespace openloop::bench
