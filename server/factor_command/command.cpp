// SPDX-License-Identifier: GPL-3.0-or-later
// Gathers the numbers of one word, so that they cost no more than they must; each longer one is a work of its own.
#include "server/factor_command/command.h"

#include "server/factor_command/number_text.h"
#include "server/factor_command/progress_line.h"
#include "server/factor_command/token_reader.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <memory>
#include <unistd.h>

namespace openloop::factor_command {

namespace {

// Below, a number takes no time worth a flush, a progress line or a watch on the clock.
constexpr std::size_t longNumberBits = 100;

constexpr const char *notANumber = " is not a valid positive integer";

constexpr std::size_t mostWords = 8192; // taken before they are factored
constexpr std::size_t manyWords = 2048; // so many pay for a table, and for waking threads
constexpr std::size_t wordsOfPiece = 256; // that a thread takes at once

long readInput(char *buffer, std::size_t size)
{
    for (;;) {
        const ssize_t count = ::read(STDIN_FILENO, buffer, size);
        if (count >= 0 || errno != EINTR)
            return count;
    }
}

std::span<const std::uint64_t> pieceOf(std::span<const std::uint64_t> words, std::size_t place)
{
    return words.subspan(place, std::min(wordsOfPiece, words.size() - place));
}

} // namespace

Command::Command(const char *program, const CommandOptions &options, Output &output, Interrupt *interrupt)
    : m_program(program), m_options(options), m_output(output), m_interrupt(interrupt), m_crew(options.threads - 1)
{
}

bool Command::take(std::string_view text, bool tooLong)
{
    if (!tooLong) {
        if (const auto word = parseWord(text)) {
            m_words.push_back(*word);
            return m_words.size() < mostWords || factorWords();
        }
    }
    if (!factorWords())
        return false;
    const std::string_view digits = significant(text);
    if (!tooLong && digits.size() <= mostDigits)
        return takeLong(text);
    const bool isNumber = digits.find_first_not_of("0123456789") == std::string_view::npos;
    complain(quoted(text, 40)
             + (isNumber ? " is too long: at most " + std::to_string(mostDigits) + " digits" : notANumber));
    return goesOn();
}

bool Command::takeLong(std::string_view text)
{
    const std::optional<mpz_class> n = parseNumber(text);
    if (!n) {
        complain(quoted(text) + notANumber);
        return goesOn();
    }
    const bool isLong = mpz_sizeinbase(n->get_mpz_t(), 2) >= longNumberBits;
    if (isLong && !m_output.flush()) // what is known should not wait for what is not
        return false;
    const factoring::Result result = isLong ? factored(*n) : factoring::factor(*n);
    m_failed = m_failed || !result.complete();
    appendLine(m_output.text(), *n, result, m_options.form);
    return m_output.flushIfFull() && goesOn();
}

factoring::Result Command::factored(const mpz_class &n)
{
    factoring::Options options;
    options.crew = &m_crew;
    options.threads = m_options.threads;
    if (m_options.timeout) {
        options.deadline = std::chrono::steady_clock::now()
            + std::chrono::duration_cast<std::chrono::steady_clock::duration>(*m_options.timeout);
    }
    ProgressLine line(true);
    return factoring::factor(n, m_interrupt ? m_interrupt->token() : std::stop_token(), options,
                             [&](const factoring::Progress &progress) {
                                 line.show(progress);
                                 if (progress.unsieved && !m_toldUnsieved) {
                                     line.clear();
                                     m_toldUnsieved = true;
                                     std::fprintf(stderr,
                                                  "%s: too long to sieve: only luck, --timeout or a signal "
                                                  "ends the search for a factor\n",
                                                  m_program);
                                 }
                             });
}

bool Command::factorWords()
{
    if (m_words.size() >= manyWords && !m_manyWords) {
        factoring::prepareForManyWords();
        m_manyWords = true;
    }
    const std::span<const std::uint64_t> words = m_words;
    const std::stop_token stop = m_interrupt ? m_interrupt->token() : std::stop_token();
    if (words.size() >= manyWords && m_options.threads > 1) {
        factorTogether(words, stop);
    } else {
        for (std::size_t place = 0; place < words.size() && goesOn(); place += wordsOfPiece) {
            appendWords(m_output.text(), pieceOf(words, place), m_options.form, stop);
            m_output.flushIfFull();
        }
    }
    m_words.clear();
    return goesOn();
}

// Each thread takes piece after piece; the texts are put together in the order of the input.
void Command::factorTogether(std::span<const std::uint64_t> words, const std::stop_token &stop)
{
    struct Piece {
        std::string text;
        bool whole = false;
    };
    std::vector<Piece> pieces((words.size() + wordsOfPiece - 1) / wordsOfPiece);
    std::atomic<std::size_t> started = 0;
    const auto work = [&] {
        for (std::size_t i; (i = started++) < pieces.size();) {
            const auto part = pieceOf(words, i * wordsOfPiece);
            pieces[i].whole = appendWords(pieces[i].text, part, m_options.form, stop) == part.size();
        }
    };
    const auto helpers = static_cast<unsigned>(std::min<std::size_t>(m_options.threads, pieces.size()) - 1);
    const auto ended = std::make_shared<std::latch>(helpers); // who counts last may still be in it when this returns
    for (unsigned i = 0; i < helpers; ++i) {
        const bool accepted = m_crew.tryRun([&work, ended] {
            work();
            ended->count_down();
        });
        if (!accepted)
            ended->count_down();
    }
    work();
    ended->wait(); // a level: each helper counts once, whether it came to work or not
    for (const Piece &piece : pieces) {
        m_output.text() += piece.text;
        if (!m_output.flushIfFull() || !piece.whole) // after a stop nothing behind the first gap
            break;
    }
}

bool Command::settle()
{
    factorWords();
    return m_output.flush() && goesOn();
}

void Command::complain(const std::string &text)
{
    m_failed = true;
    if (m_output.isTerminal())
        m_output.flush();
    std::fprintf(stderr, "%s: %s\n", m_program, text.c_str());
}

int Command::finish()
{
    const bool isWritten = settle();
    if (m_interrupt)
        m_interrupt->endWatch();
    if (!isWritten && m_output.error() != 0)
        complain(std::string("write error: ") + std::strerror(m_output.error()));
    else if (m_interrupt && m_interrupt->came())
        m_interrupt->end();
    return m_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

namespace {

// Settled before each wait for input: whoever types, or feeds a number at a time, sees answers at once.
void takeInput(Command &command, Interrupt &interrupt)
{
    int failure = 0;
    TokenReader reader(
        [&](char *buffer, std::size_t size) -> long {
            if (!command.settle())
                return 0;
            interrupt.beginWait();
            const long count = readInput(buffer, size);
            failure = count < 0 ? errno : 0;
            interrupt.endWait();
            return count;
        },
        mostDigits + 2);
    for (Token token; reader.next(token) && command.take(token.text, token.tooLong);) { }
    if (failure != 0)
        command.complain(std::string("error reading input: ") + std::strerror(failure));
}

} // namespace

int run(int argc, char **argv)
{
    std::setlocale(LC_CTYPE, ""); // the quotes; messages of the system would be the only ones in another language
    const Parsed parsed = parseOptions(argc, argv);
    Output output(STDOUT_FILENO);
    if (!parsed.options) {
        output.text() = parsed.text;
        Command command(argv[0], {}, output, nullptr);
        return command.finish() == EXIT_SUCCESS ? parsed.exitCode : EXIT_FAILURE;
    }
    Interrupt interrupt;
    Command command(argv[0], *parsed.options, output, &interrupt);
    const int firstNumber = parsed.options->firstNumber;
    if (firstNumber == argc)
        takeInput(command, interrupt);
    for (int i = firstNumber; i < argc && command.take(argv[i]); ++i) { }
    return command.finish();
}

} // namespace openloop::factor_command
