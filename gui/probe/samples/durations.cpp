// SPDX-License-Identifier: GPL-3.0-or-later
// The units, and rounding to three significant digits.
#include "gui/probe/samples/durations.h"

#include <QRegularExpression>

#include <cmath>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

struct Unit {
    QStringView name;
    Nanoseconds length;
};
constexpr Unit units[] = {{u"ns", 1ns}, {u"us", 1us},   {u"µs", 1us}, {u"ms", 1ms}, {u"s", 1s},
                          {u"m", 1min}, {u"min", 1min}, {u"h", 1h},   {u"d", 24h}};

/// Three significant digits, never an exponent.
QString threeDigits(double value)
{
    if (value == 0)
        return u"0"_s;
    const int decimals = 2 - static_cast<int>(std::floor(std::log10(std::abs(value))));
    return QString::number(value, 'f', std::clamp(decimals, 0, 6));
}

} // namespace

Parsed<Nanoseconds> parseDuration(const QString &text)
{
    static const QRegularExpression form(u"^\\s*([0-9]*\\.?[0-9]+)\\s*([a-zµ]*)\\s*$"_s);
    const auto match = form.match(text);
    if (!match.hasMatch())
        return Parsed<Nanoseconds>::failed(u"“%1” is no duration; write 100ms, 30s or 1m"_s.arg(text));
    const auto outOfRange = u"“%1” is out of range: more than 0, at most 366d"_s.arg(text);
    if (match.capturedView(1).toDouble() == 0)
        return Parsed<Nanoseconds>::failed(outOfRange);
    if (match.capturedView(2).isEmpty())
        return Parsed<Nanoseconds>::failed(u"“%1” lacks a unit; write %1ms or %1s"_s.arg(text.trimmed()));
    for (const auto &unit : units) {
        if (unit.name != match.capturedView(2))
            continue;
        const double length = match.captured(1).toDouble() * static_cast<double>(unit.length.count());
        if (length < 1 || length > 366 * 86400e9)
            return Parsed<Nanoseconds>::failed(outOfRange);
        return Nanoseconds(std::llround(length));
    }
    return Parsed<Nanoseconds>::failed(
        u"“%1” is no unit of time; use ns, us, ms, s, m, h or d"_s.arg(match.capturedView(2)));
}

QString formatDuration(Nanoseconds duration)
{
    const double seconds = std::chrono::duration<double>(duration).count();
    if (std::abs(seconds) < 0.9995)
        return threeDigits(seconds * 1e3) + u" ms"_s;
    if (seconds < 99.95)
        return threeDigits(seconds) + u" s"_s;
    const auto whole = std::chrono::round<std::chrono::seconds>(duration).count();
    if (whole < 3600)
        return u"%1 min %2 s"_s.arg(whole / 60).arg(whole % 60, 2, 10, QChar(u'0'));
    return u"%1 h %2 min"_s.arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QChar(u'0'));
}

} // namespace openloop::probe
