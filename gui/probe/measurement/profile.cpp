// SPDX-License-Identifier: GPL-3.0-or-later
// To JSON and back; problems name the place in the file.
#include "gui/probe/measurement/profile.h"

#include "common/paths.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

QByteArray toJson(const Profile &profile)
{
    QJsonArray targets, rules;
    for (const auto &target : profile.targets)
        targets.append(toJson(target));
    for (const auto &rule : profile.rules)
        rules.append(rule.text());
    QJsonObject object{{u"version"_s, 1}, {u"targets"_s, targets}, {u"rules"_s, rules}};
    if (!profile.window.isEmpty())
        object[u"window"_s] = profile.window;
    return QJsonDocument(object).toJson();
}

Parsed<Profile> profileFromJson(const QByteArray &json, UnknownKeys unknown)
{
    using Result = Parsed<Profile>;
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        return Result::failed(u"no JSON at byte %1: %2"_s.arg(error.offset).arg(error.errorString()));
    if (!document.isObject())
        return Result::failed(u"a profile is a JSON object"_s);
    JsonMembers members(document.object());
    if (const int version = members.number(u"version"_s, 1); version != 1)
        return Result::failed(u"this is version 1, and knows no version %1"_s.arg(version));
    Profile profile;
    profile.window = members.object(u"window"_s);
    const auto targets = members.objects(u"targets"_s);
    const auto rules = members.texts(u"rules"_s);
    if (const auto problem = members.problem(unknown); !problem.isEmpty())
        return Result::failed(problem);
    for (qsizetype i = 0; i < targets.size(); ++i) {
        const auto target = targetFromJson(targets[i], unknown);
        if (!target)
            return Result::failed(u"targets[%1]: %2"_s.arg(i).arg(target.error));
        if (std::ranges::find(profile.targets, target->name, &Target::name) != profile.targets.end())
            return Result::failed(u"targets[%1]: the name “%2” is taken"_s.arg(i).arg(target->name));
        profile.targets.append(*target);
    }
    for (qsizetype i = 0; i < rules.size(); ++i) {
        const auto rule = parseRule(rules[i]);
        if (!rule)
            return Result::failed(u"rules[%1]: %2"_s.arg(i).arg(rule.error));
        profile.rules.append(*rule);
    }
    return profile;
}

Parsed<Profile> loadProfile(const QString &path, UnknownKeys unknown)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Parsed<Profile>::failed(u"%1: %2"_s.arg(path, file.errorString()));
    auto profile = profileFromJson(file.readAll(), unknown);
    return profile ? profile : Parsed<Profile>::failed(u"%1: %2"_s.arg(path, profile.error));
}

QString defaultProfilePath()
{
    return paths::writableConfigFile(u"monitor.json"_s);
}

} // namespace openloop::probe
