// SPDX-License-Identifier: GPL-3.0-or-later
// What is probed: one request, repeated on a schedule, and what counts as a good answer to it.
#pragma once

#include "gui/probe/samples/clock.h"
#include "gui/probe/samples/parsed.h"
#include "gui/probe/targets/expectation.h"
#include "gui/probe/targets/json_members.h"

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

namespace openloop::probe {

/// A header field. As in curl, `Name:` takes a field away that would be sent otherwise, and `Name;` sends one without a
/// value.
struct Header {
    QString name;
    QString value;
    QString between = QStringLiteral(": "); ///< name and value: a colon and blanks; ":" or ";" where there is no value

    QString line() const
    {
        return name + (value.isEmpty() && between == u": " ? QStringLiteral(";") : between + value);
    }
    bool operator==(const Header &) const = default;
};

/// `NAME: VALUE`, without blanks around, `NAME:` or `NAME;`; whether a name is one is for problemOf(Target).
Parsed<Header> parseHeader(const QString &text);

/// A part of a form (curl --form).
struct FormPart {
    QByteArray name;
    QByteArray value;
    QByteArray type; ///< media type; empty: none is said

    bool operator==(const FormPart &) const = default;
};

/// What the options of curl with these names do.
struct RequestOptions {
    QByteArray user; ///< NAME:PASSWORD; empty: none
    std::optional<QByteArray> userAgent; ///< nothing: the monitor's own; empty: no such field
    QByteArray referer;
    QByteArray cookie;
    bool compressed = false;
    bool location = false; ///< follow redirects, 50 at most
    bool keepMethod = false; ///< a POST stays one wherever it is led (curl -X POST); else it becomes a GET after 303
    bool http2 = false;
    QByteArray proxy; ///< empty: none, whatever the environment says
    QByteArray cacert; ///< file; empty: SSL_CERT_FILE, else the system's
    QByteArray cert, key; ///< files: who we are to the server
    QList<QByteArray> resolve; ///< HOST:PORT:ADDRESS
    QList<FormPart> form;
    std::optional<bool> hasBody; ///< nothing: when there is one, or the method is POST

    bool operator==(const RequestOptions &) const = default;
};

/// One thing to measure. The name is its key everywhere: unique within a session, not empty, no '=' in it.
struct Target {
    QString name;
    QByteArray method = "GET";
    QString url; ///< http or https; templates such as {semiprime:90} are expanded for each request
    QString loadUrl; ///< what load sends instead, where a probe should stay light; empty: `url`
    QList<Header> headers;
    QByteArray body;
    RequestOptions options;
    Nanoseconds interval = std::chrono::milliseconds(100); ///< 1 ms or more
    Nanoseconds timeout = std::chrono::seconds(10); ///< from sending, 1 ms or more
    Expectation expectation;
    bool newConnectionEachTime = false;
    bool verifyTls = true; ///< false: any certificate (curl -k)

    bool operator==(const Target &) const = default;
};

/// The targets of one command line argument: `URL`, `name=URL`, or a curl command in place of the URL; a bare base URL
/// means the four routes of our service. A URL without a scheme is taken as http. Names default to the last path
/// segment, else the host.
Parsed<QList<Target>> targetsFromArgument(const QString &argument);

/// Like targetsFromArgument for each, with names made unique (`health`, `health-2`). No arguments: the local
/// service.
Parsed<QList<Target>> targetsFromArguments(const QStringList &arguments);

/// The four routes of our service below `baseUrl` (no trailing slash): /health every 100 ms, the others every
/// second.
QList<Target> serviceTargets(const QString &baseUrl);

/// The target with its name changed so that it clashes with none of `taken`.
Target withUniqueName(Target target, const QList<Target> &taken);

/// A sentence on what is wrong with it (no URL, unknown scheme, interval below 1 ms, bad template...); empty:
/// nothing.
QString problemOf(const Target &target);

/// What is wrong with a proxy, which is `[scheme://][user:password@]host[:port]`; empty: nothing.
QString problemOfProxy(const QByteArray &proxy);

/// What a target is called that was given no name: the last segment of its path, else the host; `=` is `-`.
QString defaultName(const QString &url);

/// The URL as reports show it: a password in it is `***`.
QString withoutPassword(const QString &url);

/// As profiles keep it. Durations are text (`100ms`), members at their default are left out.
QJsonObject toJson(const Target &target);
/// Errors name the member that is of a wrong type, out of range or unknown.
Parsed<Target> targetFromJson(const QJsonObject &object, UnknownKeys unknown = UnknownKeys::Ignored);

/// A command line that repeats one request of the target in a POSIX shell (for "Copy curl").
QString toCurlCommand(const Target &target);

} // namespace openloop::probe
