// SPDX-License-Identifier: GPL-3.0-or-later
// YAML as the JSON that it stands for: half of all OpenAPI documents are written in it.
#pragma once

#include "gui/probe/samples/parsed.h"

#include <QByteArray>
#include <QJsonValue>

namespace openloop::probe {

/// Bounds of what is read: an alias may stand for aliases, so that a short text becomes a huge value.
struct YamlLimits {
    int depth = 100; ///< of lists and mappings in each other
    qsizetype nodes = 1'000'000; ///< each as often as an alias repeats it
};

/// The first document of a YAML text in UTF-8 or UTF-16, by the core schema of YAML 1.2 and with the merge key `<<`.
/// Whole numbers beyond 64 bits stay text. Errors name the line, and the bound where one was passed.
Parsed<QJsonValue> jsonFromYaml(const QByteArray &text, const YamlLimits &limits = {});

} // namespace openloop::probe
