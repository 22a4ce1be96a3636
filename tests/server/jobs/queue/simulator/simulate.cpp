// SPDX-License-Identifier: GPL-3.0-or-later
// Runs seed after seed; what breaks is printed with its seed and replays alone.
#include "tests/server/jobs/queue/simulator/world.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace openloop::test;

namespace {

constexpr const char *usage = "Usage: openloop-simulator [--first SEED] [--seeds N] [--trace] [--breaks]\n"
                              "Exit code: 0 all holds; 1 something does not; 2 a rare event did not happen; with\n"
                              "--breaks (a mutant is run) 0 if something does not hold, else 1.\n";

struct Options {
    std::uint64_t first = 1;
    std::uint64_t seeds = 2000;
    bool traces = false;
    bool breaks = false;
};

Options optionsOf(int argc, char **argv)
{
    Options options;
    for (int i = 1; i < argc; ++i) {
        const bool hasValue = i + 1 < argc;
        if (std::strcmp(argv[i], "--first") == 0 && hasValue)
            options.first = std::strtoull(argv[++i], nullptr, 10);
        else if (std::strcmp(argv[i], "--seeds") == 0 && hasValue)
            options.seeds = std::strtoull(argv[++i], nullptr, 10);
        else if (std::strcmp(argv[i], "--trace") == 0)
            options.traces = true;
        else if (std::strcmp(argv[i], "--breaks") == 0)
            options.breaks = true;
        else {
            std::fputs(usage, stderr);
            std::exit(2);
        }
    }
    return options;
}

/// False: something does not hold.
bool holds(std::uint64_t seed, const Options &options, RareEvents &rare)
{
    World world(seed, options.traces);
    World again(seed);
    try {
        world.run();
        again.run();
        if (world.traceHash() != again.traceHash())
            throw Violation("the same seed went another way");
    } catch (const Violation &violation) {
        std::printf("%s\n%s\n", world.options().c_str(), violation.what());
        return false;
    }
    for (const auto &[event, count] : world.rare())
        rare[event] += count;
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    const Options options = optionsOf(argc, argv);
    RareEvents rare;
    for (std::uint64_t seed = options.first; seed < options.first + options.seeds; ++seed) {
        if (!holds(seed, options, rare))
            return options.breaks ? 0 : 1;
    }
    if (options.breaks) {
        std::printf("%llu seeds, and nothing broke\n", static_cast<unsigned long long>(options.seeds));
        return 1;
    }
    bool all = true;
    for (const std::string &event : rareEvents()) {
        std::printf("%9ld  %s\n", rare[event], event.c_str());
        all = all && rare[event] > 0;
    }
    std::printf("%llu seeds\n", static_cast<unsigned long long>(options.seeds));
    return all || options.seeds < 2000 ? 0 : 2;
}
