// SPDX-License-Identifier: GPL-3.0-or-later
// What to watch and by which rules, as plain JSON: the same file for the window and for a headless run.
#pragma once

#include "gui/probe/judgement/rules.h"
#include "gui/probe/targets/target.h"

namespace openloop::probe {

struct Profile {
    QList<Target> targets;
    QList<Rule> rules;
    QJsonObject window; ///< whatever the window keeps for itself; carried along unchanged
};

QByteArray toJson(const Profile &profile);
/// Errors name the member that is wrong.
Parsed<Profile> profileFromJson(const QByteArray &json, UnknownKeys unknown = UnknownKeys::Ignored);

/// Reads a file; errors name it.
Parsed<Profile> loadProfile(const QString &path, UnknownKeys unknown = UnknownKeys::Ignored);
/// `openloop/monitor.json` in the XDG configuration folder.
QString defaultProfilePath();

} // namespace openloop::probe
