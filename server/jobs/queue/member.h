// SPDX-License-Identifier: GPL-3.0-or-later
// A node in a real service: what it decides becomes SQL, coroutines and a timer.
#pragma once

#include "server/jobs/queue/figures.h"
#include "server/jobs/queue/node.h"
#include "server/jobs/queue/tables.h"

#include <QCoroTask>

#include <QTimer>

#include <deque>
#include <functional>
#include <list>

namespace openloop::queue {

/// Lives on the thread of the event loop. What it waits for is a level each time: the tables, read again at every look.
class Member final : private Effects
{
public:
    /// What came of a computation.
    struct Ended {
        TaskState state = TaskState::Done; ///< or Failed
        std::string result; ///< of Done; of Failed: why
    };

    struct Callbacks {
        /// Throws nothing. No result: it was stopped, and its thread is free.
        std::function<QCoro::Task<std::optional<Ended>>(Attempt attempt, std::string payload, std::stop_token stop)>
            compute;
        /// A look has seen a task that is watched.
        std::function<void(const Seen &)> seen;
        /// Something was done to a task here.
        std::function<void(TaskId)> changed;
        /// That was its end.
        std::function<void(TaskId)> ended;
        /// What others are told of what runs here; see mostProgress.
        std::function<std::string()> progress;
        /// A look has read what the owners of watched tasks say.
        std::function<void(const std::vector<Said> &)> said;
        /// See Effects.
        std::function<Milliseconds(const Attempt &)> ignoredFor;
    };

    Member(QueueTables &tables, Node::Settings settings, Callbacks callbacks);
    /// Tells the tables what ran here, if they answer within twelve seconds.
    ~Member() override;
    Q_DISABLE_COPY_MOVE(Member)

    void start();
    /// Gives back what is computed, and leaves.
    void stop();
    bool isStopping() const { return m_stopping; }
    /// Nothing is computed or under way any more, after stop().
    bool isIdle() const;

    // See Node.
    void accepted();
    void hint();
    void watch(TaskId task) { m_node.watch(task); }
    void unwatch(TaskId task) { m_node.unwatch(task); }
    bool takesWork() const;
    int idleThreads() const { return m_node.idleThreads(); }
    bool knows(TaskId task) const { return m_node.knows(task); }

    NodeId id() const { return m_node.id(); }

    const Figures &figures() const { return m_figures; }
    /// Since the newest beat that was answered was sent; nothing before the first one.
    std::optional<Milliseconds> beatLag() const;

private:
    void send(Call call, const Statement &statement) override;
    void start(const Attempt &attempt, const std::string &payload) override;
    void stop(const Attempt &attempt) override;
    Milliseconds ignoredFor(const Attempt &attempt) const override;
    void writeOff(const Attempt &attempt) override;
    void tell(const Seen &seen) override;
    void probe(const Suspect &node) override;
    void reconnect() override;
    void gone() override;

    template <typename Step>
    void step(Step step);
    void settle();
    void follow(QCoro::Task<void> task);
    QCoro::Task<void> ask(Call call, Statement statement);
    QCoro::Task<void> compute(Attempt attempt, std::string payload, std::stop_token stop);
    void tellChanges(const Statement &statement, const Answer &answer);

    QueueTables &m_tables;
    const Callbacks m_callbacks;
    Node m_node;
    Figures m_figures;
    std::deque<std::function<void()>> m_todo; ///< what the node has decided, done once it has returned
    bool m_settling = false;
    std::map<Attempt, std::stop_source> m_running;
    std::list<QCoro::Task<void>> m_tasks;
    int m_asking = 0;
    bool m_stopping = false;
    bool m_gone = false;
    QTimer m_alarm;
};

} // namespace openloop::queue
