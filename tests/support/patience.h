// SPDX-License-Identifier: GPL-3.0-or-later
// How long tests wait for what must come: no test knows how fast the machine is.
#pragma once

#include <chrono>

namespace openloop::test {

using Clock = std::chrono::steady_clock;

/// ms until an event counts as missing. What comes ends the wait at once, so it costs nothing to be generous.
constexpr int patience = 60'000;
constexpr std::chrono::milliseconds longest{patience};

} // namespace openloop::test
