// SPDX-License-Identifier: GPL-3.0-or-later
// The command itself, apart from main() so that tests and the fuzzer can call it.
#pragma once

#include "server/factor_command/interrupt.h"
#include "server/factor_command/options.h"
#include "server/factor_command/thread_crew.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openloop::factor_command {

/// Reads numbers, factors them, prints. One thread talks to it; others work for it.
class Command
{
public:
    /// interrupt may be null: then nothing stops a number but its timeout.
    Command(const char *program, const CommandOptions &options, Output &output, Interrupt *interrupt);

    /// Takes one number; it may be finished later, with others. False when there is nothing more to do: interrupted, or
    /// writing failed. So are the next.
    bool take(std::string_view text, bool tooLong = false);

    /// Finishes what was taken and writes it.
    bool settle();

    void complain(const std::string &text);

    /// Settles, tells what failed, and gives the exit code; or ends the process by the signal that came.
    int finish();

private:
    bool factorWords();
    void factorTogether(std::span<const std::uint64_t> words, const std::stop_token &stop);
    bool takeLong(std::string_view text);
    factoring::Result factored(const mpz_class &n);
    bool goesOn() const { return m_output.error() == 0 && !(m_interrupt && m_interrupt->came()); }

    const char *m_program;
    CommandOptions m_options;
    Output &m_output;
    Interrupt *m_interrupt;
    ThreadCrew m_crew;
    bool m_failed = false;
    bool m_manyWords = false;
    bool m_toldUnsieved = false;
    std::vector<std::uint64_t> m_words; ///< taken, not yet factored
};

/// main() of openloop-factor.
int run(int argc, char **argv);

} // namespace openloop::factor_command
