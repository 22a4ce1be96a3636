// SPDX-License-Identifier: GPL-3.0-or-later
// Text to number as GNU factor reads it, and how a rejected text is shown. Pure functions; fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <gmpxx.h>
#include <optional>
#include <string>
#include <string_view>

namespace openloop::factor_command {

/// Significant digits; longer numbers are refused before any work is spent on them.
inline constexpr std::size_t mostDigits = 100'000;

/// Blanks, then at most one plus sign, then decimal digits and nothing else; nullopt for any other text. 0 is read.
/// That there are at most mostDigits is the caller's business.
std::optional<mpz_class> parseNumber(std::string_view text);

/// The same for a number below 2^64, without any memory taken; nullopt for every other text, numbers included.
std::optional<std::uint64_t> parseWord(std::string_view text);

/// The digits that count: without blanks and plus sign before, and without leading zeros.
std::string_view significant(std::string_view text);

/// The text in the quotation marks of the locale, with octal or C escapes for what cannot be printed, as GNU programs
/// show it: ‘abc’ in UTF-8 locales, 'abc' elsewhere. Of a longer one than `longest` bytes so many, and an ellipsis.
std::string quoted(std::string_view text, std::size_t longest = std::string_view::npos);

} // namespace openloop::factor_command
