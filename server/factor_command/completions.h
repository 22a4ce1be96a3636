// SPDX-License-Identifier: GPL-3.0-or-later
// What a shell must know to complete a command line, from the one table of options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace openloop::factor_command {

/// A script for "bash", "zsh" or "fish"; nullopt for any other shell.
std::optional<std::string> completionScript(std::string_view shell);

} // namespace openloop::factor_command
