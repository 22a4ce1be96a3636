// SPDX-License-Identifier: GPL-3.0-or-later
// The connections to the upstream: a question goes out on a quiet one, or on one that is made for it.
#pragma once

#include "server/upstream/http1/connection.h"
#include "server/upstream/http1/reply.h"

#include <QBasicTimer>

namespace openloop::http1 {

/// One thread. Questions beyond the bound are not its business: each that it is given has a connection at once.
class Pool : public QObject
{
    Q_OBJECT

public:
    struct Bounds {
        qsizetype mostBody = 0; ///< bytes of an answer
        qsizetype mostIdle = 0; ///< connections
        /// No connection is used twice for so long after bytes that nobody asked for.
        std::chrono::milliseconds distrusted{60'000};
    };

    Pool(Destination destination, Bounds bounds);

    /// Fills the reply. A question that a connection took with it before the first byte of an answer is asked once more
    /// on a fresh one, if it was not the connection's first: that one had closed already.
    void ask(Reply *reply);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    using Clock = Connection::Clock;

    Connection *takeIdle();
    void askAnew(Reply *reply);
    void askOn(Connection *connection, Reply *reply);
    void settle(Connection *connection, Reply *reply, Connection::End end);
    void keep(Connection *connection);
    void drop(Connection *connection);
    void closeIdle(const std::function<bool(const Connection &)> &unwanted);
    void distrust();

    Destination m_destination;
    const Bounds m_bounds;
    std::vector<Connection *> m_idle; ///< the last used one last
    Clock::time_point m_distrustedUntil; ///< see Bounds::distrusted
    QBasicTimer m_sweep;
};

} // namespace openloop::http1
