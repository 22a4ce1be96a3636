// SPDX-License-Identifier: GPL-3.0-or-later
// The one SELECT, its conditions made of those filters that are set.
#include "server/store/todos.h"

#include <QSqlQuery>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

Todo readTodo(const QSqlQuery &row)
{
    return {row.value(0).toLongLong(), row.value(1).toLongLong(), row.value(2).toString(), row.value(3).toBool()};
}

SqlQuestion askForTodos(const TodoFilter &filter)
{
    QStringList conditions;
    QVariantList values;
    if (filter.userId) {
        conditions << u"user_id = ?"_s;
        values << *filter.userId;
    }
    if (filter.completed) {
        conditions << u"completed = ?"_s;
        values << *filter.completed;
    }
    values << filter.limit;

    QString query = u"SELECT id, user_id, title, completed FROM todos"_s;
    if (!conditions.isEmpty())
        query += u" WHERE "_s + conditions.join(u" AND "_s);
    return {query + u" ORDER BY id LIMIT ?"_s, values};
}

} // namespace openloop
