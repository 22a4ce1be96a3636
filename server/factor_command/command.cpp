// SPDX-License-Identifier: GPL-3.0-or-later
// From standard input or arguments to lines and an exit code.
#include "server/factor_command/command.h"

#include "server/factor_command/number_text.h"
#include "server/factor_command/progress_line.h"

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace openloop::factor_command {

namespace {

// Below, a number takes no time worth a flush, a progress line or a watch on the clock.
constexpr std::size_t longNumberBits = 100;

long readInput(char *buffer, std::size_t size)
{
    for (;;) {
        const ssize_t count = ::read(STDIN_FILENO, buffer, size);
        if (count >= 0 || errno != EINTR)
            return count;
    }
}

} // namespace

Command::Command(const char *program, const CommandOptions &options, Output &output, Interrupt *interrupt)
    : m_program(program), m_options(options), m_output(output), m_interrupt(interrupt), m_crew(options.threads - 1)
{
}

bool Command::take(std::string_view text, bool tooLong)
{
    if (tooLong || text.size() > mostDigits) {
        complain(quoted(text, 40) + " is too long: at most " + std::to_string(mostDigits) + " digits");
        return true;
    }
    const std::optional<mpz_class> n = parseNumber(text);
    if (!n) {
        complain(quoted(text) + " is not a valid positive integer");
        return true;
    }
    const factoring::Result result = factored(*n);
    m_failed = m_failed || !result.complete();
    appendLine(m_output.text(), *n, result, m_options.form);
    if (!m_output.flushIfFull())
        return false;
    return !m_interrupt || m_interrupt->signal() == 0;
}

factoring::Result Command::factored(const mpz_class &n)
{
    if (mpz_sizeinbase(n.get_mpz_t(), 2) < longNumberBits)
        return factoring::factor(n);
    m_output.flush(); // what is known should not wait for what is not
    factoring::Options options;
    options.crew = &m_crew;
    options.threads = m_options.threads;
    if (m_options.timeout) {
        options.deadline = std::chrono::steady_clock::now()
            + std::chrono::duration_cast<std::chrono::steady_clock::duration>(*m_options.timeout);
    }
    ProgressLine line(true);
    if (m_interrupt)
        m_interrupt->setBusy(true);
    auto result = factoring::factor(n, m_interrupt ? m_interrupt->token() : std::stop_token(), options,
                                    [&line](const factoring::Progress &progress) { line.show(progress); });
    if (m_interrupt)
        m_interrupt->setBusy(m_interrupt->signal() != 0); // no second signal before the result is printed
    return result;
}

bool Command::takeAll(TokenReader &reader)
{
    Token token;
    while (reader.next(token)) {
        if (!take(token.text, token.tooLong))
            return false;
    }
    return true;
}

void Command::complain(const std::string &text)
{
    m_failed = true;
    std::fprintf(stderr, "%s: %s\n", m_program, text.c_str());
}

int Command::exitCode()
{
    if (!m_output.flush())
        complain(std::string("write error: ") + std::strerror(m_output.error()));
    if (m_interrupt && m_interrupt->signal() != 0)
        return 128 + m_interrupt->signal();
    return m_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int run(int argc, char **argv)
{
    std::setlocale(LC_ALL, "");
    const Parsed parsed = parseOptions(argc, argv);
    if (!parsed.options)
        return std::fflush(stdout) == 0 ? parsed.exitCode : EXIT_FAILURE;
    Interrupt interrupt;
    Output output(STDOUT_FILENO);
    Command command(argv[0], *parsed.options, output, &interrupt);
    if (parsed.options->firstNumber < argc) {
        for (int i = parsed.options->firstNumber; i < argc && command.take(argv[i]); ++i) { }
        return command.exitCode();
    }
    // Flushed before each wait for input: whoever types, or feeds a number at a time, sees answers at once.
    bool readFailed = false;
    TokenReader reader(
        [&](char *buffer, std::size_t size) {
            output.flush();
            const long count = readInput(buffer, size);
            readFailed = count < 0;
            return count;
        },
        mostDigits + 2);
    command.takeAll(reader);
    const int exitCode = command.exitCode();
    if (readFailed) {
        std::fprintf(stderr, "%s: read error: %s\n", argv[0], std::strerror(errno));
        return EXIT_FAILURE;
    }
    return exitCode;
}

} // namespace openloop::factor_command
