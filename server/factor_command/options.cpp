// SPDX-License-Identifier: GPL-3.0-or-later
// The table of options, the text of --help, and what is wrong with a value.
#include "server/factor_command/options.h"

#include "server/factor_command/completions.h"
#include "server/factor_command/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <getopt.h>
#include <string_view>
#include <thread>

namespace openloop::factor_command {

namespace {

enum LongOnly { Help = 256, Version, Threads, Timeout, Json, Completion };

constexpr std::array table{
    OptionLine{"exponents", 'h', 'h', nullptr, nullptr, "write a prime that divides e times as p^e"},
    OptionLine{"json", 0, Json, nullptr, nullptr, "write a JSON object for each number, one a line"},
    OptionLine{"threads", 0, Threads, "N", nullptr, "work on N threads at most; without it, one per core"},
    OptionLine{"timeout", 0, Timeout, "S", nullptr, "give each number S seconds at most; 0.5 is half of one"},
    OptionLine{"completion", 0, Completion, "SHELL", "bash zsh fish",
               "print a completion script for bash, zsh or fish"},
    OptionLine{"help", 0, Help, nullptr, nullptr, "print this text"},
    OptionLine{"version", 0, Version, nullptr, nullptr, "print name and version"},
};

constexpr auto longOptions = [] {
    std::array<option, table.size() + 1> options{};
    for (std::size_t i = 0; i < table.size(); ++i)
        options[i] = {table[i].name, table[i].argument ? required_argument : no_argument, nullptr, table[i].value};
    return options;
}();

std::string helpText(const char *program)
{
    std::string text = std::string("Usage: ") + program + " [OPTION]... [NUMBER]...\n"
        + "Splits whole numbers into primes: those of the command line, or else the words\n"
          "of standard input. A number has up to "
        + std::to_string(mostDigits) + " digits; a plus sign and leading\nzeros are allowed and do not count.\n\n";
    for (const OptionLine &line : optionTable()) {
        std::string head = line.letter ? std::string("  -") + line.letter + ", --" : std::string("      --");
        head.append(line.name);
        if (line.argument)
            head.append("=").append(line.argument);
        head.resize(std::max<std::size_t>(head.size() + 2, 26), ' ');
        text.append(head).append(line.text).append("\n");
    }
    return text
        + "\nUp to 110 digits every number is finished, though the hardest take hours.\n"
          "Beyond, one with two long primes may never be, and a line on standard error\n"
          "says so.\n"
          "What --timeout or a signal cuts short is printed as far as it is known, with the\n"
          "rest in brackets, as in 12: 2 [composite 6]; [untested N] may be a prime.\n\n"
          "Ends with 0 when all is done, with 1 when a number was none or is not finished,\n"
          "or when reading or writing failed, and by the signal when one came.\n";
}

// Not strtod: what a decimal point is must not depend on the locale.
std::optional<double> numberFrom(std::string_view text, double least, double most)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool valid = error == std::errc() && end == text.data() + text.size() && std::isfinite(value)
        && value >= least && value <= most;
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

std::span<const OptionLine> optionTable()
{
    return table;
}

Parsed parseOptions(int argc, char **argv)
{
    CommandOptions options;
    options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 256U);
    optind = 0; // as for a first call: tests parse more than once
    for (int found; (found = getopt_long(argc, argv, "h", longOptions.data(), nullptr)) != -1;) {
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
        case Completion: {
            const auto script = completionScript(optarg);
            if (!script)
                return badValue(argv[0], "completion", optarg, "bash, zsh or fish");
            return {std::nullopt, EXIT_SUCCESS, *script};
        }
        case Help: return {std::nullopt, EXIT_SUCCESS, helpText(argv[0])};
        case Version: return {std::nullopt, EXIT_SUCCESS, "openloop-factor " OPENLOOP_VERSION "\n"};
        default: return usageError(argv[0]);
        }
    }
    options.firstNumber = optind;
    return {options, EXIT_SUCCESS};
}

} // namespace openloop::factor_command
