// SPDX-License-Identifier: GPL-3.0-or-later
// Load beside the measurement: its own thread, its own connections, so that it can slow the service but not
// the probe.
#pragma once

#include "gui/probe/engine/batch.h"
#include "gui/probe/engine/lane.h"
#include "gui/probe/engine/url_feeder.h"

#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace openloop::probe {

/// Keeps requests in flight. Closed loop by intent: N users who ask again at once. After a failure a place
/// rests for 50 ms, doubling to 1 s while failures go on, so that a refusing service is not hammered. All
/// functions from the owner's thread.
class LoadGenerator
{
public:
    LoadGenerator();
    ~LoadGenerator(); ///< drops what is in flight, joins

    /// n requests of `target` in flight; 0 drops them and closes the connections.
    void set(const Target &target, int n);
    QList<LoadState> states() const; ///< of every target that was ever set

private:
    class Job;

    void run(std::stop_token stop);
    void publish();

    Reactor m_reactor;
    mutable std::mutex m_mutex;
    QList<LoadState> m_states; ///< under m_mutex
    std::map<QString, std::unique_ptr<Job>> m_jobs; ///< load thread only
    std::jthread m_thread;
};

} // namespace openloop::probe
