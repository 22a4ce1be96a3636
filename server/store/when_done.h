// SPDX-License-Identifier: GPL-3.0-or-later
// For a future that nobody awaits: its end is told on the loop, unless who asked is gone by then.
#pragma once

#include <QFutureWatcher>

namespace openloop {

/// Calls `done` with the result, or `failed` if it is an exception of type Error, in the context's thread, whose loop
/// turns. Neither once the context is gone, which QFuture::then() may race with: it looks at it from the thread that
/// has the result. The context's thread.
template <typename Error, typename Result, typename Done, typename Failed>
void whenDone(QObject *context, const QFuture<Result> &future, Done done, Failed failed)
{
    auto *watcher = new QFutureWatcher<Result>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context,
                     [watcher, done = std::move(done), failed = std::move(failed)] {
                         watcher->deleteLater();
                         try {
                             watcher->waitForFinished(); // throws what it ended with
                             if (watcher->future().resultCount() > 0) // else it was given up
                                 done(watcher->result());
                         } catch (const Error &error) {
                             failed(error);
                         }
                     });
    watcher->setFuture(future);
}

} // namespace openloop
