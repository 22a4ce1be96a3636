// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a Server-Timing field: entries within bounds, and what is written by the rules is read back.
#include "gui/probe/judgement/blame.h"
#include "tests/fuzz/fuzz.h"

#include <chrono>

using namespace openloop;
using fuzz::require;

namespace {

QByteArray quoted(const QString &text)
{
    return '"' + text.toUtf8().replace('\\', "\\\\").replace('"', "\\\"") + '"';
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    const auto entries = probe::parseServerTiming(bytes);
    require(entries.size() <= bytes.count(',') + 1);
    QByteArray written;
    for (const auto &entry : entries) {
        require(!entry.name.isEmpty() && std::chrono::abs(entry.duration) <= std::chrono::seconds(1'000'000));
        written += quoted(entry.name)
            + ";dur=" + QByteArray::number(std::chrono::duration<double, std::milli>(entry.duration).count(), 'f', 6)
            + ";desc=" + quoted(entry.description) + ", ";
    }
    const auto again = probe::parseServerTiming(written);
    require(again.size() == entries.size());
    for (qsizetype i = 0; i < again.size(); ++i) {
        require(again[i].name == entries[i].name && again[i].description == entries[i].description);
        require(again[i].duration == entries[i].duration);
    }

    const QString text = QString::fromUtf8(bytes);
    const auto described = probe::parseServerTiming("a; desc = " + quoted(text) + " ;dur=1");
    require(described.size() == 1 && described[0].description == text);

    probe::Sample sample;
    sample.firstByte = sample.done = probe::Instant(std::chrono::seconds(2));
    sample.phases.firstByte = sample.response();
    sample.status = 200;
    sample.serverTiming = bytes;
    require(probe::blameFor(sample, {}).culprit != probe::Culprit::Nobody);
    return 0;
}
