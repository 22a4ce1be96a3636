// SPDX-License-Identifier: GPL-3.0-or-later
// What an option is, apart from where it is set.
#pragma once

#include "server/settings/options.h"

#include <QList>

namespace openloop {

struct OptionRow {
    QString name;
    QString valueName; ///< empty: a switch, which the command line gives without a value; on or off elsewhere
    QString defaultText;
    QString help;
    /// Throws UsageError, which names the option and the bound.
    void (*take)(Options &options, const OptionRow &row, const QString &text);
    bool isRepeatable = false; ///< on the command line; everywhere several values are separated by commas
};

/// Every option that configures the service, in the order of --help. Main thread.
QList<OptionRow> optionRows();

/// What no option can be judged by alone. Throws UsageError. Pure.
void checkTogether(const Options &options);

} // namespace openloop
