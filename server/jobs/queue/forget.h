// SPDX-License-Identifier: GPL-3.0-or-later
// What nobody will ask for any more leaves the tables, little by little.
#pragma once

#include "server/jobs/queue/protocol.h"

namespace openloop {
class SqlConnection;
}

namespace openloop::queue {

/// For how long what is over is kept. Equal on all servers of a fleet.
struct Keeping {
    std::chrono::hours tasks{90 * 24}; ///< and kept results
    std::chrono::hours keys{24};
    std::chrono::hours nodes{24}; ///< that have left or are dead
    int mostTasks = 1'000'000; ///< the oldest go first, but none that a key may name; nor any that is not over
    int atOnce = 1000; ///< rows of each kind in one call
    std::chrono::seconds pause{60}; ///< between two rounds, of all servers together
};

/// Whether there is more to forget: call it again. Nothing is done, and false returned, while another server of the
/// fleet is at it, or was within the pause; `more`: the round goes on that was begun. Each statement is a transaction
/// of its own. Throws SqlError. On the connection's thread.
bool forget(SqlConnection &sql, bool more, const Keeping &keeping = {});

} // namespace openloop::queue
