// SPDX-License-Identifier: GPL-3.0-or-later
// A pasted `curl` command becomes a target: the form in which browsers and API documentation hand out
// requests.
#pragma once

#include "gui/probe/targets/target.h"

namespace openloop::probe {

/// Understands POSIX shell quoting ('..', "..", \, $'..', line continuations) and -X -H -d --data-raw
/// --data-binary
/// --data-urlencode --json -G -u -A -e -b -I -k -m --connect-timeout --url --compressed and the options
/// without effect on a probe. Options it does not know, files (@name) and several URLs are errors that name
/// them.
Parsed<Target> targetFromCurlCommand(const QString &command);

/// True when the text looks like a curl command rather than a URL.
bool looksLikeCurlCommand(const QString &text);

} // namespace openloop::probe
