// SPDX-License-Identifier: GPL-3.0-or-later
// Where clients come in: accepts, counts, encrypts, and keeps the clocks of its connections.
#pragma once

#include "server/http/finished.h"
#include "server/http/host.h"
#include "server/http/message/addresses.h"
#include "server/http/message/response.h"
#include "server/http/turns.h"

#include <QBasicTimer>
#include <QSet>
#include <QTcpServer>

#include <functional>
#include <memory>

namespace openloop::http {

class Poller;
class TlsContext;

/// Listens like any QTcpServer. The thread of the event loop.
class Listener final : public QTcpServer, public Host
{
    Q_OBJECT

public:
    /// handle: see Host::handle.
    Listener(const Limits &limits, std::function<void(Connection &)> handle);
    ~Listener() override = default;

    /// From now on every new connection is TLS.
    void encrypt(std::shared_ptr<const TlsContext> context) { m_tls = std::move(context); }

    /// From now on a new connection from these networks may begin with a PROXY header, and what its requests say of
    /// their way here is believed; see readForwarded().
    void trust(Networks proxies) { m_proxies = std::move(proxies); }

    /// Accepts no more, closes what is idle, and lets open exchanges finish; emptied() tells the end.
    void drain();

    /// Cuts every connection; open exchanges are told to stop.
    void cutAll();

    /// Whether answers carry Server-Timing; they do unless told otherwise.
    void showTiming(bool shown) { m_showsTiming = shown; }

    /// From now on every answer has them.
    void setFixedFields(const QList<Field> &fields) { m_fixedFields = linesOf(fields); }

    /// Told of every refusal that came before a request was whole.
    void setRefusalObserver(FinishObservers::Observer observer) { m_refusals.metrics = std::move(observer); }
    /// Told of the same.
    void setRefusalLog(FinishObservers::Observer log) { m_refusals.log = std::move(log); }

    qsizetype connectionCount() const { return m_connections.size(); }

    const Limits &limits() const override { return m_limits; }
    Turns &turns() override { return m_turns; }
    const Networks &proxies() const override { return m_proxies; }
    void handle(Connection &connection) override { m_handle(connection); }
    void forget(Connection *connection) override;
    void noteRefusal(const Finished &refused) const override { m_refusals.tell(refused); }
    QByteArray &scratch() override;
    /// At most a quarter of a second old.
    const QByteArray &date() const override { return m_date; }
    const QByteArray &fixedFields() const override { return m_fixedFields; }
    bool showsTiming() const override { return m_showsTiming; }

signals:
    /// The last connection has ended after drain().
    void emptied();

protected:
    void incomingConnection(qintptr descriptor) override;
    void timerEvent(QTimerEvent *event) override;

private:
    void acceptWaiting();
    void accept(qintptr descriptor);
    void acceptAgain();
    void tellOfCuts(std::chrono::steady_clock::time_point now);

    const Limits m_limits;
    const std::function<void(Connection &)> m_handle;
    Turns m_turns;
    std::shared_ptr<Poller> m_poller;
    std::shared_ptr<const TlsContext> m_tls; ///< null: in the clear
    Networks m_proxies;
    FinishObservers m_refusals;
    QSet<Connection *> m_connections;
    QBasicTimer m_sweep;
    QByteArray m_date;
    QByteArray m_fixedFields;
    QByteArray m_scratch;
    int m_cuts = 0; ///< of slow clients, that the log does not know yet
    std::chrono::steady_clock::time_point m_cutsTold;
    bool m_draining = false;
    bool m_showsTiming = true;
};

} // namespace openloop::http
