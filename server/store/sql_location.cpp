// SPDX-License-Identifier: GPL-3.0-or-later
// libpq itself reads its URIs; what it says of a wrong one is told without the parts that may hold a password.
#include "server/store/sql_location.h"

#include "common/paths.h"
#include "common/start_failure.h"
#include "server/store/client_library.h"

#include <QSqlDatabase>
#include <QStringList>

#include <array>
#include <memory>
#include <mutex>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

const QString sqlitePrefix = u"sqlite:"_s;

/// As in libpq-fe.h, which is not needed to build.
struct ConnectionOption {
    char *keyword;
    char *environment;
    char *compiled;
    char *value;
    char *label;
    char *display;
    int size;
};

/// Qt loads a driver's plugin when its first connection is added, and that is safe on the main thread only.
void loadDriver(SqlDialect dialect)
{
    static std::array<std::once_flag, 2> loaded;
    std::call_once(loaded[std::size_t(dialect)], [dialect] {
        const QString name = u"openloop-driver"_s;
        QSqlDatabase::addDatabase(driverName(dialect), name);
        QSqlDatabase::removeDatabase(name);
    });
}

StartFailure wrongUrl(const QString &why)
{
    return StartFailure(u"the database URL is wrong: "_s + why);
}

// libpq quotes what it can't read, which may be the whole URL. A keyword is worth telling if it can be no piece of a
// password, as '@' ends those.
QString withoutQuotation(const QString &message, const QString &url)
{
    const qsizetype quotation = message.lastIndexOf(u": \""_s);
    if (quotation < 0)
        return message;
    const bool keyword = message.startsWith(u"invalid URI query parameter"_s);
    const bool mayBeSecret = !keyword || url.mid(url.indexOf(u'?')).contains(u'@');
    return mayBeSecret ? message.left(quotation) : message;
}

QMap<QString, QString> readByLibpq(const QString &url)
{
    using Parse = ConnectionOption *(*)(const char *, char **);
    const auto parse = loadedFunction<Parse>(libpq, "PQconninfoParse");
    const auto freeOptions = loadedFunction<void (*)(ConnectionOption *)>(libpq, "PQconninfoFree");
    const auto freeText = loadedFunction<void (*)(void *)>(libpq, "PQfreemem");
    if (!parse || !freeOptions || !freeText)
        throw StartFailure(u"Qt's plugin for PostgreSQL is not installed"_s);

    char *text = nullptr;
    const std::unique_ptr<ConnectionOption, decltype(freeOptions)> options(parse(url.toUtf8().constData(), &text),
                                                                           freeOptions);
    const std::unique_ptr<char, decltype(freeText)> error(text, freeText);
    if (!options)
        throw wrongUrl(withoutQuotation(QString::fromUtf8(text).trimmed(), url));
    QMap<QString, QString> parameters;
    for (const ConnectionOption *option = options.get(); option->keyword; ++option) {
        if (option->value)
            parameters.insert(QString::fromUtf8(option->keyword), QString::fromUtf8(option->value));
    }
    return parameters;
}

// What libpq would find only when it connects, and quote then.
void checkPorts(const QString &ports)
{
    for (const QString &port : ports.split(u',')) {
        bool isNumber = false;
        const int number = port.toInt(&isNumber);
        if (!port.isEmpty() && (!isNumber || number < 1 || number > 65535))
            throw wrongUrl(u"a port is not between 1 and 65535"_s);
    }
}

// Of a password with an '@' libpq takes the rest for the beginning of the host; of one with a '/' that is not written
// as %2F libpq takes the beginning for a host and the rest for a name, which would be shown.
void checkPath(const QString &url)
{
    const QString address = url.section(u'?', 0, 0).section(u"//"_s, 1);
    if (address.section(u'/', 0, 0).count(u'@') > 1)
        throw wrongUrl(u"an '@' of the user or the password is written as %40"_s);
    if (address.section(u'/', 1).contains(u'@'))
        throw wrongUrl(u"an '@' of the database's name is written as %40, a '/' of the password as %2F"_s);
}

SqlLocation parsePostgres(const QString &url)
{
    loadDriver(SqlDialect::Postgres);
    checkPath(url);
    SqlLocation location;
    location.dialect = SqlDialect::Postgres;
    location.parameters = readByLibpq(url);
    checkPorts(location.parameters.value(u"port"_s));
    const QStringList mayHoldAnything{u"host"_s, u"dbname"_s, u"user"_s, u"password"_s};
    for (const auto &[keyword, value] : location.parameters.asKeyValueRange()) {
        if (value.contains(u';') && !mayHoldAnything.contains(keyword)) // which Qt makes a blank of
            throw wrongUrl(u"%1 has a ';', which cannot be passed on"_s.arg(keyword));
    }
    return location;
}

QString quoted(QString value)
{
    value.replace(u'\\', u"\\\\"_s).replace(u'\'', u"\\'"_s);
    return u'\'' + value + u'\'';
}

} // namespace

SqlLocation SqlLocation::parse(const QString &databaseUrl)
{
    if (databaseUrl.startsWith(u"postgresql://"_s) || databaseUrl.startsWith(u"postgres://"_s))
        return parsePostgres(databaseUrl);
    if (!databaseUrl.isEmpty() && !databaseUrl.startsWith(sqlitePrefix))
        throw StartFailure(u"the database is not sqlite:PATH, sqlite::memory: or postgresql://user@host:port/name"_s);
    loadDriver(SqlDialect::Sqlite);
    SqlLocation location;
    location.file = databaseUrl.mid(sqlitePrefix.size());
    if (location.file.isEmpty())
        location.file = paths::dataFile(u"openloop.sqlite"_s);
    return location;
}

QMap<QString, QString> SqlLocation::forLibpq(int mark) const
{
    QMap<QString, QString> all = parameters;
    if (!all.contains(u"connect_timeout"_s))
        all[u"connect_timeout"_s] = u"2"_s;
    if (!all.contains(u"application_name"_s))
        all[u"application_name"_s] = u"openloop"_s;
    if (mark > 0 && !all.contains(u"tcp_user_timeout"_s))
        all[u"tcp_user_timeout"_s] = QString::number(mark);
    return all;
}

void SqlLocation::applyTo(QSqlDatabase &database, int mark) const
{
    if (dialect == SqlDialect::Sqlite)
        return database.setDatabaseName(file);
    QMap<QString, QString> rest = forLibpq(mark);
    if (mark > 0)
        rest[u"tcp_user_timeout"_s] = QString::number(mark); // the URL's holds from when it is open
    database.setHostName(rest.take(u"host"_s)); // Qt leaves out what is empty
    database.setDatabaseName(rest.take(u"dbname"_s));
    database.setUserName(rest.take(u"user"_s));
    database.setPassword(rest.take(u"password"_s));
    QStringList options;
    for (const auto &[keyword, value] : rest.asKeyValueRange())
        options << keyword + u'=' + quoted(value);
    database.setConnectOptions(options.join(u';'));
}

QString SqlLocation::display() const
{
    if (dialect == SqlDialect::Sqlite)
        return sqlitePrefix + file;
    const QString named = parameters.value(u"host"_s);
    const QStringList hosts = (named.isEmpty() ? parameters.value(u"hostaddr"_s) : named).split(u',');
    const QStringList ports = parameters.value(u"port"_s).split(u',');
    QStringList addresses;
    for (qsizetype i = 0; i < hosts.size(); ++i) {
        const QString &host = hosts[i];
        const QString port = ports.size() == 1 ? ports.first() : ports.value(i);
        addresses << (host.contains(u':') ? u'[' + host + u']' : host) + (port.isEmpty() ? port : u':' + port);
    }
    return u"postgresql://%1/%2"_s.arg(addresses.join(u','), parameters.value(u"dbname"_s));
}

} // namespace openloop
