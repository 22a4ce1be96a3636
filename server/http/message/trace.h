// SPDX-License-Identifier: GPL-3.0-or-later
// By what a request is known beyond this service: in its answer, in the log, and to those who are asked for its sake.
#pragma once

#include "server/http/message/field.h"
#include "server/http/message/request_head.h"

#include <QByteArrayView>
#include <QList>

#include <array>

namespace openloop::http {

/// The names that a client gave its request, or else new ones. A value that needs no memory of its own.
class Trace
{
public:
    static constexpr qsizetype longestId = 128;

    Trace() = default;
    /// Takes X-Request-Id if it is one of 1 to 128 letters, digits and `-._~:/+=@`, and traceparent if it is W3C Trace
    /// Context's; each only where it is there once. Whatever is missing is made, other for each request of the process,
    /// and of all others as far as chance goes. Any thread.
    explicit Trace(const RequestHead &head);

    /// As the log, X-Request-Id and problem documents say it; empty of a trace by default.
    QByteArrayView id() const { return QByteArrayView(m_id.data(), m_idSize); }
    /// `00-<trace id>-<parent id>-<flags>`: as it was given, since this service records no spans of its own.
    QByteArrayView parent() const { return QByteArrayView(m_parent.data(), qsizetype(m_parent.size())); }
    QByteArrayView traceId() const { return parent().sliced(3, 32); }
    QByteArrayView spanId() const { return parent().sliced(36, 16); }

    /// What is sent along with whatever is asked for the request's sake. head: the request's.
    QList<Field> fieldsOnward(const RequestHead &head) const;
    /// Appends the lines of the answer: X-Request-Id, and traceparent where the client gave one.
    void appendTo(QByteArray &answer) const;

private:
    bool takeId(const RequestHead &head);
    bool takeParent(const RequestHead &head);

    std::array<char, longestId> m_id{};
    std::array<char, 55> m_parent{};
    quint8 m_idSize = 0;
    bool m_parentGiven = false;
};

} // namespace openloop::http
