// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the database slow on purpose, which nothing outside the tests may do.
#pragma once

#include "server/store/store.h"

#include <chrono>

namespace openloop::test {

/// Keeps one connection busy for that long: pg_sleep on PostgreSQL, counting on SQLite. Throws as Store::read does.
QCoro::Task<void> sleepInDatabase(Store &store, std::chrono::milliseconds time, std::stop_token stop = {});

} // namespace openloop::test
