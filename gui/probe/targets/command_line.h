// SPDX-License-Identifier: GPL-3.0-or-later
// The options of openloop-monitor, with a window and without.
#pragma once

#include <QString>

class QCommandLineParser;

namespace openloop::probe {

/// Adds every option of the program, and what --help says of them.
void addOptions(QCommandLineParser &parser);

/// What QCommandLineParser::errorText() says, as all other errors are told.
inline QString withoutFullStop(const QString &sentence)
{
    return sentence.endsWith(u'.') ? sentence.chopped(1) : sentence;
}

/// Why no metrics can be at this place, which is a path or a URL; empty: they can.
QString problemOfMetrics(const QString &place);

/// The file that this argument names, as a path or as file://…: one that looks like a path or is an SQLite file. Empty:
/// it means a target.
QString fileNamed(const QString &argument);

/// Why this file is no recording to open, by its first bytes; empty: it may be one.
QString problemOfRecording(const QString &path);

/// Why no window can be opened: an unknown option, one for headless runs, a wrong target or place, no display; empty:
/// it can. arguments: with the program's name first, and with those that are for Qt. Needs no application object.
QString problemOfWindowArguments(const QStringList &arguments, bool hasDisplay);

} // namespace openloop::probe
