// SPDX-License-Identifier: GPL-3.0-or-later
// What an operation of an OpenAPI document asks for in its path, query, header and cookies.
#pragma once

#include "gui/probe/targets/openapi/values.h"
#include "gui/probe/targets/target.h"

namespace openloop::probe {

struct OpenApiRequest {
    QString path; ///< encoded, without braces
    QString query; ///< encoded, with its question mark; empty: none
    QList<Header> headers;
    QByteArray cookie; ///< as a Cookie field holds it; empty: none
};

/// The request that the GET operation of `item` (resolved) at `path` describes: its required parameters, those of the
/// path included where the operation does not override them. Nothing: a parameter for which no value can be known, or a
/// body that is required.
std::optional<OpenApiRequest> requestFor(const OpenApiDocument &document, OpenApiValues &values, const QString &path,
                                         const QJsonObject &item);

} // namespace openloop::probe
