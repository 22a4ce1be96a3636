// SPDX-License-Identifier: GPL-3.0-or-later
// Which of the services that are watched are servers of one queue: those whose lists name the same servers.
#pragma once

#include "gui/models/watches/nodes.h"

namespace openloop::gui {

/// What is known of a service in this matter.
struct FleetMember {
    QString self; ///< the id of the server that answered last; empty: it does not tell. Behind a balancer it changes
    QList<Node> nodes; ///< its own answer of /nodes; empty: it was not asked, or long ago
};

/// Indices of the members, each in exactly one group; both in the order of the members. Two are of one group when the
/// ids that they name, their own included, have one in common: an id is random and of one start, and no two databases
/// have the same.
QList<QList<qsizetype>> fleetsOf(const QList<FleetMember> &members);

} // namespace openloop::gui
