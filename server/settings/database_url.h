// SPDX-License-Identifier: GPL-3.0-or-later
// What people write for a SQLite file because other programs take it, and would find as a file of that odd name.
#pragma once

#include <QString>

namespace openloop {

/// What to write instead of that --database; empty: it can be taken. Pure; any thread.
QString rightDatabaseUrl(const QString &url);

/// Throws UsageError, which says what to do instead, if --backup can't copy that --database.
void checkIsCopied(const QString &url);

} // namespace openloop
