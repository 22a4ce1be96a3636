// SPDX-License-Identifier: GPL-3.0-or-later
// What one event loop counts: by itself, without a lock, to be read by whoever is asked for it.
#pragma once

#include "server/http/loops/branch.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

namespace openloop {

/// How many times took how long. One thread observes, any thread looks.
class Durations
{
public:
    static constexpr std::array bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                       0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 30.0}; // s

    struct Counts {
        std::array<quint64, bounds.size() + 1> buckets{}; ///< up to each bound, and beyond; not cumulative
        double sum = 0; ///< s

        Counts &operator+=(const Counts &other);
    };

    /// Which of the buckets it was, by its place.
    std::size_t observe(std::chrono::steady_clock::duration time);
    Counts counts() const;

private:
    std::array<std::atomic<quint64>, bounds.size() + 1> m_buckets{};
    std::atomic<double> m_sum = 0;
};

/// A request that a bucket has counted, by whose trace others can find it.
struct Exemplar {
    std::array<char, 32> traceId{};
    double seconds = 0; ///< how long it took
    double time = 0; ///< s since 1970; 0: there is none
};

/// The last exemplar. One thread notes, any thread looks, and neither waits: who looks while it is written looks again,
/// at most three times.
class ExemplarSlot
{
public:
    void note(const Exemplar &exemplar);
    /// Nothing where there is none, and where it is written again and again.
    std::optional<Exemplar> last() const;

private:
    static constexpr std::size_t words = sizeof(Exemplar) / sizeof(quint64);

    std::atomic<quint32> m_version = 0; ///< odd: it is being written
    std::array<std::atomic<quint64>, words> m_words{};
};

/// What came of the requests of one name.
class Requests
{
public:
    struct Counts {
        Durations::Counts durations;
        std::array<std::optional<Exemplar>, Durations::bounds.size() + 1> exemplars; ///< of each bucket

        /// Of the exemplars the younger ones stay.
        Counts &operator+=(const Counts &other);
    };

    void observe(const http::Finished &finished);
    Counts counts() const;

private:
    Durations m_durations;
    std::array<ExemplarSlot, Durations::bounds.size() + 1> m_exemplars;
};

/// The requests of one loop, and how late it was. Its thread counts, any thread looks.
class LoopFigures
{
public:
    /// The route's label, the method's, and the status.
    using Name = std::tuple<std::string, std::string, int>;

    void count(const http::Finished &finished);
    void countRefusal(int status);
    void countLag(std::chrono::steady_clock::duration lag) { m_lag.observe(lag); }

    /// Adds what was counted to what others have.
    void addRequests(std::map<Name, Requests::Counts> &all) const;
    /// By reason.
    void addRefusals(std::map<std::string, quint64> &all) const;
    Durations::Counts lag() const { return m_lag.counts(); }

private:
    using Key = std::tuple<const QString *, const char *, int>; ///< pattern, method's label, status

    mutable std::mutex m_mutex; ///< of the maps' shape, which their own thread alone changes, and so reads without it
    std::map<Key, Requests> m_requests;
    std::map<const char *, std::atomic<quint64>> m_refusals; ///< by reason
    Durations m_lag;
};

} // namespace openloop
