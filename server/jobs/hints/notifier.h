// SPDX-License-Identifier: GPL-3.0-or-later
// Servers of one PostgreSQL tell one another what has changed, so that nobody has to wait for the next look.
#pragma once

#include "server/jobs/hints/listener.h"
#include "server/jobs/queue/protocol.h"
#include "server/store/store.h"

#include <QTimer>

#include <functional>
#include <optional>
#include <set>

namespace openloop::hints {

/// At once when it is asked for, and what is asked for within a tenth of a second after that, once at its end. The
/// thread of the event loop.
class Pace
{
public:
    explicit Pace(std::function<void()> act);
    void ask();

private:
    void go();

    const std::function<void()> m_act;
    bool m_again = false;
    QTimer m_rest;
};

/// Everything that it does may fail: what is not told in this way is seen at a look. NOTIFY takes a lock of the whole
/// database when it is committed, and wakes everybody who listens, so it is never part of another transaction, nor
/// waited for, and said ten times a second at most. On SQLite it does nothing. The thread of the event loop.
class Notifier
{
public:
    /// What comes from others.
    struct Ears {
        std::function<bool()> wantsWork; ///< has an idle thread
        std::function<bool(queue::TaskId)> knows; ///< computes or watches it
        std::function<void()> look; ///< ten times a second at most
    };

    /// mostNodes: that live, beyond which it is silent. Throws StartFailure. The store outlives it.
    Notifier(Store &store, int mostNodes, Ears ears);

    /// How many nodes live; it is silent before it knows.
    void setLiving(qint64 nodes);

    /// There is a task that nobody here takes at once.
    void tellWork();
    /// The task has ended.
    void tellEnd(queue::TaskId task);

    /// Whether it tells others, and hears them.
    bool isOn() const { return m_on; }

private:
    void listens(bool listens);
    void prove();
    void proofIsLate();
    void hear(const QByteArrayList &payloads);
    void say();

    Store &m_store;
    const int m_mostNodes;
    const Ears m_ears;
    QTimer m_proving;
    QByteArray m_proof; ///< what it has told itself and has not heard yet
    int m_unheard = 0; ///< how many of those in a row
    bool m_deaf = false; ///< for good
    bool m_on = false;
    bool m_tooMany = false;
    bool m_work = false; ///< to be told
    std::set<queue::TaskId> m_ended; ///< likewise
    Pace m_saying;
    Pace m_looking;
    std::optional<Listener> m_listener; ///< of PostgreSQL; last: it tells the others
};

} // namespace openloop::hints
