// SPDX-License-Identifier: GPL-3.0-or-later
// Writes over the same line, from the second second on, and no further than the terminal is wide.
#include "server/factor_command/progress_line.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace openloop::factor_command {

namespace {

// A dumb terminal can't erase a line.
bool canErase()
{
    const char *const kind = std::getenv("TERM");
    return kind && *kind != '\0' && std::string_view(kind) != "dumb";
}

// One column stays free: a cursor behind the last one would wrap in some terminals. Asked each time: windows change.
std::size_t room()
{
    winsize size{};
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return (known ? size.ws_col : 80U) - 1U;
}

} // namespace

ProgressLine::ProgressLine(bool wanted) : m_wanted(wanted && isatty(STDERR_FILENO) && canErase()) { }

ProgressLine::~ProgressLine()
{
    clear();
}

void ProgressLine::clear()
{
    if (m_shown)
        std::fputs("\r\033[K", stderr);
    m_shown = false;
}

void ProgressLine::show(const factoring::Progress &progress)
{
    const auto elapsed = std::chrono::steady_clock::now() - m_start;
    if (!m_wanted || elapsed < std::chrono::seconds(1))
        return;
    m_shown = true;
    std::array<char, 120> left{};
    if (progress.timeLeft) {
        const double seconds = progress.timeLeft->count();
        if (seconds < 600)
            std::snprintf(left.data(), left.size(), ", about %.0f s left", seconds);
        else
            std::snprintf(left.data(), left.size(), ", about %.1f h left", seconds / 3600);
    }
    std::array<char, 20> part{}; // of what has an end
    if (!progress.unsieved || progress.timeLeft)
        std::snprintf(part.data(), part.size(), " %.0f %%", 100 * progress.fraction);
    std::array<char, 240> line;
    const int length = std::snprintf(line.data(), line.size(), "%s%s, %.0f s%s", phaseName(progress.phase), part.data(),
                                     std::chrono::duration<double>(elapsed).count(), left.data());
    const std::string_view shown = std::string_view(line.data(), static_cast<std::size_t>(length)).substr(0, room());
    std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(shown.size()), shown.data());
    std::fflush(stderr);
}

} // namespace openloop::factor_command
