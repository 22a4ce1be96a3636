// SPDX-License-Identifier: GPL-3.0-or-later
// What a node says to the tables of the queue and what they answer: values, so that a model can stand in for a
// database.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace openloop::queue {

using NodeId = std::uint64_t; ///< random, of one process start; a name is only a label
using TaskId = std::uint64_t; ///< shown as 16 hexadecimal digits
using Milliseconds = std::chrono::milliseconds;

/// `Held` waits for its time, after deaths; users are told that it is queued.
enum class TaskState { Queued, Held, Running, Done, Failed, Cancelled };

inline bool isOver(TaskState state)
{
    return state == TaskState::Done || state == TaskState::Failed || state == TaskState::Cancelled;
}

enum class NodeState { Alive, Left, Dead };

/// Tells processes of one machine apart from those of others, and from later ones with the same number.
struct Process {
    std::string bootId;
    std::uint64_t pidNamespace = 0; ///< its inode
    std::int64_t pid = 0;
    std::uint64_t started = 0; ///< ticks since boot

    bool operator==(const Process &) const = default;
};

/// One computation of one task: together with the owner it is the fence of every change.
struct Attempt {
    TaskId task = 0;
    NodeId owner = 0;
    int number = 0; ///< counts the claims of the task

    auto operator<=>(const Attempt &) const = default;
};

// Statements. Each is one message and one transaction; each may be done although its answer is lost, so each may be
// repeated.

/// I am here. Done already: nothing changes.
struct Join {
    NodeId node = 0;
    std::string name;
    Process process;
    Milliseconds heartbeat{};
    Milliseconds suspectAfter{};
    std::string version = {}; ///< of the program
    int format = 0; ///< the newest that I know
};

/// I live. Changes nothing unless my row says alive.
struct Beat {
    NodeId node = 0;
    std::string progress = {}; ///< of what runs here, for whoever understands it; whoever sends the beat fills it in
};

/// Of a beat's progress: with more its row would not stay in its page.
inline constexpr std::size_t mostProgress = 1700;

/// What do I own, what became of what is watched here and what do its owners say, is there something to claim? Reads
/// only.
struct Look {
    NodeId node = 0;
    std::vector<TaskId> watched;
    int format = 0; ///< the newest that I know
};

/// Gives me up to `most` queued tasks, if my row says alive.
struct Claim {
    NodeId node = 0;
    int most = 0;
    int format = 0; ///< tasks of a newer one are left
};

/// Writes the end of an attempt, if it is still the present one.
struct End {
    Attempt attempt;
    TaskState state = TaskState::Done; ///< or Failed
    std::string result; ///< of Done; of Failed: why
};

/// Puts the task back into the queue, if the attempt is still the present one.
struct GiveBack {
    Attempt attempt;
    bool death = false; ///< it does not stop, or takes too long
};

/// The result of an attempt that was no longer the present one: no work is thrown away.
struct KeepResult {
    TaskId task = 0;
    std::string result;
};

/// Which nodes look dead, and which are said to live on my machine?
struct Survey {
    NodeId node = 0;
    Milliseconds suspectAfter{}; ///< mine; the larger of a row's and this counts
    std::string bootId;
    std::uint64_t pidNamespace = 0;
};

/// Declares a node dead, if it has not beaten since it was surveyed.
struct MarkDead {
    NodeId node = 0;
    std::uint64_t beat = 0;
    std::int64_t seenAt = 0;
};

/// Puts back what belongs to nodes that are not alive, and queues what was held until now: some of it.
struct Sweep {
    Milliseconds pause{}; ///< nothing is done if somebody began within it; 0: in any case
};

/// I go. What I still own is put back by others.
struct Leave {
    NodeId node = 0;
};

using Statement = std::variant<Join, Beat, Look, Claim, End, GiveBack, KeepResult, Survey, MarkDead, Sweep, Leave>;

// Answers.

/// How many rows a statement changed.
struct Rows {
    int changed = 0;
    std::uint64_t beat = 0; ///< of Beat: which one it was

    bool operator==(const Rows &) const = default;
};

struct Seen {
    TaskId task = 0;
    std::uint64_t version = 0;
    TaskState state = TaskState::Queued;
    bool exists = true;

    bool operator==(const Seen &) const = default;
};

/// What a node said with its last beat.
struct Said {
    NodeId node = 0;
    std::string progress;

    bool operator==(const Said &) const = default;
};

/// To Look.
struct Sight {
    std::vector<Attempt> mine; ///< running, by task
    std::vector<Seen> watched; ///< as asked
    std::vector<Said> owners; ///< of those watched that run elsewhere, by node
    bool claimable = false;

    bool operator==(const Sight &) const = default;
};

struct Claimed {
    Attempt attempt;
    std::string payload;
    std::optional<std::string> kept; ///< the result of an attempt that was no longer the present one

    bool operator==(const Claimed &) const = default;
};

/// To Claim.
struct Claims {
    std::vector<Claimed> tasks;

    bool operator==(const Claims &) const = default;
};

struct Suspect {
    NodeId node = 0;
    std::uint64_t beat = 0;
    std::int64_t seenAt = 0; ///< of the database's clock; only equal or not
    Milliseconds heartbeat{};
    Milliseconds seenAgo{}; ///< negative: the clock was set back
    bool looksDead = false; ///< not seen for long, or seen in the future
    std::optional<Process> neighbour; ///< it is said to run on my machine

    bool operator==(const Suspect &) const = default;
};

/// To Survey: by node.
struct Suspects {
    std::vector<Suspect> nodes;
    std::uint64_t ownBeat = 0; ///< of who asked; 0: its row says that it is not alive

    bool operator==(const Suspects &) const = default;
};

using Answer = std::variant<Rows, Sight, Claims, Suspects>;

} // namespace openloop::queue
