// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what a service says of itself: a line is a sample or nothing, and one scrape after another has figures.
#include "gui/models/watches/metrics.h"
#include "tests/fuzz/fuzz.h"

#include <cmath>

using namespace openloop;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    const auto metrics = gui::parseMetrics(bytes);
    require(metrics.size() <= bytes.count('\n') + 1);
    const bool mayBeQuoted = bytes.contains('"'); // a name may, and is any text then
    for (const auto &metric : metrics)
        require(!metric.name.isEmpty() && (mayBeQuoted || !metric.name.contains(u'{')));

    const bool ends = bytes.contains("# EOF"); // then nothing that follows is read
    const auto twice = gui::parseMetrics(bytes + '\n' + bytes); // else a line stands for itself
    require(ends || twice.size() == 2 * metrics.size());
    for (qsizetype i = 0; i < twice.size(); ++i)
        require(twice[i].name == metrics[i % metrics.size()].name);

    for (const auto &figures : {gui::serverFigures(metrics), gui::serverFigures(metrics, metrics, 1)}) {
        for (const auto &figure : {figures.loopLagMilliseconds, figures.poolBusy, figures.poolSize, figures.queued,
                                   figures.inFlight, figures.residentBytes, figures.cpuShare, figures.refusals})
            require(!figure || !std::isnan(*figure));
    }
    return 0;
}
