// SPDX-License-Identifier: GPL-3.0-or-later
// Text to number as GNU factor reads it, and how a rejected text is shown. Pure functions; fuzzed.
#pragma once

#include <cstddef>
#include <gmpxx.h>
#include <optional>
#include <string>
#include <string_view>

namespace openloop::factor_command {

/// Longer numbers are refused before any memory is spent on them.
inline constexpr std::size_t mostDigits = 100'000;

/// Blanks, then at most one plus sign, then decimal digits and nothing else; nullopt for any other text. 0 is read.
/// text: at most mostDigits digits are the caller's business.
std::optional<mpz_class> parseNumber(std::string_view text);

/// The text in the quotation marks of the locale, with octal or C escapes for what cannot be printed, as GNU programs
/// show it: ‘abc’ in UTF-8 locales, 'abc' elsewhere. At most `longest` characters of it, then an ellipsis.
std::string quoted(std::string_view text, std::size_t longest = 200);

} // namespace openloop::factor_command
