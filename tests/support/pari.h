// SPDX-License-Identifier: GPL-3.0-or-later
// PARI's gp as the oracle of the factoring tests.
#pragma once

#include <gmpxx.h>
#include <QProcess>
#include <QStandardPaths>
#include <QStringList>
#include <vector>

namespace openloop::test {

inline bool hasPari()
{
    return !QStandardPaths::findExecutable(QStringLiteral("gp")).isEmpty();
}

/// One line per number, as GNU factor prints it: "12: 2 2 3". Empty when gp fails. Blocks for up to two minutes.
inline QStringList factorsByPari(const std::vector<mpz_class> &numbers)
{
    QByteArray script = "show(n)={my(m=factor(n),s=Str(n,\":\"));"
                        "for(i=1,matsize(m)[1],for(j=1,m[i,2],s=Str(s,\" \",m[i,1])));print(s)};\n";
    for (const mpz_class &n : numbers)
        script += "show(" + QByteArray::fromStdString(n.get_str()) + ")\n";
    QProcess gp;
    gp.start(QStringLiteral("gp"), {QStringLiteral("-qf"), QStringLiteral("--default"), QStringLiteral("colors=no")});
    gp.write(script + "quit\n");
    gp.closeWriteChannel();
    if (!gp.waitForFinished(120'000) || gp.exitCode() != 0)
        return {};
    return QString::fromLatin1(gp.readAllStandardOutput()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

} // namespace openloop::test
