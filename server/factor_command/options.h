// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of openloop-factor: GNU factor's, and what a long-running engine needs besides.
#pragma once

#include "server/factor_command/output.h"

#include <chrono>
#include <optional>

namespace openloop::factor_command {

struct CommandOptions {
    Form form = Form::Plain;
    unsigned threads = 1; ///< 1..256
    std::optional<std::chrono::duration<double>> timeout; ///< for each number; above 0
    int firstNumber = 0; ///< place of the first operand in argv, after options were moved to the front
};

/// The options, or the exit code when there is nothing left to do: after --help, --version or a usage error, which
/// are printed.
struct Parsed {
    std::optional<CommandOptions> options;
    int exitCode = 0;
};

Parsed parseOptions(int argc, char **argv);

} // namespace openloop::factor_command
