// SPDX-License-Identifier: GPL-3.0-or-later
// What a pool computes, as a value: it knows of a work only what it needs to queue it, share it and stop it.
#pragma once

#include <QByteArray>

#include <any>
#include <functional>
#include <stop_token>

namespace openloop {

/// Where a work waits. Who asks says which: quick ones (20 ms of computing at most) never wait for a thread that a long
/// one has.
enum class Lane { Quick, Long };

/// What a work may ask of the pool while it runs. All but tell() may be called by any thread.
class Worker
{
public:
    virtual ~Worker() = default;

    /// How far the work is, for Pool::progress(); the thread that runs it.
    virtual void tell(std::any progress) = 0;

    /// Lends the calling thread to others for a moment, if it is time: tens of times a second make it worth while.
    /// Does nothing within a quick work.
    virtual void interlude() = 0;

    /// Runs `part` on another thread, soon and exactly once, and says true; or says false: somebody needs them all.
    virtual bool tryLend(std::function<void()> part) = 0;

    /// True when others wait for a thread: lent ones return at the next opportunity (well under a second).
    virtual bool isCrowded() const = 0;
};

struct Work {
    QByteArray key; ///< works of the same key are one: computed once for all who ask
    Lane lane = Lane::Long;
    /// Run by a thread of the pool. Returns within 50 ms of a request on `stop`, with what it has by then: any value
    /// that can be copied. What it throws is thrown to all who asked.
    std::function<std::any(const std::stop_token &stop, Worker &worker)> run;
};

} // namespace openloop
