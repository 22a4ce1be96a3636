// SPDX-License-Identifier: GPL-3.0-or-later
// The log on standard error: a line for a person, or a JSON object for a collector.
#pragma once

#include "server/http/message/json.h"
#include "server/settings/options.h"

#include <QList>

namespace openloop {

/// Sends all of Qt's logging through one format, and off the calling thread: nobody waits for standard error. What has
/// no room is dropped, counted, and told by a line as soon as there is room. When the process ends, be it by exit(),
/// std::quick_exit() or a crash, what waits is still written, for some seconds at most. Once, before any other thread
/// starts.
void startLog(LogFormat format);

/// A line with fields of its own. JSON has them as members beside those of every line, named as in the Elastic Common
/// Schema (resources/decisions/13-log-lines-by-ecs.md); text has them as name=value behind the message. Does nothing
/// before startLog(). Any thread.
void writeLog(QtMsgType level, const char *category, const QString &message, const QList<http::Json::Member> &fields);

/// Lines that were dropped. Any thread.
qint64 droppedLogLines();

} // namespace openloop
