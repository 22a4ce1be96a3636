// SPDX-License-Identifier: GPL-3.0-or-later
// Where axis ticks stand and how they read: local time, durations with their unit, shares. Included by plot views only.
#pragma once

#include "gui/views/plot/custom_plot.h"
#include "gui/views/plot/view.h"

namespace openloop::gui {

/// A ticker for an axis of this kind.
QSharedPointer<QCPAxisTicker> tickerFor(PlotAxis axis);
/// True if the axis is logarithmic.
bool isLogarithmic(PlotAxis axis);

} // namespace openloop::gui
