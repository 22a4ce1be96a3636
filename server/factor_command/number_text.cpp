// SPDX-License-Identifier: GPL-3.0-or-later
// Checks every character before GMP sees it.
#include "server/factor_command/number_text.h"

#include <algorithm>
#include <cwchar>
#include <cwctype>
#include <langinfo.h>

namespace openloop::factor_command {

namespace {

constexpr std::string_view escapable = "\a\b\f\n\r\t\v\\";
constexpr std::string_view escapes = "abfnrtv\\";

std::string octal(unsigned char byte)
{
    return {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + ((byte >> 3) & 7)),
            static_cast<char>('0' + (byte & 7))};
}

std::string_view withoutSign(std::string_view text)
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    return text;
}

// Bytes of the printable character that text starts with, 0 if it starts with none.
std::size_t printableLength(std::string_view text)
{
    std::mbstate_t state{};
    wchar_t character = 0;
    const std::size_t length = std::mbrtowc(&character, text.data(), text.size(), &state);
    const bool valid = length != 0 && length <= text.size();
    return valid && std::iswprint(static_cast<std::wint_t>(character)) ? length : 0;
}

} // namespace

std::optional<mpz_class> parseNumber(std::string_view text)
{
    text = withoutSign(text);
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return mpz_class(std::string(text), 10);
}

std::optional<std::uint64_t> parseWord(std::string_view text)
{
    text = withoutSign(text);
    if (text.empty())
        return std::nullopt;
    constexpr std::size_t digitsThatFit = 19;
    std::uint64_t word = 0;
    for (const char c : text.substr(0, digitsThatFit)) {
        const auto digit = static_cast<unsigned char>(c - '0');
        if (digit > 9)
            return std::nullopt;
        word = 10 * word + digit;
    }
    for (const char c : text.substr(std::min(text.size(), digitsThatFit))) {
        const auto digit = static_cast<unsigned char>(c - '0');
        if (digit > 9 || __builtin_mul_overflow(word, 10U, &word) || __builtin_add_overflow(word, digit, &word))
            return std::nullopt;
    }
    return word;
}

std::string_view significant(std::string_view text)
{
    text = withoutSign(text);
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    return text;
}

std::string quoted(std::string_view text, std::size_t longest)
{
    const bool unicode = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
    const std::string_view open = unicode ? "‘" : "'", close = unicode ? "’" : "'";
    const bool cut = text.size() > longest;
    text = text.substr(0, longest);
    std::string shown(open);
    while (!text.empty()) {
        std::size_t length = 1;
        if (const auto place = escapable.find(text.front()); place != std::string_view::npos)
            shown.append({'\\', escapes[place]});
        else if (text.starts_with(close))
            shown.append("\\").append(close), length = close.size();
        else if ((length = printableLength(text)) > 0)
            shown.append(text.substr(0, length));
        else
            shown.append(octal(static_cast<unsigned char>(text.front()))), length = 1;
        text.remove_prefix(length);
    }
    return shown.append(cut ? "..." : "").append(close);
}

} // namespace openloop::factor_command
