// SPDX-License-Identifier: GPL-3.0-or-later
// Declares the options once for both programs, and leaves to Qt what is its own.
#include "gui/probe/targets/command_line.h"

#include "gui/probe/targets/curl_command.h"
#include "gui/probe/targets/target.h"

#include <QCommandLineParser>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QUrl>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

/// What QApplication takes out of the arguments itself (its documentation, and that of QGuiApplication).
const QStringList qtValues{u"platform"_s,        u"platformpluginpath"_s,
                           u"platformtheme"_s,   u"plugin"_s,
                           u"style"_s,           u"stylesheet"_s,
                           u"qwindowgeometry"_s, u"geometry"_s,
                           u"qwindowtitle"_s,    u"title"_s,
                           u"qwindowicon"_s,     u"icon"_s,
                           u"display"_s,         u"name"_s,
                           u"session"_s,         u"qmljsdebugger"_s};
const QStringList qtFlags{u"reverse"_s, u"widgetcount"_s, u"nograb"_s, u"dograb"_s, u"sync"_s};

} // namespace

void addOptions(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Measures HTTP services on an open loop, so that a stall is never hidden.\n\n"
        "Targets are URLs, name=URL, or a curl command in quotes; a bare base URL means the routes of openloop-server. "
        "Without "
        "--headless a window opens.\n\n"
        "Asserts: TARGET.QUANTITY OP LIMIT, for instance health.p99<20ms, health.errors=0, "
        "health.availability>=99.9%.\n"
        "Quantities: p50 p90 p95 p99 p99.9 max errors availability rate n isolation certificate. Errors are a whole "
        "number or a "
        "share (errors<1%); rate is good answers per second; certificate>14d is what is left of it, and as a rule "
        "certificate<14d raises an alarm. Durations: 500us 100ms 30s 1m 14d.\n"
        "{semiprime:90} in a URL becomes a fresh product of two primes, of 90 digits, for each request.\n\n"
        "Exit: 0 asserts hold, 1 one failed, 2 usage, or a file that could not be written, 3 nothing answered, 4 the "
        "measurement was not trustworthy "
        "(also: the monitor itself stood still for more than 1 % of the run), 5 the run was cut short (by a signal, or "
        "it stood still for more than a tenth). Of several the first of 2, 5, 3, 1 on errors or availability, 4, 1. A "
        "signal is the end that --forever has: 0."_s);
    parser.addVersionOption();
    parser.addPositionalArgument(
        u"URL"_s, u"What to measure (default http://127.0.0.1:8080), or a recording to open in the window."_s,
        u"[URL... | FILE]"_s);
    parser.addOptions({
        {{u"h"_s, u"help"_s}, u"Displays help on commandline options."_s},
        {u"headless"_s, u"Measure without a display and report."_s},
        {u"duration"_s, u"How long to measure (10s), each step of --find-limit (5s), or an isolation test (40s)."_s,
         u"D"_s},
        {u"interval"_s, u"Time between two ticks of a target (100ms; 1s for the waiting and computing routes)."_s,
         u"D"_s},
        {u"timeout"_s, u"When a request is given up (10s)."_s, u"D"_s},
        {u"header"_s, u"Header field for every target; may be repeated."_s, u"NAME: VALUE"_s},
        {u"new-connection"_s, u"A new connection for each request."_s},
        {u"insecure"_s, u"Accept any TLS certificate."_s},
        {u"cacert"_s,
         u"Certificates to trust, as PEM, by --webhook too; else those of SSL_CERT_FILE, else the system's."_s,
         u"FILE"_s},
        {u"cert"_s, u"Who we are to the service: certificate as PEM, its key too unless --key names it."_s, u"FILE"_s},
        {u"key"_s, u"The key of --cert, as PEM."_s, u"FILE"_s},
        {u"proxy"_s, u"Proxy to ask through; none else, whatever the environment says."_s, u"URL"_s},
        {u"location"_s, u"Follow redirects, 50 at most; else they are shown."_s},
        {u"expect"_s,
         u"What a good answer is, for every target: status=2xx,304 or status=200-204 (status=200-399), text=TEXT, "
         "regex=PATTERN, json=/POINTER=VALUE, header=NAME: VALUE; may be repeated, all must hold."_s,
         u"EXPECTATION"_s},
        {u"profile"_s, u"Targets and rules from a JSON file."_s, u"FILE"_s},
        {u"forever"_s,
         u"No end but SIGTERM or SIGINT, which is exit code 0; SIGHUP reads --profile and --token-file again. "
         "Without asserts: rules raise alarms. Memory and recording are bounded."_s},
        {u"listen"_s, u"Serve the figures for Prometheus at /metrics there; beyond loopback only with --token-file."_s,
         u"ADDRESS:PORT"_s},
        {u"token-file"_s, u"File with the bearer token that all of --listen but /healthz asks for."_s, u"FILE"_s},
        {u"on-alert"_s,
         u"Run in a shell when a rule breaks or holds again, or a target goes down or comes back: JSON on its standard "
         "input, OPENLOOP_ALERT_* in its environment; one at a time, 30 s each."_s,
         u"COMMAND"_s},
        {u"webhook"_s, u"Post the same JSON there, tried again for two minutes."_s, u"URL"_s},
        {u"load"_s, u"Keep N requests of a target in flight; may be repeated."_s, u"NAME=N"_s},
        {u"assert"_s, u"What must hold; may be repeated."_s, u"ASSERT"_s},
        {u"strict"_s,
         u"An assert on latency fails too when more than 1 % of the requests did, timeouts not counted."_s},
        {u"rule"_s, u"SLO rule that must not fire, like 'health: p99<20ms over 10s for 5s'; may be repeated."_s,
         u"RULE"_s},
        {u"isolation-test"_s,
         u"Baseline, load, recovery, verdict: does load on one target slow the others? The loaded one is not "
         "probed meanwhile."_s,
         u"NAME=N"_s},
        {u"phases"_s, u"Lengths of the isolation test's phases (10s,20s,10s)."_s, u"B,L,R"_s},
        {u"find-limit"_s, u"Search the load up to N at which the asserts break."_s, u"NAME=N"_s},
        {u"json"_s, u"Write the result as JSON; - for standard output."_s, u"FILE"_s},
        {u"junit"_s, u"Write the asserts as JUnit XML; - for standard output."_s, u"FILE"_s},
        {u"record"_s, u"Record the session to an SQLite file."_s, u"FILE"_s},
        {u"metrics"_s, u"Where a service's own figures are, for the window: a path (/metrics) or a URL of its own."_s,
         u"PLACE"_s},
        {u"quiet"_s, u"No progress on standard error."_s},
    });
}

QString problemOfMetrics(const QString &place)
{
    const QUrl url(place, QUrl::StrictMode);
    const bool isWeb = (url.scheme() == "http"_L1 || url.scheme() == "https"_L1) && !url.host().isEmpty();
    return url.isValid() && (isWeb || (place.startsWith(u'/') && url.host().isEmpty()))
        ? QString()
        : u"--metrics: “%1” is neither a path nor a URL; write /path or http://host:port/path"_s.arg(place);
}

namespace {

constexpr QByteArrayView sqliteHeader = "SQLite format 3"; // sqlite.org/fileformat2.html, with a NUL behind it

QByteArray firstBytesOf(const QString &path)
{
    QFile file(path);
    return QFileInfo(path).isFile() && file.open(QIODevice::ReadOnly) ? file.read(sqliteHeader.size()) : QByteArray();
}

} // namespace

QString fileNamed(const QString &argument)
{
    if (argument.startsWith("file://"_L1))
        return QUrl(argument).toLocalFile();
    static const QRegularExpression path(u"\\A(\\.{0,2}/|[^=:\\s]*\\.sqlite\\z)"_s);
    const bool isPath = path.match(argument).hasMatch() && !looksLikeCurlCommand(argument);
    return isPath || firstBytesOf(argument) == sqliteHeader ? argument : QString();
}

QString problemOfRecording(const QString &path)
{
    if (!QFileInfo::exists(path))
        return u"%1: there is no such file"_s.arg(path);
    return firstBytesOf(path) == sqliteHeader ? QString() : u"%1 is no recording, or can't be read"_s.arg(path);
}

QString problemOfWindowArguments(const QStringList &arguments, bool hasDisplay)
{
    QCommandLineParser parser;
    parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    addOptions(parser);
    for (const auto &name : qtValues)
        parser.addOption({name, {}, u"value"_s});
    for (const auto &name : qtFlags)
        parser.addOption(QCommandLineOption(name));
    if (!parser.parse(arguments))
        return withoutFullStop(parser.errorText());
    const auto names = parser.optionNames();
    const auto ours = std::ranges::find_if(names, [](const auto &name) {
        return !qtValues.contains(name) && !qtFlags.contains(name) && name != "metrics"_L1;
    });
    if (ours != names.end())
        return u"--%1 works only with --headless"_s.arg(*ours);
    const auto places = parser.positionalArguments();
    if (const auto file = std::ranges::find_if_not(places, &QString::isEmpty, fileNamed); file != places.end()) {
        if (places.size() > 1)
            return u"%1: a recording is opened alone, without targets"_s.arg(*file);
        if (const auto problem = problemOfRecording(fileNamed(*file)); !problem.isEmpty())
            return problem;
    } else if (const auto targets = targetsFromArguments(places); !targets) {
        return targets.error;
    }
    if (const auto problem = problemOfMetrics(parser.value(u"metrics"_s));
        parser.isSet(u"metrics"_s) && !problem.isEmpty())
        return problem;
    return hasDisplay || parser.isSet(u"platform"_s)
        ? QString()
        : u"no display to open a window on; --headless measures without one"_s;
}

} // namespace openloop::probe
