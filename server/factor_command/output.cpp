// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the three forms, in large pieces; a failed write is told once.
#include "server/factor_command/output.h"

#include <cerrno>
#include <string_view>
#include <unistd.h>

namespace openloop::factor_command {

namespace {

constexpr std::size_t fullSize = 64 * 1024;

void append(std::string &text, const mpz_class &n)
{
    const std::size_t size = text.size();
    text.resize(size + mpz_sizeinbase(n.get_mpz_t(), 10) + 2);
    mpz_get_str(text.data() + size, 10, n.get_mpz_t());
    text.resize(size + std::char_traits<char>::length(text.data() + size));
}

void appendPlain(std::string &text, const mpz_class &n, const factoring::Result &result, bool exponents)
{
    append(text, n);
    text += ':';
    for (const factoring::PrimePower &factor : result.factors) {
        for (unsigned i = 0; i < (exponents ? 1 : factor.exponent); ++i) {
            text += ' ';
            append(text, factor.prime);
        }
        if (exponents && factor.exponent > 1)
            text.append("^").append(std::to_string(factor.exponent));
    }
    for (const mpz_class &composite : result.remaining) {
        text += " [composite ";
        append(text, composite);
        text += ']';
    }
    text += '\n';
}

void appendJson(std::string &text, const mpz_class &n, const factoring::Result &result)
{
    text += R"({"n":")";
    append(text, n);
    text += R"(","factors":[)";
    std::string_view separator;
    for (const factoring::PrimePower &factor : result.factors) {
        text.append(separator).append(R"({"prime":")");
        append(text, factor.prime);
        text.append(R"(","exponent":)").append(std::to_string(factor.exponent)).append("}");
        separator = ",";
    }
    text += ']';
    separator = R"(,"remaining":[)";
    for (const mpz_class &composite : result.remaining) {
        text.append(separator).append("\"");
        append(text, composite);
        text += '"';
        separator = ",";
    }
    text += result.complete() ? "}\n" : "]}\n";
}

} // namespace

void appendLine(std::string &text, const mpz_class &n, const factoring::Result &result, Form form)
{
    if (form == Form::Json)
        appendJson(text, n, result);
    else
        appendPlain(text, n, result, form == Form::Exponents);
}

Output::Output(int descriptor) : m_descriptor(descriptor)
{
    m_text.reserve(fullSize + 4096);
}

bool Output::flushIfFull()
{
    return m_text.size() < fullSize || flush();
}

bool Output::flush()
{
    std::string_view rest = m_text;
    while (!rest.empty() && m_error == 0) {
        const ssize_t count = ::write(m_descriptor, rest.data(), rest.size());
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
