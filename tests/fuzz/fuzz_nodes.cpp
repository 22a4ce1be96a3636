// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a service's list of servers: all of it within bounds or a sentence on what is wrong, and groups that
// hold each service once.
#include "gui/models/watches/fleets.h"
#include "tests/fuzz/fuzz.h"

#include <QSet>

using namespace openloop;
using fuzz::require;

namespace {

void checkJob(const gui::NodeJob &job)
{
    require(job.id.size() == 16 && job.phase.size() <= 255);
    require(job.progress >= 0 && job.progress <= 1);
    require(!job.eta || (*job.eta >= 0 && *job.eta <= 1e9));
}

void checkNode(const gui::Node &node)
{
    require(node.id.size() == 16 && node.name.size() <= 255 && node.version.size() <= 255);
    require(!node.name.contains(u'\n'));
    require(node.beatAge >= 0 && node.beatAge <= 1e9 && node.heartbeat >= 0 && node.heartbeat <= 1e9);
    for (const auto &job : node.jobs)
        checkJob(job);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    for (const int digits : gui::digitsOfJobs(bytes))
        require(digits > 0);
    const auto nodes = gui::parseNodes(bytes);
    if (!nodes) {
        require(!nodes.error.isEmpty() && nodes.error.size() < 200);
        return 0;
    }
    require(nodes->size() <= gui::mostNodes);
    QList<gui::FleetMember> members{{{}, *nodes}, {}};
    for (const auto &node : *nodes) {
        checkNode(node);
        members << gui::FleetMember{node.id, {}};
    }
    // Whoever is named is of the group of the list that names it; who tells nothing is alone.
    const auto groups = gui::fleetsOf(members);
    require(groups.size() == 2 && groups.first().size() == members.size() - 1 && groups.last() == QList<qsizetype>{1});
    return 0;
}
