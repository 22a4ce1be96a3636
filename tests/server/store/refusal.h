// SPDX-License-Identifier: GPL-3.0-or-later
// Why a start was refused, as a text that a test can look at.
#pragma once

#include "common/start_failure.h"

namespace openloop::test {

/// Empty: it was not.
template <typename Start>
QString refusalOf(const Start &start)
{
    try {
        start();
    } catch (const StartFailure &failure) {
        return failure.line();
    }
    return {};
}

} // namespace openloop::test
