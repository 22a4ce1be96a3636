// SPDX-License-Identifier: GPL-3.0-or-later
// How a task ended, as a value that a test can look at: QCoro::waitFor does not survive an exception.
#pragma once

#include "server/http/message/failure.h"

#include <QCoroFuture>
#include <QCoroTask>

#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <variant>

namespace openloop::test {

template <typename T>
struct Ending {
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    std::optional<http::Failure> failure;
    bool over = false;
    std::function<void()> whenOver;

    /// The failure's status, 200 for a value, 0 while neither is there.
    int status() const { return failure ? failure->status() : value ? 200 : 0; }

    /// The value; where there is none the test fails, and an empty one goes on.
    auto got() const
    {
        if (!value)
            QTest::qFail(failure ? qPrintable(failure->detail()) : "nothing came in time", __FILE__, __LINE__);
        return value.value_or(typename decltype(value)::value_type());
    }
};

template <typename T>
QCoro::Task<void> keepEnding(QCoro::Task<T> task, std::shared_ptr<Ending<T>> ending)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await task;
            ending->value.emplace();
        } else {
            ending->value = co_await task;
        }
    } catch (const http::Failure &failure) {
        ending->failure = failure;
    }
    ending->over = true;
    if (ending->whenOver)
        ending->whenOver();
}

template <typename T>
QCoro::Task<T> taskOf(QFuture<T> future)
{
    co_return co_await future;
}

/// Follows a task that has begun; its ending is filled in by the event loop.
template <typename T>
std::shared_ptr<Ending<T>> follow(QCoro::Task<T> task)
{
    auto ending = std::make_shared<Ending<T>>();
    keepEnding(std::move(task), ending);
    return ending;
}

/// Runs the event loop until the task has ended, or for the time given, in ms.
template <typename T>
Ending<T> await(QCoro::Task<T> task, int ms = 15000)
{
    const auto ending = follow(std::move(task));
    QEventLoop loop; // not qWaitFor(), which sleeps between the events
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    ending->whenOver = [&loop] { loop.quit(); };
    if (!ending->over)
        loop.exec();
    ending->whenOver = {};
    return *ending;
}

} // namespace openloop::test
