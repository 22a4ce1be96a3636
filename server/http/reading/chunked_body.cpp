// SPDX-License-Identifier: GPL-3.0-or-later
// A state machine over whole lines: what is no line yet is left where it is.
#include "server/http/reading/chunked_body.h"

#include "server/http/message/characters.h"

#include <algorithm>
#include <optional>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

constexpr qsizetype longestLine = 1024; // a chunk's size with its extensions, or one trailer
constexpr qsizetype longestSize = 8; // hexadecimal digits

template <typename Predicate>
qsizetype whileAll(QByteArrayView bytes, Predicate predicate)
{
    return std::find_if_not(bytes.begin(), bytes.end(), predicate) - bytes.begin();
}

QByteArrayView afterSpace(QByteArrayView text)
{
    return text.sliced(whileAll(text, [](char c) { return c == ' ' || c == '\t'; }));
}

// What follows a token or a quoted string at the beginning; nothing: there is neither.
std::optional<QByteArrayView> afterValue(QByteArrayView text)
{
    if (!text.startsWith('"')) {
        const qsizetype length = whileAll(text, isTokenCharacter);
        return length == 0 ? std::nullopt : std::optional(text.sliced(length));
    }
    for (qsizetype i = 1; i < text.size() && isFieldCharacter(text[i]); ++i) {
        if (text[i] == '"')
            return text.sliced(i + 1);
        if (text[i] == '\\' && ++i < text.size() && !isFieldCharacter(text[i]))
            return {};
    }
    return {};
}

// Of RFC 9112 section 7.1.1, with the white space that is bad but to be read.
bool areExtensions(QByteArrayView text)
{
    while (!text.isEmpty()) {
        text = afterSpace(text);
        if (!text.startsWith(';'))
            return false;
        text = afterSpace(text.sliced(1));
        const qsizetype name = whileAll(text, isTokenCharacter);
        if (name == 0)
            return false;
        text = text.sliced(name);
        if (const QByteArrayView rest = afterSpace(text); rest.startsWith('=')) {
            const auto after = afterValue(afterSpace(rest.sliced(1)));
            if (!after)
                return false;
            text = *after;
        }
    }
    return true;
}

} // namespace

ChunkedBody::State ChunkedBody::read(QByteArray &bytes)
{
    qsizetype at = 0;
    State state = State::Incomplete;
    while (state == State::Incomplete && at < bytes.size()) {
        if (m_part == Part::Data) {
            const qsizetype take = qMin(m_left, bytes.size() - at);
            m_body.append(bytes.constData() + at, take);
            at += take;
            m_left -= take;
            if (m_left == 0)
                m_part = Part::DataEnd;
            continue;
        }
        const qsizetype newline = bytes.indexOf('\n', at);
        if (newline < 0) {
            if (bytes.size() - at > longestLine)
                state = refuse(400, u"a line of the chunked body is too long"_s);
            break;
        }
        if (newline == at || bytes[newline - 1] != '\r' || newline - at > longestLine) {
            state = refuse(400, u"a chunk does not end as it should"_s);
            break;
        }
        state = readLine(QByteArrayView(bytes).sliced(at, newline - 1 - at));
        at = newline + 1;
    }
    bytes.remove(0, at);
    return state;
}

ChunkedBody::State ChunkedBody::readLine(QByteArrayView line)
{
    if (m_part == Part::DataEnd) {
        if (!line.isEmpty())
            return refuse(400, u"a chunk does not end as it should"_s);
        m_part = Part::Size;
        return State::Incomplete;
    }
    if (m_part == Part::Trailer) {
        if (line.isEmpty())
            return State::Complete;
        m_trailerBytes += line.size();
        const qsizetype colon = line.indexOf(':');
        if (m_trailerBytes > m_limits.head)
            return refuse(431, u"the trailers are larger than %1 bytes"_s.arg(m_limits.head));
        if (colon <= 0 || !isToken(line.first(colon)) || !allOf(line, isFieldCharacter))
            return refuse(400, u"a trailer is malformed"_s);
        return State::Incomplete;
    }
    if (!readSize(line))
        return refuse(400, u"a chunk's size is no size"_s);
    if (m_left > m_limits.body - m_body.size())
        return refuse(413, u"the body is larger than %1 bytes"_s.arg(m_limits.body));
    m_part = m_left == 0 ? Part::Trailer : Part::Data;
    return State::Incomplete;
}

bool ChunkedBody::readSize(QByteArrayView line)
{
    const auto isHexDigit = [](char c) { return hexValue(c) >= 0; };
    const QByteArrayView digits = line.first(whileAll(line, isHexDigit));
    if (digits.isEmpty() || digits.size() > longestSize || !areExtensions(line.sliced(digits.size())))
        return false;
    m_left = digits.toByteArray().toLongLong(nullptr, 16);
    return true;
}

ChunkedBody::State ChunkedBody::refuse(int status, const QString &reason)
{
    m_status = status;
    m_reason = reason;
    return State::Refused;
}

} // namespace openloop::http
