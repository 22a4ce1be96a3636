// SPDX-License-Identifier: GPL-3.0-or-later
// The first descriptor behind standard input, output and error; the environment says whether it is meant for us.
#include "server/program/handed_over.h"

#include "common/start_failure.h"

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr int firstDescriptor = 3;
constexpr qsizetype mostNames = 300; // characters that are shown of them

} // namespace

std::optional<http::ListeningSocket> handedOverSocket()
{
    const bool isOurs = qgetenv("LISTEN_PID").toLongLong() == ::getpid();
    const int count = isOurs ? qgetenv("LISTEN_FDS").toInt() : 0;
    const QString names = QString::fromUtf8(qgetenv("LISTEN_FDNAMES")).left(mostNames);
    for (const char *variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        qunsetenv(variable);
    if (count <= 0)
        return {};
    if (count > 1) {
        throw StartFailure(
            u"%1 sockets were handed over (%2), and one can be taken: a unit with one ListenStream="_s.arg(count).arg(
                names.isEmpty() ? u"without names"_s : names));
    }
    return http::ListeningSocket(firstDescriptor);
}

} // namespace openloop
