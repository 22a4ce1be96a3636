// SPDX-License-Identifier: GPL-3.0-or-later
// The table of options, the text of --help, and what is wrong with a value.
#include "server/factor_command/options.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <getopt.h>
#include <thread>

namespace openloop::factor_command {

namespace {

enum LongOnly { Help = 256, Version, Threads, Timeout, Json };

constexpr option longOptions[] = {
    {"exponents", no_argument, nullptr, 'h'},
    {"threads", required_argument, nullptr, Threads},
    {"timeout", required_argument, nullptr, Timeout},
    {"json", no_argument, nullptr, Json},
    {"help", no_argument, nullptr, Help},
    {"version", no_argument, nullptr, Version},
    {nullptr, 0, nullptr, 0},
};

constexpr const char *helpText = R"(Usage: %s [OPTION] [NUMBER]...
Print the prime factors of each specified integer NUMBER.  If none
are specified on the command line, read them from standard input.

  -h, --exponents     print repeated factors in form p^e unless e is 1
      --json          print one JSON object per number and line
      --threads N     use up to N threads for a hard number (default: one per core)
      --timeout S     spend at most S seconds on each number
      --help          display this help and exit
      --version       output version information and exit

A number that could not be finished, because of --timeout or of Ctrl-C, is
printed with the primes that were found and what is left: 12: 2 [composite 6].
Exit status: 0 all done; 1 a number was invalid or is not finished, or
writing failed; 128 + signal number after an interrupt.
)";

std::optional<double> numberFrom(const char *text, double least, double most)
{
    char *end = nullptr;
    const double value = std::strtod(text, &end);
    const bool valid = end != text && *end == '\0' && std::isfinite(value) && value >= least && value <= most;
    return valid ? std::optional(value) : std::nullopt;
}

Parsed usageError(const char *program)
{
    std::fprintf(stderr, "Try '%s --help' for more information.\n", program);
    return {std::nullopt, EXIT_FAILURE};
}

Parsed badValue(const char *program, const char *name, const char *value, const char *wanted)
{
    std::fprintf(stderr, "%s: invalid value '%s' of --%s: %s is wanted\n", program, value, name, wanted);
    return usageError(program);
}

} // namespace

Parsed parseOptions(int argc, char **argv)
{
    CommandOptions options;
    options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 256U);
    optind = 0; // as for a first call: tests parse more than once
    for (int found; (found = getopt_long(argc, argv, "h", longOptions, nullptr)) != -1;) {
        switch (found) {
        case 'h': options.form = Form::Exponents; break;
        case Json: options.form = Form::Json; break;
        case Threads: {
            const auto threads = numberFrom(optarg, 1, 256);
            if (!threads || *threads != std::floor(*threads))
                return badValue(argv[0], "threads", optarg, "a whole number from 1 to 256");
            options.threads = static_cast<unsigned>(*threads);
            break;
        }
        case Timeout: {
            const auto seconds = numberFrom(optarg, 1e-3, 1e9);
            if (!seconds)
                return badValue(argv[0], "timeout", optarg, "a number of seconds from 0.001 to 1e9");
            options.timeout = std::chrono::duration<double>(*seconds);
            break;
        }
        case Help: std::printf(helpText, argv[0]); return {};
        case Version: std::printf("openloop-factor %s\n", OPENLOOP_VERSION); return {};
        default: return usageError(argv[0]);
        }
    }
    options.firstNumber = optind;
    return {options, EXIT_SUCCESS};
}

} // namespace openloop::factor_command
