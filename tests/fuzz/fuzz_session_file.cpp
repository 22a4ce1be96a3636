// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a recording: it is refused, or everything that the window asks of it has an answer no larger than it.
#include "gui/probe/measurement/measurement.h"
#include "gui/probe/measurement/recorded_source.h"
#include "tests/fuzz/fuzz.h"

#include <QCoreApplication>
#include <QTemporaryFile>

using namespace openloop;
using fuzz::require;

namespace {

void readAll(const probe::SessionReader &reader, qint64 size)
{
    constexpr qint64 sampleBytes = sizeof(probe::PackedSample);
    for (const auto &session : reader.sessions()) {
        reader.log(session.id);
        session.wall.dateTime(session.until);
        for (const auto &target : session.targets) {
            probe::Series series = reader.series(session.id, target.name);
            series.quantiles(session.origin, session.until);
            series.columns(session.origin, session.until, 10);
            reader.loadSamples(session.id, target.name, session.origin, session.until, series);
            require(qint64(series.samples(session.origin, session.until).size()) * sampleBytes <= size);
        }
        reader.controlSeries(session.id).quantiles(session.origin, session.until);
        reader.batch(session.id, session.origin, session.until);
    }
}

/// As the window does: the last session, from its end to its beginning.
void lookAt(const QString &path)
{
    auto source = std::make_unique<probe::RecordedSource>(path);
    if (!source->hasSession())
        return;
    probe::Measurement measurement(std::move(source));
    const auto middle = measurement.origin() + (measurement.end() - measurement.origin()) / 2;
    for (const auto moment : {measurement.end(), middle, measurement.origin()}) {
        measurement.moveTo(moment);
        require(measurement.now() == moment);
        measurement.provideSamples(moment - std::chrono::minutes(1), moment);
        for (const auto &target : measurement.targets())
            measurement.series(target.name)->whole().quantiles();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static int count = 1;
    static char name[] = "fuzz_session_file", *arguments[] = {name, nullptr};
    static QCoreApplication application(count, arguments); // plugins of databases want one
    QTemporaryFile file;
    require(file.open());
    file.write(reinterpret_cast<const char *>(data), qint64(size));
    require(file.flush());
    const probe::SessionReader reader(file.fileName());
    if (reader.error().isEmpty())
        readAll(reader, qint64(size));
    lookAt(file.fileName());

    // What a file holds of ten seconds, without SQLite around it.
    const auto bytes = fuzz::bytesOf(data, size);
    const auto statistics = probe::Statistics::fromBytes(bytes);
    const auto quantiles = statistics.quantiles();
    require(quantiles.measured == 0 || (quantiles.p50 && quantiles.max));
    require(probe::Statistics::fromBytes(statistics.toBytes()).toBytes() == statistics.toBytes());
    return 0;
}
