// SPDX-License-Identifier: GPL-3.0-or-later
// VACUUM INTO a file beside the target, which gets its name when all of it is on the disk.
#include "server/store/sqlite/backup.h"

#include "common/start_failure.h"
#include "server/store/sql_connection.h"

#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

namespace {

constexpr auto longestLock = 60s; // by whoever changes tables

StartFailure cannotWrite(const QString &file, int error)
{
    return StartFailure(u"cannot write the backup %1: %2"_s.arg(file, QString::fromLocal8Bit(std::strerror(error))));
}

void copy(const SqlLocation &location, const QByteArray &path)
{
    SqlConnection sql(location, SqlConnection::Role::Writes, longestLock);
    sql.open();
    QString name = QFile::decodeName(path);
    sql.command(u"VACUUM INTO '%1'"_s.arg(name.replace(u'\'', u"''"_s)));
}

bool synchronize(const QByteArray &path)
{
    const int descriptor = ::open(path.constData(), O_RDONLY | O_CLOEXEC);
    const bool ok = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    errno = error;
    return ok;
}

// Not every file system has links, and not every one can rename without replacing.
bool moveWithoutReplacing(const QByteArray &from, const QByteArray &to)
{
    if (::link(from.constData(), to.constData()) == 0)
        return ::unlink(from.constData()) == 0;
    return errno != EEXIST && ::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, to.constData(), RENAME_NOREPLACE) == 0;
}

} // namespace

void backUp(const QString &databaseUrl, const QString &file)
{
    const SqlLocation location = SqlLocation::parse(databaseUrl);
    if (!QFileInfo::exists(location.file)) // which opening it would make
        throw StartFailure(u"there is no database %1"_s.arg(location.display()));
    const QByteArray target = QFile::encodeName(file);
    if (::access(target.constData(), F_OK) == 0)
        throw cannotWrite(file, EEXIST);
    QByteArray path = target + ".XXXXXX";
    const int made = ::mkstemp(path.data());
    if (made < 0)
        throw cannotWrite(file, errno);
    ::close(made);
    const auto remove = qScopeGuard([&path] { ::unlink(path.constData()); });
    try {
        copy(location, path);
    } catch (const SqlError &error) {
        throw StartFailure(
            u"cannot copy the database %1: %2"_s.arg(location.display(), QString::fromUtf8(error.what())));
    }
    const QByteArray folder = QFile::encodeName(QFileInfo(file).absolutePath());
    if (!synchronize(path) || !moveWithoutReplacing(path, target) || !synchronize(folder))
        throw cannotWrite(file, errno);
}

} // namespace openloop
