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

void appendQuoted(QByteArray &out, const QString &text)
{
    constexpr char hex[] = "0123456789abcdef";
    const QByteArray utf8 = text.toUtf8();
    out += '"';
    if (std::all_of(utf8.begin(), utf8.end(), isPlain)) {
        out += utf8;
        out += '"';
        return;
    }
    for (const char c : utf8) {
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

} // namespace

Json::Json(std::initializer_list<Member> members)
{
    QByteArray text = "{";
    text.reserve(usualSize);
    for (const Member &member : members) {
        appendQuoted(text, member.key);
        text += ':';
        text += member.value.m_text;
        text += ',';
    }
    *this = closed(std::move(text), '}');
}

Json::Json(const QString &text)
{
    m_text.reserve(text.size() + 2);
    appendQuoted(m_text, text);
}

Json::Json(double number) : m_text(std::isfinite(number) ? QByteArray::number(number, 'g', 15) : "null") { }

Json Json::verbatim(QByteArray text)
{
    Json json;
    json.m_text = std::move(text);
    return json;
}

Json Json::with(const QString &key, const Json &value) const
{
    Q_ASSERT(m_text.startsWith('{'));
    QByteArray text = m_text.chopped(1);
    if (text.size() > 1)
        text += ',';
    appendQuoted(text, key);
    return verbatim(text + ':' + value.m_text + '}');
}

Json Json::closed(QByteArray text, char bracket)
{
    if (text.endsWith(','))
        text.back() = bracket;
    else
        text += bracket;
    return verbatim(std::move(text));
}

} // namespace openloop::http
