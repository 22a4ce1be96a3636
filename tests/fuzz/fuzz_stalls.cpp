// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a service's list of stalls: entries within bounds, and a verdict that blames one of them or nobody new.
#include "gui/probe/judgement/stalls.h"
#include "tests/fuzz/fuzz.h"

#include <chrono>
#include <cmath>

using namespace openloop;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    constexpr double now = 1767268810;
    const auto stalls = probe::parseStalls(fuzz::bytesOf(data, size), now);
    require(stalls.size() <= 100);
    for (const auto &stall : stalls) {
        require(std::isfinite(stall.began) && stall.request.size() <= 400);
        require(stall.duration.count() >= 0 && stall.duration <= std::chrono::seconds(1'000'000));
    }
    const probe::Blame before{probe::Culprit::Service, std::chrono::seconds(1), QStringLiteral("service")};
    const auto response = std::chrono::seconds(1);
    for (const double due : {now - 1, stalls.isEmpty() ? now : stalls.first().began}) {
        const auto blame = probe::blameOnStall(before, due, response, stalls);
        const bool isNew = blame.culprit == probe::Culprit::EventLoop;
        require(isNew ? blame.share >= response / 2 - std::chrono::milliseconds(1)
                        && blame.share <= response + std::chrono::milliseconds(1)
                      : blame.sentence == before.sentence);
    }
    return 0;
}
