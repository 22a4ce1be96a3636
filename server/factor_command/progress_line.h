// SPDX-License-Identifier: GPL-3.0-or-later
// One line on the terminal that says what a long factorization is busy with, and is gone afterwards.
#pragma once

#include "server/factoring/factor.h"

#include <chrono>

namespace openloop::factor_command {

/// Shows nothing before a second has passed, and nothing at all unless standard error is a terminal that can erase a
/// line. One thread.
class ProgressLine
{
public:
    explicit ProgressLine(bool wanted);
    ~ProgressLine();
    ProgressLine(const ProgressLine &) = delete;
    ProgressLine &operator=(const ProgressLine &) = delete;

    void show(const factoring::Progress &progress);

    /// Makes room for another message.
    void clear();

private:
    bool m_wanted;
    bool m_shown = false;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace openloop::factor_command
