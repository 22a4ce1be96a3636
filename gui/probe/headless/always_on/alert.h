// SPDX-License-Identifier: GPL-3.0-or-later
// What others are told of a rule that broke or a target that is down, in a form that stays.
#pragma once

#include "gui/probe/measurement/event.h"

#include <QJsonObject>
#include <QProcessEnvironment>

namespace openloop::probe {

/// As resources/openloop-monitor-alert.schema.json has it. number: counts the alerts of this run, from 1. Pure.
QJsonObject alertFrom(const Event &event, const WallClock &wall, qint64 number);

/// The same as variables: OPENLOOP_ALERT_EVENT, _STATE, _TARGET, _RULE, _VALUE, _TEXT, _AT.
QProcessEnvironment environmentOf(const QJsonObject &alert);

} // namespace openloop::probe
