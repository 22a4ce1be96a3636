// SPDX-License-Identifier: GPL-3.0-or-later
// Picks the median request of each column and takes its time apart.
#include "gui/models/figures/phases.h"

#include "gui/models/figures/column_cache.h"
#include "gui/probe/samples/durations.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace openloop::gui {

namespace {

struct PhasesText {
    Q_DECLARE_TR_FUNCTIONS(PhasesText)
};

PhaseColumn columnOf(const probe::Sample &sample, double x)
{
    const auto &p = sample.phases;
    PhaseColumn column{x, {}};
    probe::Nanoseconds sum{0};
    std::size_t i = 0;
    for (const auto part : {sample.wait(), p.dns, p.tcp, p.tls, p.firstByte, p.body}) {
        sum += part;
        column.upTo[i++] = probe::toMilliseconds(sum);
    }
    return column;
}

} // namespace

std::array<QString, 6> phaseNames()
{
    return {PhasesText::tr("waited"), PhasesText::tr("DNS"),        PhasesText::tr("TCP"),
            PhasesText::tr("TLS"),    PhasesText::tr("first byte"), PhasesText::tr("body")};
}

std::vector<PhaseColumn> phasesOf(const Session &session, const probe::Series &series, double from, double to,
                                  int columns)
{
    const double width = ColumnCache::widthFor(to - from, columns);
    const double origin = session.secondsAt(series.origin());
    const auto samples = series.samples(session.instantAt(std::floor(from / width) * width), session.instantAt(to));
    const auto columnAt = [&](const probe::PackedSample &sample) {
        return static_cast<qint64>(std::floor((origin + std::chrono::duration<double>(sample.due()).count()) / width));
    };
    std::vector<PhaseColumn> result;
    std::vector<const probe::PackedSample *> answered;
    for (auto at = samples.begin(); at != samples.end();) {
        const auto index = columnAt(*at);
        answered.clear();
        for (; at != samples.end() && columnAt(*at) == index; ++at) {
            if (at->outcome() == probe::Outcome::Ok)
                answered.push_back(&*at);
        }
        if (answered.empty())
            continue;
        const auto median = answered.begin() + static_cast<std::ptrdiff_t>(answered.size() / 2);
        std::ranges::nth_element(answered, median, {}, [](const auto *sample) { return sample->response(); });
        result.push_back(columnOf((*median)->unpacked(series.origin()), (static_cast<double>(index) + 0.5) * width));
    }
    return result;
}

} // namespace openloop::gui
