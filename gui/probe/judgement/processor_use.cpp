// SPDX-License-Identifier: GPL-3.0-or-later
// Sums the columns of /proc/stat that count.
#include "gui/probe/judgement/processor_use.h"

#include <QFile>
#include <QList>

#include <array>

namespace openloop::probe {

std::optional<ProcessorTime> ProcessorTime::now()
{
    QFile file(QStringLiteral("/proc/stat"));
    return file.open(QIODevice::ReadOnly) ? fromLine(file.readLine(512)) : std::nullopt;
}

std::optional<ProcessorTime> ProcessorTime::fromLine(const QByteArray &line)
{
    enum { User, Nice, System, Idle, IoWait, Irq, SoftIrq, Steal, Count };
    const auto fields = line.simplified().split(' ');
    if (fields.size() <= Count || fields.first() != "cpu")
        return {};
    std::array<qint64, Count> ticks{};
    for (std::size_t i = 0; i < Count; ++i)
        ticks[i] = fields[static_cast<qsizetype>(i) + 1].toLongLong();
    ProcessorTime time;
    time.busy = ticks[User] + ticks[System] + ticks[Irq] + ticks[SoftIrq] + ticks[Steal];
    time.stolen = ticks[Steal];
    time.total = time.busy + ticks[Nice] + ticks[Idle] + ticks[IoWait];
    return time;
}

} // namespace openloop::probe
