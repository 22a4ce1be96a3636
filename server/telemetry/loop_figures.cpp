// SPDX-License-Identifier: GPL-3.0-or-later
// The one thread that writes adds by loading and storing; what is new is put into its map under the mutex.
#include "server/telemetry/loop_figures.h"

#include <algorithm>

namespace openloop {

namespace {

// Only the thread that counts calls it.
template <typename Number>
void add(std::atomic<Number> &to, Number what)
{
    to.store(to.load(std::memory_order_relaxed) + what, std::memory_order_relaxed);
}

// A method is the client's word: what is none of these is one label, lest clients invent series.
const char *methodLabel(QByteArrayView method)
{
    static constexpr std::array known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    const auto found = std::ranges::find_if(known, [&](const char *name) { return method == name; });
    return found == known.end() ? "other" : *found;
}

std::string routeLabel(QString pattern)
{
    if (pattern.isEmpty())
        return "none";
    return pattern.replace(QStringLiteral("<arg>"), QStringLiteral("{id}")).toStdString();
}

// Why a request was not served; null: it was, or the client's input was wrong.
const char *refusalReason(int status)
{
    switch (status) {
    case 400: return "malformed";
    case 401:
    case 403: return "not allowed";
    case 408: return "too slow";
    case 413:
    case 414:
    case 431: return "too large";
    case 499: return "client left";
    case 503: return "overload";
    case 504: return "deadline";
    default: return nullptr;
    }
}

// The one of that name; made if there is none yet.
template <typename Map>
typename Map::mapped_type &findOrMake(Map &map, const typename Map::key_type &key, std::mutex &mutex)
{
    if (const auto found = map.find(key); found != map.end())
        return found->second;
    const std::lock_guard lock(mutex);
    return map[key];
}

} // namespace

Durations::Counts &Durations::Counts::operator+=(const Counts &other)
{
    for (std::size_t i = 0; i < buckets.size(); ++i)
        buckets[i] += other.buckets[i];
    sum += other.sum;
    return *this;
}

void Durations::observe(std::chrono::steady_clock::duration time)
{
    const double seconds = std::chrono::duration<double>(time).count();
    add(m_buckets[std::size_t(std::ranges::lower_bound(bounds, seconds) - bounds.begin())], quint64(1));
    add(m_sum, seconds);
}

Durations::Counts Durations::counts() const
{
    Counts counts;
    for (std::size_t i = 0; i < counts.buckets.size(); ++i)
        counts.buckets[i] = m_buckets[i].load(std::memory_order_relaxed);
    counts.sum = m_sum.load(std::memory_order_relaxed);
    return counts;
}

void LoopFigures::count(const http::Finished &finished)
{
    findOrMake(m_requests, {&finished.route, methodLabel(finished.request.head.method()), finished.status}, m_mutex)
        .observe(finished.time);
    countRefusal(finished.status);
}

void LoopFigures::countRefusal(int status)
{
    if (const char *reason = refusalReason(status))
        add(findOrMake(m_refusals, reason, m_mutex), quint64(1));
}

void LoopFigures::addRequests(std::map<Name, Durations::Counts> &all) const
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[key, durations] : m_requests) {
        const auto &[route, method, status] = key;
        all[{routeLabel(*route), method, status}] += durations.counts();
    }
}

void LoopFigures::addRefusals(std::map<std::string, quint64> &all) const
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[reason, count] : m_refusals)
        all[reason] += count.load(std::memory_order_relaxed);
}

} // namespace openloop
