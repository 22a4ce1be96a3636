// SPDX-License-Identifier: GPL-3.0-or-later
// What is done for the tables now and then, by one server for the whole fleet.
#pragma once

#include <QString>

#include <chrono>

namespace openloop {
class SqlConnection;
}

namespace openloop::queue {

/// For how long what is over is kept. Equal on all servers of a fleet.
struct Keeping {
    std::chrono::hours tasks{90 * 24}; ///< and kept results
    std::chrono::hours keys{24}; ///< after the end of what they name
    std::chrono::hours nodes{24}; ///< that have left or are dead
    int mostTasks = 1'000'000; ///< the oldest go first, but none that a key may name; nor any that is not over
    int atOnce = 1000; ///< rows of each kind in one call
    std::chrono::seconds pause{60}; ///< between two rounds, of all servers together
};

// On the connection's thread; all throw SqlError.

/// Whether nobody has had this turn within the pause: it is the caller's then. what: a row of `maintenance`.
bool takeTurn(SqlConnection &sql, const QString &what, std::chrono::milliseconds pause);

/// What nobody will ask for any more leaves the tables. Whether there is more to forget: call it again. Nothing is
/// done, and false returned, while another server of the fleet is at it, or was within the pause; `more`: the round
/// goes on that was begun. Each statement is a transaction of its own.
bool forget(SqlConnection &sql, bool more, const Keeping &keeping = {});

/// Every five minutes: PostgreSQL takes the small tables, of which each change leaves a dead row, for not worth it, and
/// may be busy elsewhere for hours. Not inside a transaction.
void vacuum(SqlConnection &sql);

} // namespace openloop::queue
