// SPDX-License-Identifier: GPL-3.0-or-later
// Where the time of requests goes, over time: waiting, name, connection, TLS, first byte, body.
#pragma once

#include "gui/models/session.h"

#include <array>
#include <vector>

namespace openloop::gui {

/// Names of the phases in the order in which they pass.
std::array<QString, 6> phaseNames();

/// The phases of one request that stands for a stretch of time: the one with the median response, so that they add up.
struct PhaseColumn {
    double x = 0; ///< middle of the stretch, seconds since the epoch
    std::array<double, 6> upTo{}; ///< ms from when it was due to the end of each phase; ascending
};

/// Phases of a target in [from, to] in about `columns` stretches; those without an answer are left out. Needs single
/// samples.
std::vector<PhaseColumn> phasesOf(const Session &session, const probe::Series &series, double from, double to,
                                  int columns);

} // namespace openloop::gui
