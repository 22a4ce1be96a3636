// SPDX-License-Identifier: GPL-3.0-or-later
// A copy of a database that a server goes on using: of its file alone it would be torn, the log lies beside it.
#pragma once

#include <QString>

namespace openloop {

/// Copies the SQLite database, as it is at one moment, to a file that must not exist; it is durable when this returns.
/// Takes no lock that a server waits for. databaseUrl: see SqlLocation::parse; of a file. Throws StartFailure, and
/// leaves no file then. On the main thread, for as long as the copy takes.
void backUp(const QString &databaseUrl, const QString &file);

} // namespace openloop
