// SPDX-License-Identifier: GPL-3.0-or-later
// For what nobody is told of: it is not worth a wait for a synchronous standby, which may be away for hours.
#pragma once

#include "server/store/sql_dialect.h"

namespace openloop {

/// The statement, before which PostgreSQL is told that the transaction is done once its own disk has it: a commit that
/// waits for a standby ends with nothing but the standby, and a connection that is cut leaves its process behind.
/// What is acknowledged later on waits for all that was written before, these transactions included. Only for a
/// transaction none of which is acknowledged; one that changes the standing of another server is not such a one.
inline QString committedLocally(const QString &statement, SqlDialect dialect)
{
    using namespace Qt::Literals::StringLiterals;
    return dialect == SqlDialect::Postgres ? u"SET LOCAL synchronous_commit = local; "_s + statement : statement;
}

} // namespace openloop
