// SPDX-License-Identifier: GPL-3.0-or-later
// --check: whether a start would succeed, without starting.
#pragma once

namespace openloop {

struct CommandLine;

namespace http {
struct Limits;
}

/// Tries whatever a start needs, and says on standard output, a line each, what works and what does not; true: all
/// does. Changes no database. Blocks, for a few seconds at most where somebody does not answer. Main thread.
bool check(const CommandLine &line, const http::Limits &limits);

} // namespace openloop
