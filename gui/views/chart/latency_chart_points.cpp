// SPDX-License-Identifier: GPL-3.0-or-later
// Lines, bands, points and crosses over time, and the axis that fits them. The rest of latency_chart.h.
#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"
#include "gui/views/chart/latency_chart.h"

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

// Beyond this many, single points say nothing that the band does not.
constexpr std::size_t mostPoints = 60'000;

/// The next of 1, 2, 5 times a power of ten.
double roundUp(double value)
{
    const double decade = std::pow(10, std::floor(std::log10(value)));
    const double digit = value / decade;
    return decade * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

double roundDown(double value)
{
    const double decade = std::pow(10, std::floor(std::log10(value)));
    const double digit = value / decade;
    return decade * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
}

/// `interval`: of the target's ticks, in seconds. Where several of them brought nothing, the line is broken.
std::vector<PlotBucket> bucketsOf(const std::map<qint64, ColumnCache::Column> &columns, double width, double interval)
{
    const double patience = 3 * interval + width;
    std::vector<PlotBucket> result;
    result.reserve(columns.size());
    bool broken = true;
    for (const auto &[index, column] : columns) {
        broken = broken || column.gap;
        // A slow target leaves columns empty between its ticks; that is no gap in the measurement.
        if (!column.measured)
            continue;
        const double x = (static_cast<double>(index) + 0.5) * width;
        broken = broken || (!result.empty() && x - result.back().x > patience);
        result.push_back({x, column.p50, column.p99, broken && !result.empty()});
        broken = column.gap;
    }
    return result;
}

} // namespace

void LatencyChart::refreshPoints()
{
    std::vector<PlotSeries> all;
    std::optional<double> limit;
    int failing = 0;
    for (const auto &[target, history, style, dimmed] : shown()) {
        auto one =
            seriesFor(history, m_caches[target.name], std::chrono::duration<double>(target.interval).count(), style);
        one.name = u'/' + target.name;
        one.dimmed = dimmed;
        for (auto &cross : one.crosses)
            cross.setY(failing);
        failing += one.crosses.empty() ? 0 : 1; // each that failed has a row
        if (const auto *watch = m_session.watch(target.name)) {
            for (const auto due : watch->open()) {
                const double waited = m_session.now() - m_session.secondsAt(due);
                one.points.emplace_back(m_session.secondsAt(due), waited * 1000);
            }
        }
        const auto own = m_session.limitOf(target.name);
        if (own && (m_selected.isEmpty() ? !limit : m_selected == target.name))
            limit = own;
        all.push_back(std::move(one));
    }
    if (!m_hidden.contains(u"control"_s) && !m_session.controlSeries().isEmpty()) {
        auto control = seriesFor(m_session.controlSeries(), m_caches[u"\ncontrol"_s], 0.1, colours().controlStyle());
        control.points.clear();
        control.withBand = false;
        control.dimmed = true;
        control.name = tr("control");
        all.push_back(std::move(control));
    }
    m_plot->setXRange(m_window.from(), m_window.to());
    fitY(all, limit);
    m_plot->setLimitLine(limit, limit ? tr("SLO %1").arg(formatLimit(*limit)) : QString());
    m_plot->setSpans(spans());
    m_plot->setGrid({});
    m_plot->setSeries(std::move(all));
}

PlotSeries LatencyChart::seriesFor(const probe::Series &history, ColumnCache &cache, double interval,
                                   const SeriesStyle &style)
{
    PlotSeries result;
    result.style = style;
    const double width = ColumnCache::widthFor(m_window.span(), std::max(60, m_plot->width() / 5));
    const double from = m_window.from() - 2 * width;
    result.buckets = bucketsOf(cache.columns(m_session, history, from, m_window.to(), width), width, interval);
    const auto samples = history.samples(m_session.instantAt(from), m_session.instantAt(m_window.to()));
    const bool withPoints = samples.size() <= mostPoints;
    result.points.reserve(withPoints ? samples.size() : 0);
    // One conversion for the whole session instead of one for each sample: they differ by a suspend at most.
    const double origin = m_session.secondsAt(history.origin());
    for (const auto &sample : samples) {
        const double x = origin + std::chrono::duration<double>(sample.due()).count();
        if (sample.outcome() != probe::Outcome::Ok)
            result.crosses.emplace_back(x, 0);
        else if (withPoints)
            result.points.emplace_back(x, probe::toMilliseconds(sample.response()));
    }
    return result;
}

std::vector<PlotSpan> LatencyChart::spans() const
{
    std::vector<PlotSpan> result;
    for (const auto &load : m_session.loads()) {
        const double to = load.to.value_or(m_session.now());
        if (to >= m_window.from() && load.from <= m_window.to())
            result.push_back({load.from, to, tr("%1 × /%2").arg(load.size).arg(load.target), PlotSpan::Kind::Load});
    }
    if (!m_session.targets().isEmpty()) {
        if (const auto *history = m_session.series(m_session.targets().first().name)) {
            for (const auto &gap : history->gaps())
                result.push_back({m_session.secondsAt(gap.from), m_session.secondsAt(gap.until),
                                  probe::gapName(gap.reason), PlotSpan::Kind::Gap});
        }
    }
    return result;
}

void LatencyChart::fitY(const std::vector<PlotSeries> &series, std::optional<double> limit)
{
    if (m_fixedY)
        return m_plot->setYRange(m_lowY, m_highY);
    double low = 1e9;
    double high = 0;
    for (const auto &one : series) {
        for (const auto &bucket : one.buckets) {
            if (bucket.line > 0)
                low = std::min(low, bucket.line);
            high = std::max(high, bucket.top);
        }
        for (const auto &point : one.points) {
            if (point.y() > 0)
                low = std::min(low, point.y());
            high = std::max(high, point.y());
        }
    }
    if (high <= 0) {
        low = 0.1;
        high = 100;
    }
    if (m_logarithmic) {
        m_lowY = roundDown(low * 0.8);
        double top = std::max(roundUp(high * 1.6), m_lowY * 100);
        // The promise and its label are shown with room above, unless that would press the data flat.
        if (limit && *limit <= top * 20)
            top = std::max(top, roundUp(*limit * 1.6));
        // Room is taken at once and given back late, or the axis would jump with every spike that leaves the window.
        if (top > m_highY || top * 4 < m_highY)
            m_highY = top;
    } else {
        m_lowY = 0;
        if (limit && *limit <= high * 2)
            high = std::max(high, *limit * 1.1);
        const double step = std::pow(10, std::floor(std::log10(high)));
        m_highY = std::ceil(high * 1.15 / step * 2) * step / 2;
    }
    m_plot->setYRange(m_lowY, m_highY);
}

} // namespace openloop::gui
