// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a file as ours, makes the tables where there are none, and leaves foreign files alone.
#include "gui/probe/recording/schema.h"

#include "gui/probe/samples/words.h"

#include <QFile>
#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <atomic>
#include <optional>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr int version = 1;
constexpr int application = 0x6f706c70; // "oplp"
const QString setVersion = u"PRAGMA user_version = %1"_s.arg(version);

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
    u"PRAGMA application_id = %1"_s.arg(application),
    setVersion};

enum class Kind { Empty, Ours, Foreign };

std::optional<int> numberFrom(QSqlQuery &query, const QString &sql)
{
    if (!query.exec(sql) || !query.next())
        return {};
    const int number = query.value(0).toInt();
    query.finish();
    return number;
}

/// Whether all our tables and indexes are there, word for word: whatever else had their names could be endless to read.
std::optional<bool> hasOurParts(QSqlQuery &query)
{
    QStringList texts;
    for (const auto &statement : schema) {
        if (statement.startsWith(u"CREATE"))
            texts << u'\'' + statement + u'\'';
    }
    const auto found =
        numberFrom(query, u"SELECT COUNT(*) FROM sqlite_master WHERE sql IN (%1)"_s.arg(texts.join(u", ")));
    return found ? std::optional(*found == texts.size()) : std::nullopt;
}

/// Without a write, that a foreign database stays as it is. Nothing: `query` knows the error.
std::optional<Kind> kindOf(QSqlQuery &query)
{
    const auto foundVersion = numberFrom(query, u"PRAGMA user_version"_s);
    const auto foundApplication = numberFrom(query, u"PRAGMA application_id"_s);
    if (!foundVersion || !foundApplication)
        return {};
    const auto objects = numberFrom(query, u"SELECT COUNT(*) FROM sqlite_master"_s);
    const auto isWhole = hasOurParts(query);
    if (!objects || !isWhole)
        return {};
    if ((*foundApplication == application || *foundApplication == 0) // which old recordings have
        && *foundVersion == version && *isWhole)
        return Kind::Ours;
    return *foundApplication == 0 && *foundVersion == 0 && *objects == 0 ? Kind::Empty : Kind::Foreign;
}

/// Whether a page of a small table is linked twice: a walk through a few layers of such pages has no end in sight. Each
/// page is looked at once; what else is wrong, a file that was cut short for instance, a query finds out at its own
/// row.
bool isLinkedTwice(QSqlQuery &query)
{
    for (const auto *table : {"session", "target", "fresh", "gap", "log"}) {
        query.exec(u"PRAGMA quick_check(%1)"_s.arg(QLatin1StringView(table)));
        const bool found = query.next() && query.value(0).toString().contains(u"2nd reference to page");
        query.finish(); // before it walks through the rows
        if (found)
            return true;
    }
    return false;
}

} // namespace

SessionFile::SessionFile(const QString &path, Mode mode)
{
    static std::atomic<int> count = 0;
    m_connection = u"session-%1"_s.arg(++count);
    QSqlDatabase::addDatabase(u"QSQLITE"_s, m_connection);
    if (const auto problem = open(path, mode); !problem.isEmpty())
        m_error = u"%1: %2"_s.arg(path, problem);
}

QString SessionFile::open(const QString &path, Mode mode)
{
    const QFileInfo info(path);
    if (!info.exists()) {
        if (mode == Mode::Read)
            return tr("there is no such file");
        QFile file(path); // recordings hold header fields, and those hold tokens
        if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFile::ReadOwner | QFile::WriteOwner))
            return file.errorString();
    } else if (!info.isFile()) {
        return tr("no regular file");
    }
    auto database = this->database();
    database.setDatabaseName(path);
    database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=2000"_s);
    if (!database.open())
        return database.lastError().databaseText();
    QSqlQuery query(database);
    const auto kind = kindOf(query);
    if (!kind)
        return tr("no recording: %1").arg(query.lastError().databaseText());
    if (*kind == Kind::Foreign || (mode == Mode::Read && *kind == Kind::Empty))
        return tr("a database, but no recording of this version");
    if (*kind == Kind::Ours && isLinkedTwice(query))
        return tr("a damaged recording, with pages linked twice; “sqlite3 FILE .recover” may save what it holds");
    query.exec(u"PRAGMA synchronous = NORMAL"_s);
    if (mode == Mode::Read)
        return {};
    query.exec(u"PRAGMA journal_mode = WAL"_s);
    query.finish();
    if (*kind == Kind::Empty)
        return createTables(database);
    return query.exec(setVersion) ? QString() : query.lastError().databaseText(); // may be read-only
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
