// SPDX-License-Identifier: GPL-3.0-or-later
// Line by line to the end of the head, whose fields then say, in one way or not at all, where the body ends.
#include "server/upstream/http1/answer_reader.h"

#include "server/http/message/characters.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using openloop::http::Field;

namespace openloop::http1 {

namespace {

constexpr qsizetype longestHead = 64 * 1024;
constexpr qsizetype longestLength = 15; // digits of a Content-Length that are read

http::Limits limitsFor(qsizetype mostBody)
{
    http::Limits limits;
    limits.head = longestHead;
    limits.body = mostBody;
    return limits;
}

/// The members of a comma-separated list in all fields of that name, in lower case.
QList<QByteArray> listOf(const QList<Field> &fields, QByteArrayView name)
{
    QList<QByteArray> members;
    for (const Field &field : fields) {
        if (field.name.compare(name, Qt::CaseInsensitive) != 0)
            continue;
        for (const QByteArray &member : field.value.split(','))
            members.append(member.trimmed().toLower());
    }
    return members;
}

} // namespace

AnswerReader::AnswerReader(qsizetype mostBody) : m_mostBody(mostBody) { }

AnswerReader::State AnswerReader::read(QByteArray &bytes)
{
    if (m_status == 0) {
        const State head = readHead(bytes);
        if (head != State::Incomplete || m_status == 0)
            return head;
    }
    return readBody(bytes);
}

AnswerReader::State AnswerReader::readHead(QByteArray &bytes)
{
    qsizetype at = 0;
    State state = State::Incomplete;
    while (state == State::Incomplete && m_status == 0) {
        const qsizetype newline = bytes.indexOf('\n', at + m_searched);
        m_searched = newline < 0 ? bytes.size() - at : 0;
        const qsizetype next = newline < 0 ? bytes.size() : newline + 1;
        if (m_headBytes + next - at > longestHead) {
            state = refuse(u"its head is larger than 64 KiB"_s);
            break;
        }
        if (newline < 0)
            break;
        QByteArrayView line = QByteArrayView(bytes).sliced(at, newline - at);
        if (line.endsWith('\r'))
            line.chop(1);
        m_headBytes += next - at;
        at = next;
        if (m_code == 0) {
            if (!readStatusLine(line))
                state = refuse(u"it does not begin with a status line"_s);
        } else if (line.isEmpty()) {
            state = headEnds();
        } else if (!readField(line)) {
            state = refuse(u"a field of its head is malformed"_s);
        }
    }
    bytes.remove(0, at);
    return state;
}

// The phrase, and the space before it, may be missing.
bool AnswerReader::readStatusLine(QByteArrayView line)
{
    constexpr qsizetype shortest = 12; // HTTP/1.1 200
    if (line.size() < shortest || !line.startsWith("HTTP/1.") || !http::isDigit(line[7]) || line[8] != ' '
        || !http::allOf(line.sliced(9, 3), http::isDigit) || (line.size() > shortest && line[shortest] != ' ')
        || !http::allOf(line, http::isFieldCharacter))
        return false;
    m_minorVersion = line[7] - '0';
    m_code = line.sliced(9, 3).toInt();
    return m_code >= 100;
}

bool AnswerReader::readField(QByteArrayView line)
{
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0 || !http::isToken(line.first(colon)) || !http::allOf(line, http::isFieldCharacter))
        return false;
    m_fields.append({line.first(colon).toByteArray(), line.sliced(colon + 1).trimmed().toByteArray()});
    return true;
}

AnswerReader::State AnswerReader::headEnds()
{
    const int code = std::exchange(m_code, 0);
    if (code == 101)
        return refuse(u"it changes the protocol, which nobody asked for"_s);
    if (code < 200) {
        m_fields.clear();
        return State::Incomplete;
    }
    m_status = code;
    const QList<QByteArray> connection = listOf(m_fields, "connection");
    m_keepsAlive = !connection.contains("close") && (m_minorVersion > 0 || connection.contains("keep-alive"));
    if (!readFraming())
        return refuse(u"its head does not say in one way how long it is"_s);
    if (m_length.value_or(0) > m_mostBody)
        return State::TooLarge;
    m_body.reserve(m_length.value_or(0));
    return State::Incomplete;
}

bool AnswerReader::readFraming()
{
    const QList<QByteArray> lengths = listOf(m_fields, "content-length");
    const QList<QByteArray> codings = listOf(m_fields, "transfer-encoding");
    for (const QByteArray &length : lengths) { // the same one twice is one
        if (length != lengths.first() || length.isEmpty() || !http::allOf(length, http::isDigit))
            return false;
        const qsizetype zeros = std::ranges::find_if(length, [](char c) { return c != '0'; }) - length.begin();
        m_length = length.size() - zeros > longestLength ? m_mostBody + 1 : length.toLongLong();
    }
    if (m_status == 204 || m_status == 304) {
        m_length = 0;
        return codings.isEmpty();
    }
    if (codings.isEmpty()) {
        m_keepsAlive = m_keepsAlive && m_length;
        return true;
    }
    m_chunks.emplace(limitsFor(m_mostBody));
    m_keepsAlive = m_keepsAlive && m_minorVersion > 0;
    return codings == QList<QByteArray>{"chunked"} && lengths.isEmpty();
}

AnswerReader::State AnswerReader::readBody(QByteArray &bytes)
{
    if (m_chunks) {
        switch (m_chunks->read(bytes)) {
        case http::ChunkedBody::State::Incomplete: return State::Incomplete;
        case http::ChunkedBody::State::Complete: return State::Complete;
        case http::ChunkedBody::State::Refused: break;
        }
        return m_chunks->status() == 413 ? State::TooLarge : refuse(u"its chunks are malformed"_s);
    }
    const qsizetype take = m_length ? std::min(bytes.size(), *m_length - m_body.size()) : bytes.size();
    m_body += QByteArrayView(bytes).first(take);
    bytes.remove(0, take);
    if (m_body.size() > m_mostBody)
        return State::TooLarge;
    return m_length && m_body.size() == *m_length ? State::Complete : State::Incomplete;
}

AnswerReader::State AnswerReader::end()
{
    return m_status != 0 && !m_length && !m_chunks ? State::Complete : State::Incomplete;
}

AnswerReader::State AnswerReader::refuse(const QString &reason)
{
    m_reason = reason;
    return State::Malformed;
}

} // namespace openloop::http1
