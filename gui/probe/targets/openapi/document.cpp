// SPDX-License-Identifier: GPL-3.0-or-later
// Tells JSON from YAML and one version from another, and walks JSON pointers.
#include "gui/probe/targets/openapi/document.h"

#include "gui/probe/samples/words.h"
#include "gui/probe/targets/openapi/yaml.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr int deepest = 16; // of references, which may go in circles
constexpr qsizetype longest = 2000; // characters of a reference
constexpr qsizetype mostBytes = 16 << 20;

Parsed<QJsonObject> objectFrom(const QByteArray &text)
{
    using Result = Parsed<QJsonObject>;
    QJsonParseError error;
    const auto json = QJsonDocument::fromJson(text, &error);
    if (error.error == QJsonParseError::NoError)
        return json.object();
    const auto yaml = jsonFromYaml(text);
    if (yaml)
        return yaml->toObject();
    if (const auto begin = text.trimmed(); begin.startsWith('{') || begin.startsWith('['))
        return Result::failed(
            tr("the OpenAPI document is no JSON: %1 at byte %2").arg(error.errorString()).arg(error.offset));
    return Result::failed(tr("the OpenAPI document is no YAML that can be read: %1").arg(yaml.error));
}

/// A version that was written without quotes is a number.
QString versionOf(const QJsonValue &value)
{
    return value.isDouble() ? QString::number(value.toDouble(), 'f', 1) : value.toString();
}

QJsonValue stepTo(const QJsonValue &at, const QString &step)
{
    if (!at.isArray())
        return at.toObject().value(step);
    bool ok = false;
    const auto index = step.toInt(&ok);
    return ok && index >= 0 ? at.toArray().at(index) : QJsonValue(QJsonValue::Undefined);
}

} // namespace

Parsed<OpenApiDocument> OpenApiDocument::parse(const QByteArray &text)
{
    using Result = Parsed<OpenApiDocument>;
    if (text.size() > mostBytes)
        return Result::failed(
            tr("the OpenAPI document has %1 bytes, at most %2 are read").arg(text.size()).arg(mostBytes));
    const auto root = objectFrom(text);
    if (!root)
        return Result::failed(root.error);
    const auto version = versionOf(root->value(u"openapi"_s));
    if (version.startsWith("3."_L1) && !root->contains(u"swagger"_s))
        return OpenApiDocument(*root);
    const auto old =
        versionOf(root->contains(u"swagger"_s) ? root->value(u"swagger"_s) : root->value(u"swaggerVersion"_s));
    if (old == "2.0"_L1)
        return OpenApiDocument(*root);
    if (!old.isEmpty())
        return Result::failed(tr("Swagger %1 is not supported; Swagger 2.0, OpenAPI 3.0 and 3.1 are").arg(old));
    return Result::failed(version.isEmpty()
                              ? tr("that is no OpenAPI document")
                              : tr("OpenAPI %1 is not supported; Swagger 2.0, OpenAPI 3.0 and 3.1 are").arg(version));
}

std::optional<QJsonObject> OpenApiDocument::resolved(QJsonObject object) const
{
    for (int depth = 0; object.contains(u"$ref"_s); ++depth) {
        const auto reference = object.take(u"$ref"_s).toString();
        if (depth == deepest || reference.size() > longest || !reference.startsWith(u'#'))
            return {};
        QJsonValue at = m_root;
        const auto pointer = QUrl::fromPercentEncoding(reference.sliced(1).toUtf8());
        for (auto step : pointer.split(u'/').sliced(1))
            at = stepTo(at, step.replace(u"~1"_s, u"/"_s).replace(u"~0"_s, u"~"_s));
        if (!at.isObject() || !(pointer.isEmpty() || pointer.startsWith(u'/')))
            return {};
        auto found = at.toObject();
        for (auto beside = object.begin(); beside != object.end(); ++beside)
            found[beside.key()] = beside.value();
        object = found;
    }
    return object;
}

} // namespace openloop::probe
