// SPDX-License-Identifier: GPL-3.0-or-later
// Brings a database to the tables that this version of the service expects.
#pragma once

namespace openloop {

class SqlConnection;

/// Runs, in one transaction, the files of `:/openloop/schema` that the database has not seen, by ascending name.
/// Safe with several processes at once: throws SqlError, of SqlTrouble::Busy while another one does it, of Unusable if
/// a newer program did what this one cannot live with. On the connection's thread.
void bringSchemaUpToDate(SqlConnection &sql);

/// Throws what bringSchemaUpToDate() would where a newer program did what this one cannot live with; changes nothing,
/// and needs no tables. On the connection's thread.
void refuseNewerSchema(SqlConnection &sql);

/// Throws SqlError, of SqlTrouble::Unusable, unless the tables are there and may be read and written. thoroughly:
/// writes something. On the connection's thread.
void checkSchema(SqlConnection &sql, bool thoroughly);

} // namespace openloop
