// SPDX-License-Identifier: GPL-3.0-or-later
// The one error type of the service: thrown anywhere, answered as problem+json in one place (exchange.cpp).
#pragma once

#include "server/http/message/field.h"
#include "server/http/message/json.h"

#include <QException>
#include <QList>

#include <chrono>
#include <optional>

namespace openloop::http {

/// What a client is told when its request can't be answered: RFC 9457 members plus header fields.
///
///     422 unprocessable   a field of the input is wrong; detail names the field and the bound
///     503 unavailable     a bound is reached or a service is away; carries Retry-After
///     502 badGateway      the upstream refused, broke or sent no JSON
///     504 timedOut        a deadline passed
///     499 clientLeft      nobody is there to be told; never sent, counted only
///     500 internal        a bug
///
/// Passes unchanged through QFuture and coroutines.
class Failure : public QException
{
public:
    Failure(int status, QString detail) : m_status(status), m_detail(std::move(detail)) { }

    static Failure unprocessable(const QString &field, const QString &problem)
    {
        return Failure(422, field + u' ' + problem).with(QStringLiteral("field"), field);
    }
    static Failure unavailable(const QString &detail, std::chrono::seconds retryAfter)
    {
        Failure failure(503, detail);
        failure.m_retryAfter = retryAfter;
        return failure;
    }
    /// The server ends before it has the answer; another one, or this one soon, may give it.
    static Failure stopping() { return unavailable(QStringLiteral("the server stops"), std::chrono::seconds(1)); }
    static Failure badGateway(const QString &detail) { return {502, detail}; }
    static Failure timedOut(const QString &detail) { return {504, detail}; }
    static Failure clientLeft() { return {499, {}}; }
    /// A bug: the client is told that there was one, the log its cause, under the request's id.
    static Failure internal(const QString &cause)
    {
        Failure failure(500, QStringLiteral("an internal error; the log has it under this request_id"));
        failure.m_cause = cause;
        return failure;
    }

    /// This failure with one more member in its problem document.
    Failure with(const QString &key, const Json &value) const
    {
        Failure copy = *this;
        copy.m_members.append({key, value});
        return copy;
    }

    /// This failure with one more header field in its answer.
    Failure withField(const QByteArray &name, const QByteArray &value) const
    {
        Failure copy = *this;
        copy.m_fields.append({name, value});
        return copy;
    }

    int status() const { return m_status; }
    const QString &detail() const { return m_detail; }
    const QString &cause() const { return m_cause; } ///< of a 500, for the log alone
    const QList<Json::Member> &members() const { return m_members; }
    std::optional<std::chrono::seconds> retryAfter() const { return m_retryAfter; }
    const QList<Field> &fields() const { return m_fields; }

    void raise() const override { throw *this; }
    Failure *clone() const override { return new Failure(*this); }

private:
    int m_status;
    QString m_detail;
    QString m_cause;
    QList<Json::Member> m_members;
    QList<Field> m_fields;
    std::optional<std::chrono::seconds> m_retryAfter;
};

} // namespace openloop::http
