// SPDX-License-Identifier: GPL-3.0-or-later
// Below which URL an operation of an OpenAPI document is asked.
#pragma once

#include "gui/probe/targets/openapi.h"
#include "gui/probe/targets/openapi/document.h"

namespace openloop::probe {

/// The URL, without a slash at its end, that the path of an operation is appended to; `item` (resolved) is its path
/// item. The servers of the operation come before those of the path and of the document; variables take their default.
/// Nothing: none can be asked.
std::optional<QString> serverFor(const OpenApiDocument &document, const QJsonObject &item, const QString &baseUrl,
                                 OpenApiFrom from);

} // namespace openloop::probe
