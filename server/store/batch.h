// SPDX-License-Identifier: GPL-3.0-or-later
// Questions that wait for the same connection go to PostgreSQL as one message.
#pragma once

#include "server/store/sql_connection.h"
#include "server/store/work.h"

#include <algorithm>

namespace openloop {

/// What is asked often, as work: the rows that one statement finds. Its result is what readRow(const QSqlQuery &)
/// returns for each.
template <typename ReadRow>
struct OftenAsked {
    SqlQuestion question;
    ReadRow readRow;

    auto operator()(SqlConnection &sql) { return sql.selectOften(question.sql, question.values, readRow); }
};

/// Several units with a question, run as one. Each is answered for itself: at its own deadline, when its own client
/// leaves; and by itself where the message as a whole failed for one of them.
class StoreBatch final : public StoreWork
{
public:
    explicit StoreBatch(Parts parts)
        : StoreWork(Kind::Read, (*std::ranges::max_element(parts, {}, &StoreWork::deadline))->deadline(), {},
                    AfterLoss::Again),
          m_parts(std::move(parts))
    {
    }

    bool answered() const override { return std::ranges::all_of(m_parts, &StoreWork::answered); }
    bool abandoned() const override { return std::ranges::all_of(m_parts, &StoreWork::abandoned); }
    size_t questions() const override { return m_parts.size(); }
    const Parts &apart() const override { return m_isApart ? m_parts : StoreWork::apart(); }

    void run(SqlConnection &sql) override
    {
        std::vector<const SqlQuestion *> questions;
        std::vector<ReadRow> readers;
        for (const auto &part : m_parts) {
            questions.push_back(part->question());
            readers.push_back(part->reader());
        }
        try {
            sql.selectTogether(questions, [&](size_t which, const QSqlQuery &row) { readers[which](row); });
        } catch (const SqlError &error) {
            m_isApart = error.trouble() != SqlTrouble::Lost;
            throw;
        }
    }

    void deliver() override
    {
        for (const auto &part : m_parts)
            part->deliver();
    }

    void fail(const http::Failure &failure) override
    {
        for (const auto &part : m_parts)
            part->fail(failure);
    }

    void failOverdue(Clock::time_point now, const http::Failure &failure) override
    {
        for (const auto &part : m_parts)
            part->failOverdue(now, failure);
    }

private:
    const Parts m_parts;
    bool m_isApart = false; // of the thread that runs it
};

} // namespace openloop
