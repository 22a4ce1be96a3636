// SPDX-License-Identifier: GPL-3.0-or-later
// A model of the queue's tables: what each statement does to them, one after another. PostgreSQL is held to it.
#pragma once

#include "server/jobs/queue/protocol.h"

#include <map>

namespace openloop::test {

/// Times are the database's, in microseconds. Copying it is a backup.
class Tables
{
public:
    struct Settings {
        std::int64_t hold = 60'000'000; ///< after the second death
        std::int64_t longAttempt = 600'000'000; ///< whose death is the first again
        int mostDeaths = 3;
        int mostAttempts = 10;
        int swept = 500; ///< of each kind, at most, by one sweep
    };

    struct NodeRow {
        std::string name;
        queue::Process process;
        std::uint64_t beat = 0;
        std::int64_t seenAt = 0;
        queue::Milliseconds heartbeat{};
        queue::Milliseconds suspectAfter{};
        std::string version;
        int format = 0;
        std::string progress;
        queue::NodeState state = queue::NodeState::Alive;

        bool operator==(const NodeRow &) const = default;
    };

    struct TaskRow {
        std::string payload;
        std::string result;
        queue::TaskState state = queue::TaskState::Queued;
        std::uint64_t seq = 0;
        std::int64_t dueAt = 0;
        queue::NodeId owner = 0; ///< while it runs, and afterwards who ended it; 0: nobody
        int attempt = 0;
        int deaths = 0;
        std::uint64_t version = 0;
        int format = 1;
        std::int64_t startedAt = 0;

        bool operator==(const TaskRow &) const = default;
    };

    queue::Answer execute(const queue::Statement &statement);

    struct Key {
        queue::TaskId task = 0;
        std::string payload;

        bool operator==(const Key &) const = default;
    };

    /// The key's task, or the unfinished one of the same payload, or a new one of this id. 0: the key was used for
    /// another payload.
    queue::TaskId accept(queue::TaskId id, const std::string &payload, int format, const std::string &key = {});
    void cancel(queue::TaskId id);

    std::int64_t now = 0;
    Settings settings;
    std::map<queue::NodeId, NodeRow> nodes;
    std::map<queue::TaskId, TaskRow> tasks;
    std::map<std::string, std::string> results; ///< by payload
    std::map<std::string, Key> keys;
    std::int64_t sweptAt = 0; ///< by somebody whose turn it was

private:
    queue::Answer on(const queue::Join &join);
    queue::Answer on(const queue::Beat &beat);
    queue::Answer on(const queue::Look &look);
    queue::Answer on(const queue::Claim &claim);
    queue::Answer on(const queue::End &end);
    queue::Answer on(const queue::GiveBack &giveBack);
    queue::Answer on(const queue::KeepResult &keep);
    queue::Answer on(const queue::Survey &survey);
    queue::Answer on(const queue::MarkDead &dead);
    queue::Answer on(const queue::Sweep &sweep);
    queue::Answer on(const queue::Leave &leave);

    queue::TaskId acceptUnnamed(queue::TaskId id, const std::string &payload, int format);
    bool isAlive(queue::NodeId node) const;
    TaskRow *present(const queue::Attempt &attempt);
    void change(TaskRow &row, queue::TaskState state);
    void putBack(TaskRow &row, bool death);

    std::uint64_t m_seq = 0;
};

} // namespace openloop::test
