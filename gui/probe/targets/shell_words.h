// SPDX-License-Identifier: GPL-3.0-or-later
// A command line taken apart as the shell that it was written for would, without running anything.
#pragma once

#include "gui/probe/samples/parsed.h"

#include <QByteArray>
#include <QList>

namespace openloop::probe {

/// Words of one command as bash reads them: '..', "..", \, $'..' with all its escapes as bytes, comments, line
/// continuations. What bash would put something else in place of (variables, commands, braces, ~) is an error that
/// names it; so are an unfinished quote and a second command after ; | & or a new line.
Parsed<QList<QByteArray>> bashWords(const QString &command);

/// The same of a command for Windows' cmd.exe: ^ and the quotes of programs that are built with Microsoft's C library.
Parsed<QList<QByteArray>> cmdWords(const QString &command);

/// The same of a command for PowerShell 7: '..', "..", and the backtick.
Parsed<QList<QByteArray>> powerShellWords(const QString &command);

/// By the shell that it is written for, as its escapes and ends of lines tell.
Parsed<QList<QByteArray>> shellWords(const QString &command);

} // namespace openloop::probe
