// SPDX-License-Identifier: GPL-3.0-or-later
// Puts each service to the groups that it has an id in common with, which become one by that.
#include "gui/models/watches/fleets.h"

#include <QSet>

#include <algorithm>

namespace openloop::gui {

QList<QList<qsizetype>> fleetsOf(const QList<FleetMember> &members)
{
    struct Group {
        QList<qsizetype> members;
        QSet<QString> ids;
    };
    QList<Group> groups;
    for (qsizetype i = 0; i < members.size(); ++i) {
        Group all{{i}, {}};
        if (!members[i].self.isEmpty())
            all.ids.insert(members[i].self);
        for (const Node &node : members[i].nodes)
            all.ids.insert(node.id);
        const QSet<QString> named = all.ids;
        groups.removeIf([&](const Group &group) {
            if (!group.ids.intersects(named))
                return false;
            all.members = group.members + all.members;
            all.ids.unite(group.ids);
            return true;
        });
        std::ranges::sort(all.members);
        groups << all;
    }
    std::ranges::sort(groups, {}, [](const Group &group) { return group.members.first(); });
    QList<QList<qsizetype>> result;
    for (const Group &group : std::as_const(groups))
        result << group.members;
    return result;
}

} // namespace openloop::gui
