// SPDX-License-Identifier: GPL-3.0-or-later
// A pasted `curl` command becomes a target: the form in which browsers and API documentation hand out
// requests.
#pragma once

#include "gui/probe/targets/target.h"

namespace openloop::probe {

/// The request that curl 7.88 would send, byte by byte but for the User-Agent and the boundary of a form, or an error
/// that names what stands against it: a file (@name), a variable, several URLs, an option that is not known here.
/// Without effect are options on what curl prints and how often it tries.
Parsed<Target> targetFromCurlCommand(const QString &command);

/// True when the text looks like a curl command rather than a URL.
bool looksLikeCurlCommand(const QString &text);

} // namespace openloop::probe
