// SPDX-License-Identifier: GPL-3.0-or-later
// Runs an engine and keeps what it says, so that a test can wait for an event and then look at the samples.
#pragma once

#include "gui/probe/engine.h"
#include "gui/probe/statistics.h"

#include <QHash>
#include <QTest>

#include <algorithm>

namespace openloop::test {

class EngineRecording : public QObject
{
public:
    explicit EngineRecording(probe::Engine &engine)
    {
        connect(&engine, &probe::Engine::batch, this, [this](const probe::Batch &batch) {
            ++batches;
            last = batch;
            for (const auto &target : batch.targets)
                samples[target.name] += target.samples;
            control += batch.control;
            lags += batch.lags;
            gaps += batch.gaps;
        });
        connect(&engine, &probe::Engine::drained, this, [this] { drained = true; });
    }

    probe::Statistics statistics(const QString &name) const
    {
        probe::Statistics statistics;
        for (const auto &sample : samples[name])
            statistics.add(sample);
        return statistics;
    }
    qint64 count(const QString &name, probe::Outcome outcome) const
    {
        const auto &all = samples[name];
        return std::ranges::count(all, outcome, &probe::Sample::outcome);
    }

    /// Measures for `duration`, then waits for outstanding answers; false: they never came.
    bool run(probe::Engine &engine, std::chrono::milliseconds duration)
    {
        engine.start();
        const bool measured = QTest::qWaitFor([&] { return last.until >= engine.origin() + duration; },
                                              static_cast<int>(duration.count()) + 20'000);
        engine.finish();
        return measured && QTest::qWaitFor([this] { return drained; }, 30'000);
    }

    QHash<QString, QList<probe::Sample>> samples;
    QList<probe::Sample> control;
    QList<probe::Nanoseconds> lags;
    QList<probe::Gap> gaps;
    probe::Batch last;
    int batches = 0;
    bool drained = false;
};

} // namespace openloop::test
