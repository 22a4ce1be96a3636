// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the options one by one; the first thing that is wrong ends the reading.
#include "gui/probe/headless/options.h"

#include "gui/probe/measurement/profile.h"
#include "gui/probe/recording/file_identity.h"
#include "gui/probe/samples/durations.h"
#include "gui/probe/targets/command_line.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

/// The first thing that is wrong ends the reading; nested calls stay free of error plumbing.
struct Usage {
    QString problem;
};

template <typename T>
T orThrow(const Parsed<T> &parsed)
{
    if (!parsed)
        throw Usage{parsed.error};
    return *parsed;
}

Nanoseconds readDuration(const QString &text, const QString &option)
{
    const auto duration = parseDuration(text);
    if (!duration)
        throw Usage{u"--%1: %2"_s.arg(option, duration.error)};
    return *duration;
}

Nanoseconds readDuration(const QCommandLineParser &parser, const QString &option)
{
    return readDuration(parser.value(option), option);
}

/// What is wrong with a file of certificates or keys, which libcurl would tell of at each request only.
QString problemOfPem(const QString &path)
{
    constexpr qint64 most = 16 << 20; // bytes; a system's authorities take a quarter of a MiB
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return u"there is no file %1, or it can't be read"_s.arg(path);
    return file.read(most).contains("-----BEGIN ") ? QString() : u"%1 is no PEM: it has no -----BEGIN"_s.arg(path);
}

QList<Target> readTargets(const QCommandLineParser &parser, QList<Rule> &rules)
{
    QList<Target> targets;
    if (parser.isSet(u"profile"_s)) {
        const auto profile = orThrow(loadProfile(parser.value(u"profile"_s), UnknownKeys::Refused));
        targets = profile.targets;
        rules = profile.rules;
    }
    for (const auto &place : parser.positionalArguments()) {
        if (!fileNamed(place).isEmpty())
            throw Usage{u"%1 is a file: a recording is opened by the window, without --headless"_s.arg(place)};
    }
    if (targets.isEmpty() || !parser.positionalArguments().isEmpty()) {
        for (const auto &target : orThrow(targetsFromArguments(parser.positionalArguments())))
            targets.append(withUniqueName(target, targets));
    }
    for (auto &target : targets) {
        if (parser.isSet(u"interval"_s))
            target.interval = readDuration(parser, u"interval"_s);
        if (parser.isSet(u"timeout"_s))
            target.timeout = readDuration(parser, u"timeout"_s);
        for (const auto &header : parser.values(u"header"_s))
            target.headers.append(orThrow(parseHeader(header)));
        for (const auto &[option, file] : {std::pair(u"cacert"_s, &target.options.cacert),
                                           {u"cert"_s, &target.options.cert},
                                           {u"key"_s, &target.options.key}}) {
            if (!parser.isSet(option))
                continue;
            if (const auto problem = problemOfPem(parser.value(option)); !problem.isEmpty())
                throw Usage{u"--%1: %2"_s.arg(option, problem)};
            *file = parser.value(option).toUtf8();
        }
        if (parser.isSet(u"proxy"_s)) {
            target.options.proxy = parser.value(u"proxy"_s).toUtf8();
            if (const auto problem = problemOfProxy(target.options.proxy); !problem.isEmpty())
                throw Usage{u"--proxy: "_s + problem};
        }
        target.options.location = target.options.location || parser.isSet(u"location"_s);
        for (const auto &expected : parser.values(u"expect"_s)) {
            if (const auto problem = addExpectation(expected, target.expectation); !problem.isEmpty())
                throw Usage{u"--expect: %1"_s.arg(problem)};
        }
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
        throw Usage{u"“%1” is no load; write NAME=N with N from 1 to %2"_s.arg(text, QString::number(Engine::maxLoad))};
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
    if (parser.isSet(u"duration"_s) && parser.isSet(u"phases"_s))
        throw Usage{u"--duration and --phases both say how long an isolation test takes"_s};
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
        config.baseline = readDuration(phases[0], u"phases"_s);
        config.loaded = readDuration(phases[1], u"phases"_s);
        config.recovery = readDuration(phases[2], u"phases"_s);
    } else if (parser.isSet(u"duration"_s)) {
        config.loaded = readDuration(parser, u"duration"_s) / 2;
        config.baseline = config.recovery = config.loaded / 2;
    }
    return config;
}

/// An experiment begins without the load that it makes.
void refuseTwofoldLoad(const HeadlessOptions &options, const QString &experiment, const QString &name)
{
    if (std::ranges::find(options.loads, name, &NamedLoad::name) != options.loads.end())
        throw Usage{u"--load and --%1 both load %2; the latter begins without that load"_s.arg(experiment, name)};
}

void readAsserts(const QCommandLineParser &parser, HeadlessOptions &options)
{
    for (const auto &text : parser.values(u"assert"_s)) {
        const auto assertion = orThrow(parseAssertion(text));
        checkName(assertion.target, options.targets);
        if (assertion.condition.quantity == Quantity::Isolation && !options.isolation)
            throw Usage{u"“%1” needs --isolation-test"_s.arg(text)};
        if (assertion.condition.quantity == Quantity::Isolation && assertion.target == options.isolation->load)
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

/// However it is spelled, and through links.
bool isSameFile(const QString &one, const QString &other)
{
    const auto first = identityOf(one), second = identityOf(other);
    if (first || second)
        return first == second;
    const auto placeOf = [](const QString &path) { // of a file that is not there yet
        const QFileInfo file(path);
        return QDir(file.dir().canonicalPath()).filePath(file.fileName());
    };
    return placeOf(one) == placeOf(other);
}

void readFiles(const QCommandLineParser &parser, HeadlessOptions &options)
{
    const std::array files{std::pair(u"json"_s, &options.json), std::pair(u"junit"_s, &options.junit),
                           std::pair(u"record"_s, &options.record)};
    for (auto at = files.begin(); at != files.end(); ++at) {
        const auto &[option, path] = *at;
        if (!parser.isSet(option))
            continue;
        *path = parser.value(option);
        if (path->isEmpty())
            throw Usage{u"--%1: there is no file name"_s.arg(option)};
        for (auto before = files.begin(); before != at; ++before) {
            if (!before->second->isEmpty() && (*before->second == *path || isSameFile(*before->second, *path)))
                throw Usage{u"--%1 and --%2 can't both go to %3"_s.arg(before->first, option, *path)};
        }
    }
}

HeadlessOptions readOptions(const QCommandLineParser &parser)
{
    HeadlessOptions options;
    options.alwaysOn = orThrow(readAlwaysOnOptions(parser));
    options.targets = readTargets(parser, options.rules);
    if (parser.isSet(u"duration"_s))
        options.duration = readDuration(parser, u"duration"_s);
    for (const auto &text : parser.values(u"load"_s)) {
        const auto load = readLoad(text, options.targets);
        if (std::ranges::find(options.loads, load.name, &NamedLoad::name) != options.loads.end())
            throw Usage{u"--load is given twice for %1"_s.arg(load.name)};
        options.loads.append(load);
    }
    options.isolation = readIsolation(parser, options.targets);
    if (options.isolation)
        refuseTwofoldLoad(options, u"isolation-test"_s, options.isolation->load);
    readAsserts(parser, options);
    if (parser.isSet(u"find-limit"_s)) {
        if (options.asserts.isEmpty() || options.isolation)
            throw Usage{u"--find-limit needs an --assert to break, and excludes --isolation-test"_s};
        if (parser.isSet(u"rule"_s))
            throw Usage{u"--rule has no effect on --find-limit; write an --assert"_s};
        const auto load = readLoad(parser.value(u"find-limit"_s), options.targets);
        refuseTwofoldLoad(options, u"find-limit"_s, load.name);
        options.search = LoadSearchConfig{load.name, options.asserts, load.n, {}, {}};
        options.search->settle = std::chrono::seconds(1);
        options.search->measure = parser.isSet(u"duration"_s) ? options.duration : std::chrono::seconds(5);
    }
    readFiles(parser, options);
    if (parser.isSet(u"metrics"_s))
        throw Usage{u"--metrics works only without --headless"_s};
    options.strict = parser.isSet(u"strict"_s);
    options.quiet = parser.isSet(u"quiet"_s);
    return options;
}

} // namespace

Parsed<HeadlessRequest> parseHeadlessArguments(const QStringList &arguments)
{
    using Result = Parsed<HeadlessRequest>;
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(arguments))
        return Result::failed(withoutFullStop(parser.errorText()));
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
