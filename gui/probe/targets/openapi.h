// SPDX-License-Identifier: GPL-3.0-or-later
// Targets out of /openapi.json: any service that describes itself can be watched without typing.
#pragma once

#include "gui/probe/targets/target.h"

namespace openloop::probe {

/// The GET operations of an OpenAPI 3.0 or 3.1 document below `baseUrl`. Required parameters take their
/// example, default or a value that fits the schema; operations for which none is known, and streams, are left out. No
/// duplicates, at most 100.
Parsed<QList<Target>> targetsFromOpenApi(const QByteArray &document, const QString &baseUrl);

} // namespace openloop::probe
