// SPDX-License-Identifier: GPL-3.0-or-later
// The bearer tokens of --token-file, and by which names their holders are known.
#pragma once

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace openloop {

/// A value; any thread.
class Tokens
{
public:
    static constexpr qsizetype most = 100;
    static constexpr qsizetype longestToken = 4096; // bytes
    static constexpr qsizetype longestName = 64;
    static constexpr qint64 largestFile = 512 * 1024; // bytes

    Tokens() = default; ///< none: nobody is asked for one

    /// A line each: a token, or `name:token`; empty lines and those that begin with # are none. name: letters, digits,
    /// `.`, `_` and `-`. Where there is one line only, it is a token also as it stands, its colon included. Throws
    /// UsageError, which names the line and the bound, and repeats nothing of a token.
    static Tokens in(const QByteArray &bytes);
    /// Those of a file. Throws UsageError.
    static Tokens ofFile(const QString &path);

    bool isEmpty() const { return m_tokens.isEmpty(); }
    /// Whether it is one of them. Compares with all of them, each in a time that tells nothing of where they differ.
    bool contain(QByteArrayView given) const;
    QStringList names() const { return m_names; } ///< `line 3` of one that has none

private:
    QStringList m_names;
    QList<QByteArray> m_tokens;
};

} // namespace openloop
