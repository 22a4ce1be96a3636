// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps a connection of the store busy, so that what is asked meanwhile waits.
#pragma once

#include "server/store/store.h"
#include "tests/support/patience.h"

#include <QSemaphore>

#include <future>
#include <memory>

namespace openloop::test {

/// A reading connection of the store, kept busy from now on until it is released or this is gone; what is asked
/// meanwhile waits. To be declared after its store, which waits for its threads, and where no other holds its only
/// connection.
class HeldConnection
{
public:
    explicit HeldConnection(Store &store)
        : m_over(store.read([begun = m_begun, wait = m_go.get_future().share()](SqlConnection &) {
              begun->release();
              wait.wait();
          }))
    {
        QVERIFY(m_begun->tryAcquire(1, longest)); // before that it takes a place among those that wait
    }

    void release() { m_go.set_value(); }

private:
    // A count, which stays: it does not matter whether the connection came to it first.
    const std::shared_ptr<QSemaphore> m_begun = std::make_shared<QSemaphore>();
    std::promise<void> m_go; // one that is gone ends the wait as well
    QFuture<void> m_over;
};

} // namespace openloop::test
