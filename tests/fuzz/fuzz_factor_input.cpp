// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the standard input of openloop-factor: tokens are cut, read, factored, printed, multiplied back.
#include "server/factor_command/number_text.h"
#include "server/factor_command/output.h"
#include "server/factor_command/token_reader.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <clocale>
#include <cstring>

using namespace openloop::factor_command;
using openloop::fuzz::require;

namespace {

constexpr std::size_t longestToken = 64; // short, so that the fuzzer finds the limit
constexpr std::size_t mostDigitsToFactor = 18; // longer ones would only slow it down

void take(const Token &token)
{
    require(token.text.size() <= longestToken);
    require(token.text.find_first_of(std::string_view(" \t\n\0", 4)) == std::string::npos);
    const std::string shown = quoted(token.text, 20);
    require(std::none_of(shown.begin(), shown.end(), [](char c) { return c >= 0 && c < ' '; }));
    const auto n = parseNumber(token.text);
    if (!n || token.tooLong || token.text.size() > mostDigitsToFactor)
        return;
    const auto result = openloop::factoring::factor(*n);
    mpz_class product = 1;
    for (const auto &factor : result.factors) {
        for (unsigned i = 0; i < factor.exponent; ++i)
            product *= factor.prime;
    }
    require(result.complete() && (product == *n || *n == 0));
    std::string line;
    for (const Form form : {Form::Plain, Form::Exponents, Form::Json})
        appendLine(line, *n, result, form);
    require(std::count(line.begin(), line.end(), '\n') == 3);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const bool unicode = std::setlocale(LC_ALL, "C.UTF-8") != nullptr;
    static_cast<void>(unicode);
    std::size_t place = 0;
    TokenReader reader(
        [&](char *buffer, std::size_t room) {
            const std::size_t count = std::min({room, size - place, std::size_t{7}}); // tokens span reads
            std::memcpy(buffer, data + place, count);
            place += count;
            return static_cast<long>(count);
        },
        longestToken);
    Token token;
    while (reader.next(token))
        take(token);
    return 0;
}
