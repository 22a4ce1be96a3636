// SPDX-License-Identifier: GPL-3.0-or-later
// Where clients come in: accepts, counts, encrypts, and keeps the clocks of its connections.
#pragma once

#include "server/http/host.h"
#include "server/http/message/addresses.h"
#include "server/http/message/cross_origin.h"
#include "server/http/message/response.h"
#include "server/http/turns.h"

#include <QBasicTimer>
#include <QHash>
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

    /// From now on every answer has these fields, and those to pages of other origins what lets them read it.
    void setFixedFields(QList<Field> fields, const CrossOrigin &others);
    const CrossOrigin &crossOrigin() const { return m_crossOrigin; }

    /// Told of every refusal that came before a request was whole, with its status.
    void setRefusalObserver(std::function<void(int)> observer) { m_refusalObserver = std::move(observer); }

    qsizetype connectionCount() const { return m_connections.size(); }

    const Limits &limits() const override { return m_limits; }
    Turns &turns() override { return m_turns; }
    const Networks &proxies() const override { return m_proxies; }
    void handle(Connection &connection) override { m_handle(connection); }
    void forget(Connection *connection) override;
    void countRefusal(int status) const override;
    QByteArray &scratch() override;
    /// At most a quarter of a second old.
    const QByteArray &date() const override { return m_date; }
    const QByteArray &fixedFields(const RequestHead &head) const override
    {
        return m_crossOrigin.isEmpty() ? m_fixedFields : fieldsForPage(head);
    }
    bool showsTiming() const override { return m_showsTiming; }

signals:
    /// The last connection has ended after drain().
    void emptied();

protected:
    void incomingConnection(qintptr descriptor) override;
    void timerEvent(QTimerEvent *event) override;

private:
    struct PageFields {
        QByteArray usual, preflight;
    };

    const QByteArray &fieldsForPage(const RequestHead &head) const;
    void acceptWaiting();
    void accept(qintptr descriptor);
    void acceptAgain();

    const Limits m_limits;
    const std::function<void(Connection &)> m_handle;
    Turns m_turns;
    std::shared_ptr<Poller> m_poller;
    std::shared_ptr<const TlsContext> m_tls; ///< null: in the clear
    Networks m_proxies;
    std::function<void(int)> m_refusalObserver;
    QSet<Connection *> m_connections;
    QBasicTimer m_sweep;
    QByteArray m_date;
    QByteArray m_fixedFields;
    CrossOrigin m_crossOrigin;
    QHash<QByteArray, PageFields> m_pageFields; ///< by origin; begin with m_fixedFields
    QByteArray m_scratch;
    bool m_draining = false;
    bool m_showsTiming = true;
};

} // namespace openloop::http
