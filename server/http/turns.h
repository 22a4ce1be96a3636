// SPDX-License-Identifier: GPL-3.0-or-later
// Gives what is not urgent a share of each turn of the event loop, lest a crowd keep the loop from what is.
#pragma once

#include <QBasicTimer>
#include <QObject>
#include <QPointer>
#include <QSet>

#include <chrono>
#include <deque>
#include <optional>

namespace openloop::http {

/// The turns of one event loop, on its thread.
class Turns final : public QObject
{
    Q_OBJECT

public:
    /// Who may have to wait for the next turn; may be destroyed meanwhile.
    class Waiter : public QObject
    {
    public:
        using QObject::QObject;

        /// Goes on with what had to wait.
        virtual void takeTurn() = 0;
    };

    /// The path's requests are answered at once: they never wait behind others, whatever their number.
    void putFirst(const QByteArray &path) { m_first.insert(path); }
    bool isFirst(QByteArrayView path) const;

    /// Whether a request for the path is handled in this turn of the event loop: urgent ones always, others as long as
    /// the turn's share of time lasts.
    bool mayRunNow(QByteArrayView path);

    /// What is done from now on, reading heads included, is part of the turn's share.
    void begin();
    /// Whether the turn's share lasts; begins it if nobody has.
    bool hasTime();

    /// Waiter::takeTurn() at the loop's next turn, or as soon after as those before it leave time.
    void runLater(Waiter *waiter);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    QSet<QByteArray> m_first; ///< paths
    std::deque<QPointer<Waiter>> m_waiting;
    std::optional<std::chrono::steady_clock::time_point> m_ends; ///< while a turn's share is being used up
    QBasicTimer m_next; ///< runs at the loop's next turn
};

} // namespace openloop::http
