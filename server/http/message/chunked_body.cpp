// SPDX-License-Identifier: GPL-3.0-or-later
// A state machine over whole lines: what is no line yet is left where it is.
#include "server/http/message/chunked_body.h"

#include "server/http/message/characters.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

constexpr qsizetype longestLine = 1024; // a chunk's size with its extensions, or one trailer
constexpr qsizetype longestSize = 8; // hexadecimal digits

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
    const qsizetype mark = line.indexOf(';');
    const QByteArrayView digits = mark < 0 ? line : line.first(mark);
    const auto isHexDigit = [](char c) { return hexValue(c) >= 0; };
    if (digits.isEmpty() || digits.size() > longestSize || !allOf(digits, isHexDigit) || !allOf(line, isFieldCharacter))
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
