// SPDX-License-Identifier: GPL-3.0-or-later
// Writes values in the styles of OpenAPI (RFC 6570) and the collection formats of Swagger 2.0.
#include "gui/probe/targets/openapi/request.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QMap>
#include <QRegularExpression>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qsizetype longest = 2000; // characters of a path or a value: one may be put into the other many times
constexpr qsizetype mostParameters = 100;

/// How a parameter is written.
struct Form {
    QString name;
    QString place; ///< path, query, header, cookie
    QString style;
    bool explode = false;
    bool allowReserved = false;
};

Form formOf(const QJsonObject &parameter, bool isSwagger)
{
    Form form{parameter[u"name"_s].toString(), parameter[u"in"_s].toString(), {}, false, false};
    const bool isForm = form.place == "query"_L1 || form.place == "cookie"_L1;
    form.style = parameter[u"style"_s].toString(isForm ? u"form"_s : u"simple"_s);
    if (isSwagger) {
        const auto format = parameter[u"collectionFormat"_s].toString();
        form.explode = format == "multi"_L1;
        form.style = format == "ssv"_L1 ? u"spaceDelimited"_s
            : format == "pipes"_L1      ? u"pipeDelimited"_s
            : format == "tsv"_L1        ? u"tabDelimited"_s
                                        : form.style;
    } else {
        form.explode = parameter[u"explode"_s].toBool(form.style == "form"_L1);
        form.allowReserved = parameter[u"allowReserved"_s].toBool();
    }
    return form;
}

QString textOf(const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    if (value.isDouble()) {
        const double number = value.toDouble();
        const auto whole = value.toInteger();
        return double(whole) == number ? QString::number(whole) : QString::number(number, 'g', 15);
    }
    if (value.isArray())
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    return value.isObject() ? QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact))
                            : QString();
}

QString encoded(const Form &form, const QString &text)
{
    if (form.place == "header"_L1)
        return text;
    return QString::fromLatin1(QUrl::toPercentEncoding(text, form.allowReserved ? "!$'()*+,/:;=?@" : ""));
}

/// What stands between the values of a list.
QString separatorOf(const Form &form)
{
    if (form.style == "spaceDelimited"_L1)
        return u"%20"_s;
    if (form.style == "pipeDelimited"_L1)
        return u"%7C"_s;
    if (form.style == "tabDelimited"_L1)
        return u"%09"_s;
    if (form.style == "label"_L1 && form.explode)
        return u"."_s;
    return u","_s;
}

/// The value without its name, or, where `named`, as `name=value` pairs to be joined.
QStringList parts(const Form &form, const QJsonValue &value, bool named)
{
    const auto name = QString::fromLatin1(QUrl::toPercentEncoding(form.name, "$"));
    const auto pair = [&](const QString &key, const QString &text) { return named ? key + u'=' + text : text; };
    QStringList texts;
    if (value.isArray()) {
        for (const auto &item : value.toArray())
            texts << encoded(form, textOf(item));
        if (!(named && form.explode))
            return {pair(name, texts.join(separatorOf(form)))};
        for (auto &text : texts)
            text = pair(name, text);
        return texts;
    }
    if (value.isObject()) {
        const auto object = value.toObject();
        for (auto member = object.begin(); member != object.end(); ++member) {
            const auto key = encoded(form, member.key());
            const auto text = encoded(form, textOf(member.value()));
            if (form.style == "deepObject"_L1)
                texts << name + u"%5B"_s + key + u"%5D="_s + text;
            else
                texts << (form.explode ? key + u'=' + text : key + u',' + text);
        }
        return named && (form.explode || form.style == "deepObject"_L1)
            ? texts
            : QStringList{pair(name, texts.join(separatorOf(form)))};
    }
    return {pair(name, encoded(form, textOf(value)))};
}

/// Of a path with its placeholders; what is encoded already stays.
QString pathEncoded(const QString &path)
{
    static const QRegularExpression twice(u"%25([0-9A-Fa-f]{2})"_s);
    return QString::fromLatin1(QUrl::toPercentEncoding(path, "/{}?!$&'()*+,;=:@")).replace(twice, u"%\\1"_s);
}

QString pathPart(const Form &form, const QJsonValue &value)
{
    if (form.style == "matrix"_L1)
        return u';' + parts(form, value, true).join(u';');
    return (form.style == "label"_L1 ? u"."_s : QString()) + parts(form, value, false).join(QString());
}

void add(const Form &form, const QJsonValue &value, OpenApiRequest &request)
{
    if (form.place == "path"_L1)
        request.path.replace(u'{' + pathEncoded(form.name) + u'}', pathPart(form, value));
    else if (form.place == "header"_L1)
        request.headers.append({form.name, parts(form, value, false).join(QString())});
    else if (form.place == "query"_L1) {
        for (const auto &part : parts(form, value, true))
            request.query += (request.query.isEmpty() ? u"?"_s : u"&"_s) + part;
    } else if (form.place == "cookie"_L1) {
        for (const auto &part : parts(form, value, true))
            request.cookie += (request.cookie.isEmpty() ? "" : "; ") + part.toLatin1();
    }
}

/// OpenAPI says how these are described, and that is not as parameters.
bool isIgnored(const Form &form)
{
    static const QStringList names{u"accept"_s, u"content-type"_s, u"authorization"_s};
    return form.place == "header"_L1 && names.contains(form.name.toLower());
}

/// Those of the path, overridden by those of the operation; nothing: one is not known.
std::optional<QList<QJsonObject>> parametersOf(const OpenApiDocument &document, const QJsonObject &item)
{
    QList<QJsonObject> parameters;
    QMap<std::pair<QString, QString>, qsizetype> places;
    for (const auto &list : {item[u"parameters"_s].toArray(), item[u"get"_s].toObject()[u"parameters"_s].toArray()}) {
        for (const auto &entry : list) {
            const auto parameter = document.resolved(entry.toObject());
            if (!parameter || parameters.size() == mostParameters)
                return {};
            const std::pair key(parameter->value(u"in"_s).toString(), parameter->value(u"name"_s).toString());
            if (const auto known = places.constFind(key); known != places.constEnd()) {
                parameters[*known] = *parameter;
            } else {
                places[key] = parameters.size();
                parameters.append(*parameter);
            }
        }
    }
    return parameters;
}

} // namespace

std::optional<OpenApiRequest> requestFor(const OpenApiDocument &document, OpenApiValues &values, const QString &path,
                                         const QJsonObject &item)
{
    const auto parameters = parametersOf(document, item);
    const auto body = document.resolved(item[u"get"_s].toObject()[u"requestBody"_s].toObject());
    if (!parameters || !body || body->value(u"required"_s).toBool())
        return {};
    OpenApiRequest request{pathEncoded(path), {}, {}, {}};
    for (const auto &parameter : *parameters) {
        const auto form = formOf(parameter, document.isSwagger());
        if ((!parameter[u"required"_s].toBool() && form.place != "path"_L1) || isIgnored(form))
            continue;
        if (!QStringList{u"path"_s, u"query"_s, u"header"_s, u"cookie"_s}.contains(form.place))
            return {}; // a body
        const auto value = values.valueFor(parameter);
        if (!value || textOf(*value).size() > longest || (form.place == "path"_L1 && textOf(*value).isEmpty()))
            return {};
        add(form, *value, request);
        if (request.path.size() > 10 * longest)
            return {};
    }
    return request.path.contains(u'{') ? std::nullopt : std::optional(request);
}

} // namespace openloop::probe
