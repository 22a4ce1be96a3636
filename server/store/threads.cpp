// SPDX-License-Identifier: GPL-3.0-or-later
// Opens the first connection before the others, which expect the schema; the watchdog looks at every deadline.
#include "server/store/threads.h"

#include "server/store/owner.h"

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr auto watchWhileBusy = 20ms;
constexpr auto watchWhileIdle = 200ms; // later than this no deadline is noticed, however short

http::Failure unavailable(const QString &detail)
{
    return http::Failure::unavailable(detail, 1s);
}

} // namespace

StoreThreads::StoreThreads(const SqlLocation &location, int readers, Limits limits, const StoreTables &tables,
                           StoreHealth *elder)
    : m_limits(limits), m_health(location.display(), elder), m_queue(limits.waiting)
{
    const bool sqlite = location.dialect == SqlDialect::Sqlite;
    if (sqlite && !location.inMemory()) {
        m_writes.emplace(limits.waiting);
        m_file.emplace(location.file);
    }

    addOwner(location, sqlite, tables);
    m_owners.front()->waitUntilOpen(); // before the others, which expect the schema
    const int more = location.inMemory() ? 0 : sqlite ? readers : readers - 1;
    for (int i = 0; i < more; ++i)
        addOwner(location, false, {});
    for (int i = 1; sqlite && i <= more; ++i)
        m_owners[size_t(i)]->waitUntilOpen();
    m_needed = sqlite ? int(m_owners.size()) : 1;
    m_watchdog = std::jthread([this](const std::stop_token &stop) { watch(stop); });
}

StoreThreads::~StoreThreads()
{
    for (const auto &owner : m_owners)
        owner->requestStop();
    m_watchdog = {}; // it looks at the owners
    m_owners.clear();
    m_queue.failAll(unavailable(u"the service stops"_s));
    if (m_writes)
        m_writes->failAll(unavailable(u"the service stops"_s));
}

SqlReason StoreThreads::reason() const
{
    const SqlReason reason = m_health.reason();
    return reason == SqlReason::None && !isOpen() ? SqlReason::Away : reason;
}

void StoreThreads::cut()
{
    for (const auto &owner : m_owners)
        owner->cut();
}

void StoreThreads::addOwner(const SqlLocation &location, bool writes, const StoreTables &tables)
{
    StoreOwner::Settings settings;
    settings.location = location;
    settings.role = writes ? SqlConnection::Role::Writes : SqlConnection::Role::Reads;
    settings.timeout = m_limits.timeout;
    settings.reconnect = m_limits.reconnect;
    settings.tables = tables;
    settings.file = m_file ? &*m_file : nullptr;
    settings.judges = m_owners.empty(); // a reader of SQLite knows nothing of a disk that is full
    settings.spare = location.dialect == SqlDialect::Postgres && !m_owners.empty();
    StoreQueue &queue = writes && m_writes ? *m_writes : m_queue;
    m_owners.push_back(std::make_unique<StoreOwner>(std::move(settings), queue, m_health, m_openConnections));
}

void StoreThreads::accept(const std::shared_ptr<StoreWork> &unit)
{
    StoreQueue &queue = unit->kind() == StoreWork::Kind::Write && m_writes ? *m_writes : m_queue;
    if (m_awayForLong)
        unit->fail(unavailable(phraseOf(reason())));
    else if (!unit->answered() && !queue.push(unit))
        unit->fail(unavailable(u"too many requests wait for the database"_s));
}

void StoreThreads::watch(const std::stop_token &stop)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    auto lastOpen = StoreWork::Clock::now();
    for (bool busy = false; !stop.stop_requested();) {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, busy ? watchWhileBusy : watchWhileIdle, [] { return false; });
        busy = checkDeadlines();
        if (isOpen())
            lastOpen = StoreWork::Clock::now();
        m_awayForLong = StoreWork::Clock::now() - lastOpen > m_limits.absence;
    }
}

bool StoreThreads::checkDeadlines()
{
    const auto now = StoreWork::Clock::now();
    const SqlReason why = reason();
    const http::Failure failure =
        why == SqlReason::None ? http::Failure::timedOut(u"the database took too long"_s) : unavailable(phraseOf(why));
    bool busy = false;
    for (const auto &owner : m_owners)
        busy = owner->checkDeadline(now, failure) || busy;
    m_queue.failOverdue(now, failure);
    if (m_writes)
        m_writes->failOverdue(now, failure);
    return busy;
}

} // namespace openloop
