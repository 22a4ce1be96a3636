// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses unit and digits.
#include "gui/models/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

const QString nothing = u"–"_s;
// Between a number and its unit: they belong together and must not be broken at a line's end.
const QChar thinSpace = u'\u2009';

double millisecondsPer(DurationUnit unit)
{
    switch (unit) {
    case DurationUnit::Microseconds: return 0.001;
    case DurationUnit::Milliseconds: return 1;
    case DurationUnit::Seconds: break;
    }
    return 1000;
}

QString symbolOf(DurationUnit unit)
{
    switch (unit) {
    case DurationUnit::Microseconds: return u"µs"_s;
    case DurationUnit::Milliseconds: return u"ms"_s;
    case DurationUnit::Seconds: break;
    }
    return u"s"_s;
}

QString withUnit(const QString &number, const QString &unit)
{
    return number + thinSpace + unit;
}

} // namespace

DurationUnit durationUnit(double milliseconds)
{
    if (milliseconds < 0.1)
        return DurationUnit::Microseconds;
    return milliseconds < 1000 ? DurationUnit::Milliseconds : DurationUnit::Seconds;
}

DurationUnit durationUnit(double milliseconds, DurationUnit current)
{
    const double shown = milliseconds / millisecondsPer(current);
    const bool isSmallest = current == DurationUnit::Microseconds;
    const bool isLargest = current == DurationUnit::Seconds;
    const double floor = current == DurationUnit::Milliseconds ? 0.06 : 0.6;
    if ((shown >= floor || isSmallest) && (shown <= 1500 || isLargest))
        return current;
    return durationUnit(milliseconds);
}

QString threeDigits(double value)
{
    const double size = std::abs(value);
    if (size == 0)
        return u"0"_s;
    // What rounds up to the next power of ten has one decimal less: 9.996 is 10.0, not 10.00.
    const auto exponent = static_cast<int>(std::floor(std::log10(size * 1.0005)));
    const int decimals = std::clamp(2 - exponent, 0, 6);
    const double unit = exponent > 2 ? std::pow(10.0, exponent - 2) : 1;
    return QLocale().toString(std::round(value / unit) == value / unit ? value
                                  : exponent > 2                       ? std::round(value / unit) * unit
                                                                       : value,
                              'f', decimals);
}

QString formatDuration(double milliseconds)
{
    return formatDuration(milliseconds, durationUnit(milliseconds));
}

QString formatDuration(double milliseconds, DurationUnit unit)
{
    if (!(milliseconds >= 0))
        return nothing;
    if (std::isinf(milliseconds))
        return u"∞"_s;
    return withUnit(threeDigits(milliseconds / millisecondsPer(unit)), symbolOf(unit));
}

QString formatLimit(double milliseconds)
{
    const auto unit = durationUnit(milliseconds * 1.0001);
    return withUnit(QLocale().toString(milliseconds / millisecondsPer(unit), 'g', 4), symbolOf(unit));
}

QString formatCount(qint64 count)
{
    const auto value = static_cast<double>(count);
    if (count < 100'000)
        return QLocale().toString(count);
    if (count < 1'000'000)
        return withUnit(threeDigits(value / 1e3), u"k"_s);
    return withUnit(threeDigits(value / 1e6), u"M"_s);
}

QString formatShare(double share)
{
    if (!(share >= 0))
        return nothing;
    if (share == 0 || share == 1)
        return withUnit(share == 0 ? u"0"_s : u"100"_s, u"%"_s);
    const double percent = share * 100;
    return withUnit(QLocale().toString(percent, 'f', percent < 1 || percent > 99 ? 2 : 1), u"%"_s);
}

QString formatSpan(double seconds)
{
    if (seconds < 1)
        return withUnit(QLocale().toString(std::round(seconds * 1000), 'f', 0), u"ms"_s);
    const auto whole = static_cast<qint64>(seconds);
    if (whole < 60)
        return withUnit(QString::number(whole), u"s"_s);
    const bool inMinutes = whole < 3600;
    const auto large = inMinutes ? whole / 60 : whole / 3600;
    const auto small = inMinutes ? whole % 60 : whole / 60 % 60;
    const auto text = withUnit(QString::number(large), inMinutes ? u"min"_s : u"h"_s);
    return small == 0 ? text : text + thinSpace + withUnit(QString::number(small), inMinutes ? u"s"_s : u"min"_s);
}

QString formatStretch(double seconds, bool untilNow)
{
    // Rounded, so that a minute that lasts 59.98 s is one.
    const auto span = formatSpan(seconds < 1 ? seconds : std::round(seconds));
    return untilNow ? QCoreApplication::translate("Format", "last %1").arg(span)
                    : QCoreApplication::translate("Format", "%1, held").arg(span);
}

QString formatBytes(double bytes)
{
    static constexpr std::array<const char16_t *, 4> units{u"B", u"KiB", u"MiB", u"GiB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return withUnit(threeDigits(bytes), QString::fromUtf16(units[unit]));
}

} // namespace openloop::gui
