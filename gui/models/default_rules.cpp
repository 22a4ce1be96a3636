// SPDX-License-Identifier: GPL-3.0-or-later
// Promises of the service's own endpoints.
#include "gui/models/default_rules.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

QList<probe::Rule> defaultRules(const QList<probe::Target> &targets)
{
    QList<probe::Rule> rules;
    for (const auto &target : targets) {
        if (target.name == u"health"_s) {
            rules << probe::Rule{target.name,
                                 {probe::Quantity::P99, probe::Comparison::Less, 20, false},
                                 std::chrono::seconds(10),
                                 std::chrono::seconds(5)};
        }
    }
    return rules;
}

} // namespace openloop::gui
