// SPDX-License-Identifier: GPL-3.0-or-later
// Finds a series by its name, and its unit by the suffixes that Prometheus asks for.
#include "gui/models/watches/chosen_figure.h"

#include "gui/models/format.h"

#include <QJsonObject>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

struct Suffix {
    QLatin1StringView text;
    QLatin1StringView unit;
};
constexpr std::array suffixes{
    Suffix{"_seconds"_L1, "s"_L1}, Suffix{"_bytes"_L1, "B"_L1},         Suffix{"_ratio"_L1, "%"_L1},
    Suffix{"_percent"_L1, "%"_L1}, Suffix{"_celsius"_L1, "°C"_L1},      Suffix{"_volts"_L1, "V"_L1},
    Suffix{"_amperes"_L1, "A"_L1}, Suffix{"_joules"_L1, "J"_L1},        Suffix{"_meters"_L1, "m"_L1},
    Suffix{"_hertz"_L1, "Hz"_L1},  Suffix{"_milliseconds"_L1, "ms"_L1}, Suffix{"_ms"_L1, "ms"_L1}};

} // namespace

QString seriesName(const Metric &metric)
{
    if (metric.labels.isEmpty())
        return metric.name;
    QStringList labels;
    for (auto one = metric.labels.begin(); one != metric.labels.end(); ++one)
        labels << u"%1=\"%2\""_s.arg(one.key(), one.value());
    labels.sort();
    return u"%1{%2}"_s.arg(metric.name, labels.join(u','));
}

ChosenFigure suggestedFigure(const Metric &metric)
{
    ChosenFigure figure;
    figure.metric = seriesName(metric).left(ChosenFigure::longestText);
    auto name = metric.name;
    for (const auto &counted : {"_total"_L1, "_count"_L1, "_sum"_L1}) {
        if (name.endsWith(counted)) {
            name.chop(counted.size());
            figure.perSecond = true;
            break;
        }
    }
    for (const auto &suffix : suffixes) {
        if (name.endsWith(suffix.text)) {
            figure.unit = QString::fromUtf8(suffix.unit.data(), suffix.unit.size());
            name.chop(suffix.text.size());
            break;
        }
    }
    // What is counted is the last word: http_requests_total grows by requests.
    if (figure.unit.isEmpty() && figure.perSecond)
        figure.unit = name.section(u'_', -1);
    figure.name = name.replace(u'_', u' ').trimmed().left(ChosenFigure::longestText);
    if (!figure.name.isEmpty())
        figure.name[0] = figure.name[0].toUpper();
    return figure;
}

namespace {

std::optional<double> sumOf(const QString &wanted, const QList<Metric> &metrics)
{
    const bool isOne = wanted.contains(u'{');
    std::optional<double> sum;
    for (const auto &metric : metrics) {
        const bool fits =
            isOne ? wanted.startsWith(metric.name) && seriesName(metric) == wanted : metric.name == wanted;
        if (fits && std::isfinite(metric.value))
            sum = sum.value_or(0) + metric.value;
    }
    return sum;
}

} // namespace

std::optional<double> valueOf(const ChosenFigure &figure, const QList<Metric> &metrics, const QList<Metric> &before,
                              double seconds)
{
    const auto now = sumOf(figure.metric, metrics);
    if (!now || !figure.perSecond)
        return now;
    const auto then = sumOf(figure.metric, before);
    if (!then || seconds <= 0)
        return {};
    return std::max(0.0, *now - *then) / seconds; // it began anew where it fell
}

QString textOf(const ChosenFigure &figure, std::optional<double> value)
{
    const auto perSecond = figure.perSecond ? u"/s"_s : QString();
    if (!value || std::abs(*value) > 1e18)
        return u"–"_s;
    if (figure.unit == u"s"_s && !figure.perSecond && *value >= 0)
        return formatDuration(*value * 1000);
    if (figure.unit == u"s"_s && figure.perSecond) // seconds of work in each second
        return threeDigits(*value * 100) + u"\u2009%"_s;
    if (figure.unit == u"B"_s)
        return formatBytes(std::max(0.0, *value)) + perSecond;
    if (figure.unit == u"%"_s && figure.metric.contains("_ratio"_L1))
        return threeDigits(*value * 100) + u"\u2009%"_s + perSecond;
    const auto unit = figure.unit + perSecond;
    return unit.isEmpty() ? threeDigits(*value) : threeDigits(*value) + u'\u2009' + unit;
}

QJsonArray toJson(const QList<ChosenFigure> &figures)
{
    QJsonArray array;
    for (const auto &figure : figures)
        array.append(QJsonObject{{u"metric"_s, figure.metric},
                                 {u"name"_s, figure.name},
                                 {u"unit"_s, figure.unit},
                                 {u"per_second"_s, figure.perSecond}});
    return array;
}

probe::Parsed<QList<ChosenFigure>> figuresFromJson(const QJsonArray &array)
{
    using Result = probe::Parsed<QList<ChosenFigure>>;
    if (array.size() > ChosenFigure::most)
        return Result::failed(u"figures: at most %1"_s.arg(ChosenFigure::most));
    QList<ChosenFigure> figures;
    for (const auto &one : array) {
        const auto object = one.toObject();
        ChosenFigure figure{object[u"metric"_s].toString(), object[u"name"_s].toString(), object[u"unit"_s].toString(),
                            object[u"per_second"_s].toBool()};
        const auto place = u"figures[%1]"_s.arg(figures.size());
        if (figure.metric.isEmpty())
            return Result::failed(place + u".metric is missing"_s);
        for (const auto &text : {figure.metric, figure.name, figure.unit}) {
            if (text.size() > ChosenFigure::longestText)
                return Result::failed(place + u": a text is longer than %1"_s.arg(ChosenFigure::longestText));
        }
        if (figure.name.isEmpty())
            figure.name = figure.metric;
        figures.append(figure);
    }
    return figures;
}

} // namespace openloop::gui
