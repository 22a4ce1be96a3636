// SPDX-License-Identifier: GPL-3.0-or-later
// Durations as people type and read them: 100ms, 30s, 1m in; three significant digits and a unit out.
#pragma once

#include "gui/probe/samples/clock.h"
#include "gui/probe/samples/parsed.h"

namespace openloop::probe {

/// `30s`, `100ms`, `1.5m`, `250us`, `2h`, `500ns`; a unit is required, the value is above 0 and at most 366
/// days.
Parsed<Nanoseconds> parseDuration(const QString &text);

/// Three significant digits and the unit that fits: "412 ms", "0.91 ms", "12.3 s", "2 h 05 min".
/// Latencies below a second stay in ms, so that the unit of a card does not jump.
QString formatDuration(Nanoseconds duration);

/// Milliseconds as a JSON number and the chart take them; here, for the chart asks for each of its points.
constexpr double toMilliseconds(Nanoseconds duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

} // namespace openloop::probe
