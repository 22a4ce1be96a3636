// SPDX-License-Identifier: GPL-3.0-or-later
// The promise that is watched when nobody has stated one: health checks answer within 20 ms.
#pragma once

#include "gui/probe/judgement/rules.h"
#include "gui/probe/targets/target.h"

namespace openloop::gui {

/// Rules for targets without a profile: for one named health, `p99 < 20ms over 10s for 5s`; for the others none.
QList<probe::Rule> defaultRules(const QList<probe::Target> &targets);

} // namespace openloop::gui
