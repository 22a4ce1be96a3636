// SPDX-License-Identifier: GPL-3.0-or-later
// The state of one target from its last samples: waiting, ok, slow, down, silent, paused; and since when and why.
#pragma once

#include "gui/models/figures/figures.h"
#include "gui/probe/engine/engine.h"
#include "gui/probe/samples/series.h"

namespace openloop::gui {

/// A state machine over the samples of one target. Pure: time comes with the batches.
class TargetWatch
{
public:
    /// Consecutive failures after which a target is down, if they also span `downAfter`.
    static constexpr int failuresUntilDown = 3;
    static constexpr std::chrono::milliseconds downAfter{500};
    /// The stretch whose quantiles decide between ok and slow.
    static constexpr std::chrono::seconds window{10};

    explicit TargetWatch(probe::Target target = {}) : m_target(std::move(target)) { }

    /// `limit`: the p99 in milliseconds above which it is slow. Returns true if the state changed.
    bool take(const probe::TargetBatch &batch, const probe::Series &series, std::optional<double> limit,
              probe::Instant now);
    bool setPaused(bool paused, probe::Instant now);

    State state() const { return m_state; }
    const QString &cause() const { return m_cause; }
    probe::Instant since() const { return m_since; }
    bool hasAnswered() const { return m_answered; }
    bool hasFinished() const { return m_answered || m_failures > 0; }
    const QList<probe::Instant> &open() const { return m_open; }
    const std::optional<probe::Sample> &last() const { return m_last; }

private:
    bool become(State state, const QString &cause, probe::Instant since);
    State judge(const probe::Series &series, std::optional<double> limit, probe::Instant now, QString &cause) const;

    probe::Target m_target;
    State m_state = State::Unknown;
    QString m_cause;
    probe::Instant m_since{};
    std::optional<probe::Sample> m_last;
    probe::Instant m_failingSince{};
    int m_failures = 0;
    bool m_answered = false;
    QList<probe::Instant> m_open;
};

} // namespace openloop::gui
