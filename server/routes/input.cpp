// SPDX-License-Identifier: GPL-3.0-or-later
// Decodes strictly: digits only, each field once, and no number that JSON may have rounded.
#include "server/routes/input.h"

#include "server/http/message/failure.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::Failure;

namespace {

constexpr qint64 mostExact = qint64(1) << 53;
constexpr qsizetype longestNameShown = 40;
constexpr qint64 mostOnAPage = 1000;

bool isDecimal(const QString &text)
{
    const auto isDigit = [](QChar c) { return c >= u'0' && c <= u'9'; };
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isDigit);
}

// What Qt's parser does not tell: it keeps the last of equal names, and others keep the first. body: a JSON object.
std::optional<QString> repeatedName(const QByteArray &body)
{
    QSet<QString> names;
    int depth = 0;
    for (qsizetype i = 0; i < body.size(); ++i) {
        const char c = body[i];
        if (c == '{' || c == '[')
            ++depth;
        else if (c == '}' || c == ']')
            --depth;
        if (c != '"')
            continue;
        const qsizetype begin = i;
        for (++i; body[i] != '"'; ++i)
            i += body[i] == '\\';
        qsizetype next = i + 1;
        while (QByteArrayView(" \t\r\n").contains(body[next]))
            ++next;
        if (depth != 1 || body[next] != ':')
            continue;
        const QByteArray text = body.sliced(begin, i + 1 - begin); // \u006e is n as well
        const QString name = QJsonDocument::fromJson('[' + text + ']')[0].toString();
        if (names.contains(name))
            return name.size() <= longestNameShown ? name : name.first(longestNameShown) + u'…';
        names.insert(name);
    }
    return {};
}

} // namespace

std::optional<QString> queryField(const http::Request &request, const QString &field)
{
    std::optional<QString> text;
    for (const QByteArray &pair : request.head.query().toByteArray().split('&')) {
        const qsizetype equals = pair.indexOf('=');
        const QByteArray key = QByteArray::fromPercentEncoding(equals < 0 ? pair : pair.first(equals));
        if (key.compare(field.toUtf8()) != 0)
            continue;
        if (text)
            throw Failure::unprocessable(field, u"is given more than once"_s);
        QByteArray value = equals < 0 ? QByteArray() : pair.sliced(equals + 1);
        text = QString::fromUtf8(QByteArray::fromPercentEncoding(value.replace('+', ' ')));
    }
    return text;
}

std::optional<QString> bodyField(const http::Request &request, const QString &field)
{
    QJsonParseError error;
    const QJsonDocument body = QJsonDocument::fromJson(request.body, &error);
    if (!body.isObject()) {
        const QString reason = error.error == QJsonParseError::NoError ? u"other JSON"_s : error.errorString();
        throw Failure::unprocessable(u"body"_s, u"is not a JSON object: "_s + reason);
    }
    if (const auto name = repeatedName(request.body))
        throw Failure::unprocessable(*name, u"is given more than once"_s);
    const QJsonValue value = body[field];
    if (value.isUndefined())
        return {};
    if (value.isString())
        return value.toString();
    const qint64 number = value.toInteger(-1);
    static const QRegularExpression exactly(QStringLiteral("\\b%1(?![0-9.eE])").arg(mostExact));
    const bool rounded = number == mostExact && !QString::fromUtf8(request.body).contains(exactly);
    if (number < 0 || number > mostExact || rounded)
        throw Failure::unprocessable(field, u"is neither a string of digits nor a whole number of at most 2^53"_s);
    return QString::number(number);
}

mpz_class parseInteger(const QString &field, const std::optional<QString> &text, int maxDigits)
{
    if (!text || text->isEmpty())
        throw Failure::unprocessable(field, u"is missing: an integer of 1 or more is wanted"_s);
    if (!isDecimal(*text))
        throw Failure::unprocessable(field, u"is not a decimal integer of 1 or more"_s);
    const auto first = std::find_if(text->begin(), text->end(), [](QChar c) { return c != u'0'; });
    const qsizetype digits = text->end() - first;
    if (digits == 0)
        throw Failure::unprocessable(field, u"is 0: an integer of 1 or more is wanted"_s);
    if (digits > maxDigits)
        throw Failure::unprocessable(field, u"has %1 digits; at most %2 are taken here"_s.arg(digits).arg(maxDigits));
    return mpz_class(text->toStdString(), 10);
}

std::optional<qint64> parseNumber(const QString &field, const std::optional<QString> &text, qint64 least, qint64 most)
{
    if (!text)
        return {};
    bool isNumber = false;
    const qint64 number = isDecimal(*text) ? text->toLongLong(&isNumber) : 0;
    if (!isNumber || number < least || number > most)
        throw Failure::unprocessable(field, u"is not an integer from %1 to %2"_s.arg(least).arg(most));
    return number;
}

int parseLimit(const http::Request &request, int otherwise)
{
    const QString field = u"limit"_s;
    return int(parseNumber(field, queryField(request, field), 1, mostOnAPage).value_or(otherwise));
}

std::optional<bool> parseBoolean(const QString &field, const std::optional<QString> &text)
{
    if (!text)
        return {};
    if (*text != u"true" && *text != u"false")
        throw Failure::unprocessable(field, u"is neither true nor false"_s);
    return *text == u"true";
}

std::optional<QByteArray> preference(const http::Request &request, const QByteArray &name)
{
    for (const QByteArray &preferred : request.head.combined("prefer").split(',')) {
        const QList<QByteArray> pair = preferred.split(';').constFirst().split('=');
        if (pair.size() <= 2 && pair[0].trimmed().toLower() == name)
            return pair.value(1).trimmed().replace('"', "");
    }
    return {};
}

double acceptance(const http::Request &request, const QByteArray &type)
{
    double weight = 0;
    qsizetype best = -1; // length of the range that it is from: the exact one counts
    for (const QByteArray &range : request.head.combined("accept").toLower().split(',')) {
        const QByteArrayList parts = range.split(';');
        const QByteArray name = parts[0].trimmed();
        const bool isAny = name == "*/*";
        const bool isGroup = name.endsWith("/*") && type.startsWith(name.chopped(1));
        if ((name != type && !isAny && !isGroup) || (isAny ? 0 : name.size()) < best)
            continue;
        best = isAny ? 0 : name.size();
        weight = 1;
        for (const QByteArray &parameter : parts.mid(1)) {
            const QByteArray text = parameter.trimmed();
            const double given = text.startsWith("q=") ? text.sliced(2).toDouble() : weight;
            weight = given >= 0 && given <= 1 ? given : 0; // what is no number compares as neither
        }
    }
    return weight;
}

} // namespace openloop
