// SPDX-License-Identifier: GPL-3.0-or-later
// Each line is made by the very code that a start would run, as far as that leaves nothing behind.
#include "server/program/check.h"

#include "common/start_failure.h"
#include "server/http/listening_socket.h"
#include "server/http/message/failure.h"
#include "server/http/wire/tls_context.h"
#include "server/settings/command_line.h"
#include "server/settings/descriptors.h"
#include "server/store/owner.h"
#include "server/store/schema.h"
#include "server/store/sqlite/file_lock.h"
#include "server/store/threads.h"
#include "server/upstream/upstream.h"

#include <QDateTime>
#include <QFileInfo>
#include <QLoggingCategory>
#include <QSslCertificate>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr std::chrono::milliseconds longestLock{2000}; // of a file, by whoever changes it

// A database without our tables is as good as one with them: they are made at the start.
void look(SqlConnection &sql)
{
    refuseNewerSchema(sql);
    try {
        checkSchema(sql, false);
    } catch (const SqlError &error) {
        if (error.reason() != SqlReason::NoTables)
            throw;
    }
}

// By a connection that only reads: one that writes would make a file of another kind its own.
void lookAtFile(const SqlLocation &location)
{
    if (!QFileInfo(location.file).isWritable())
        throw StartFailure(u"cannot use the database %1: it can't be written"_s.arg(location.display()));
    try {
        SqlConnection sql(location, SqlConnection::Role::Reads, longestLock);
        sql.open();
        look(sql);
    } catch (const SqlError &error) {
        const QString reason = QString::fromUtf8(error.what());
        throw StartFailure(u"cannot use the database %1: %2"_s.arg(location.display(), reason));
    }
}

QString tryDatabase(const Options &options)
{
    const SqlLocation location = SqlLocation::parse(options.database);
    if (location.dialect == SqlDialect::Postgres) {
        const StoreThreads opened(location, 1, {}, {look, {}});
    } else if (!location.inMemory()) {
        const FileLock lock(location.file);
        if (!QFileInfo::exists(location.file)) // which opening it would make
            return location.display() + u", which will be made"_s;
        lookAtFile(location);
    }
    return location.display();
}

// What went wrong, if something did: QCoro::waitFor never returns from what throws.
QCoro::Task<QString> troubleOf(Upstream &upstream)
{
    QString trouble;
    try {
        co_await upstream.get({});
    } catch (const http::Failure &failure) {
        trouble = failure.detail();
    }
    co_return trouble;
}

QString tryUpstream(const Options &options)
{
    if (options.upstream.isEmpty())
        return u"the embedded stand-in"_s;
    Upstream upstream({options.upstream, options.upstreamTimeout, 1, options.upstreamHttp2, options.upstreamCa});
    const QString shown = options.upstream.toDisplayString(QUrl::RemoveUserInfo | QUrl::RemoveQuery);
    if (const QString trouble = QCoro::waitFor(troubleOf(upstream)); !trouble.isEmpty())
        throw StartFailure(shown + u": "_s + trouble);
    return shown;
}

QString tryCertificate(const Options &options)
{
    if (options.tlsCertificate.isEmpty())
        return u"none: plain HTTP"_s;
    const http::TlsContext context(options.tlsCertificate, options.tlsKey);
    const QList<QSslCertificate> chain = QSslCertificate::fromPath(options.tlsCertificate);
    if (chain.isEmpty())
        return options.tlsCertificate;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QDateTime end = chain.first().expiryDate();
    if (end < now)
        throw StartFailure(u"%1 ended at %2"_s.arg(options.tlsCertificate, end.toString(Qt::ISODate)));
    if (chain.first().effectiveDate() > now) {
        throw StartFailure(
            u"%1 begins at %2"_s.arg(options.tlsCertificate, chain.first().effectiveDate().toString(Qt::ISODate)));
    }
    return u"%1 and its key, until %2"_s.arg(options.tlsCertificate, end.toString(Qt::ISODate));
}

QString tryToken(const Options &options)
{
    const QStringList names = options.tokens.names();
    return names.isEmpty() ? u"none is asked for"_s : u"%1: %2"_s.arg(names.size()).arg(names.join(u", "));
}

QString tryPort(const Options &options)
{
    const http::ListeningSocket socket(options.listen, options.port);
    if (options.listen.isUnix())
        return options.listen.toString();
    return u"%1 port %2"_s.arg(options.listen.toString(),
                               options.port == 0 ? u"0: any free one"_s : QString::number(options.port));
}

QString tryDescriptors(Options options, http::Limits limits)
{
    fitToDescriptors(options, limits);
    return u"enough for %1 connections"_s.arg(limits.connections);
}

void say(const QString &word, const QString &name, const QString &text)
{
    std::fputs(qUtf8Printable(u"%1 %2 %3\n"_s.arg(word, -7).arg(name, -12).arg(text)), stdout);
    std::fflush(stdout);
}

template <typename Try>
bool report(const QString &name, Try attempt)
{
    try {
        say(u"ok"_s, name, attempt());
        return true;
    } catch (const StartFailure &failure) {
        say(u"failed"_s, name, failure.line());
        return false;
    }
}

} // namespace

bool check(const CommandLine &line, const http::Limits &limits)
{
    QLoggingCategory::setFilterRules(u"openloop.*=false"_s); // what fails is told in the report
    const Options &options = line.options;
    for (const QString &fault : line.faults)
        say(u"failed"_s, u"options"_s, fault);
    if (!line.faults.isEmpty())
        return false;
    say(u"ok"_s, u"options"_s, u"each is within its bounds"_s);
    bool all = true;
    all &= report(u"token"_s, [&] { return tryToken(options); });
    all &= report(u"certificate"_s, [&] { return tryCertificate(options); });
    all &= report(u"database"_s, [&] { return tryDatabase(options); });
    all &= report(u"upstream"_s, [&] { return tryUpstream(options); });
    all &= report(u"port"_s, [&] { return tryPort(options); });
    all &= report(u"descriptors"_s, [&] { return tryDescriptors(options, limits); });
    return all;
}

} // namespace openloop
