// SPDX-License-Identifier: GPL-3.0-or-later
// What a person reads, for code that is no class of Qt.
#pragma once

#include <QCoreApplication>

namespace openloop::probe {

/// In the window's language; without a translator, as in a run without a display, as it is. Any thread.
inline QString tr(const char *text)
{
    return QCoreApplication::translate("openloop::probe", text);
}

} // namespace openloop::probe
