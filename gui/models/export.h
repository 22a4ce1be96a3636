// SPDX-License-Identifier: GPL-3.0-or-later
// The visible range as data and as a report: for colleagues, spreadsheets and issue trackers.
#pragma once

#include "gui/models/session.h"
#include "gui/probe/experiments/isolation.h"

#include <QByteArray>

namespace openloop::gui {

/// Every sample in [from, to], one line each: target, due (ISO 8601, UTC), response_ms, outcome, status.
QByteArray toCsv(const Session &session, double from, double to);

/// The quantiles of every target over [from, to] in the shape of the headless run's JSON.
QByteArray toJson(const Session &session, double from, double to);

/// A page that needs no other file: verdict, the chart as inline SVG, figures, events and the isolation test, if any.
QByteArray toHtml(const Session &session, double from, double to, const QByteArray &chartSvg,
                  const std::optional<probe::IsolationVerdict> &isolation);

/// Replaces the file, or leaves it as it was; returns an empty text, or what went wrong.
QString writeWhole(const QString &path, const QByteArray &content);

} // namespace openloop::gui
