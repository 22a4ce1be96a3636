// SPDX-License-Identifier: GPL-3.0-or-later
// What a probe sends its requests with, whatever carries them, and what comes back.
#pragma once

#include "gui/probe/samples/sample.h"

#include <functional>
#include <vector>

namespace openloop::probe {

/// What came back: the sample, and parts of the answer where the lane keeps them.
struct Answer {
    Sample sample;
    QByteArray body;
    QByteArray contentType;
    QByteArray location;
    QByteArray error; ///< libcurl's words; empty when there was an answer
};

/// Carries the requests of one target, any number at a time. Used and destroyed in one thread.
class Courier
{
public:
    /// Called in the thread of use, also from within start() and onDeadline(); it may start further requests.
    using Done = std::function<void(Answer)>;

    Courier() = default;
    virtual ~Courier() = default;
    Courier(const Courier &) = delete;
    Courier &operator=(const Courier &) = delete;

    /// Sends one request now; `due` goes into its sample.
    virtual void start(const QByteArray &url, Instant due) = 0;
    /// Drops what is in flight, without calling back, and closes its connections.
    virtual void abortAll() = 0;
    /// Due times of what is in flight, unordered.
    virtual std::vector<Instant> openDues() const = 0;
    Instant deadline() const { return m_deadline; } ///< onDeadline() is wanted then
    virtual void onDeadline(Instant now) = 0;

protected:
    Instant m_deadline = Instant::max();
};

} // namespace openloop::probe
