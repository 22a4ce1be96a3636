// SPDX-License-Identifier: GPL-3.0-or-later
// Serves figures to whoever scrapes them, and bears what else a network sends.
#pragma once

#include "gui/probe/headless/always_on/always_on_options.h"

#include <QObject>

#include <functional>
#include <memory>

namespace openloop::probe {

struct ScrapeRequest;

/// `/`, `/healthz` and `/metrics` over HTTP/1.1, GET and HEAD, on the thread that made it, which needs an event loop
/// and is not the one that measures. At most `mostConnections`: a further one takes the place of that which has asked
/// for nothing the longest. A head has 10 s, an answer 30 s to be read, a kept connection 2 minutes. With a token all
/// but /healthz asks for it; without one the Host has to be this machine's own name, as pages of a browser can't know
/// better.
class FiguresServer : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t mostConnections = 32;

    /// What it tells; called once per request.
    struct Source {
        std::function<QByteArray()> metrics; ///< Prometheus text format 0.0.4
        std::function<QString()> problem; ///< why nothing is measured any more; empty: it is
    };

    FiguresServer(Source source, QByteArray token);
    ~FiguresServer() override;

    /// Why it can't be listened there; empty: it is.
    QString listen(const ListenPlace &place);
    QString url() const;
    /// What every request is asked for from now on, those of kept connections too; empty: nothing.
    void setToken(const QByteArray &token) { m_token = token; }

private:
    class Connection;

    void accept();
    void noteAsked(Connection *connection);
    void forget(Connection *connection);
    QByteArray answer(const ScrapeRequest &request) const;

    Source m_source;
    QByteArray m_token;
    class Private;
    std::unique_ptr<Private> m_private;
};

} // namespace openloop::probe
