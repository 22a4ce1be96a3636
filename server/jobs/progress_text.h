// SPDX-License-Identifier: GPL-3.0-or-later
// How far the jobs of a server are, as its beats tell the others.
#pragma once

#include "server/compute/factoring/factorizer.h"
#include "server/jobs/queue/protocol.h"

namespace openloop {

struct JobProgress {
    queue::TaskId task = 0;
    int attempt = 0;
    Factorizer::Progress progress;
};

/// A line each; those that are beyond queue::mostProgress are left out.
std::string textOf(const QList<JobProgress> &jobs);

/// What another release may have written otherwise is left out.
QList<JobProgress> progressIn(const std::string &text);

/// Of that attempt; nothing if it is none of these.
std::optional<Factorizer::Progress> progressOf(const QList<JobProgress> &jobs, queue::TaskId task, int attempt);

} // namespace openloop
