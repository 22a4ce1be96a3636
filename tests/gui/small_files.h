// SPDX-License-Identifier: GPL-3.0-or-later
// Files that a test writes and reads whole.
#pragma once

#include <QFile>
#include <QTest>

namespace openloop::test {

/// Empty: it can't be read.
inline QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
}

} // namespace openloop::test
