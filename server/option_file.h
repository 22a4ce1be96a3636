// SPDX-License-Identifier: GPL-3.0-or-later
// server.ini: name=value, a line each, taken as it stands.
#pragma once

#include <QMap>
#include <QString>
#include <QStringList>

namespace openloop {

struct OptionFile {
    QString path;
    QMap<QString, QString> values; ///< by name
};

/// Reads `path`; an empty one has no values. Empty lines and those that begin with # or ; are comments, as is what
/// --print-config puts behind a value. Throws UsageError, with the line: a name that is not in `names`, or given twice,
/// no `=`, a file that can't be read.
OptionFile readOptionFile(const QString &path, const QStringList &names);

} // namespace openloop
