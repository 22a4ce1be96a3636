// SPDX-License-Identifier: GPL-3.0-or-later
// What a person reads, for code that is no class of Qt.
#pragma once

#include "gui/probe/samples/durations.h"

#include <QCoreApplication>

namespace openloop::probe {

/// In the window's language; without a translator, as in a run without a display, as it is. Any thread.
inline QString tr(const char *text)
{
    return QCoreApplication::translate("openloop::probe", text);
}

/// As formatDuration, for a sentence: with the decimal mark of that language.
inline QString spoken(Nanoseconds duration)
{
    return formatDuration(duration).replace(u'.', tr("."));
}

} // namespace openloop::probe
