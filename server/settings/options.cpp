// SPDX-License-Identifier: GPL-3.0-or-later
// One row of the table below is one option, everywhere: command line, environment, file, help.
#include "server/settings/options.h"

#include "common/endpoints.h"
#include "common/paths.h"
#include "server/settings/database_url.h"
#include "server/settings/option_file.h"
#include "server/settings/secrets.h"
#include "server/settings/usage_error.h"

#include <QCommandLineParser>
#include <QFile>
#include <QFileInfo>
#include <QHostInfo>
#include <QThread>

#include <algorithm>
#include <limits>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

using std::chrono::milliseconds;

constexpr qint64 largestTokenFile = 4096;
constexpr int longestNodeName = 64;
constexpr qsizetype mostOfAList = 100;
constexpr int mostLoops = 64;

struct Row {
    QString name;
    QString valueName;
    QString defaultText;
    QString help;
    void (*take)(Options &options, const Row &row, const QString &text);
    bool isRepeatable = false; ///< on the command line; everywhere several values are separated by commas
};

[[noreturn]] void refuse(const Row &row, const QString &text, const QString &wanted)
{
    throw UsageError(u"--%1: '%2' is not %3"_s.arg(row.name, withoutSecrets(text), wanted));
}

template <typename Number>
Number numberWithin(const Row &row, const QString &text, Number least, Number most)
{
    bool ok = false;
    const auto number = text.toLongLong(&ok);
    if (!ok || number < qint64(least) || number > qint64(most))
        refuse(row, text, u"a number from %1 to %2"_s.arg(least).arg(most));
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
    const QHostAddress address(text == u"localhost" ? u"127.0.0.1"_s : text);
    if (address.isNull())
        refuse(row, text, u"an IP address"_s);
    options.listen = address;
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

void takeTrustedProxies(Options &options, const Row &row, const QString &text)
{
    for (const QString &network : listOf(row, text)) {
        if (!options.trustedProxies.add(network.trimmed().toUtf8()))
            refuse(row, network.trimmed(),
                   u"an address, or a network as 10.0.0.0/8 (at most /32) or 2001:db8::/32 (at most /128)"_s);
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
    QFile file(text);
    if (!file.open(QIODevice::ReadOnly))
        throw UsageError(u"--%1: its file can't be read: %2"_s.arg(row.name, file.errorString()));
    options.token = file.read(largestTokenFile + 1).trimmed();
    if (options.token.size() > largestTokenFile)
        throw UsageError(u"--%1: its file has more than %2 bytes"_s.arg(row.name).arg(largestTokenFile));
    if (options.token.isEmpty())
        throw UsageError(u"--%1: there is no token in its file"_s.arg(row.name));
}

void takeNodeName(Options &options, const Row &row, const QString &text)
{
    const bool printable = std::ranges::all_of(text, [](QChar each) { return each.isPrint(); });
    if (text.size() > longestNodeName || !printable)
        refuse(row, text.left(longestNodeName), u"a name of at most %1 printable characters"_s.arg(longestNodeName));
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
    options.loops =
        text == u"auto" ? std::min(QThread::idealThreadCount(), mostByItself) : numberWithin(row, text, 1, mostLoops);
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

QList<Row> rows()
{
    const QString cores = QString::number(QThread::idealThreadCount());
    const QString logs = ::isatty(STDERR_FILENO) ? u"text"_s : u"json"_s;
    return {
        {u"listen"_s, u"ADDRESS"_s, u"127.0.0.1"_s, u"Listen here; beyond loopback only with --token-file."_s,
         takeAddress},
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
         u"This server among those that share a database; without it, host and port."_s,
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
        {u"cpu-nice"_s, u"N"_s, u"10"_s,
         u"Niceness of the threads that factor; with less, programs of this machine wait for them, those that ask /health too."_s,
         takeNumber<&Options::cpuNice, 0, 19>},
        {u"factorize-timeout"_s, u"S"_s, u"30"_s, u"Seconds for one factorization, its waiting included."_s,
         takeSeconds<&Options::factorizeTimeout>},
        {u"max-digits"_s, u"N"_s, u"100"_s, u"Larger n are refused before any work."_s,
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
         u"Address or network of proxies; from there alone Forwarded, X-Forwarded-* and the PROXY protocol are "
         "believed; may be repeated."_s,
         takeTrustedProxies,
         true},
        {u"token-file"_s,
         u"PATH"_s,
         {},
         u"File with the bearer token that every route but the health probes asks for."_s,
         takeToken},
        {u"tls-certificate"_s,
         u"PATH"_s,
         {},
         u"PEM file: HTTPS; with --tls-key."_s,
         takePath<&Options::tlsCertificate>},
        {u"tls-key"_s, u"PATH"_s, {}, u"PEM file with the certificate's key."_s, takePath<&Options::tlsKey>},
        {u"log-format"_s, u"text|json"_s, logs, u"Form of the log on standard error."_s, takeLogFormat},
        {u"access-log"_s, u"off|slow|all"_s, u"slow"_s,
         u"Log requests: slow: those over 1 s and those refused, equal ones of a second summed; all: each."_s,
         takeAccessLines},
    };
}

struct Value {
    QString text;
    QString source;
};

Value valueOf(const Row &row, const QCommandLineParser &parser, const OptionFile &file)
{
    if (parser.isSet(row.name))
        return {row.isRepeatable ? parser.values(row.name).join(u',') : parser.value(row.name), u"command line"_s};
    const QString variable = u"OPENLOOP_"_s + row.name.toUpper().replace(u'-', u'_');
    if (qEnvironmentVariableIsSet(variable.toLatin1().constData()))
        return {qEnvironmentVariable(variable.toLatin1().constData()), u"environment "_s + variable};
    if (const auto inFile = file.values.constFind(row.name); inFile != file.values.constEnd())
        return {*inFile, file.path};
    return {row.defaultText, u"default"_s};
}

// What is said of a value that did not come from the command line names its source.
void take(Options &options, const Row &row, const Value &value)
{
    try {
        row.take(options, row, value.text);
    } catch (const UsageError &error) {
        if (value.source == u"command line")
            throw;
        throw UsageError(u"%1 (%2)"_s.arg(QString::fromUtf8(error.what()), value.source));
    }
}

void addTo(QCommandLineParser &parser, const QList<Row> &table)
{
    parser.setApplicationDescription(
        u"A service that answers at once, waits and computes, without the one starving the others.\n"
        "Every option can also be set as OPENLOOP_NAME in the environment or as name=value in openloop/server.ini\n"
        "in an XDG configuration folder; the command line comes first."_s);
    parser.addOption({{u"h"_s, u"help"_s}, u"Print this help."_s});
    parser.addOption({{u"v"_s, u"version"_s}, u"Print the version."_s});
    parser.addOption({u"print-config"_s, u"Print each value and where it comes from."_s});
    parser.addOption(
        {u"backup"_s, u"Copy the SQLite database, which may be in use, to a new file, and end."_s, u"FILE"_s});
    for (const Row &row : table) {
        const QString ending = row.defaultText.isEmpty() ? QString() : u" [%1]"_s.arg(row.defaultText);
        parser.addOption({row.name, row.help + ending, row.valueName});
    }
}

void checkTogether(const Options &options)
{
    if (!options.listen.isLoopback() && options.token.isEmpty())
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

} // namespace

CommandLine readCommandLine(const QStringList &arguments)
{
    const QList<Row> table = rows();
    QCommandLineParser parser;
    addTo(parser, table);
    if (!parser.parse(arguments))
        throw UsageError(parser.errorText());
    if (!parser.positionalArguments().isEmpty())
        throw UsageError(u"'%1' is not an option"_s.arg(withoutSecrets(parser.positionalArguments().constFirst())));
    if (parser.isSet(u"help"_s))
        return {CommandLine::Action::PrintHelp, {}, parser.helpText()};
    if (parser.isSet(u"version"_s))
        return {CommandLine::Action::PrintVersion, {}, QStringLiteral("openloop-server " OPENLOOP_VERSION "\n")};

    CommandLine line;
    QStringList names;
    for (const Row &row : table)
        names << row.name;
    const OptionFile file = readOptionFile(paths::configFile(u"server.ini"_s), names);
    for (const Row &row : table) {
        const Value value = valueOf(row, parser, file);
        take(line.options, row, value);
        line.text += u"%1 = %2    # %3\n"_s.arg(row.name, withoutSecrets(value.text), value.source);
    }
    checkTogether(line.options);
    if (line.options.nodeName.isEmpty())
        line.options.nodeName = u"%1:%2"_s.arg(QHostInfo::localHostName()).arg(line.options.port);
    if (parser.isSet(u"print-config"_s))
        line.action = CommandLine::Action::PrintConfig;
    else if (parser.isSet(u"backup"_s)) {
        checkIsCopied(line.options.database);
        line.action = CommandLine::Action::BackUp;
        line.text = parser.value(u"backup"_s);
    }
    return line;
}

} // namespace openloop
