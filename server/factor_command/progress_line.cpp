// SPDX-License-Identifier: GPL-3.0-or-later
// Writes over the same line, from the second second on.
#include "server/factor_command/progress_line.h"

#include <cstdio>
#include <unistd.h>

namespace openloop::factor_command {

ProgressLine::ProgressLine(bool wanted) : m_wanted(wanted && isatty(STDERR_FILENO)) { }

ProgressLine::~ProgressLine()
{
    if (m_shown)
        std::fputs("\r\033[K", stderr);
}

void ProgressLine::show(const factoring::Progress &progress)
{
    const auto elapsed = std::chrono::steady_clock::now() - m_start;
    if (!m_wanted || elapsed < std::chrono::seconds(1))
        return;
    m_shown = true;
    std::fprintf(stderr, "\r\033[K%s %.0f %%, %.0f s", factoring::phaseName(progress.phase), 100 * progress.fraction,
                 std::chrono::duration<double>(elapsed).count());
    if (progress.timeLeft)
        std::fprintf(stderr, ", about %.0f s left", progress.timeLeft->count());
    std::fflush(stderr);
}

} // namespace openloop::factor_command
