// SPDX-License-Identifier: GPL-3.0-or-later
// What one event loop counts: by itself, without a lock, to be read by whoever is asked for it.
#pragma once

#include "server/http/loops/branch.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
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

    void observe(std::chrono::steady_clock::duration time);
    Counts counts() const;

private:
    std::array<std::atomic<quint64>, bounds.size() + 1> m_buckets{};
    std::atomic<double> m_sum = 0;
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
    void addRequests(std::map<Name, Durations::Counts> &all) const;
    /// By reason.
    void addRefusals(std::map<std::string, quint64> &all) const;
    Durations::Counts lag() const { return m_lag.counts(); }

private:
    using Key = std::tuple<const QString *, const char *, int>; ///< pattern, method's label, status

    mutable std::mutex m_mutex; ///< of the maps' shape, which their own thread alone changes, and so reads without it
    std::map<Key, Durations> m_requests;
    std::map<const char *, std::atomic<quint64>> m_refusals; ///< by reason
    Durations m_lag;
};

} // namespace openloop
