// SPDX-License-Identifier: GPL-3.0-or-later
// Where the programs keep their files: the XDG folders, under one name.
#pragma once

#include <QString>

namespace openloop::paths {

/// Path of a file in the user's data folder ($XDG_DATA_HOME/openloop); the folder exists afterwards.
/// Any thread.
QString dataFile(const QString &name);

/// Path of the first existing `openloop/name` in the XDG configuration folders, most specific first; else empty.
/// Any thread.
QString configFile(const QString &name);

/// Path at which `openloop/name` is to be written in the user's configuration folder; the folder exists afterwards.
/// Any thread.
QString writableConfigFile(const QString &name);

} // namespace openloop::paths
