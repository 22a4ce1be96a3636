// SPDX-License-Identifier: GPL-3.0-or-later
// The report as JSON, the document of the contract.
#include "gui/probe/headless/report.h"

#include "gui/probe/samples/durations.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

QJsonValue jsonMs(const std::optional<Quantile> &quantile)
{
    return quantile ? QJsonValue(toMilliseconds(quantile->value)) : QJsonValue();
}

QJsonObject toJson(const Quantiles &quantiles)
{
    QJsonObject object{{u"n"_s, quantiles.n},
                       {u"errors"_s, quantiles.errors},
                       {u"timeouts"_s, quantiles.timeouts},
                       {u"skipped"_s, quantiles.skipped},
                       {u"lost"_s, quantiles.lost},
                       {u"p50_ms"_s, jsonMs(quantiles.p50)},
                       {u"p90_ms"_s, jsonMs(quantiles.p90)},
                       {u"p95_ms"_s, jsonMs(quantiles.p95)},
                       {u"p99_ms"_s, jsonMs(quantiles.p99)},
                       {u"p99_9_ms"_s, jsonMs(quantiles.p999)},
                       {u"max_ms"_s, jsonMs(quantiles.max)}};
    if (quantiles.max && quantiles.max->atLeast)
        object[u"max_is_at_least"_s] = true;
    if (const auto rate = quantiles.rate())
        object[u"rate"_s] = *rate;
    return object;
}

QJsonObject toJson(const TargetResult &result)
{
    auto object = toJson(result.quantiles);
    object[u"name"_s] = result.target.name;
    object[u"url"_s] = withoutPassword(result.target.url);
    object[u"retried"_s] = result.quantiles.retried;
    if (const auto left = result.quantiles.certificateLeft)
        object[u"certificate_days"_s] = std::chrono::duration<double>(*left) / std::chrono::hours(24);
    if (!result.redirect.isEmpty()) {
        object[u"redirects"_s] = result.hops;
        object[u"redirect_url"_s] = result.redirect;
    }
    QJsonArray hops;
    for (const auto &[url, status, phases] : result.chain)
        hops.append(QJsonObject{{u"url"_s, withoutPassword(QString::fromUtf8(url))},
                                {u"status"_s, status},
                                {u"dns_ms"_s, toMilliseconds(phases.dns)},
                                {u"tcp_ms"_s, toMilliseconds(phases.tcp)},
                                {u"tls_ms"_s, toMilliseconds(phases.tls)},
                                {u"first_byte_ms"_s, toMilliseconds(phases.firstByte)},
                                {u"body_ms"_s, toMilliseconds(phases.body)}});
    if (!hops.isEmpty())
        object[u"hops"_s] = hops;
    if (!result.addresses.isEmpty())
        object[u"addresses"_s] = QJsonArray::fromStringList(result.addresses);
    if (!result.lastProblem.isEmpty())
        object[u"last_problem"_s] = result.lastProblem;
    if (result.isolation)
        object[u"isolation"_s] = *result.isolation;
    return object;
}

QJsonObject toJson(const AssertResult &result)
{
    QJsonObject object{
        {u"text"_s, result.text},
        {u"ok"_s, result.ok},
        {result.isLatency ? u"value_ms"_s : u"value"_s, result.value ? QJsonValue(*result.value) : QJsonValue()}};
    if (!result.valueText.isEmpty())
        object[u"value_text"_s] = result.valueText;
    if (!result.warning.isEmpty())
        object[u"warning"_s] = result.warning;
    return object;
}

QJsonObject toJson(const IsolationVerdict &verdict)
{
    QJsonArray targets;
    for (const auto &target : verdict.targets) {
        QJsonObject object{{u"name"_s, target.name},
                           {u"verdict"_s, isolationName(target.isolation)},
                           {u"before"_s, toJson(target.before)},
                           {u"during"_s, toJson(target.during)},
                           {u"after"_s, toJson(target.after)}};
        if (target.ratio) {
            object[u"ratio"_s] = target.ratio->value;
            object[u"ratio_low"_s] = target.ratio->low;
            object[u"ratio_high"_s] = target.ratio->high;
        }
        if (target.overControl) {
            object[u"over_control"_s] = target.overControl->value;
            object[u"over_control_low"_s] = target.overControl->low;
            object[u"over_control_high"_s] = target.overControl->high;
        }
        targets.append(object);
    }
    return {{u"load"_s, verdict.config.load},
            {u"n"_s, verdict.config.n},
            {u"verdict"_s, isolationName(verdict.isolation)},
            {u"sentence"_s, verdict.sentence},
            {u"control_before"_s, toJson(verdict.controlBefore)},
            {u"control_during"_s, toJson(verdict.controlDuring)},
            {u"targets"_s, targets}};
}

QJsonObject searchJson(const RunReport &report)
{
    QJsonArray array;
    for (const auto &step : report.search) {
        QJsonArray targets;
        for (const auto &[name, quantiles] : step.targets) {
            auto object = toJson(quantiles);
            object[u"name"_s] = name;
            targets.append(object);
        }
        QJsonObject row{{u"n"_s, step.n}, {u"kept"_s, step.kept}, {u"targets"_s, targets}};
        if (!step.doubt.isEmpty())
            row[u"doubt"_s] = step.doubt;
        array.append(row);
    }
    const auto limit = [&](const std::optional<int> &n) {
        return n && report.unloaded.isEmpty() ? QJsonValue(*n) : QJsonValue();
    };
    QJsonObject object{{u"steps"_s, array},
                       {u"highest_kept"_s, limit(report.highestKept)},
                       {u"lowest_broken"_s, limit(report.lowestBroken)}};
    if (!report.unloaded.isEmpty())
        object[u"problem"_s] = report.unloaded;
    return object;
}

template <typename List, typename ToRow>
QJsonArray arrayOf(const List &list, ToRow toRow)
{
    QJsonArray array;
    for (const auto &element : list)
        array.append(toRow(element));
    return array;
}

} // namespace

QByteArray toJson(const RunReport &report)
{
    constexpr int version = 1; // of the schema: another one when a member goes or means something else
    QJsonObject control{{u"p99_ms"_s, jsonMs(report.trust.control.p99)}, {u"n"_s, report.trust.control.n}};
    if (report.trust.lagP99)
        control[u"lag_p99_ms"_s] = toMilliseconds(*report.trust.lagP99);
    if (report.trust.processors)
        control[u"processors"_s] = *report.trust.processors;
    if (report.trust.stolen)
        control[u"stolen"_s] = *report.trust.stolen;
    const auto gap = [&](const Gap &gap) {
        return QJsonObject{{u"reason"_s, keyOf(gap.reason)},
                           {u"at_ms"_s, toMilliseconds(gap.from - report.origin)},
                           {u"length_ms"_s, toMilliseconds(gap.length())}};
    };
    const QJsonObject run{{u"started"_s, report.started.toUTC().toString(Qt::ISODateWithMs)},
                          {u"planned_ms"_s, toMilliseconds(report.planned)},
                          {u"measured_ms"_s, toMilliseconds(report.duration)},
                          {u"stood_still_ms"_s, toMilliseconds(report.standstills.total)},
                          {u"whole"_s, report.cutShort().isEmpty()},
                          {u"problem"_s, report.cutShort()}};
    QJsonObject object{{u"version"_s, version},
                       {u"exit_code"_s, static_cast<int>(report.exitCode())},
                       {u"run"_s, run},
                       {u"remarks"_s, QJsonArray::fromStringList(report.remarks())},
                       {u"gaps"_s, arrayOf(report.standstills.gaps, gap)},
                       {u"targets"_s, arrayOf(report.targets, [](const auto &result) { return toJson(result); })},
                       {u"asserts"_s, arrayOf(report.asserts, [](const auto &result) { return toJson(result); })},
                       {u"trustworthy"_s, report.trustworthy()},
                       {u"doubt"_s, report.doubt()},
                       {u"control"_s, control},
                       {u"duration_ms"_s, toMilliseconds(report.duration)}};
    if (!report.clockSteps.isEmpty())
        object[u"wall_clock_steps"_s] = arrayOf(report.clockSteps, [&](const ClockStep &step) {
            return QJsonObject{{u"at_ms"_s, toMilliseconds(step.at - report.origin)},
                               {u"by_ms"_s, toMilliseconds(step.by)}};
        });
    if (!report.lost.isEmpty())
        object[u"lost_reports"_s] = QJsonArray::fromStringList(report.lost);
    if (!report.loads.isEmpty())
        object[u"loads"_s] = arrayOf(report.loads, [](const LoadState &load) {
            return QJsonObject{{u"name"_s, load.name},
                               {u"n"_s, load.wanted},
                               {u"completed"_s, load.completed},
                               {u"failed"_s, load.failed}};
        });
    if (report.isolation)
        object[u"isolation"_s] = toJson(*report.isolation);
    if (!report.search.isEmpty())
        object[u"search"_s] = searchJson(report);
    if (!report.recording.isEmpty())
        object[u"recording"_s] = QJsonObject{{u"path"_s, report.recording}, {u"problem"_s, report.unrecorded}};
    return QJsonDocument(object).toJson();
}

} // namespace openloop::probe
