// SPDX-License-Identifier: GPL-3.0-or-later
// Writes text once, in the order in which it is given; escapes what RFC 8259 wants escaped, and no more.
#include "server/http/message/json.h"

#include <algorithm>
#include <cmath>

namespace openloop::http {

namespace {

constexpr qsizetype usualSize = 256; // bytes of an object

bool isPlain(char c)
{
    return c != '"' && c != '\\' && (c < 0 || c >= 0x20);
}

// Whether each character is one byte, and stands for itself.
bool isPlainAscii(QStringView text)
{
    return std::ranges::all_of(text, [](QChar c) { return c.unicode() < 0x80 && isPlain(char(c.unicode())); });
}

void appendQuoted(QByteArray &out, const QString &text)
{
    constexpr char hex[] = "0123456789abcdef";
    if (isPlainAscii(text)) {
        out += '"';
        for (const QChar c : text)
            out += char(c.unicode());
        out += '"';
        return;
    }
    out += '"';
    for (const char c : text.toUtf8()) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (!isPlain(c)) {
            out += "\\u00";
            out += hex[c >> 4];
            out += hex[c & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

// The last comma, if there is one, becomes the bracket.
void close(QByteArray &text, char bracket)
{
    if (text.endsWith(','))
        text.back() = bracket;
    else
        text += bracket;
}

} // namespace

Json::Json(std::initializer_list<Member> members)
{
    m_long.reserve(usualSize);
    m_long += '{';
    for (const Member &member : members) {
        appendQuoted(m_long, member.key);
        m_long += ':';
        m_long += member.value.view();
        m_long += ',';
    }
    close(m_long, '}');
}

Json::Json(const QString &text)
{
    if (text.size() + 2 > qsizetype(m_short.size()) || !isPlainAscii(text)) {
        m_long.reserve(text.size() + 2);
        appendQuoted(m_long, text);
        return;
    }
    char *end = m_short.data();
    *end++ = '"';
    for (const QChar c : text)
        *end++ = char(c.unicode());
    *end++ = '"';
    m_shortSize = quint8(end - m_short.data());
}

Json::Json(double number)
    : Json(Word{std::isfinite(number) ? QByteArray::number(number, 'g', 15).toStdString() : "null"})
{
}

Json::Json(Word word) : m_shortSize(quint8(word.text.copy(m_short.data(), m_short.size()))) { }

Json Json::verbatim(QByteArray text)
{
    Json json(Word{});
    json.m_long = std::move(text);
    return json;
}

Json Json::with(const QString &key, const Json &value) const
{
    Q_ASSERT(view().startsWith('{'));
    QByteArray text = view().chopped(1).toByteArray();
    if (text.size() > 1)
        text += ',';
    appendQuoted(text, key);
    return verbatim(text.append(':').append(value.view()).append('}'));
}

Json Json::closed(QByteArray text, char bracket)
{
    close(text, bracket);
    return verbatim(std::move(text));
}

} // namespace openloop::http
