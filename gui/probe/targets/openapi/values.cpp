// SPDX-License-Identifier: GPL-3.0-or-later
// Makes one schema of those that hold at once, and takes what is nearest to 1 within its bounds.
#include "gui/probe/targets/openapi/values.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qsizetype mostMembers = 10'000; // of schemas looked at for one value: they may hold themselves many times
constexpr int deepest = 32; // of schemas in each other
constexpr int mostTypes = 10; // there are seven
constexpr int mostCompared = 100; // of an enum with another
constexpr int mostItems = 10; // of a list that is made up

bool isGiven(const QJsonValue &value)
{
    return !value.isUndefined() && !value.isNull();
}

QJsonValue firstOf(const QJsonValue &list)
{
    const auto values = list.toArray();
    const auto given = std::ranges::find_if(values, [](const QJsonValue &value) { return isGiven(value); });
    return given == values.end() ? QJsonValue() : QJsonValue(*given);
}

/// Bounds as 3.1 writes them: in 3.0 and before a truth says that the bound itself is out.
QJsonObject withNumericBounds(QJsonObject schema)
{
    for (const auto &[bound, exclusive] :
         {std::pair(u"minimum"_s, u"exclusiveMinimum"_s), {u"maximum"_s, u"exclusiveMaximum"_s}}) {
        if (!schema.value(exclusive).isBool()) // [] would insert it
            continue;
        const bool isOut = schema.take(exclusive).toBool();
        if (isOut && schema.value(bound).isDouble())
            schema[exclusive] = schema.take(bound);
    }
    return schema;
}

QJsonArray typesOf(const QJsonValue &type)
{
    QJsonArray types;
    for (const auto &one : type.isArray() ? type.toArray() : QJsonArray{type}) {
        if (!one.toString().isEmpty() && one != "null"_L1 && types.size() < mostTypes)
            types.append(one);
    }
    return types;
}

QJsonValue commonTypes(const QJsonValue &a, const QJsonValue &b)
{
    QJsonArray common;
    const auto others = typesOf(b);
    for (const auto &type : typesOf(a)) {
        if (others.contains(type) || (type == "integer"_L1 && others.contains(u"number"_s)))
            common.append(type);
        else if (type == "number"_L1 && others.contains(u"integer"_s))
            common.append(u"integer"_s);
    }
    return common;
}

QJsonValue bothOf(const QString &key, const QJsonValue &a, const QJsonValue &b)
{
    if (key == "minimum"_L1 || key == "exclusiveMinimum"_L1 || key == "minItems"_L1)
        return std::max(a.toDouble(), b.toDouble());
    if (key == "maximum"_L1 || key == "exclusiveMaximum"_L1)
        return std::min(a.toDouble(), b.toDouble());
    if (key == "type"_L1)
        return commonTypes(a, b);
    if (key == "enum"_L1) {
        QJsonArray common;
        const auto values = a.toArray();
        const auto others = b.toArray();
        for (qsizetype i = 0; i < std::min<qsizetype>(values.size(), mostCompared) && common.isEmpty(); ++i) {
            if (others.contains(values[i]))
                common.append(values[i]); // one is enough
        }
        return common;
    }
    if (key == "required"_L1) {
        auto all = a.toArray();
        for (const auto &name : b.toArray())
            all.append(name);
        return all;
    }
    if (key == "properties"_L1) {
        auto all = a.toObject();
        const auto more = b.toObject();
        for (auto property = more.begin(); property != more.end(); ++property)
            all.insert(property.key(),
                       all.contains(property.key())
                           ? QJsonObject{{u"allOf"_s, QJsonArray{all.value(property.key()), property.value()}}}
                           : property->toObject());
        return all;
    }
    return a;
}

/// A schema that holds where both do. The first one's examples and defaults win.
QJsonObject bothOf(QJsonObject a, const QJsonObject &b)
{
    for (auto member = b.begin(); member != b.end(); ++member)
        a[member.key()] =
            a.contains(member.key()) ? bothOf(member.key(), a[member.key()], member.value()) : member.value();
    return a;
}

/// Nearest to 1 within the bounds; nothing: there is none.
std::optional<QJsonValue> numberWithin(const QJsonObject &schema, bool isWhole)
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double above = schema[u"exclusiveMinimum"_s].toDouble(-infinity);
    const double below = schema[u"exclusiveMaximum"_s].toDouble(infinity);
    double low = std::max(schema[u"minimum"_s].toDouble(-infinity), above);
    double high = std::min(schema[u"maximum"_s].toDouble(infinity), below);
    if (isWhole) {
        low = low == above ? std::floor(low) + 1 : std::ceil(low);
        high = high == below ? std::ceil(high) - 1 : std::floor(high);
    }
    if (!(low <= high))
        return {};
    const auto isWithin = [&](double value) {
        return value >= low && value <= high && (isWhole || (value > above && value < below));
    };
    double value = std::clamp(1.0, low, high);
    if (!isWithin(value))
        value = std::isinf(low) ? high - 1 : std::isinf(high) ? low + 1 : low + (high - low) / 2;
    if (const double step = schema[u"multipleOf"_s].toDouble(0); step > 0) {
        const double up = std::ceil(value / step) * step;
        value = isWithin(up) ? up : std::floor(value / step) * step;
    }
    if (!isWithin(value) || (isWhole && value != std::floor(value)))
        return {};
    return std::abs(value) < 9e15 && value == std::floor(value) ? QJsonValue(qint64(value)) : QJsonValue(value);
}

/// What a schema that says no type is for.
QString typeOf(const QJsonObject &schema)
{
    if (schema.contains(u"type"_s))
        return typesOf(schema[u"type"_s]).first().toString();
    if (schema.contains(u"properties"_s))
        return u"object"_s;
    if (schema.contains(u"items"_s))
        return u"array"_s;
    for (const auto &bound : {u"minimum"_s, u"maximum"_s, u"exclusiveMinimum"_s, u"exclusiveMaximum"_s}) {
        if (schema.contains(bound))
            return u"number"_s;
    }
    return {};
}

} // namespace

bool OpenApiValues::spend(qsizetype members)
{
    m_leftOfValue -= members + 1;
    m_leftOfDocument -= members + 1;
    return m_leftOfValue >= 0 && m_leftOfDocument >= 0;
}

std::optional<QJsonValue> OpenApiValues::valueFor(const QJsonObject &parameter)
{
    m_leftOfValue = mostMembers;
    const auto content = parameter[u"content"_s].toObject();
    const auto carrier = content.isEmpty() ? parameter : content.begin()->toObject();
    for (const auto &key : {u"example"_s, u"x-example"_s}) {
        if (isGiven(carrier[key]))
            return carrier[key];
    }
    for (const auto &entry : carrier[u"examples"_s].toObject()) {
        const auto example = m_document.resolved(entry.toObject());
        if (example && isGiven(example->value(u"value"_s)))
            return example->value(u"value"_s);
    }
    // Swagger 2.0 writes type and bounds beside the name.
    auto value = fitting(m_document.isSwagger() ? parameter : carrier[u"schema"_s].toObject());
    if (value && !content.isEmpty() && !value->isString()) // said by its media type: of JSON, for want of others
        value = QString::fromUtf8(value->isArray() ? QJsonDocument(value->toArray()).toJson(QJsonDocument::Compact)
                                                   : QJsonDocument(value->toObject()).toJson(QJsonDocument::Compact));
    return value;
}

std::optional<QJsonObject> OpenApiValues::flat(const QJsonObject &schema)
{
    auto whole = m_document.resolved(schema);
    if (!whole || m_depth > deepest
        || !spend(whole->size() + whole->value(u"properties"_s).toObject().size()
                  + whole->value(u"required"_s).toArray().size()))
        return {};
    whole = withNumericBounds(*whole);
    ++m_depth;
    for (const auto &part : whole->take(u"allOf"_s).toArray()) {
        const auto one = flat(part.toObject());
        whole = one && whole ? std::optional(bothOf(*whole, *one)) : std::nullopt;
    }
    --m_depth;
    return whole;
}

std::optional<QJsonValue> OpenApiValues::fitting(const QJsonObject &schema)
{
    auto whole = flat(schema);
    if (!whole)
        return {};
    for (const auto &value : {whole->value(u"example"_s), firstOf(whole->value(u"examples"_s)),
                              whole->value(u"x-example"_s), whole->value(u"default"_s), whole->value(u"const"_s)}) {
        if (isGiven(value))
            return value;
    }
    if (whole->contains(u"enum"_s)) {
        const auto value = firstOf(whole->value(u"enum"_s));
        return isGiven(value) ? std::optional(value) : std::nullopt;
    }
    for (const auto &key : {u"anyOf"_s, u"oneOf"_s}) {
        const auto variants = whole->take(key).toArray();
        for (const auto &variant : variants) {
            ++m_depth;
            const auto value = fitting({{u"allOf"_s, QJsonArray{variant, *whole}}});
            --m_depth;
            if (value)
                return value;
        }
        if (!variants.isEmpty())
            return {};
    }
    const auto type = typeOf(*whole);
    ++m_depth;
    const auto value = m_depth > deepest ? std::nullopt : ofType(type, *whole);
    --m_depth;
    return value;
}

std::optional<QJsonValue> OpenApiValues::ofType(const QString &type, const QJsonObject &schema)
{
    if (type == "boolean"_L1)
        return true;
    if (type == "integer"_L1 || type == "number"_L1)
        return numberWithin(schema, type == "integer"_L1);
    if (type == "array"_L1)
        return list(schema);
    if (type == "object"_L1)
        return object(schema);
    if (schema[u"format"_s] == "date"_L1)
        return u"2024-01-01"_s;
    if (schema[u"format"_s] == "date-time"_L1)
        return u"2024-01-01T00:00:00Z"_s;
    return {};
}

std::optional<QJsonValue> OpenApiValues::list(const QJsonObject &schema)
{
    const auto count = std::max(1.0, schema[u"minItems"_s].toDouble(1));
    const auto item = fitting(schema[u"items"_s].toObject());
    if (!item || count > (schema[u"uniqueItems"_s].toBool() ? 1 : mostItems))
        return {};
    QJsonArray items;
    for (int i = 0; i < count; ++i)
        items.append(*item);
    return items;
}

std::optional<QJsonValue> OpenApiValues::object(const QJsonObject &schema)
{
    const auto properties = schema[u"properties"_s].toObject();
    QJsonObject result;
    for (const auto &name : schema[u"required"_s].toArray()) {
        const auto value = fitting(properties[name.toString()].toObject());
        if (!value)
            return {};
        result[name.toString()] = *value;
    }
    return result;
}

} // namespace openloop::probe
