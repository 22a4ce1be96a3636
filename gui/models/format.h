// SPDX-License-Identifier: GPL-3.0-or-later
// How figures are written everywhere in the window: three significant digits and always a unit.
#pragma once

#include <QString>

namespace openloop::gui {

/// Units in which a duration is shown.
enum class DurationUnit { Microseconds, Milliseconds, Seconds };

/// The unit that suits a duration. With `current` it changes only when the value has clearly left that
/// unit's range (below 0.6 or above 1500 of it), so that a figure at a boundary does not jump.
DurationUnit durationUnit(double milliseconds);
DurationUnit durationUnit(double milliseconds, DurationUnit current);

/// "0.912 ms", "41.3 ms", "1.24 s"; an en dash for a negative or not-a-number value (nothing measured).
QString formatDuration(double milliseconds);
QString formatDuration(double milliseconds, DurationUnit unit);
/// A duration that somebody chose, without digits that only look precise: "20 ms", "0.1 ms".
QString formatLimit(double milliseconds);

/// Three significant digits without an exponent: 0.912, 41.3, 1240.
QString threeDigits(double value);

/// "6 000", "48.2 k", "1.31 M": exact below 100,000.
QString formatCount(qint64 count);
/// "0 %", "0.12 %", "4.8 %" of a share 0..1.
QString formatShare(double share);
/// "812 ms", "12 s", "3 min 20 s", "2 h": time that has passed, for sentences.
QString formatSpan(double seconds);
/// A stretch of time that figures are of: "last 1 min", or "40 s, held" where it does not end with the present.
QString formatStretch(double seconds, bool untilNow);
/// "512 KiB", "48.2 MiB".
QString formatBytes(double bytes);

} // namespace openloop::gui
