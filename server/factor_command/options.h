// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of openloop-factor: GNU factor's, and what a long-running engine needs besides.
#pragma once

#include "server/factor_command/output.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace openloop::factor_command {

struct CommandOptions {
    Form form = Form::Plain;
    unsigned threads = 1; ///< 1..256
    std::optional<std::chrono::duration<double>> timeout; ///< for each number; above 0
    int firstNumber = 0; ///< place of the first operand in argv, after options were moved to the front
};

/// One option: help, manual and completions say the same of it.
struct OptionLine {
    const char *name;
    char letter; ///< or 0
    int value; ///< what getopt_long says
    const char *argument; ///< its name, or null
    const char *choices; ///< of the argument, apart by blanks; or null
    const char *text; ///< without quotation marks
};

std::span<const OptionLine> optionTable();

/// The options; or else there is nothing left to do but to print `text`, after --help, --version and --completion, or
/// to end with the exit code of a usage error, which has been told.
struct Parsed {
    std::optional<CommandOptions> options;
    int exitCode = 0;
    std::string text = {};
};

Parsed parseOptions(int argc, char **argv);

} // namespace openloop::factor_command
