// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for what a window measures, by its ticks instead of by time.
#pragma once

#include "gui/models/session.h"
#include "tests/support/patience.h"

#include <QTest>

namespace openloop::test {

/// Waits until so many more ticks of a target have come in; false if they do not.
inline bool hasMore(const gui::Session &session, const QString &name, int ticks)
{
    const auto n = [&] { return session.figures(name, 0, 1e12).n; };
    return QTest::qWaitFor([&n, wanted = n() + ticks] { return n() >= wanted; }, patience);
}

} // namespace openloop::test
