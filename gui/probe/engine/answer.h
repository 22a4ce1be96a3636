// SPDX-License-Identifier: GPL-3.0-or-later
// What a request brought, without a word of the library that sent it.
#pragma once

#include "gui/probe/samples/sample.h"

namespace openloop::probe {

/// What came back: the sample, and parts of the answer where the lane keeps them.
struct Answer {
    Sample sample;
    QByteArray body;
    QByteArray contentType;
    QByteArray location;
    QByteArray error; ///< libcurl's words; empty when there was an answer
};

} // namespace openloop::probe
