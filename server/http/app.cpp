// SPDX-License-Identifier: GPL-3.0-or-later
// Has every loop accept from one socket; a loop beside home is a thread with a branch of its own.
#include "server/http/app.h"

#include "server/loop/wait_at_most.h"

#include <QLoggingCategory>

#include <algorithm>
#include <atomic>
#include <future>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::http {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.http")

constexpr auto longestFarewell = 10s; // every await ends soon after a stop; this is for the one that doesn't

} // namespace

/// A loop beside home. Its branch lives and dies on its thread.
class App::Loop final : public QThread
{
public:
    Loop(App &app, int number) : m_app(app), m_number(number), m_descriptor(app.m_socket->share())
    {
        setObjectName(u"loop %1"_s.arg(number));
        start();
        try {
            m_branch = m_begun.get_future().get();
        } catch (...) {
            wait();
            throw;
        }
    }
    ~Loop() override
    {
        quit();
        wait();
    }
    Q_DISABLE_COPY_MOVE(Loop)

    Mailbox &mailbox() { return *m_mailbox; }
    /// From letters to the mailbox, or for what any thread may ask; there until quit().
    Branch &branch() { return *m_branch; }
    bool isOver() const { return m_isOver; }

protected:
    void run() override
    {
        const std::shared_ptr<Mailbox> home = m_app.m_home.mailbox;
        serve();
        m_isOver = true; // the last that is touched here: whoever has seen it may destroy this
        home->post([] { }); // wakes the loop that waits for it
    }

private:
    void serve()
    {
        std::optional<Branch> branch;
        try {
            branch.emplace(m_app.m_routes, m_app.m_limits, m_app.m_settings, m_app.m_crowd, &m_app.m_home);
            branch->read(m_mailbox);
            branch->begin(m_app.m_attendants ? m_app.m_attendants(m_number) : nullptr, m_descriptor, false);
        } catch (...) {
            m_begun.set_exception(std::current_exception());
            return;
        }
        m_begun.set_value(&*branch);
        exec();
        branch->dismissAll();
        if (!waitAtMost(longestFarewell, [&] { return branch->inFlight() == 0; }))
            qCCritical(log, "%d handlers did not return when told to stop", branch->inFlight());
    }

    App &m_app;
    const int m_number;
    const int m_descriptor;
    const std::shared_ptr<Mailbox> m_mailbox = std::make_shared<Mailbox>();
    std::promise<Branch *> m_begun;
    Branch *m_branch = nullptr;
    std::atomic<bool> m_isOver = false;
};

App::App(const Limits &limits, int loops) : m_limits(limits), m_loopCount(loops) { }

// Level-triggered: a loop that is over is asked whether it is, and its last letter wakes this one.
App::~App()
{
    if (m_socket)
        m_socket->close();
    if (!m_branch)
        return;
    m_branch->dismissAll();
    for (const auto &loop : m_loops)
        loop->quit();
    const auto atHome = [this] { return m_branch->inFlight() + m_home.visits->inFlight; };
    const auto isOver = [&] {
        return atHome() == 0 && std::ranges::all_of(m_loops, [](const auto &loop) { return loop->isOver(); });
    };
    if (!waitAtMost(longestFarewell, isOver))
        qCCritical(log, "%d handlers did not return when told to stop", atHome());
}

void App::add(const QByteArray &method, const QString &pattern, Handler handler)
{
    auto route = std::ranges::find(m_routes.all, pattern, &Route::pattern);
    if (route == m_routes.all.end())
        route = m_routes.all.insert(route, Route{pattern, QString(pattern).replace(u"<arg>"_s, u"{id}"_s), {}});
    route->methods[method] = std::move(handler);
}

QList<std::pair<QByteArray, QString>> App::routes() const
{
    QList<std::pair<QByteArray, QString>> routes;
    for (const Route &route : m_routes.all) {
        for (const auto &[method, handler] : route.methods)
            routes.append({method, route.pattern});
    }
    return routes;
}

// Each loop closes a descriptor of its own.
void App::listen(ListeningSocket socket)
{
    m_socket.emplace(std::move(socket));
    m_branch = std::make_unique<Branch>(m_routes, m_limits, m_settings, m_crowd, nullptr);
    m_branch->read(m_home.mailbox);
    m_branch->begin(m_attendants ? m_attendants(0) : nullptr, m_socket->share(), m_loopCount == 1);
    for (int number = 1; number < m_loopCount; ++number)
        m_loops.push_back(std::make_unique<Loop>(*this, number));
}

// The answers are letters as well, and so is home's own.
void App::askLoops(const std::function<void()> &answered)
{
    const auto count = [owed = std::make_shared<std::size_t>(m_loops.size() + 1), answered] {
        if (--*owed == 0)
            answered();
    };
    for (const auto &loop : m_loops)
        loop->mailbox().post([count, home = m_home.mailbox] { home->post(count, true); }, true);
    m_home.mailbox->post(count, true);
}

void App::drain(std::function<void()> emptied)
{
    m_emptied = std::move(emptied);
    m_toBeEmptied = m_loopCount;
    const auto count = [this] {
        if (--m_toBeEmptied == 0)
            m_emptied();
    };
    const bool leavesWaiting = m_socket->isHandedOver();
    m_socket->close(); // goes when the last loop has closed its own
    for (const auto &loop : m_loops) {
        loop->mailbox().post(
            [&loop = *loop, count, home = m_home.mailbox, leavesWaiting] {
                QObject::connect(&loop.branch().listener(), &Listener::emptied, &loop.branch().listener(),
                                 [count, home] { home->post(count, true); });
                loop.branch().listener().drain(leavesWaiting);
            },
            true);
    }
    QObject::connect(&m_branch->listener(), &Listener::emptied, &m_branch->listener(), count, Qt::QueuedConnection);
    m_branch->listener().drain(leavesWaiting);
}

int App::inFlight() const
{
    int count = m_branch ? m_branch->inFlight() : 0;
    for (const auto &loop : m_loops)
        count += loop->branch().inFlight();
    return count;
}

std::vector<Listener::Figures> App::figures() const
{
    std::vector<Listener::Figures> figures;
    if (m_branch)
        figures.push_back(m_branch->listener().figures());
    for (const auto &loop : m_loops)
        figures.push_back(loop->branch().listener().figures());
    return figures;
}

} // namespace openloop::http
