// SPDX-License-Identifier: GPL-3.0-or-later
// Runs an engine and keeps what it says, so that a test can wait for an event and then look at the samples.
#pragma once

#include "gui/probe/engine/engine.h"
#include "gui/probe/samples/statistics.h"
#include "tests/support/patience.h"

#include <QCoreApplication>
#include <QHash>
#include <QTest>

#include <algorithm>

namespace openloop::test {

/// One named "t".
inline probe::Target targetFor(const QString &url, probe::Nanoseconds interval = std::chrono::milliseconds(10),
                               probe::Nanoseconds timeout = std::chrono::seconds(5))
{
    probe::Target target;
    target.name = QStringLiteral("t");
    target.url = url;
    target.interval = interval;
    target.timeout = timeout;
    return target;
}

/// However slow the machine is, no request needs a second connection.
inline probe::Engine::Options oneAtATime()
{
    probe::Engine::Options options;
    options.inFlightCap = 1;
    return options;
}

class EngineRecording : public QObject
{
public:
    explicit EngineRecording(probe::Engine &engine)
    {
        connect(&engine, &probe::Engine::batch, this, [this](const probe::Batch &batch) {
            ++batches;
            last = batch;
            for (const auto &target : batch.targets) {
                samples[target.name] += target.samples;
                lost += target.lost;
            }
            control += batch.control;
            lags += batch.lags;
            lengths += batch.until - batch.from;
            gaps += batch.gaps;
            hasStoodStill = hasStoodStill || !batch.gaps.isEmpty();
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
    /// The least that the ticks due within a stall of the service must have waited for its end, in their order.
    QList<std::pair<probe::Sample, probe::Nanoseconds>> feltBy(const QString &name, probe::Instant from,
                                                               probe::Instant until) const
    {
        QList<std::pair<probe::Sample, probe::Nanoseconds>> felt;
        for (const auto &sample : samples[name]) {
            if (sample.due > from && sample.due < until)
                felt.emplaceBack(sample, until - sample.due);
        }
        return felt;
    }
    qint64 count(const QString &name, probe::Outcome outcome) const
    {
        const auto &all = samples[name];
        return std::ranges::count(all, outcome, &probe::Sample::outcome);
    }

    /// Measures for `duration`, and until each target has a sample at least: a machine that stands still meanwhile
    /// loses its ticks, due and open ones. Then waits for outstanding answers. False: they never came.
    bool run(probe::Engine &engine, std::chrono::milliseconds duration)
    {
        engine.start();
        const auto hasSample = [this](const probe::TargetBatch &target) { return !samples[target.name].isEmpty(); };
        const auto isMeasured = [&] {
            return last.until >= engine.origin() + duration && !last.targets.isEmpty()
                && std::ranges::all_of(last.targets, hasSample);
        };
        const bool measured = QTest::qWaitFor(isMeasured, static_cast<int>(duration.count()) + patience);
        engine.finish();
        return measured && QTest::qWaitFor([this] { return drained; }, patience);
    }

    /// The same for an engine whose options have a length: until each target has had all of its ticks.
    bool runToItsEnd(probe::Engine &engine)
    {
        engine.start();
        const auto allEnded = [this] {
            return !last.targets.isEmpty() && std::ranges::all_of(last.targets, &probe::TargetBatch::hasEnded);
        };
        const bool measured = QTest::qWaitFor(allEnded, patience);
        engine.finish();
        return measured && QTest::qWaitFor([this] { return drained; }, patience);
    }

    QHash<QString, QList<probe::Sample>> samples;
    QList<probe::Sample> control;
    QList<probe::Nanoseconds> lags;
    QList<probe::Nanoseconds> lengths; ///< of the batches
    QList<probe::Gap> gaps;
    probe::Batch last;
    int batches = 0;
    qint64 lost = 0; ///< ticks of all targets, while the machine stood still
    bool drained = false;
    static inline bool hasStoodStill = false; ///< some engine of the process did, and lost ticks
};

/// The functions of `Test`. Where one fails and an engine lost ticks because this machine stood still, all of them
/// again, three times at most.
template <typename Test>
int measuringMain(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    for (int attempt = 1;; ++attempt) {
        EngineRecording::hasStoodStill = false;
        Test test;
        const int failed = QTest::qExec(&test, argc, argv);
        if (failed == 0 || !EngineRecording::hasStoodStill || attempt == 3)
            return failed;
        qInfo("The machine stood still: all of it once more.");
    }
}

} // namespace openloop::test
