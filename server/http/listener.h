// SPDX-License-Identifier: GPL-3.0-or-later
// The listener in front of QHttpServer: accepts, counts, encrypts, and keeps the clocks of its connections.
#pragma once

#include "server/http/message/limits.h"
#include "server/http/message/request.h"
#include "server/http/message/response.h"

#include <QBasicTimer>
#include <QPointer>
#include <QSet>
#include <QSslConfiguration>
#include <QTcpServer>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace openloop::http {

class Connection;
class Facade;
class Poller;

/// Listens like any QTcpServer; bind it to a QHttpServer. The thread of the event loop.
class Listener final : public QTcpServer
{
    Q_OBJECT

public:
    explicit Listener(const Limits &limits, QObject *parent = nullptr);
    ~Listener() override;

    /// From now on every new connection is TLS.
    void encrypt(const QSslConfiguration &configuration) { m_tls = configuration; }

    /// Accepts no more, closes what is idle, and lets open exchanges finish; emptied() tells the end.
    void drain();

    /// Cuts every connection; open exchanges are told to stop.
    void cutAll();

    /// The path's requests are answered at once: they never wait behind others, whatever their number.
    void putFirst(const QByteArray &path) { m_first.insert(path); }

    /// Whether a request is handled in this turn of the event loop: urgent ones always, others as long as the turn's
    /// share of time lasts, lest a crowd keep the loop from what is urgent.
    bool mayRunNow(const RequestHead &head);
    /// Whether the turn's share lasts. What is done from the first question on, reading heads included, is part of it.
    bool hasTime();
    /// Connection::takeTurn() at the loop's next turn, or as soon after as those before it leave time.
    void runLater(Connection *connection);

    /// An answer for those who are not let in, or nothing; asked before route().
    using Door = std::function<std::optional<Response>(const Request &)>;
    void setDoor(Door door) { m_door = std::move(door); }
    std::optional<Response> turnAway(const Request &request) const { return m_door(request); }

    /// Has QHttpServer call the handler of the connection's request, which takes it.
    void route(Connection *connection);

    /// Whether answers carry Server-Timing; they do unless told otherwise.
    void showTiming(bool shown) { m_showsTiming = shown; }
    bool showsTiming() const { return m_showsTiming; }

    /// Told of every refusal that came before a request was whole, with its status.
    void setRefusalObserver(std::function<void(int)> observer) { m_refusalObserver = std::move(observer); }
    void countRefusal(int status) const
    {
        if (m_refusalObserver)
            m_refusalObserver(status);
    }

    const Limits &limits() const { return m_limits; }
    qsizetype connectionCount() const { return m_connections.size(); }

    /// The Date field of an answer, at most a quarter of a second old.
    const QByteArray &date() const { return m_date; }

signals:
    /// The last connection has ended after drain().
    void emptied();

protected:
    void incomingConnection(qintptr descriptor) override;
    void timerEvent(QTimerEvent *event) override;

private:
    void forget(Connection *connection);
    void accept(qintptr descriptor);
    void beginTurn();
    void runTurn();

    Limits m_limits;
    std::shared_ptr<Poller> m_poller;
    std::optional<QSslConfiguration> m_tls;
    Door m_door = [](const Request &) { return std::nullopt; };
    std::function<void(int)> m_refusalObserver;
    QPointer<Facade> m_facade;
    QSet<Connection *> m_connections;
    QSet<QByteArray> m_first; ///< paths
    std::deque<QPointer<Connection>> m_later; ///< wait for their turn
    std::optional<std::chrono::steady_clock::time_point> m_turnEnds; ///< while a turn's share is being used up
    QBasicTimer m_turn; ///< runs at the loop's next turn
    QBasicTimer m_sweep;
    QByteArray m_date;
    bool m_draining = false;
    bool m_showsTiming = true;
};

} // namespace openloop::http
