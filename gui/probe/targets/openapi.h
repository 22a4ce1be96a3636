// SPDX-License-Identifier: GPL-3.0-or-later
// Targets out of an OpenAPI document: any service that describes itself can be watched without typing.
#pragma once

#include "gui/probe/targets/target.h"

namespace openloop::probe {

/// Whom the targets of a document belong to.
enum class OpenApiFrom {
    Service, ///< to the one that gave it: of a server's URL the path counts, below `baseUrl`'s host
    File, ///< to the server it names; `baseUrl` is for those that are relative
};

/// The GET operations of an OpenAPI 3.0, 3.1 or Swagger 2.0 document in JSON or YAML, of 16 MiB at most. Required
/// parameters take their example, default or a value that fits the schema; operations for which none is known, and
/// streams, are left out. References lead within the document. No duplicates, at most 100.
Parsed<QList<Target>> targetsFromOpenApi(const QByteArray &document, const QString &baseUrl,
                                         OpenApiFrom from = OpenApiFrom::Service);

} // namespace openloop::probe
