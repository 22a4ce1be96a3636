// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of the process's own are counted up and mixed: no two are equal, and none can be guessed from another at
// sight.
#include "server/http/message/trace.h"

#include "server/http/message/characters.h"

#include <QRandomGenerator>

#include <algorithm>
#include <atomic>
#include <string_view>

namespace openloop::http {

namespace {

constexpr std::string_view idMarks = "-._~:/+=@"; // nothing that a shell, a log or a query language takes for its own
constexpr qsizetype longestState = 512; // of tracestate, which has to be passed on up to there

bool isIdCharacter(char c)
{
    return isDigit(c) || isAlpha(c) || idMarks.find(c) != std::string_view::npos;
}

bool isLowerHex(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'f');
}

// The mixing of splitmix64 (Steele, Lea, Flood 2014): no two numbers become the same.
quint64 mixed(quint64 number)
{
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
    return number ^ (number >> 31);
}

// Each thread counts in a range of its own, so that loops do not take the counter's cache line from each other.
quint64 nextNumber()
{
    constexpr quint64 range = 1 << 16;
    static std::atomic<quint64> begun = QRandomGenerator::system()->generate64();
    thread_local quint64 left = 0;
    thread_local quint64 next = 0;
    if (left == 0) {
        left = range;
        next = begun.fetch_add(range, std::memory_order_relaxed);
    }
    --left;
    const quint64 number = mixed(next++);
    return number == 0 ? nextNumber() : number; // no span has the id 0
}

quint64 processNumber()
{
    static const quint64 number = QRandomGenerator::system()->generate64() | 1;
    return number;
}

char *writeHex(char *out, quint64 number)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        *out++ = "0123456789abcdef"[(number >> shift) & 0xf];
    return out;
}

char *write(char *out, QByteArrayView text)
{
    return std::copy(text.begin(), text.end(), out);
}

// Nothing where it is not there, or more than once.
QByteArrayView only(const RequestHead &head, QByteArrayView name)
{
    const QByteArrayView value = head.value(name);
    return !value.isEmpty() && head.values(name).size() == 1 ? value : QByteArrayView();
}

// W3C Trace Context section 3.2: of a later version the first four parts are those of version 00, and more may follow.
bool isTraceParent(QByteArrayView text)
{
    constexpr qsizetype known = 55;
    if (text.size() < known || text.startsWith("ff") || (text.startsWith("00") && text.size() > known)
        || (text.size() > known && text[known] != '-'))
        return false;
    for (qsizetype i = 0; i < known; ++i) {
        const bool isDash = i == 2 || i == 35 || i == 52;
        if (isDash ? text[i] != '-' : !isLowerHex(text[i]))
            return false;
    }
    const auto isZero = [](char c) { return c == '0'; };
    return !allOf(text.sliced(3, 32), isZero) && !allOf(text.sliced(36, 16), isZero);
}

} // namespace

Trace::Trace(const RequestHead &head)
{
    const bool hasId = takeId(head);
    m_parentGiven = takeParent(head);
    if (hasId && m_parentGiven)
        return;
    const quint64 number = nextNumber();
    if (!hasId)
        m_idSize = quint8(writeHex(m_id.data(), number) - m_id.data());
    if (m_parentGiven)
        return;
    char *out = write(m_parent.data(), "00-");
    out = writeHex(writeHex(out, processNumber()), number);
    out = writeHex(write(out, "-"), number);
    write(out, "-00");
}

bool Trace::takeId(const RequestHead &head)
{
    const QByteArrayView given = only(head, "x-request-id");
    if (given.isEmpty() || given.size() > longestId || !allOf(given, isIdCharacter))
        return false;
    m_idSize = quint8(write(m_id.data(), given) - m_id.data());
    return true;
}

bool Trace::takeParent(const RequestHead &head)
{
    const QByteArrayView given = only(head, "traceparent");
    if (!isTraceParent(given))
        return false;
    write(write(m_parent.data(), "00"), given.sliced(2, qsizetype(m_parent.size()) - 2));
    return true;
}

QList<Field> Trace::fieldsOnward(const RequestHead &head) const
{
    QList<Field> fields{{"X-Request-Id", id().toByteArray()}, {"traceparent", parent().toByteArray()}};
    const QByteArray state = m_parentGiven ? head.combined("tracestate") : QByteArray();
    if (!state.isEmpty() && state.size() <= longestState)
        fields.append({"tracestate", state});
    return fields;
}

void Trace::appendTo(QByteArray &answer) const
{
    if (m_idSize == 0)
        return;
    answer.append("X-Request-Id: ").append(id()).append("\r\n");
    answer.append("traceparent: ").append(parent()).append("\r\n");
}

} // namespace openloop::http
