// SPDX-License-Identifier: GPL-3.0-or-later
// How often the window repaints: the measurement must not be disturbed by drawing what nobody looks at.
#pragma once

#include <chrono>
#include <optional>

namespace openloop::gui {

/// What the desktop says about the window.
enum class Attention { Focused, Unfocused, Hidden };

/// Decides at each batch whether to repaint: 10 times a second, 2 when unfocused, never when hidden.
class Pace
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::optional<std::chrono::milliseconds> interval(Attention attention)
    {
        switch (attention) {
        case Attention::Focused: return std::chrono::milliseconds(100);
        case Attention::Unfocused: return std::chrono::milliseconds(500);
        case Attention::Hidden: break;
        }
        return {};
    }

    /// True if a repaint is due at `now`; then counts it as done.
    bool due(Attention attention, Clock::time_point now)
    {
        const auto wanted = interval(attention);
        // Batches jitter by a few milliseconds; without slack every second one would be left out.
        if (!wanted || now - m_last < *wanted - std::chrono::milliseconds(25))
            return false;
        m_last = now;
        return true;
    }

private:
    Clock::time_point m_last{};
};

} // namespace openloop::gui
