// SPDX-License-Identifier: GPL-3.0-or-later
// Decodes strictly: digits only, each field once, and no number that JSON may have rounded.
#include "server/routes/input.h"

#include "server/http/message/failure.h"
#include "server/upstream/json_text.h"

#include <QJsonDocument>
#include <QJsonValue>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::Failure;

namespace {

constexpr qint64 mostExact = qint64(1) << 53;
constexpr qsizetype longestNameShown = 40;
constexpr qsizetype mostMembers = 100; // what we do not know is left alone, but takes the loop's time
constexpr qint64 mostOnAPage = 1000;

bool isDecimal(const QString &text)
{
    const auto isDigit = [](QChar c) { return c >= u'0' && c <= u'9'; };
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isDigit);
}

struct Member {
    QString name;
    QByteArrayView value; ///< as it stands there
};

QJsonValue decoded(QByteArrayView value)
{
    return QJsonDocument::fromJson('[' + value.toByteArray() + ']')[0];
}

QString nameOf(QByteArrayView written)
{
    written = written.trimmed();
    return written.contains('\\') ? decoded(written).toString() // \u006e is n as well
                                  : QString::fromUtf8(written.sliced(1, written.size() - 2));
}

// In their order and as they are written, which Qt's parser does not tell: of equal names it keeps the last, others
// keep the first, and numbers are rounded. object: a JSON object.
QList<Member> membersOf(QByteArrayView object)
{
    QList<Member> members;
    int depth = 0;
    qsizetype begin = 0; // of what is to be a name or a value
    for (qsizetype i = 0; i < object.size(); ++i) {
        const char c = object[i];
        if (c == '"') {
            for (++i; object[i] != '"'; ++i)
                i += object[i] == '\\';
            continue;
        }
        const bool endsMember = depth == 1 && (c == ',' || c == '}');
        if (endsMember && !members.isEmpty())
            members.last().value = object.sliced(begin, i - begin).trimmed();
        if (depth == 1 && c == ':') {
            if (members.size() == mostMembers)
                throw Failure::unprocessable(u"body"_s, u"has more than %1 members"_s.arg(mostMembers));
            members.append({nameOf(object.sliced(begin, i - begin)), {}});
        }
        if (c == '{' || c == '[')
            ++depth;
        else if (c == '}' || c == ']')
            --depth;
        if (endsMember || (depth == 1 && (c == ':' || c == '{')))
            begin = i + 1;
    }
    return members;
}

QString shown(const QString &name)
{
    return name.size() <= longestNameShown ? name : name.first(longestNameShown) + u'…';
}

// The digits of a number that is whole, however it is written; nothing where it is not, is below zero, or has lost bits
// in what other programs make of it.
std::optional<QString> wholeNumber(QByteArrayView number)
{
    static const QRegularExpression form(u"^([0-9]+)(?:\\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?$"_s);
    constexpr qsizetype longest = 40;
    const auto match = form.match(QLatin1StringView(number.first(std::min(number.size(), longest + 1))));
    if (number.size() > longest || !match.hasMatch())
        return {};
    QString digits = match.captured(1) + match.captured(2);
    const int whole = int(match.capturedLength(1)) + match.captured(3).toInt();
    const auto isZero = [](QChar c) { return c == u'0'; };
    if (whole > longest
        || !std::all_of(digits.begin() + std::clamp(whole, 0, int(digits.size())), digits.end(), isZero))
        return {};
    digits = digits.left(std::max(whole, 0)).leftJustified(whole, u'0');
    bool fits = false;
    const qint64 value = digits.isEmpty() ? 0 : digits.toLongLong(&fits);
    return (fits || digits.isEmpty()) && value <= mostExact ? std::optional(QString::number(value)) : std::nullopt;
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
    const QByteArrayView body = QByteArrayView(request.body).trimmed();
    if (body.isEmpty())
        throw Failure::unprocessable(u"body"_s, u"is empty: a JSON object is wanted"_s);
    if (!isJson(body) || !body.startsWith('{')) {
        QJsonParseError error{};
        QJsonDocument::fromJson(request.body, &error);
        const QString reason = isJson(body)           ? u"other JSON"_s
            : error.error == QJsonParseError::NoError ? u"not as RFC 8259 has it"_s
                                                      : error.errorString();
        throw Failure::unprocessable(u"body"_s, u"is not a JSON object: "_s + reason);
    }
    QSet<QString> names;
    QByteArrayView value;
    for (const Member &member : membersOf(body)) {
        if (names.contains(member.name))
            throw Failure::unprocessable(shown(member.name), u"is given more than once"_s);
        names.insert(member.name);
        if (member.name == field)
            value = member.value;
    }
    if (value.isEmpty())
        return {};
    if (value.startsWith('"'))
        return decoded(value).toString();
    const auto number = wholeNumber(value);
    if (!number)
        throw Failure::unprocessable(field, u"is neither a string of digits nor a whole number from 1 to 2^53"_s);
    return number;
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
