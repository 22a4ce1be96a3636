// SPDX-License-Identifier: GPL-3.0-or-later
// The OpenAPI document: its paths are those of the route table, its words those of the resource.
#pragma once

#include "server/http/message/json.h"

#include <QList>

#include <utility>

namespace openloop {

/// What the routes are, in the words of `resources/openapi/openapi.json`. A route that has none there is described by
/// its path; words for a route that is none are left out. A value.
class Description
{
public:
    struct Operation {
        QByteArray method;
        QString path; ///< with `{name}` for an argument
        QString summary; ///< may be empty
    };

    /// routes: method and pattern of each; see App::routes.
    explicit Description(const QList<std::pair<QByteArray, QString>> &routes);

    /// The document. prefix: what a proxy cuts off the path; see Forwarded.
    QByteArray document(const QByteArray &prefix) const;
    /// In the order of the routes.
    const QList<Operation> &operations() const { return m_operations; }
    const QString &text() const { return m_text; } ///< what the service is

private:
    http::Json itemOf(const QString &pattern, const QByteArrayList &methods, const QString &path,
                      const QList<http::Json::Member> &words);

    QList<http::Json::Member> m_members; ///< of the document
    QList<Operation> m_operations;
    QString m_text;
};

} // namespace openloop
