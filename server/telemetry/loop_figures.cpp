// SPDX-License-Identifier: GPL-3.0-or-later
// The one thread that writes adds by loading and storing; what is new is put into its map under the mutex.
#include "server/telemetry/loop_figures.h"

#include <algorithm>
#include <bit>

namespace openloop {

namespace {

constexpr std::chrono::steady_clock::duration slow = std::chrono::seconds(1); // as the log knows it

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

std::string routeLabel(const QString &route)
{
    return route.isEmpty() ? "none" : route.toStdString();
}

// Whether the client says that its trace is recorded: by the lowest bit of the last one of two hexadecimal digits.
bool isSampled(const http::Trace &trace)
{
    return QByteArrayView("13579bdf").contains(trace.parent().back());
}

// Why a request was not served; null: it was, or the client's input was wrong.
const char *refusalReason(int status)
{
    switch (status) {
    case 400: return "malformed";
    case 401:
    case 403:
    case 421: return "not allowed";
    case 408: return "too slow";
    case 413:
    case 414:
    case 431: return "too large";
    case 417:
    case 501:
    case 505: return "unsupported";
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

std::size_t Durations::observe(std::chrono::steady_clock::duration time)
{
    const double seconds = std::chrono::duration<double>(time).count();
    const auto bucket = std::size_t(std::ranges::lower_bound(bounds, seconds) - bounds.begin());
    add(m_buckets[bucket], quint64(1));
    add(m_sum, seconds);
    return bucket;
}

Durations::Counts Durations::counts() const
{
    Counts counts;
    for (std::size_t i = 0; i < counts.buckets.size(); ++i)
        counts.buckets[i] = m_buckets[i].load(std::memory_order_relaxed);
    counts.sum = m_sum.load(std::memory_order_relaxed);
    return counts;
}

// A sequence lock (Boehm 2012) of one writer, whose words are atomic so that a torn read is seen, not undefined.
void ExemplarSlot::note(const Exemplar &exemplar)
{
    const auto all = std::bit_cast<std::array<quint64, words>>(exemplar);
    const quint32 version = m_version.load(std::memory_order_relaxed);
    m_version.store(version + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    for (std::size_t i = 0; i < words; ++i)
        m_words[i].store(all[i], std::memory_order_relaxed);
    m_version.store(version + 2, std::memory_order_release);
}

std::optional<Exemplar> ExemplarSlot::last() const
{
    for (int tries = 0; tries < 3; ++tries) {
        const quint32 before = m_version.load(std::memory_order_acquire);
        if (before == 0)
            return {};
        std::array<quint64, words> all{};
        for (std::size_t i = 0; i < words; ++i)
            all[i] = m_words[i].load(std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_acquire);
        if (before % 2 == 0 && m_version.load(std::memory_order_relaxed) == before)
            return std::bit_cast<Exemplar>(all);
    }
    return {};
}

Requests::Counts &Requests::Counts::operator+=(const Counts &other)
{
    durations += other.durations;
    for (std::size_t i = 0; i < exemplars.size(); ++i) {
        if (other.exemplars[i] && (!exemplars[i] || exemplars[i]->time < other.exemplars[i]->time))
            exemplars[i] = other.exemplars[i];
    }
    return *this;
}

// An exemplar is worth something where its trace is found again: in the client's traces, if it says that this one is
// recorded, or in the log, which has a line for each request of more than a second.
void Requests::observe(const http::Finished &finished)
{
    const std::size_t bucket = m_durations.observe(finished.time);
    const http::Trace &trace = finished.request.trace;
    if (!isSampled(trace) && (finished.time <= slow || finished.isStream))
        return;
    Exemplar exemplar;
    std::ranges::copy(trace.traceId(), exemplar.traceId.begin());
    exemplar.seconds = std::chrono::duration<double>(finished.time).count();
    exemplar.time = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    m_exemplars[bucket].note(exemplar);
}

Requests::Counts Requests::counts() const
{
    Counts counts{m_durations.counts(), {}};
    for (std::size_t i = 0; i < m_exemplars.size(); ++i)
        counts.exemplars[i] = m_exemplars[i].last();
    return counts;
}

void LoopFigures::count(const http::Finished &finished)
{
    findOrMake(m_requests, {&finished.route, methodLabel(finished.request.head.method()), finished.status}, m_mutex)
        .observe(finished);
    countRefusal(finished.status);
}

void LoopFigures::countRefusal(int status)
{
    if (const char *reason = refusalReason(status))
        add(findOrMake(m_refusals, reason, m_mutex), quint64(1));
}

void LoopFigures::addRequests(std::map<Name, Requests::Counts> &all) const
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[key, requests] : m_requests) {
        const auto &[route, method, status] = key;
        all[{routeLabel(*route), method, status}] += requests.counts();
    }
}

void LoopFigures::addRefusals(std::map<std::string, quint64> &all) const
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[reason, count] : m_refusals)
        all[reason] += count.load(std::memory_order_relaxed);
}

} // namespace openloop
