// SPDX-License-Identifier: GPL-3.0-or-later
// The command itself, apart from main() so that tests and the fuzzer can call it.
#pragma once

#include "server/factor_command/interrupt.h"
#include "server/factor_command/options.h"
#include "server/factor_command/thread_crew.h"
#include "server/factor_command/token_reader.h"

#include <string_view>

namespace openloop::factor_command {

/// Reads numbers, factors them, prints. One thread.
class Command
{
public:
    /// interrupt may be null: then nothing stops a number but its timeout.
    Command(const char *program, const CommandOptions &options, Output &output, Interrupt *interrupt);

    /// Both: false when there is nothing more to do: interrupted, or writing failed.
    bool take(std::string_view text, bool tooLong = false);
    bool takeAll(TokenReader &reader);

    int exitCode();

private:
    void complain(const std::string &text);
    factoring::Result factored(const mpz_class &n);

    const char *m_program;
    CommandOptions m_options;
    Output &m_output;
    Interrupt *m_interrupt;
    ThreadCrew m_crew;
    bool m_failed = false;
};

/// main() of openloop-factor.
int run(int argc, char **argv);

} // namespace openloop::factor_command
