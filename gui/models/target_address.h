// SPDX-License-Identifier: GPL-3.0-or-later
// Which service the targets belong to: that of the first one.
#pragma once

#include "gui/probe/targets/target.h"

namespace openloop::gui {

/// "http://127.0.0.1:8080"; empty without targets.
QString baseUrlOf(const QList<probe::Target> &targets);
/// Host and, where it is named, port, as people say it: "127.0.0.1:8080"; empty without targets.
QString addressOf(const QList<probe::Target> &targets);
/// True of a loopback address or name.
bool isThisMachine(const QString &host);
/// True if it runs on this computer.
bool isLocal(const QList<probe::Target> &targets);
/// The port that a service started for these targets is to listen on: theirs, else 8080.
quint16 portOf(const QList<probe::Target> &targets);

} // namespace openloop::gui
