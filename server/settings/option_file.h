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

/// The values in the bytes of a file. Empty lines and those that begin with # or ; are comments, as is what
/// --print-config puts behind a value. Throws UsageError, with `path` and the line: a name that is not in `names`, or
/// given twice, no `=`, a NUL, no UTF-8. Pure; any thread.
QMap<QString, QString> optionsIn(const QByteArray &bytes, const QString &path, const QStringList &names);

/// Reads `path`; an empty one has no values. Throws UsageError as optionsIn, and for a file that can't be read.
OptionFile readOptionFile(const QString &path, const QStringList &names);

} // namespace openloop
