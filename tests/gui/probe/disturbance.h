// SPDX-License-Identifier: GPL-3.0-or-later
// What a test does to a program that runs, through a file that both have mapped: sets its wall clock, moves a service.
#pragma once

#include <atomic>
#include <cstdint>

namespace openloop::test {

/// In the file that OPENLOOP_DISTURBANCE names, for programs that are started with LD_PRELOAD of this library.
struct Disturbance {
    static constexpr auto variable = "OPENLOOP_DISTURBANCE";
    static constexpr auto movingName = "moving.test";

    std::atomic<std::int64_t> clockOffset{0}; ///< ns that the wall clock is ahead of the machine's
    std::atomic<std::uint32_t> movedTo{0}; ///< where movingName leads to, an IPv4 address in network order; 0: nowhere
};

} // namespace openloop::test
