// SPDX-License-Identifier: GPL-3.0-or-later
// The statements of the queue's protocol as PostgreSQL's SQL, so that a test can ask for the plan of each.
#pragma once

#include "server/jobs/queue/protocol.h"

#include <QString>

namespace openloop::queue {

/// What the tables do by themselves. Equal on all servers of a fleet.
struct Rules {
    Milliseconds hold{60'000}; ///< after the death before the last
    Milliseconds longAttempt{600'000}; ///< whose death is the first again
    int mostDeaths = 3;
    int mostAttempts = 10; ///< of which the last one died: whoever leaves in order blames no task
    int swept = 500; ///< of each kind, at most, by one sweep
};

/// A task that a client asks for.
struct Request {
    TaskId id = 0; ///< random; the same when it is repeated
    std::string kind; ///< who computes it
    std::string payload; ///< up to the kind
    int format = 1;
    int lane = 0; ///< lower ones are claimed first
    std::string key; ///< Idempotency-Key; empty: none
    bool mayBeNew = true; ///< false: only a task that there is, for there is room for no other
};

/// Why a request has no task.
enum class Refusal {
    OtherPayload, ///< its key was used for another one
    NoRoom, ///< it may not be new, and there is none
};
using Accepted = std::variant<TaskId, Refusal>;

/// The detail of a task that failed because it was given back too often.
inline constexpr char diedDetail[] = "its servers died, or gave up, too often while they worked on this";

/// One statement each. Every value is a literal: a plan for a parameter does not know that `state = 'queued'` has an
/// index, and a cached one is for the table as it was. All texts throw SqlError for a text with U+0000.
QString textOf(const Join &join);
QString textOf(const Beat &beat);
QString textOf(const Look &look);
QString textOf(const Claim &claim);
QString textOf(const End &end);
QString textOf(const GiveBack &giveBack, const Rules &rules);
QString textOf(const KeepResult &keep);
QString textOf(const Survey &survey);
QString textOf(const MarkDead &dead);
QString textOf(const Leave &leave);
QString textOfCancel(TaskId task);

/// Two statements.
QString textOf(const Sweep &sweep, const Rules &rules);

/// Several statements, each of which sees what was committed before it: the last one returns one row (task, whether the
/// payload is the key's), or none if the winner of a race has ended since: ask again.
QString textOf(const Request &request);

/// One transaction in one message: without a round trip a client that freezes holds no lock. timeout: of each
/// statement, of each wait for a lock, and of a transaction that is left open.
QString transactionOf(const QString &statements, Milliseconds timeout);

/// As the columns have it. Throws SqlError for another name.
QString nameOf(TaskState state);
TaskState stateOf(const QString &name);

/// A literal.
QString sqlOf(const std::string &text);
/// As the columns have it: signed.
QString sqlOf(std::uint64_t id);

} // namespace openloop::queue
