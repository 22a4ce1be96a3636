// SPDX-License-Identifier: GPL-3.0-or-later
// Neither SQLite's own URIs nor SQLAlchemy's slashes; a '?' in a file's name is taken unless parameters follow it.
#include "server/settings/database_url.h"

#include "server/settings/usage_error.h"

#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

const QString inMemory = u"sqlite::memory:"_s;

bool isPostgres(const QString &url)
{
    return url.startsWith(u"postgresql://") || url.startsWith(u"postgres://");
}

} // namespace

QString rightDatabaseUrl(const QString &url)
{
    static const QRegularExpression parameters(u"\\?\\w+="_s);
    static const QRegularExpression slashes(u"^//+"_s);
    if (url.isEmpty() || url == inMemory || isPostgres(url))
        return {};
    if (!url.startsWith(u"sqlite:"))
        return u"sqlite:PATH, sqlite::memory: or postgresql://user@host:port/name"_s;
    QString path = url.section(u':', 1);
    const bool memory = path.contains(u":memory:") || path.contains(u"mode=memory");
    if (memory || path == u"memory" || path == u":memory")
        return inMemory;
    const bool odd = path.startsWith(u"//") || path.startsWith(u"file:") || parameters.match(path).hasMatch();
    if (!odd)
        return {};
    if (path.startsWith(u"file:"))
        path = path.sliced(5);
    path = path.section(u'?', 0, 0).replace(slashes, path.startsWith(u"///") ? u"/"_s : QString());
    return u"sqlite:%1, without further slashes or parameters"_s.arg(path.isEmpty() ? u"PATH"_s : path);
}

void checkIsCopied(const QString &url)
{
    if (isPostgres(url))
        throw UsageError(u"--backup copies a SQLite file; PostgreSQL: pg_dump --format=custom --file=FILE URL"_s);
    if (url == inMemory)
        throw UsageError(u"--backup: what is in memory is its server's alone, and ends with it"_s);
}

} // namespace openloop
