// SPDX-License-Identifier: GPL-3.0-or-later
// What is printed for a number, in the three forms, and the buffer it goes through.
#pragma once

#include "server/factoring/factor.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

namespace openloop::factor_command {

enum class Form {
    Plain, ///< 360: 2 2 2 3 3 5
    Exponents, ///< 360: 2^3 3^2 5
    Json ///< {"n":"360","factors":[{"prime":"2","exponent":3},...]}
};

/// Appends one line. What is left composite stands in brackets behind the primes, or in the member "remaining".
void appendLine(std::string &text, const mpz_class &n, const factoring::Result &result, Form form);

/// Factors the words one after another and appends a line for each: for how many of them, less than all after a stop.
/// Any thread.
std::size_t appendWords(std::string &text, std::span<const std::uint64_t> words, Form form,
                        const std::stop_token &stop);

/// Text for a file descriptor, written in large pieces; to a terminal as soon as it is there. Pieces end with a line
/// and are short enough for a pipe to take them whole, so that lines of several programs do not mix. One thread.
class Output
{
public:
    explicit Output(int descriptor);

    std::string &text() { return m_text; } ///< append here

    /// Writes if enough has gathered. Both are false once writing has failed.
    bool flushIfFull();
    bool flush();

    bool isTerminal() const { return m_isTerminal; }

    int error() const { return m_error; } ///< errno of the first write that failed, or 0

private:
    int m_descriptor;
    int m_error = 0;
    bool m_isTerminal;
    std::string m_text;
};

} // namespace openloop::factor_command
