// SPDX-License-Identifier: GPL-3.0-or-later
// The table that `/query_database` shows, and the one question that is asked of it.
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace openloop {

class SqlConnection;

struct Todo {
    qint64 id = 0;
    qint64 userId = 0;
    QString title;
    bool completed = false;
};

struct TodoFilter {
    std::optional<qint64> userId; ///< only this user's
    std::optional<bool> completed; ///< only finished, or only unfinished ones
    int limit = 100; ///< rows, 0 or more
};

/// The todos that pass the filter, by ascending id. On the connection's thread.
QList<Todo> selectTodos(SqlConnection &sql, const TodoFilter &filter);

} // namespace openloop
