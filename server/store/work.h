// SPDX-License-Identifier: GPL-3.0-or-later
// One unit of work for the database: its promise, its deadline and its client, in a form that a queue can hold.
#pragma once

#include "server/http/message/failure.h"

#include <QFuture>
#include <QPromise>
#include <QVariantList>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <vector>

class QSqlQuery;

namespace openloop {

class SqlConnection;

/// A statement that finds its few rows by a key, and its values; see SqlConnection::selectOften.
struct SqlQuestion {
    QString sql;
    QVariantList values;
};

/// Answered exactly once, by whoever is first: the thread that ran it, the deadline, or the client that left.
class StoreWork
{
public:
    using Clock = std::chrono::steady_clock;
    enum class Kind { Read, Write };
    /// Whether work that has begun may begin again when its connection is lost; if not, it is answered with 503 then.
    enum class AfterLoss { Again, GiveUp };

    StoreWork(Kind kind, Clock::time_point deadline, std::stop_token stop, AfterLoss afterLoss)
        : m_kind(kind), m_afterLoss(afterLoss), m_deadline(deadline), m_stop(std::move(stop))
    {
    }
    virtual ~StoreWork() = default;
    Q_DISABLE_COPY_MOVE(StoreWork)

    Kind kind() const { return m_kind; }
    AfterLoss afterLoss() const { return m_afterLoss; }
    Clock::time_point deadline() const { return m_deadline; }
    virtual bool answered() const { return m_answered; }
    virtual bool abandoned() const { return m_stop.stop_requested(); }

    /// Runs the work and keeps its result; may be called again if it threw. On the connection's thread.
    virtual void run(SqlConnection &sql) = 0;
    /// Hands the result of the last run over, unless it was answered already.
    virtual void deliver() = 0;
    /// Answers with a failure, unless it was answered already. Any thread.
    virtual void fail(const http::Failure &failure) = 0;
    /// The same if its deadline has passed.
    virtual void failOverdue(Clock::time_point now, const http::Failure &failure)
    {
        if (m_deadline <= now)
            fail(failure);
    }

    using ReadRow = std::function<void(const QSqlQuery &)>;

    /// All that the work is, so that it may be sent together with others; null: it is more than one statement.
    virtual const SqlQuestion *question() const { return nullptr; }
    /// How many it asks.
    virtual size_t questions() const { return question() ? 1 : 0; }
    /// What keeps the rows of its answer instead of run(); what was kept before is forgotten. Of work with a question.
    virtual ReadRow reader() { return {}; }

    using Parts = std::vector<std::shared_ptr<StoreWork>>;

    /// The units to run one by one instead, as they can't be run together; mostly none.
    virtual const Parts &apart() const
    {
        static const Parts none;
        return none;
    }

protected:
    bool claim() { return !m_answered.exchange(true); }
    const std::stop_token &stopToken() const { return m_stop; }

private:
    const Kind m_kind;
    const AfterLoss m_afterLoss;
    const Clock::time_point m_deadline;
    const std::stop_token m_stop;
    std::atomic<bool> m_answered = false;
};

/// The unit of work that runs `Work`.
template <typename Work>
class StoreWorkOf final : public StoreWork
{
public:
    using Result = std::invoke_result_t<Work &, SqlConnection &>;

    StoreWorkOf(Kind kind, Clock::time_point deadline, std::stop_token stop, Work work,
                AfterLoss afterLoss = AfterLoss::Again)
        : StoreWork(kind, deadline, std::move(stop), afterLoss), m_work(std::move(work))
    {
        m_promise.start();
        m_leaving.emplace(stopToken(), [this] { fail(http::Failure::clientLeft()); });
    }

    QFuture<Result> future() const { return m_promise.future(); }

    void run(SqlConnection &sql) override
    {
        if constexpr (std::is_void_v<Result>)
            m_work(sql);
        else
            m_result.emplace(m_work(sql));
    }

    const SqlQuestion *question() const override
    {
        if constexpr (requires { m_work.question; })
            return &m_work.question;
        else
            return nullptr;
    }

    ReadRow reader() override
    {
        if constexpr (requires { m_work.question; }) {
            m_result.emplace();
            return [this](const QSqlQuery &row) { m_result->append(m_work.readRow(row)); };
        } else {
            return {};
        }
    }

    void deliver() override
    {
        if (!claim())
            return;
        if constexpr (!std::is_void_v<Result>)
            m_promise.addResult(std::move(*m_result));
        m_promise.finish();
    }

    void fail(const http::Failure &failure) override
    {
        if (!claim())
            return;
        m_promise.setException(failure);
        m_promise.finish();
    }

private:
    struct Nothing {
    };

    Work m_work;
    std::optional<std::conditional_t<std::is_void_v<Result>, Nothing, Result>> m_result;
    QPromise<Result> m_promise;
    std::optional<std::stop_callback<std::function<void()>>> m_leaving; // last: it may call while being destroyed
};

} // namespace openloop
