// SPDX-License-Identifier: GPL-3.0-or-later
// Finds each option's value at the first of its sources that has one, and remembers which that was.
#include "server/settings/command_line.h"

#include "common/paths.h"
#include "server/http/message/json.h"
#include "server/settings/database_url.h"
#include "server/settings/option_file.h"
#include "server/settings/option_row.h"
#include "server/settings/secrets.h"
#include "server/settings/usage_error.h"

#include <QCommandLineParser>
#include <QFile>
#include <QHostInfo>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

using http::Json;

enum class Source { CommandLine, Environment, File, Default };

struct Value {
    QString text;
    Source source;
    QString place{}; ///< the variable, or the file
};

QString variableOf(const QString &option)
{
    return u"OPENLOOP_"_s + option.toUpper().replace(u'-', u'_');
}

Value valueOf(const OptionRow &row, const QCommandLineParser &parser, const OptionFile &file)
{
    if (parser.isSet(row.name) && row.valueName.isEmpty())
        return {u"on"_s, Source::CommandLine};
    if (parser.isSet(row.name))
        return {row.isRepeatable ? parser.values(row.name).join(u',') : parser.value(row.name), Source::CommandLine};
    const QString variable = variableOf(row.name);
    if (qEnvironmentVariableIsSet(variable.toLatin1().constData()))
        return {qEnvironmentVariable(variable.toLatin1().constData()), Source::Environment, variable};
    if (const auto inFile = file.values.constFind(row.name); inFile != file.values.constEnd())
        return {*inFile, Source::File, file.path};
    return {row.defaultText, Source::Default};
}

QString sourceName(Source source)
{
    switch (source) {
    case Source::CommandLine: return u"command line"_s;
    case Source::Environment: return u"environment"_s;
    case Source::File: return u"file"_s;
    case Source::Default: break;
    }
    return u"default"_s;
}

// In a form that a file may have as well.
QString lineOf(const OptionRow &row, const Value &value)
{
    const QString source = value.source == Source::File ? value.place
        : value.source == Source::Environment           ? u"environment "_s + value.place
                                                        : sourceName(value.source);
    return u"%1 = %2    # %3\n"_s.arg(row.name, withoutSecrets(value.text), source);
}

Json jsonOf(const OptionRow &row, const Value &value)
{
    const auto shown = [](const QString &text) { return Json(withoutSecrets(text.trimmed())); };
    const Json content = row.isRepeatable ? Json::array(value.text.split(u',', Qt::SkipEmptyParts), shown)
                                          : Json(withoutSecrets(value.text));
    const Json json{{u"value"_s, content}, {u"source"_s, sourceName(value.source)}};
    return value.place.isEmpty() ? json : json.with(u"name"_s, value.place);
}

// What is said of a value that did not come from the command line names its source.
void take(Options &options, const OptionRow &row, const Value &value)
{
    try {
        // As of a variable that is not set: nobody who asks for a token or for TLS is to be served without.
        if (value.text.isEmpty() && (value.source == Source::CommandLine || value.source == Source::Environment)
            && (row.valueName == u"PATH" || row.valueName == u"FILE"))
            throw UsageError(u"--%1: '' is not a file that can be read"_s.arg(row.name));
        row.take(options, row, value.text);
    } catch (const UsageError &error) {
        if (value.source == Source::CommandLine)
            throw;
        const QString place = value.source == Source::Environment ? u"environment "_s + value.place : value.place;
        throw UsageError(u"%1 (%2)"_s.arg(QString::fromUtf8(error.what()), place));
    }
}

void addTo(QCommandLineParser &parser, const QList<OptionRow> &table)
{
    parser.setApplicationDescription(
        u"A service that answers at once, waits and computes, without the one starving the others.\n"
        "Every option from --listen on can also be set as OPENLOOP_NAME in the environment or as name=value in a file: "
        "that of\n"
        "--config, else openloop/server.ini in an XDG configuration folder. The command line comes first."_s);
    parser.addOption({{u"h"_s, u"help"_s}, u"Print this help."_s});
    parser.addOption({{u"v"_s, u"version"_s}, u"Print the version."_s});
    parser.addOption({u"config"_s, u"Read this file instead of openloop/server.ini."_s, u"FILE"_s});
    parser.addOption({u"print-config"_s,
                      u"Print each value and where it comes from; --print-config=json for a program."_s, u"text|json"_s,
                      u"text"_s});
    parser.addOption(
        {u"check"_s, u"Try database, upstream, certificate, token and port, say what works, and end: 0 all, 1 not."_s});
    parser.addOption(
        {u"backup"_s, u"Copy the SQLite database, which may be in use, to a new file, and end."_s, u"FILE"_s});
    for (const OptionRow &row : table) {
        const QString ending = row.defaultText.isEmpty() ? QString() : u" [%1]"_s.arg(row.defaultText);
        parser.addOption({row.name, row.help + ending, row.valueName});
    }
}

// QCommandLineParser knows no value that may be left out.
QStringList withWholeOptions(QStringList arguments)
{
    const qsizetype at = arguments.indexOf(u"--print-config"_s, 1);
    if (at > 0)
        arguments[at] += u"=text"_s;
    return arguments;
}

OptionFile optionFile(const QCommandLineParser &parser, const QList<OptionRow> &table)
{
    QStringList names;
    for (const OptionRow &row : table)
        names << row.name;
    const QString variable = qEnvironmentVariable(variableOf(u"config"_s).toLatin1().constData());
    const QString given = parser.isSet(u"config"_s) ? parser.value(u"config"_s) : variable;
    if (given.isEmpty() && parser.isSet(u"config"_s))
        throw UsageError(u"--config: '' is not a file that can be read"_s);
    return readOptionFile(given.isEmpty() ? paths::configFile(u"server.ini"_s) : given, names);
}

// Returns what is to be printed. faults: where what is wrong is collected; null: it is thrown.
QString readOptions(Options &options, const QCommandLineParser &parser, bool asJson, QStringList *faults,
                    const http::ListeningSocket *handedOver)
{
    const auto heed = [faults](auto read) {
        try {
            read();
        } catch (const UsageError &error) {
            if (!faults)
                throw;
            faults->append(QString::fromUtf8(error.what()));
        }
    };
    const QList<OptionRow> table = optionRows();
    const OptionFile file = optionFile(parser, table);
    QString text;
    Json json = Json::verbatim("{}");
    for (const OptionRow &row : table) {
        const Value value = valueOf(row, parser, file);
        heed([&] { take(options, row, value); });
        if (asJson)
            json = json.with(row.name, jsonOf(row, value));
        else
            text += lineOf(row, value);
    }
    if (handedOver) {
        options.listen = handedOver->address();
        options.port = handedOver->port();
    }
    if (!faults || faults->isEmpty())
        heed([&] { checkTogether(options); });
    const bool portIsKnown = options.listen.isUnix() || options.port != 0;
    if (options.nodeName.isEmpty() && portIsKnown)
        options.nodeName = nodeNameOf(options.listen, options.port);
    return asJson ? QString::fromUtf8(json.view()) + u'\n' : text;
}

} // namespace

// Other programs of this host have other ports, or paths.
QString nodeNameOf(const http::ListenAddress &listen, quint16 port)
{
    return u"%1:%2"_s.arg(QHostInfo::localHostName(),
                          listen.isUnix() ? QFile::decodeName(listen.path()) : QString::number(port));
}

CommandLine readCommandLine(const QStringList &arguments, const http::ListeningSocket *handedOver)
{
    QCommandLineParser parser;
    addTo(parser, optionRows());
    if (!parser.parse(withWholeOptions(arguments)))
        throw UsageError(parser.errorText());
    if (!parser.positionalArguments().isEmpty())
        throw UsageError(u"'%1' is not an option"_s.arg(withoutSecrets(parser.positionalArguments().constFirst())));
    if (parser.isSet(u"help"_s))
        return {CommandLine::Action::PrintHelp, {}, parser.helpText(), {}};
    if (parser.isSet(u"version"_s))
        return {CommandLine::Action::PrintVersion, {}, QStringLiteral("openloop-server " OPENLOOP_VERSION "\n"), {}};
    const QString form = parser.value(u"print-config"_s);
    if (form != u"text" && form != u"json")
        throw UsageError(u"--print-config: '%1' is not text or json"_s.arg(withoutSecrets(form)));

    CommandLine line;
    const bool prints = parser.isSet(u"print-config"_s);
    if (prints)
        line.action = CommandLine::Action::PrintConfig;
    else if (parser.isSet(u"check"_s))
        line.action = CommandLine::Action::Check;
    else if (parser.isSet(u"backup"_s))
        line.action = CommandLine::Action::BackUp;
    line.text = readOptions(line.options, parser, form == u"json",
                            line.action == CommandLine::Action::Check ? &line.faults : nullptr, handedOver);
    if (line.action == CommandLine::Action::BackUp) {
        checkIsCopied(line.options.database);
        line.text = parser.value(u"backup"_s);
    }
    return line;
}

} // namespace openloop
