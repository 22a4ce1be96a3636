// SPDX-License-Identifier: GPL-3.0-or-later
// The one way to stand still on the event loop: for what has to end before an object may be destroyed.
#pragma once

#include <chrono>
#include <functional>

namespace openloop {

/// Runs the calling thread's event loop until done() holds, `time` at most. Whether it holds then. For destructors:
/// coroutines await an AsyncEvent instead.
bool waitAtMost(std::chrono::milliseconds time, const std::function<bool()> &done);

} // namespace openloop
