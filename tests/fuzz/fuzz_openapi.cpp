// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an OpenAPI document, in JSON or YAML: a hundred sound targets of one service at most, each under a name
// of its own, whether a service gave them or a file; and what YAML reads is JSON, within the bounds that it was given.
#include "gui/probe/targets/openapi.h"
#include "gui/probe/targets/openapi/yaml.h"
#include "tests/fuzz/fuzz.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QSet>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;
using fuzz::require;

namespace {

constexpr probe::YamlLimits small{8, 200};

/// How many values it holds; no list or mapping lies deeper than it may.
qsizetype measured(const QJsonValue &value, int depth)
{
    require(depth <= small.depth);
    qsizetype count = 1;
    for (const auto &item : value.toArray())
        count += measured(item, depth + 1);
    const auto object = value.toObject();
    for (auto member = object.begin(); member != object.end(); ++member)
        count += measured(member.value(), depth + 1);
    return count;
}

void checkYaml(const QByteArray &text)
{
    const auto value = probe::jsonFromYaml(text, small);
    require(bool(value) == value.error.isEmpty());
    require(value ? measured(*value, 0) <= small.nodes : value.error.startsWith(u"line "));
}

void checkTargets(const probe::Parsed<QList<probe::Target>> &targets, bool isOfOneService)
{
    require(bool(targets) == targets.error.isEmpty());
    if (!targets)
        return;
    require(targets->size() <= 100);
    QSet<QString> names;
    for (const auto &target : *targets) {
        require(target.method == "GET" && target.body.isEmpty() && probe::problemOf(target).isEmpty());
        require(!isOfOneService || target.url.startsWith(u"http://h:1/") || target.url == u"http://h:1");
        require(!target.options.cookie.contains('\n') && !target.options.cookie.contains('\r'));
        names.insert(target.name);
    }
    require(names.size() == targets->size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto text = fuzz::bytesOf(data, size);
    checkTargets(probe::targetsFromOpenApi(text, u"http://h:1/"_s), true);
    checkTargets(probe::targetsFromOpenApi(text, u"http://h:1/"_s, probe::OpenApiFrom::File), false);
    checkYaml(text);
    return 0;
}
