// SPDX-License-Identifier: GPL-3.0-or-later
// The servers that share a database, and how their queue does.
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

/// Counted by one of them for all.
struct FleetStats {
    struct Lane {
        int lane = 0; ///< lower ones are claimed first
        qint64 claimable = 0;
        std::chrono::microseconds oldest{}; ///< how long ago the oldest of these was accepted
    };
    struct Table {
        QString name;
        qint64 deadRows = 0;
    };

    qint64 nodesAlive = 0;
    qint64 queued = 0;
    qint64 held = 0;
    qint64 running = 0;
    QList<Lane> lanes; ///< those in which something is claimable
    QList<Table> tables; ///< of the queue; PostgreSQL only
};

// On the connection's thread.

/// Counted again by whoever finds them older than that; on SQLite, where that costs no other server anything, always.
/// Each statement is a transaction of its own.
FleetStats fleetStats(SqlConnection &sql, std::chrono::microseconds oldest);

/// How many jobs wait or run. On PostgreSQL as it was within the last second.
qint64 unfinishedJobs(SqlConnection &sql);

/// The living first, then whoever was seen last; 1,000 at most. On SQLite the one server that has the file.
QList<FleetNode> selectNodes(SqlConnection &sql);

} // namespace openloop
