// SPDX-License-Identifier: GPL-3.0-or-later
// The table that `/query_database` shows, and the one question that is asked of it.
#pragma once

#include "server/store/work.h"

#include <QString>

#include <optional>

namespace openloop {

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

/// Asks for the todos that pass the filter, by ascending id.
SqlQuestion askForTodos(const TodoFilter &filter);

/// One of them.
Todo readTodo(const QSqlQuery &row);

} // namespace openloop
