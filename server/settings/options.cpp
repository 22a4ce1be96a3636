// SPDX-License-Identifier: GPL-3.0-or-later
// One row of the table below is one option, everywhere: command line, environment, file, help.
#include "server/settings/option_row.h"

#include "common/endpoints.h"
#include "server/settings/database_url.h"
#include "server/settings/secrets.h"
#include "server/settings/usage_error.h"

#include <QFileInfo>
#include <QThread>

#include <algorithm>
#include <limits>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

using std::chrono::milliseconds;
using Row = OptionRow;

constexpr int longestNodeName = 64;
constexpr qsizetype mostOfAList = 100;
constexpr int mostLoops = 64;

[[noreturn]] void refuse(const Row &row, const QString &text, const QString &wanted)
{
    throw UsageError(u"--%1: '%2' is not %3"_s.arg(row.name, withoutSecrets(text).simplified(), wanted));
}

template <typename Number>
Number numberWithin(const Row &row, const QString &text, Number least, Number most, const QString &also = {})
{
    bool ok = false;
    const auto number = text.toLongLong(&ok);
    if (!ok || number < qint64(least) || number > qint64(most))
        refuse(row, text, u"a number from %1 to %2%3"_s.arg(least).arg(most).arg(also));
    return Number(number);
}

template <auto member, int least, int most>
void takeNumber(Options &options, const Row &row, const QString &text)
{
    using Number = std::remove_reference_t<decltype(options.*member)>;
    options.*member = numberWithin<Number>(row, text, Number(least), Number(most));
}

template <auto member, int leastMilliseconds = 1>
void takeSeconds(Options &options, const Row &row, const QString &text)
{
    constexpr double least = leastMilliseconds / 1000.0;
    bool ok = false;
    const double seconds = text.toDouble(&ok);
    if (!ok || !(seconds >= least && seconds <= 86'400))
        refuse(row, text, u"a number of seconds from %1 to 86400"_s.arg(least));
    options.*member = milliseconds(qint64(seconds * 1000));
}

template <auto member>
void takePath(Options &options, const Row &row, const QString &text)
{
    if (!text.isEmpty() && !QFileInfo(text).isReadable())
        refuse(row, text, u"a file that can be read"_s);
    options.*member = text;
}

void takeAddress(Options &options, const Row &row, const QString &text)
{
    const auto address = http::ListenAddress::read(text);
    if (!address)
        refuse(
            row, text,
            u"an IP address, or unix:/path, absolute and of at most %1 bytes"_s.arg(http::ListenAddress::longestPath));
    options.listen = *address;
}

void takeUpstream(Options &options, const Row &row, const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const bool isHttp = url.scheme() == u"http" || url.scheme() == u"https";
    if (!text.isEmpty() && (!url.isValid() || !isHttp || url.host().isEmpty()))
        refuse(row, text, u"an http or https URL"_s);
    options.upstream = url;
}

template <auto member>
void takeSwitch(Options &options, const Row &row, const QString &text)
{
    if (text != u"on" && text != u"off")
        refuse(row, text, u"on or off"_s);
    options.*member = text == u"on";
}

void takeReadyNeeds(Options &options, const Row &row, const QString &text)
{
    options.readyNeeds = text.split(u',', Qt::SkipEmptyParts);
    for (QString &name : options.readyNeeds) {
        name = name.trimmed();
        if (name != u"database" && name != u"upstream")
            refuse(row, text, u"a list of database and upstream"_s);
    }
}

QStringList listOf(const Row &row, const QString &text)
{
    const QStringList list = text.split(u',', Qt::SkipEmptyParts);
    if (list.size() > mostOfAList)
        refuse(row, u"%1 values"_s.arg(list.size()), u"a list of at most %1"_s.arg(mostOfAList));
    return list;
}

void takeAllowedHosts(Options &options, const Row &row, const QString &text)
{
    for (const QString &name : listOf(row, text)) {
        if (!options.allowedHosts.add(name.trimmed()))
            refuse(row, name.trimmed(),
                   u"a host: a name of at most 253 characters, *.example.com or an address, without a port"_s);
    }
}

void takeCorsOrigins(Options &options, const Row &row, const QString &text)
{
    for (const QString &origin : listOf(row, text)) {
        if (!options.crossOrigin.add(origin.trimmed()))
            refuse(row, origin.trimmed(),
                   u"an origin: http:// or https://, a host of at most 253 characters, perhaps a port, no path"_s);
    }
}

void takeTrustedProxies(Options &options, const Row &row, const QString &text)
{
    for (const QString &network : listOf(row, text)) {
        if (!options.trustedProxies.add(network.trimmed().toUtf8()))
            refuse(row, network.trimmed(),
                   u"an address, a network as 10.0.0.0/8 (at most /32) or 2001:db8::/32 (at most /128), or unix:"_s);
    }
}

void takeDatabase(Options &options, const Row &row, const QString &text)
{
    if (const QString right = rightDatabaseUrl(text); !right.isEmpty())
        refuse(row, text, u"a database: write "_s + right);
    options.database = text;
}

// The value is not repeated: it may be the token itself, given by mistake.
void takeToken(Options &options, const Row &row, const QString &text)
{
    if (text.isEmpty())
        return;
    try {
        options.tokens = Tokens::ofFile(text);
        options.tokenFile = text;
    } catch (const UsageError &error) {
        throw UsageError(u"--%1: %2"_s.arg(row.name, QString::fromUtf8(error.what())));
    }
}

void takeNodeName(Options &options, const Row &row, const QString &text)
{
    const bool printable = std::ranges::all_of(text, [](QChar each) { return each.isPrint(); });
    if (text.size() > longestNodeName || !printable)
        refuse(row, text.size() > longestNodeName ? text.left(longestNodeName) + u'…' : text,
               u"a name of at most %1 printable characters"_s.arg(longestNodeName));
    options.nodeName = text;
}

// NOTIFY wakes every server that listens, and before PostgreSQL 19 each commit of one signals them all: two hundred
// commits a second were left with 1,000 of them, thousands with 32.
void takeHints(Options &options, const Row &row, const QString &text)
{
    if (text != u"auto" && text != u"on" && text != u"off")
        refuse(row, text, u"auto, on or off"_s);
    if (text != u"auto")
        options.mostHinting = text == u"on" ? std::numeric_limits<int>::max() : 0;
}

// More bring less: what they have in common, from the kernel's socket on, is in the way.
void takeLoops(Options &options, const Row &row, const QString &text)
{
    constexpr int mostByItself = 4;
    options.loops = text == u"auto" ? std::min(QThread::idealThreadCount(), mostByItself)
                                    : numberWithin(row, text, 1, mostLoops, u", or auto"_s);
}

void takeLogFormat(Options &options, const Row &row, const QString &text)
{
    if (text != u"text" && text != u"json")
        refuse(row, text, u"text or json"_s);
    options.logFormat = text == u"text" ? LogFormat::Text : LogFormat::Json;
}

void takeAccessLines(Options &options, const Row &row, const QString &text)
{
    if (text != u"off" && text != u"slow" && text != u"all")
        refuse(row, text, u"off, slow or all"_s);
    options.accessLines = text == u"off" ? AccessLines::Off : text == u"slow" ? AccessLines::Slow : AccessLines::All;
}

} // namespace

QList<OptionRow> optionRows()
{
    const QString cores = QString::number(QThread::idealThreadCount());
    const QString logs = ::isatty(STDERR_FILENO) ? u"text"_s : u"json"_s;
    return {
        {u"listen"_s, u"ADDRESS"_s, u"127.0.0.1"_s,
         u"Listen here, or at unix:/path; beyond these and loopback only with --token-file."_s, takeAddress},
        {u"port"_s, u"N"_s, QString::number(endpoints::defaultPort), u"0: any free port."_s,
         takeNumber<&Options::port, 0, 65'535>},
        {u"upstream"_s,
         u"URL"_s,
         {},
         u"What /call_other_service awaits; without it, an embedded stand-in."_s,
         takeUpstream},
        {u"upstream-timeout"_s, u"S"_s, u"5"_s, u"Seconds for one call."_s, takeSeconds<&Options::upstreamTimeout>},
        {u"upstream-concurrency"_s, u"N"_s, u"1024"_s, u"Calls in flight; beyond it 503."_s,
         takeNumber<&Options::upstreamConcurrency, 1, 100'000>},
        {u"upstream-http2"_s, u"on|off"_s, u"off"_s,
         u"Speak HTTP/2 where an https upstream does; what is not answered half-way to its deadline is asked for twice."_s,
         takeSwitch<&Options::upstreamHttp2>},
        {u"upstream-ca"_s,
         u"FILE"_s,
         {},
         u"PEM file of those who may sign the upstream's certificate; without it SSL_CERT_FILE, or the system's."_s,
         takePath<&Options::upstreamCa>},
        {u"ready-needs"_s, u"LIST"_s, u"database"_s,
         u"Of database and upstream, those without which /readyz is 503; it tells of the others as degraded."_s,
         takeReadyNeeds},
        {u"database"_s,
         u"URL"_s,
         {},
         u"sqlite:PATH, sqlite::memory: or postgresql://user@host:port/name; without it, a SQLite file in the "
         "user's data folder."_s,
         takeDatabase},
        {u"database-connections"_s, u"N"_s, u"4"_s, u"Connections, each with a thread of its own."_s,
         takeNumber<&Options::databaseConnections, 1, 256>},
        {u"jobs"_s, u"on|off"_s, u"on"_s, u"off: takes jobs, and leaves them to other servers on the same database."_s,
         takeSwitch<&Options::runsJobs>},
        {u"node-name"_s,
         u"NAME"_s,
         {},
         u"This server among those that share a database; without it, host and port, or path."_s,
         takeNodeName},
        {u"heartbeat"_s, u"S"_s, u"5"_s, u"Seconds after which it says again that it lives."_s,
         takeSeconds<&Options::heartbeat>},
        {u"suspect-after"_s, u"S"_s, u"30"_s,
         u"Seconds without that, after which the others look twice and take its jobs; at least 3 heartbeats."_s,
         takeSeconds<&Options::suspectAfter>},
        {u"listen-hints"_s, u"auto|on|off"_s, u"auto"_s,
         u"Tell the other servers on a PostgreSQL of new jobs and ends at once; auto: where at most 32 live."_s,
         takeHints},
        {u"cpu-threads"_s, u"N"_s, cores, u"Threads that factor."_s, takeNumber<&Options::cpuThreads, 1, 1024>},
        {u"cpu-queue"_s, u"N"_s, u"64"_s, u"Computations that wait; beyond it 503."_s,
         takeNumber<&Options::cpuQueue, 0, 100'000>},
        {u"cpu-nice"_s, u"N"_s, u"6"_s,
         u"Niceness of the threads that factor; with less, programs of this machine wait for them, those that ask /health too."_s,
         takeNumber<&Options::cpuNice, 0, 19>},
        {u"factorize-timeout"_s, u"S"_s, u"30"_s, u"Seconds for one factorization, its waiting included."_s,
         takeSeconds<&Options::factorizeTimeout>},
        {u"max-digits"_s, u"N"_s, u"100"_s,
         u"Digits of n, leading zeros not counted; longer ones: 422. Beyond 110 a job may end as failed after 20,000 curves."_s,
         takeNumber<&Options::maxDigits, 1, 10'000>},
        {u"max-connections"_s, u"N"_s, u"10000"_s, u"Clients at a time; beyond it 503."_s,
         takeNumber<&Options::maxConnections, 1, 1'000'000>},
        {u"loops"_s, u"N|auto"_s, u"1"_s, u"Event loops that share the port; auto: one per core up to 4."_s, takeLoops},
        {u"drain-timeout"_s, u"S"_s, u"10"_s, u"Seconds that requests in flight are given after SIGTERM."_s,
         takeSeconds<&Options::drainTimeout>},
        {u"drain-delay"_s, u"S"_s, u"0"_s,
         u"Seconds after SIGTERM in which /readyz says 503 and requests are still taken."_s,
         takeSeconds<&Options::drainDelay, 0>},
        {u"allowed-host"_s,
         u"NAME"_s,
         {},
         u"Beside loopback's, a name in Host by which requests are answered; *.example.com; may be repeated."_s,
         takeAllowedHosts,
         true},
        {u"trusted-proxy"_s,
         u"CIDR"_s,
         {},
         u"Address or network of proxies, or unix: for those that come by our Unix socket; from there alone Forwarded, "
         "X-Forwarded-* and the PROXY protocol are believed; may be repeated."_s,
         takeTrustedProxies,
         true},
        {u"cors-origin"_s,
         u"ORIGIN"_s,
         {},
         u"Beside our own, pages that may ask and read the answers, as https://example.com; may be repeated."_s,
         takeCorsOrigins,
         true},
        {u"token-file"_s,
         u"PATH"_s,
         {},
         u"File with the bearer tokens, a line each or name:token, that every route but health probes and documents "
         u"asks "
         "for; read again at SIGHUP."_s,
         takeToken},
        {u"private-docs"_s,
         {},
         u"off"_s,
         u"What lists the routes, / and /openapi.json, asks for the token as well."_s,
         takeSwitch<&Options::privateDocs>},
        {u"tls-certificate"_s,
         u"PATH"_s,
         {},
         u"PEM file: HTTPS; with --tls-key. Both are read again at SIGHUP."_s,
         takePath<&Options::tlsCertificate>},
        {u"tls-key"_s, u"PATH"_s, {}, u"PEM file with the certificate's key."_s, takePath<&Options::tlsKey>},
        {u"log-format"_s, u"text|json"_s, logs, u"Form of the log on standard error."_s, takeLogFormat},
        {u"access-log"_s, u"off|slow|all"_s, u"slow"_s,
         u"Log requests: slow: those over 1 s and those refused, equal ones of a second summed; all: each."_s,
         takeAccessLines},
    };
}

void checkTogether(const Options &options)
{
    if (!options.listen.isLocal() && options.tokens.isEmpty())
        throw UsageError(
            u"--listen %1: beyond loopback a token is needed: --token-file"_s.arg(options.listen.toString()));
    if (options.tlsCertificate.isEmpty() != options.tlsKey.isEmpty())
        throw UsageError(u"--tls-certificate and --tls-key go together"_s);
    if (options.suspectAfter < 3 * options.heartbeat) {
        const auto seconds = [](milliseconds time) { return QString::number(double(time.count()) / 1000); };
        throw UsageError(u"--suspect-after: '%1' is less than three times --heartbeat, which is %2"_s.arg(
            seconds(options.suspectAfter), seconds(options.heartbeat)));
    }
}

} // namespace openloop
