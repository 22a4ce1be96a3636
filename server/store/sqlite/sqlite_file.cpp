// SPDX-License-Identifier: GPL-3.0-or-later
// stat(2) alone: closing a descriptor of the database would drop the locks that SQLite has on it.
#include "server/store/sqlite/sqlite_file.h"

#include "server/store/sql_connection.h"

#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

namespace openloop {

namespace {

[[noreturn]] void fail(SqlReason reason)
{
    throw SqlError(SqlTrouble::Unusable, phraseOf(reason), reason);
}

} // namespace

SqliteFile::SqliteFile(const QString &path) : m_path(QFile::encodeName(path)) { }

std::optional<SqliteFile::Identity> SqliteFile::identityOf(const QByteArray &path)
{
    struct stat status = {};
    if (::stat(path.constData(), &status) != 0)
        return std::nullopt;
    return Identity{status.st_dev, status.st_ino};
}

void SqliteFile::enter()
{
    const std::lock_guard lock(m_mutex);
    if (m_file)
        checkFile();
    if (m_open > 0)
        checkLog();
    ++m_open;
}

void SqliteFile::leave()
{
    const std::lock_guard lock(m_mutex);
    if (--m_open > 0)
        return;
    for (Beside &beside : m_beside)
        beside.identity.reset();
}

void SqliteFile::check()
{
    const std::lock_guard lock(m_mutex);
    checkFile();
    checkLog();
}

void SqliteFile::checkFile()
{
    const auto found = identityOf(m_path);
    if (!found)
        fail(SqlReason::FileGone);
    if (!m_file) { // the first connection has just made or found it
        m_file = found;
        m_target = QFile::encodeName(QFileInfo(QFile::decodeName(m_path)).canonicalFilePath());
    }
    if (found != m_file)
        fail(SqlReason::FileReplaced);
}

// Where the file system allows no such log there is none.
void SqliteFile::checkLog()
{
    for (Beside &beside : m_beside) {
        const auto found = identityOf(m_target + beside.ending);
        if (!beside.identity)
            beside.identity = found;
        else if (found != beside.identity)
            fail(SqlReason::LogGone);
    }
}

} // namespace openloop
