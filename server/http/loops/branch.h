// SPDX-License-Identifier: GPL-3.0-or-later
// What each event loop of an app has for itself: its connections, its router, its counts, its mailbox.
#pragma once

#include "server/http/listener.h"
#include "server/http/loops/mailbox.h"
#include "server/http/router.h"
#include "server/http/routes.h"

#include <memory>

namespace openloop::http {

/// Made on the thread of each loop before it accepts, and destroyed there: who watches the loop and its requests.
class Attendant
{
public:
    Attendant() = default;
    virtual ~Attendant() = default;
    Q_DISABLE_COPY_MOVE(Attendant)

    /// A request that was routed has been answered.
    virtual void finished(const Finished &finished) { Q_UNUSED(finished); }
    /// A request was refused before it was whole.
    virtual void refused(const Finished &refused) { Q_UNUSED(refused); }
};

/// Where handlers run that need what lives on the app's own loop.
struct Home {
    std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
    std::shared_ptr<Ledger> visits = std::make_shared<Ledger>(); ///< requests of other loops whose handler runs there
};

/// One loop of an app; on its thread.
class Branch
{
public:
    /// home: null for the branch that is at home. routes: must outlive the branch, and changes no more once it accepts.
    Branch(const Routes &routes, const Limits &limits, Listener::Settings settings, std::shared_ptr<Crowd> crowd,
           const Home *home);
    ~Branch();
    Q_DISABLE_COPY_MOVE(Branch)

    /// Learns the routes, gives them an attendant, and accepts: see Listener::watch().
    void begin(std::unique_ptr<Attendant> attendant, int descriptor, bool alone);
    /// Begins to serve what comes into a mailbox.
    void read(std::shared_ptr<Mailbox> mailbox);

    Listener &listener() { return m_listener; }
    const Listener &listener() const { return m_listener; }

    /// Requests that are being handled; what a client abandoned counts until its handler has returned. Any thread.
    int inFlight() const { return m_ledger->inFlight; }

    /// Tells whoever still waits that nobody will be served any more.
    void dismissAll();

private:
    void dispatch(Connection &connection);
    std::optional<Failure> objectionTo(const Request &request) const;
    void handle(const Route &route, Exchange exchange);
    std::optional<QByteArray> withoutSlash(const RequestHead &head) const;
    std::optional<Response> turnAway(const Connection &connection) const;

    const Routes &m_routes;
    const Route m_nowhere; ///< of paths that lead nowhere
    const Home *m_home;
    const std::unique_ptr<Router> m_router;
    std::unique_ptr<Attendant> m_attendant;
    std::shared_ptr<Ledger> m_ledger = std::make_shared<Ledger>();
    Listener m_listener; // its connections use the others
    std::shared_ptr<Mailbox> m_mailbox;
    std::unique_ptr<MailboxReader> m_reader; // last: what it reads uses the others
};

} // namespace openloop::http
