// SPDX-License-Identifier: GPL-3.0-or-later
// The strict reader of request heads: what it accepts has one meaning only, so nothing can be smuggled past it.
#pragma once

#include "server/http/message/limits.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace openloop::http {

/// A value, cheap to copy. Its views are of the one text that copies share: they live as long as one of these does.
class RequestHead
{
public:
    QByteArrayView method() const { return at(m_method); }
    QByteArrayView path() const
    {
        return at(m_path);
    } ///< still percent-encoded; begins with '/', or is "*" for OPTIONS
    QByteArrayView query() const { return at(m_query); } ///< still percent-encoded, without '?'
    /// Of a target in absolute form; it is the Host then.
    QByteArrayView authority() const { return at(m_authority); }

    /// Value of the first field of that name (lower case), without white space around it; empty if there is none.
    QByteArrayView value(QByteArrayView name) const;
    /// Values of all fields of that name, in their order.
    QList<QByteArrayView> values(QByteArrayView name) const;
    /// Those values as one, joined by commas (RFC 9110 section 5.3).
    QByteArray combined(QByteArrayView name) const;
    qsizetype fieldCount() const { return m_fields.size(); }

    /// As if they had been read; name: lower case.
    void addField(QByteArrayView name, QByteArrayView value);
    void setQuery(QByteArrayView query) { m_query = add(query); }

    bool wantsTls = false; ///< its target is absolute and begins with https:
    int minorVersion = 1; ///< HTTP/1.x
    qint64 contentLength = 0; ///< 0 as well when there is no such field, or the body is chunked
    bool chunked = false;
    bool keepAlive = true; ///< the client wants to go on with this connection
    bool expectsContinue = false;

private:
    friend class HeadReader;

    struct Part { ///< of the text, so that it stays what it is wherever that is
        qint32 begin = 0;
        qint32 size = 0;
    };
    struct FieldParts {
        Part name, value;
    };

    QByteArrayView at(Part part) const { return QByteArrayView(m_text).sliced(part.begin, part.size); }
    Part add(QByteArrayView text);
    void clear();

    QByteArray m_text;
    Part m_method, m_path, m_query, m_authority;
    QList<FieldParts> m_fields;
};

/// How far a head has come: `head` when it is complete, else `status` and `reason` when it is refused, else
/// more bytes are needed.
struct HeadReading {
    std::optional<RequestHead> head;
    qsizetype length = 0; ///< of the complete head, with its last empty line
    int status = 0; ///< 400, 413, 414, 417, 431, 501 or 505
    QString reason;
    RequestHead seen{}; ///< of a refused one: what of it was read before
};

/// Reads one request head from the beginning of `bytes` (RFC 9112 sections 2 to 6, without its leniencies).
/// Refused as soon as it can't become valid. A body announced beyond limits.body is refused with 413 here.
/// Pure; any thread.
HeadReading readHead(QByteArrayView bytes, const Limits &limits);

/// readHead() of a head that arrives in pieces: however small they are, no line is read twice. A value; for one head.
class HeadReader
{
public:
    /// used: one that is not needed any more; its memory is used again where nobody has a copy of it.
    explicit HeadReader(RequestHead used = {});

    /// Goes on where it stopped: `bytes` begins with all that it was given before.
    HeadReading read(QByteArrayView bytes, const Limits &limits);

    /// Bytes that it has looked at, those that it looked at twice counted twice.
    qsizetype examined() const { return m_examined; }

private:
    struct Refusal {
        int status;
        QString reason;
    };
    using Verdict = std::optional<Refusal>;

    static Refusal bad(const QString &reason) { return {400, reason}; }
    static Refusal targetTooLong();
    static Verdict judgeBegunLine(QByteArrayView line);
    HeadReading refusal(const Refusal &refused);
    RequestHead::Part partOf(QByteArrayView piece) const;
    Verdict readRequestLine(QByteArrayView line);
    Verdict readVersion(QByteArrayView version);
    Verdict readTarget(QByteArrayView method, QByteArrayView target);
    Verdict readField(QByteArrayView line);
    void keepText();
    Verdict readMeaning(const Limits &limits);
    Verdict readHost();
    Verdict readFraming(const Limits &limits);
    Verdict readLength(const Limits &limits);
    Verdict readExpectation();
    void readPersistence();

    RequestHead m_head; ///< as far as its lines are whole; has its text at the end
    QByteArrayView m_bytes; ///< while read() runs
    qsizetype m_at = 0; ///< where the line begins that is not whole
    qsizetype m_searched = 0; ///< there is no end of a line between m_at and here
    qsizetype m_examined = 0;
    bool m_requestLineRead = false;
};

} // namespace openloop::http
