// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of other origins, as far as they are let in: the server's part of the CORS protocol (WHATWG Fetch, 3.2).
#pragma once

#include "server/http/message/field.h"
#include "server/http/message/request_head.h"

#include <QHash>
#include <QList>

namespace openloop::http {

/// The origins whose pages may ask and read the answers; never with what the browser knows of the user, as cookies.
/// A value.
class CrossOrigin
{
public:
    /// `https://example.com`, `http://192.0.2.1:8080`, `http://[2001:db8::1]`: http or https, a host, perhaps a port. A
    /// name that is not ASCII becomes what stands in Origin for it. False: `text` is none of these.
    bool add(const QString &text);
    bool isEmpty() const { return m_origins.isEmpty(); }
    const QList<QByteArray> &origins() const { return m_origins; }
    /// origin: as a browser says it, compared as it stands.
    bool allows(QByteArrayView origin) const;
    /// Whether a browser asks in the name of such a page what the page may ask. It never tells a token then.
    bool isPreflight(const RequestHead &head) const;

private:
    QList<QByteArray> m_origins;
};

/// The fields that every answer has, as lines, and with them those that let a page of another origin read it. Made
/// once, so that nothing is made for an answer. A value.
class FixedFields
{
public:
    FixedFields() = default;
    FixedFields(QList<Field> fields, CrossOrigin others);

    const CrossOrigin &others() const { return m_others; }
    /// Of the answer to such a request.
    const QByteArray &linesFor(const RequestHead &head) const
    {
        return m_others.isEmpty() ? m_lines : linesForPage(head);
    }

private:
    struct Lines {
        QByteArray usual, preflight;
    };

    const QByteArray &linesForPage(const RequestHead &head) const;

    QByteArray m_lines;
    CrossOrigin m_others;
    QHash<QByteArray, Lines> m_pages; ///< by origin; begin with m_lines
};

} // namespace openloop::http
