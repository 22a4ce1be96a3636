// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the three forms, in large pieces; a failed write is told once.
#include "server/factor_command/output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <string_view>
#include <unistd.h>

namespace openloop::factor_command {

namespace {

constexpr std::size_t fullSize = 64 * 1024;

// Bytes of whole lines that a pipe takes at once; a line that is longer goes alone.
std::size_t pieceOf(std::string_view text)
{
    if (text.size() <= PIPE_BUF)
        return text.size();
    const std::size_t last = text.rfind('\n', PIPE_BUF - 1);
    return last != std::string_view::npos ? last + 1 : std::min(text.find('\n'), text.size() - 1) + 1;
}

void append(std::string &text, const mpz_class &n)
{
    const std::size_t size = text.size();
    text.resize(size + mpz_sizeinbase(n.get_mpz_t(), 10) + 2);
    mpz_get_str(text.data() + size, 10, n.get_mpz_t());
    text.resize(size + std::char_traits<char>::length(text.data() + size));
}

void append(std::string &text, std::uint64_t n)
{
    std::array<char, 20> digits;
    char *const end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
    text.append(digits.data(), end);
}

template <typename Number, typename Power>
void appendPlain(std::string &text, const Number &n, const std::vector<Power> &factors, bool exponents)
{
    append(text, n);
    text += ':';
    for (const Power &factor : factors) {
        for (unsigned i = 0; i < (exponents ? 1 : factor.exponent); ++i) {
            text += ' ';
            append(text, factor.prime);
        }
        if (exponents && factor.exponent > 1)
            text.append("^").append(std::to_string(factor.exponent));
    }
}

template <typename Number, typename Power>
void appendJson(std::string &text, const Number &n, const std::vector<Power> &factors)
{
    text += R"({"n":")";
    append(text, n);
    text += R"(","factors":[)";
    std::string_view separator;
    for (const Power &factor : factors) {
        text.append(separator).append(R"({"prime":")");
        append(text, factor.prime);
        text.append(R"(","exponent":)").append(std::to_string(factor.exponent)).append("}");
        separator = ",";
    }
    text += ']';
}

template <typename Number, typename Power>
void appendFactors(std::string &text, const Number &n, const std::vector<Power> &factors, Form form)
{
    if (form == Form::Json)
        appendJson(text, n, factors);
    else
        appendPlain(text, n, factors, form == Form::Exponents);
}

constexpr std::size_t longestWordLine = 256; // 20 digits, and at most 126 characters of primes: 63 times " 2"

// The form that is wanted by the million. Gives the end; place: room for longestWordLine characters.
char *write(char *place, std::uint64_t n)
{
    constexpr std::size_t longest = 20;
    if (n < 10) { // what most factors are
        *place = static_cast<char>('0' + n);
        return place + 1;
    }
    return std::to_chars(place, place + longest, n).ptr;
}

char *writeLine(char *place, std::uint64_t n, const std::vector<factoring::WordPower> &factors)
{
    place = write(place, n);
    *place++ = ':';
    for (const factoring::WordPower &factor : factors) {
        for (unsigned i = 0; i < factor.exponent; ++i) {
            *place++ = ' ';
            place = write(place, factor.prime);
        }
    }
    *place++ = '\n';
    return place;
}

void appendMember(std::string &text, std::string_view name, const std::vector<mpz_class> &numbers)
{
    if (numbers.empty())
        return;
    text.append(",\"").append(name).append("\":[");
    for (const mpz_class &number : numbers) {
        text += '"';
        append(text, number);
        text += "\",";
    }
    text.back() = ']';
}

void appendRemaining(std::string &text, const factoring::Result &result, bool json)
{
    if (json) {
        appendMember(text, "remaining", result.remaining);
        appendMember(text, "untested", result.untested);
        return;
    }
    for (const mpz_class &part : result.remaining) {
        const bool isUntested = std::ranges::find(result.untested, part) != result.untested.end();
        text += isUntested ? " [untested " : " [composite ";
        append(text, part);
        text += ']';
    }
}

} // namespace

void appendLine(std::string &text, const mpz_class &n, const factoring::Result &result, Form form)
{
    appendFactors(text, n, result.factors, form);
    appendRemaining(text, result, form == Form::Json);
    text += form == Form::Json ? "}\n" : "\n";
}

std::size_t appendWords(std::string &text, std::span<const std::uint64_t> words, Form form, const std::stop_token &stop)
{
    std::array<char, 32 * longestWordLine> lines;
    char *place = lines.data();
    std::vector<factoring::WordPower> factors;
    std::size_t done = 0;
    for (; done < words.size() && !stop.stop_requested(); ++done) {
        const std::uint64_t n = words[done];
        factoring::factor(n, factors);
        if (form == Form::Plain) [[likely]] {
            place = writeLine(place, n, factors);
            if (static_cast<std::size_t>(lines.end() - place) < longestWordLine) {
                text.append(lines.data(), static_cast<std::size_t>(place - lines.data()));
                place = lines.data();
            }
        } else {
            appendFactors(text, n, factors, form);
            text += form == Form::Json ? "}\n" : "\n";
        }
    }
    text.append(lines.data(), static_cast<std::size_t>(place - lines.data()));
    return done;
}

Output::Output(int descriptor) : m_descriptor(descriptor), m_isTerminal(isatty(descriptor) != 0)
{
    m_text.reserve(fullSize + 4096);
}

bool Output::flushIfFull()
{
    return (m_text.size() < fullSize && !m_isTerminal) || flush();
}

bool Output::flush()
{
    std::string_view rest = m_text;
    while (!rest.empty() && m_error == 0) {
        const ssize_t count = ::write(m_descriptor, rest.data(), pieceOf(rest));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            m_error = errno;
            break;
        }
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    m_text.clear();
    return m_error == 0;
}

} // namespace openloop::factor_command
