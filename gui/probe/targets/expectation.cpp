// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes expectations, follows JSON pointers, and says in which point an answer falls short.
#include "gui/probe/targets/expectation.h"

#include "gui/probe/samples/words.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

/// Any JSON value, scalars too; nothing: the text is none.
std::optional<QJsonValue> jsonOf(const QByteArray &text)
{
    const auto array = QJsonDocument::fromJson('[' + text + ']').array();
    return array.size() == 1 ? std::optional(array.first()) : std::nullopt;
}

QString shown(const QJsonValue &value)
{
    constexpr qsizetype longest = 60;
    auto text = QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact));
    text = text.sliced(1, text.size() - 2);
    return text.size() <= longest ? text : text.first(longest - 1) + QChar(0x2026);
}

bool isSame(const QJsonValue &found, const QString &wanted)
{
    return (found.isString() && found.toString() == wanted) || jsonOf(wanted.toUtf8()) == found;
}

bool isPointer(const QString &pointer)
{
    static const QRegularExpression form(u"\\A(/([^~]|~[01])*)?\\z"_s);
    return form.match(pointer).hasMatch();
}

/// RFC 6901, 4.
std::optional<QJsonValue> valueAt(QJsonValue value, const QString &pointer)
{
    if (pointer.isEmpty())
        return value;
    static const QRegularExpression index(u"\\A(0|[1-9][0-9]{0,8})\\z"_s);
    for (auto token : pointer.sliced(1).split(u'/')) {
        token.replace(u"~1"_s, u"/"_s).replace(u"~0"_s, u"~"_s);
        if (value.isObject() && value.toObject().contains(token))
            value = value.toObject().value(token);
        else if (value.isArray() && index.match(token).hasMatch() && token.toInt() < value.toArray().size())
            value = value.toArray().at(token.toInt());
        else
            return {};
    }
    return value;
}

QString unmetJson(const QList<JsonExpectation> &wanted, const QByteArray &body)
{
    const auto document = jsonOf(body);
    if (!document)
        return tr("the body is no JSON");
    for (const auto &[pointer, value] : wanted) {
        const auto found = valueAt(*document, pointer);
        const auto place = pointer.isEmpty() ? tr("the body") : pointer;
        if (!found)
            return tr("there is no %1").arg(place);
        if (value && !isSame(*found, *value))
            return tr("%1 is %2").arg(place, shown(*found));
    }
    return {};
}

} // namespace

bool Expectation::expects(int code) const
{
    return std::ranges::any_of(status, [code](const auto &range) { return code >= range.from && code <= range.to; });
}

Parsed<QList<StatusRange>> parseStatuses(const QString &text)
{
    using Result = Parsed<QList<StatusRange>>;
    static const QRegularExpression form(u"\\A(?:([1-5])[xX]{2}|([0-9]{1,4})(?:\\s*-\\s*([0-9]{1,4}))?)\\z"_s);
    QList<StatusRange> ranges;
    for (const auto &part : text.split(u',')) {
        const auto match = form.match(part.trimmed());
        if (!match.hasMatch())
            return Result::failed(
                tr("“%1” is no status; write 2xx, 204, 200-299, or several with commas between").arg(part.trimmed()));
        if (const int hundreds = 100 * match.captured(1).toInt(); hundreds > 0) {
            ranges.append({hundreds, hundreds + 99});
            continue;
        }
        const int from = match.captured(2).toInt();
        ranges.append({from, match.captured(3).isEmpty() ? from : match.captured(3).toInt()});
    }
    return ranges;
}

QString statusText(const QList<StatusRange> &ranges)
{
    QStringList parts;
    for (const auto &[from, to] : ranges) {
        if (from % 100 == 0 && to == from + 99)
            parts << u"%1xx"_s.arg(from / 100);
        else
            parts << (from == to ? QString::number(from) : u"%1-%2"_s.arg(from).arg(to));
    }
    return parts.join(u',');
}

QString addExpectation(const QString &text, Expectation &expectation)
{
    const auto kind = text.section(u'=', 0, 0).trimmed();
    const auto value = text.section(u'=', 1);
    const bool isKnown = QStringList{u"status"_s, u"text"_s, u"regex"_s, u"json"_s, u"header"_s}.contains(kind);
    if (!isKnown || !text.contains(u'=') || (value.isEmpty() && kind != "json"_L1))
        return u"“%1” is no expectation; write status=2xx, text=TEXT, regex=PATTERN, json=/POINTER=VALUE or "
               "header=NAME: VALUE"_s.arg(text);
    if (kind == "status"_L1) {
        const auto ranges = parseStatuses(value);
        if (!ranges)
            return ranges.error;
        expectation.status = *ranges;
    } else if (kind == "text"_L1) {
        expectation.bodyContains = value.toUtf8();
    } else if (kind == "regex"_L1) {
        expectation.bodyMatches = value;
    } else if (kind == "json"_L1) {
        expectation.json.append(
            {value.section(u'=', 0, 0), value.contains(u'=') ? std::optional(value.section(u'=', 1)) : std::nullopt});
    } else {
        expectation.headers.append({value.section(u':', 0, 0).trimmed(), value.section(u':', 1).trimmed()});
    }
    return problemOf(expectation);
}

QString problemOf(const Expectation &expectation)
{
    const auto &[status, text, pattern, json, headers] = expectation;
    for (const auto &[from, to] : status) {
        if (from < 100 || from > to || to > 599)
            return tr("no status is from %1 to %2; they go from 100 to 599").arg(from).arg(to);
    }
    if (status.isEmpty())
        return tr("no status is expected");
    for (const auto &[what, count] : {std::pair(tr("ranges of status"), status.size()),
                                      {tr("values in JSON"), json.size()},
                                      {tr("header fields"), headers.size()}}) {
        if (count > Expectation::mostOfAKind)
            return tr("%1 %2 are expected; at most %3").arg(count).arg(what).arg(Expectation::mostOfAKind);
    }
    if (text.size() > Expectation::longestText)
        return tr("the expected text has %1 bytes; at most %2").arg(text.size()).arg(Expectation::longestText);
    if (pattern.size() > Expectation::longestPattern)
        return tr("the expected pattern has %1 characters; at most %2")
            .arg(pattern.size())
            .arg(Expectation::longestPattern);
    if (const QRegularExpression compiled(pattern); !compiled.isValid())
        return tr("“%1” is no pattern: %2").arg(pattern, compiled.errorString());
    for (const auto &[pointer, value] : json) {
        if (pointer.size() > Expectation::longestPattern || (value && value->size() > Expectation::longestText))
            return tr("a JSON pointer has at most %1 characters, its value %2")
                .arg(Expectation::longestPattern)
                .arg(Expectation::longestText);
        if (!isPointer(pointer))
            return tr("“%1” is no JSON pointer; write /member/0, with ~1 for a / in a name and ~0 for a ~")
                .arg(pointer);
    }
    static const QRegularExpression token(u"\\A[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}\\z"_s); // RFC 9110, 5.6.2
    for (const auto &[name, value] : headers) {
        if (!token.match(name).hasMatch() || value.size() > Expectation::longestPattern)
            return tr("“%1” is no header field with at most 256 characters of name and %2 of value")
                .arg(name, QString::number(Expectation::longestPattern));
    }
    return {};
}

// A pattern that backtracks without end must not hold the thread that measures; the limit says how often it may.
AnswerJudge::AnswerJudge(const Expectation &expectation)
    : m_expectation(expectation), m_pattern(u"(*LIMIT_MATCH=100000)"_s + expectation.bodyMatches)
{
    if (!expectation.bodyMatches.isEmpty())
        m_pattern.optimize();
}

QString AnswerJudge::unmet(const QByteArray &body, const FieldOf &fieldOf) const
{
    if (!m_expectation.bodyContains.isEmpty() && !body.contains(m_expectation.bodyContains))
        return tr("the expected text is not in it");
    if (!m_expectation.bodyMatches.isEmpty()) {
        const auto match = m_pattern.match(QString::fromUtf8(body));
        if (!match.hasMatch())
            return match.isValid() ? tr("the pattern does not match") : tr("the pattern takes too long");
    }
    for (const auto &[name, value] : m_expectation.headers) {
        const auto found = fieldOf(name.toLatin1());
        if (found.isNull())
            return tr("there is no field %1").arg(name);
        if (!QString::fromUtf8(found).contains(value))
            return tr("%1 is %2").arg(name, QString::fromUtf8(found.left(100)));
    }
    return m_expectation.json.isEmpty() ? QString() : unmetJson(m_expectation.json, body);
}

} // namespace openloop::probe
