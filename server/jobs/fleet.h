// SPDX-License-Identifier: GPL-3.0-or-later
// The servers that share a database, as each of them tells it.
#pragma once

#include "server/jobs/progress_text.h"

namespace openloop {

class SqlConnection;

struct FleetNode {
    queue::NodeId id = 0; ///< of one start
    QString name;
    QString state; ///< "alive", "left" or "dead"
    QString version; ///< of its program; empty: a release that did not tell
    std::chrono::milliseconds beatAge{}; ///< since it last said that it lives, by the database's clock
    std::chrono::milliseconds heartbeat{};
    QList<JobProgress> jobs; ///< that it runs, and what it said of them with its last beat
};

// On the connection's thread.

/// The living first, then whoever was seen last; 1,000 at most. On SQLite the one server that has the file.
QList<FleetNode> selectNodes(SqlConnection &sql);

} // namespace openloop
