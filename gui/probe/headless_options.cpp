// SPDX-License-Identifier: GPL-3.0-or-later
// See headless_options.h.
#include "gui/probe/headless_options.h"

#include "gui/probe/durations.h"
#include "gui/probe/profile.h"

#include <QCommandLineParser>
#include <QCoreApplication>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

/// The first thing that is wrong ends the reading; nested calls stay free of error plumbing.
struct Usage {
    QString problem;
};

template <typename T> T orThrow(const Parsed<T> &parsed)
{
    if (!parsed)
        throw Usage{parsed.error};
    return *parsed;
}

void addOptions(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Measures HTTP services on an open loop, so that a stall is never hidden.\n\n"
        "Targets are URLs or name=URL; a bare base URL means the routes of openloop-server. Without "
        "--headless a window opens.\n\n"
        "Asserts: TARGET.QUANTITY OP LIMIT, for instance health.p99<20ms, health.errors=0, "
        "health.availability>=99.9%.\n"
        "Quantities: p50 p95 p99 max errors availability n isolation. Durations: 500us 100ms 30s 1m.\n"
        "{semiprime:90} in a URL becomes a fresh product of two primes, of 90 digits, for each request.\n\n"
        "Exit: 0 asserts hold, 1 one failed, 2 usage, 3 nothing answered, 4 the measurement was not trustworthy."_s);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(u"URL"_s, u"What to measure (default http://127.0.0.1:8080)."_s,
                                 u"[URL...]"_s);
    parser.addOptions({
        {u"headless"_s, u"Measure without a display and report."_s},
        {u"duration"_s, u"How long to measure (10s)."_s, u"D"_s},
        {u"interval"_s,
         u"Time between two ticks of a target (100ms; 1s for the waiting and computing routes)."_s, u"D"_s},
        {u"timeout"_s, u"When a request is given up (10s)."_s, u"D"_s},
        {u"header"_s, u"Header field for every target; may be repeated."_s, u"NAME: VALUE"_s},
        {u"new-connection"_s, u"A new connection for each request."_s},
        {u"insecure"_s, u"Accept any TLS certificate."_s},
        {u"profile"_s, u"Targets and rules from a JSON file."_s, u"FILE"_s},
        {u"load"_s, u"Keep N requests of a target in flight; may be repeated."_s, u"NAME=N"_s},
        {u"assert"_s, u"What must hold; may be repeated."_s, u"ASSERT"_s},
        {u"rule"_s,
         u"SLO rule that must not fire, like 'health: p99<20ms over 10s for 5s'; may be repeated."_s,
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
        {u"quiet"_s, u"No progress on standard error."_s},
    });
}

QList<Target> readTargets(const QCommandLineParser &parser, QList<Rule> &rules)
{
    QList<Target> targets;
    if (parser.isSet(u"profile"_s)) {
        const auto profile = orThrow(loadProfile(parser.value(u"profile"_s)));
        targets = profile.targets;
        rules = profile.rules;
    }
    if (targets.isEmpty() || !parser.positionalArguments().isEmpty()) {
        for (const auto &target : orThrow(targetsFromArguments(parser.positionalArguments())))
            targets.append(withUniqueName(target, targets));
    }
    for (auto &target : targets) {
        if (parser.isSet(u"interval"_s))
            target.interval = orThrow(parseDuration(parser.value(u"interval"_s)));
        if (parser.isSet(u"timeout"_s))
            target.timeout = orThrow(parseDuration(parser.value(u"timeout"_s)));
        for (const auto &header : parser.values(u"header"_s))
            target.headers.append({header.section(u':', 0, 0).trimmed(), header.section(u':', 1).trimmed()});
        target.newConnectionEachTime = target.newConnectionEachTime || parser.isSet(u"new-connection"_s);
        target.verifyTls = target.verifyTls && !parser.isSet(u"insecure"_s);
        if (const auto problem = problemOf(target); !problem.isEmpty())
            throw Usage{problem};
    }
    return targets;
}

void checkName(const QString &name, const QList<Target> &targets)
{
    QStringList names;
    for (const auto &target : targets)
        names.append(target.name);
    if (!names.contains(name))
        throw Usage{u"“%1” is no target; there are %2"_s.arg(name, names.join(u", "_s))};
}

NamedLoad readLoad(const QString &text, const QList<Target> &targets)
{
    NamedLoad load{text.section(u'=', 0, -2), 0};
    bool isNumber = false;
    load.n = text.section(u'=', -1).toInt(&isNumber);
    if (load.name.isEmpty() || !isNumber || load.n < 1 || load.n > Engine::maxLoad)
        throw Usage{u"“%1” is no load; write NAME=N with N from 1 to %2"_s.arg(text).arg(Engine::maxLoad)};
    checkName(load.name, targets);
    return load;
}

std::optional<IsolationConfig> readIsolation(const QCommandLineParser &parser, const QList<Target> &targets)
{
    if (!parser.isSet(u"isolation-test"_s)) {
        if (parser.isSet(u"phases"_s))
            throw Usage{u"--phases belongs to --isolation-test"_s};
        return {};
    }
    const auto load = readLoad(parser.value(u"isolation-test"_s), targets);
    if (targets.size() < 2)
        throw Usage{u"an isolation test needs a second target that is to stay fast"_s};
    IsolationConfig config;
    config.load = load.name;
    config.n = load.n;
    if (parser.isSet(u"phases"_s)) {
        const auto phases = parser.value(u"phases"_s).split(u',');
        if (phases.size() != 3)
            throw Usage{u"--phases takes three durations, like 10s,20s,10s"_s};
        config.baseline = orThrow(parseDuration(phases[0]));
        config.loaded = orThrow(parseDuration(phases[1]));
        config.recovery = orThrow(parseDuration(phases[2]));
    }
    return config;
}

void readAsserts(const QCommandLineParser &parser, HeadlessOptions &options)
{
    for (const auto &text : parser.values(u"assert"_s)) {
        const auto assertion = orThrow(parseAssertion(text));
        checkName(assertion.target, options.targets);
        if (assertion.condition.quantity == Quantity::Isolation && !options.isolation)
            throw Usage{u"“%1” needs --isolation-test"_s.arg(text)};
        if (assertion.condition.quantity == Quantity::Isolation
            && assertion.target == options.isolation->load)
            throw Usage{u"“%1”: the loaded target has no isolation"_s.arg(text)};
        options.asserts.append(assertion);
    }
    for (const auto &text : parser.values(u"rule"_s))
        options.rules.append(orThrow(parseRule(text)));
    for (const auto &rule : std::as_const(options.rules)) {
        if (!rule.target.isEmpty())
            checkName(rule.target, options.targets);
    }
}

HeadlessOptions readOptions(const QCommandLineParser &parser)
{
    HeadlessOptions options;
    options.targets = readTargets(parser, options.rules);
    if (parser.isSet(u"duration"_s))
        options.duration = orThrow(parseDuration(parser.value(u"duration"_s)));
    for (const auto &text : parser.values(u"load"_s))
        options.loads.append(readLoad(text, options.targets));
    options.isolation = readIsolation(parser, options.targets);
    readAsserts(parser, options);
    if (parser.isSet(u"find-limit"_s)) {
        if (options.asserts.isEmpty() || options.isolation)
            throw Usage{u"--find-limit needs an --assert to break, and excludes --isolation-test"_s};
        const auto load = readLoad(parser.value(u"find-limit"_s), options.targets);
        options.search = LoadSearchConfig{load.name, options.asserts, load.n, {}, {}};
        options.search->settle = std::chrono::seconds(1);
        options.search->measure = parser.isSet(u"duration"_s) ? options.duration : std::chrono::seconds(5);
    }
    options.json = parser.value(u"json"_s);
    options.junit = parser.value(u"junit"_s);
    options.record = parser.value(u"record"_s);
    options.quiet = parser.isSet(u"quiet"_s);
    if (options.json == "-"_L1 && options.junit == "-"_L1)
        throw Usage{u"--json and --junit can't both go to standard output"_s};
    return options;
}

} // namespace

Parsed<HeadlessRequest> parseHeadlessArguments(const QStringList &arguments)
{
    using Result = Parsed<HeadlessRequest>;
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(arguments))
        return Result::failed(parser.errorText().chopped(parser.errorText().endsWith(u'.') ? 1 : 0));
    if (parser.isSet(u"help"_s))
        return HeadlessRequest{{}, parser.helpText()};
    if (parser.isSet(u"version"_s))
        return HeadlessRequest{{}, u"openloop-monitor %1\n"_s.arg(QCoreApplication::applicationVersion())};
    try {
        return HeadlessRequest{readOptions(parser), {}};
    } catch (const Usage &usage) {
        return Result::failed(usage.problem);
    }
}

} // namespace openloop::probe
