// SPDX-License-Identifier: GPL-3.0-or-later
// Where clients come in: accepts, counts, encrypts, and keeps the clocks of its connections.
#pragma once

#include "server/http/finished.h"
#include "server/http/host.h"
#include "server/http/message/addresses.h"
#include "server/http/message/cross_origin.h"
#include "server/http/message/response.h"
#include "server/http/replaceable.h"
#include "server/http/turns.h"

#include <QBasicTimer>
#include <QSet>
#include <QSocketNotifier>

#include <atomic>
#include <functional>
#include <memory>

namespace openloop::http {

class Poller;
class TlsContext;

/// How many clients all loops of an app have together. Any thread.
using Crowd = std::atomic<qsizetype>;

/// One loop's part in a listening socket that several may watch: whoever wakes accepts, so that a loop that stands
/// still takes no new clients. The thread of the loop.
class Listener final : public QObject, public Host
{
    Q_OBJECT

public:
    /// What holds for every new connection.
    struct Settings {
        std::shared_ptr<const Replaceable<TlsContext>> tls; ///< null: in the clear
        Networks proxies; ///< these may begin with a PROXY header, and are believed; see readForwarded()
        FixedFields fixedFields; ///< that every answer has
        bool showsTiming = true; ///< whether answers carry Server-Timing
    };

    struct Figures {
        qint64 accepted = 0; ///< connections
        qint64 wakeUps = 0; ///< for them, those included in which another loop was first
    };

    /// handle: see Host::handle.
    Listener(const Limits &limits, Settings settings, std::shared_ptr<Crowd> crowd,
             std::function<void(Connection &)> handle);
    ~Listener() override;

    /// Starts to accept from a socket that listens and does not block; the descriptor is the listener's from here on.
    /// alone: no other loop does. Otherwise one connection is taken in each turn, so that the others get theirs.
    void watch(int descriptor, bool alone);

    /// Accepts no more, closes what is idle, and lets open exchanges finish; emptied() tells the end. Who has connected
    /// has perhaps asked already, and is accepted before that, unless they are left to the next program.
    void drain(bool leavesWaiting);

    /// Tells open exchanges to stop, so that who waits for their answers is told 503; cuts every other connection.
    void dismissAll();

    /// See Host::objectionTo.
    using Objection = std::function<std::optional<Failure>(const Request &)>;
    void setObjection(Objection objection) { m_objection = std::move(objection); }

    /// Told of every refusal that came before a request was whole.
    void setRefusalObserver(std::function<void(const Finished &)> observer) { m_refusalObserver = std::move(observer); }

    /// Accepts no more, not even what has come in.
    void close();

    /// See CrossOrigin.
    bool isPreflight(const RequestHead &head) const { return m_settings.fixedFields.others().isPreflight(head); }

    /// Any thread.
    Figures figures() const { return {m_accepted, m_wakeUps}; }

    const Limits &limits() const override { return m_limits; }
    Turns &turns() override { return m_turns; }
    const Networks &proxies() const override { return m_settings.proxies; }
    void handle(Connection &connection) override { m_handle(connection); }
    std::optional<Failure> objectionTo(const Request &request) const override;
    qsizetype &bodies() override { return m_bodies; }
    void forget(Connection *connection) override;
    void noteRefusal(const Finished &refused) const override;
    QByteArray &scratch() override;
    /// At most a quarter of a second old.
    const QByteArray &date() const override { return m_date; }
    const QByteArray &fixedFields(const RequestHead &head) const override
    {
        return m_settings.fixedFields.linesFor(head);
    }
    bool showsTiming() const override { return m_settings.showsTiming; }

signals:
    /// The last connection has ended after drain().
    void emptied();

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    void acceptSome();
    bool acceptOne();
    void take(int descriptor);
    void tellOfCuts(std::chrono::steady_clock::time_point now);

    const Limits m_limits;
    const Settings m_settings;
    const std::shared_ptr<Crowd> m_crowd;
    const std::function<void(Connection &)> m_handle;
    Turns m_turns;
    std::shared_ptr<Poller> m_poller;
    std::unique_ptr<QSocketNotifier> m_notifier; ///< of the listening socket, which it goes with; null: closed
    bool m_alone = true;
    std::atomic<qint64> m_accepted = 0;
    std::atomic<qint64> m_wakeUps = 0;
    Objection m_objection;
    std::function<void(const Finished &)> m_refusalObserver;
    qsizetype m_bodies = 0;
    QSet<Connection *> m_connections;
    QBasicTimer m_sweep;
    QByteArray m_date;
    QByteArray m_scratch;
    int m_cuts = 0; ///< of slow clients, that the log does not know yet
    std::chrono::steady_clock::time_point m_cutsTold;
    bool m_draining = false;
};

} // namespace openloop::http
