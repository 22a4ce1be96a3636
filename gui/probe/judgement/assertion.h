// SPDX-License-Identifier: GPL-3.0-or-later
// `health.p99<20ms`: what a headless run is held to.
#pragma once

#include "gui/probe/judgement/condition.h"

namespace openloop::probe {

/// A condition on one target over the whole run. Grammar:
///     assert    = target "." quantity op limit        op = "<" | "<=" | ">" | ">=" | "=" | "=="
///     quantity  = "p50" | "p90" | "p95" | "p99" | "p99.9" | "max" | "errors" | "availability" | "rate" | "n"
///               | "isolation" | "certificate"
/// The target's name may itself hold dots.
struct Assertion {
    QString text; ///< as it was given
    QString target;
    Condition condition;
};

/// Errors name the part that is wrong and what is allowed there.
Parsed<Assertion> parseAssertion(const QString &text);

} // namespace openloop::probe
