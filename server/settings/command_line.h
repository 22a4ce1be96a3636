// SPDX-License-Identifier: GPL-3.0-or-later
// What the program was called to do, and with which options.
#pragma once

#include "server/http/listening_socket.h"
#include "server/settings/options.h"

namespace openloop {

struct CommandLine {
    enum class Action { Serve, PrintHelp, PrintVersion, PrintConfig, Check, BackUp };

    Action action = Action::Serve;
    Options options;
    QString text; ///< what to print, if that is the action; of a backup: its file
    QStringList faults; ///< of a check: what is wrong with the options, which are not to be used then
};

/// Reads command line, environment (OPENLOOP_PORT, ...) and the file that --config names, else `openloop/server.ini` of
/// the XDG configuration folders, in this order of precedence. arguments: the program's name first. Throws UsageError;
/// of a check only for what is no option. handedOver: the socket to be listened on, whatever the options say; null:
/// there is none. The options have no node name yet where none is given and any free port is to be taken: nodeNameOf()
/// tells it then. Main thread.
CommandLine readCommandLine(const QStringList &arguments, const http::ListeningSocket *handedOver = nullptr);

/// Host and port, or path: other programs of this host have other ones. Any thread.
QString nodeNameOf(const http::ListenAddress &listen, quint16 port);

} // namespace openloop
