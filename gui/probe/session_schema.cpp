// SPDX-License-Identifier: GPL-3.0-or-later
// See session_schema.h.
#include "gui/probe/session_schema.h"

#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <atomic>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

constexpr int version = 1;

// Times are ns since the session's origin. `fresh` holds the last seconds, one row per second and target:
// cheap to commit; twice a minute they become one row of `samples` and are merged into `rollups`, cheap to
// read.
const QStringList schema{
    u"CREATE TABLE session (id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, wall_ms INTEGER NOT NULL)"_s,
    u"CREATE TABLE target (id INTEGER PRIMARY KEY, session INTEGER NOT NULL, name TEXT NOT NULL,"
    " json TEXT NOT NULL)"_s,
    u"CREATE UNIQUE INDEX target_name ON target (session, name)"_s,
    u"CREATE TABLE fresh (id INTEGER PRIMARY KEY, target INTEGER NOT NULL, bytes BLOB NOT NULL)"_s,
    u"CREATE TABLE samples (id INTEGER PRIMARY KEY, target INTEGER NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, bytes BLOB NOT NULL)"_s,
    u"CREATE INDEX samples_target ON samples (target, last)"_s,
    u"CREATE TABLE rollups (target INTEGER NOT NULL, place INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY (target, place)) WITHOUT ROWID"_s,
    u"CREATE TABLE gap (session INTEGER NOT NULL, reason INTEGER NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, lost INTEGER NOT NULL)"_s,
    u"CREATE TABLE log (session INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,"
    " target TEXT NOT NULL, text TEXT NOT NULL)"_s,
    u"PRAGMA user_version = %1"_s.arg(version)};

} // namespace

SessionFile::SessionFile(const QString &path, Mode mode)
{
    static std::atomic<int> count = 0;
    m_connection = u"session-%1"_s.arg(++count);
    auto database = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_connection);
    database.setDatabaseName(path);
    database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=2000"_s);
    if (mode == Mode::Read && !QFileInfo::exists(path)) {
        m_error = u"there is no file %1"_s.arg(path);
        return;
    }
    if (!database.open()) {
        m_error = database.lastError().databaseText();
        return;
    }
    QSqlQuery query(database);
    if (mode == Mode::Write)
        query.exec(u"PRAGMA journal_mode = WAL"_s);
    query.exec(u"PRAGMA synchronous = NORMAL"_s);
    if (!query.exec(u"PRAGMA user_version"_s) || !query.next()) {
        m_error = u"%1 is no recording: %2"_s.arg(path, query.lastError().databaseText());
        return;
    }
    const int found = query.value(0).toInt();
    query.finish();
    if (found == version)
        return;
    if (mode == Mode::Write && found == 0)
        m_error = createTables(database);
    else
        m_error = u"%1 is no recording of this version"_s.arg(path);
}

SessionFile::~SessionFile()
{
    database().close();
    QSqlDatabase::removeDatabase(m_connection);
}

QString SessionFile::createTables(QSqlDatabase &database)
{
    if (!database.transaction())
        return database.lastError().databaseText();
    QSqlQuery query(database);
    for (const auto &statement : schema) {
        if (!query.exec(statement)) {
            const auto problem = query.lastError().databaseText();
            database.rollback();
            return problem;
        }
    }
    return database.commit() ? QString() : database.lastError().databaseText();
}

} // namespace openloop::probe
