// SPDX-License-Identifier: GPL-3.0-or-later
// How much of the machine is taken by work that no measurement and no service can push aside.
#pragma once

#include <QByteArray>

#include <optional>

namespace openloop::probe {

/// Time of all processors since boot, in ticks of the kernel (10 ms). `busy` leaves out what runs at nice 1 and above:
/// it gives way to a service of normal priority. Time that the host of a virtual machine took away is `stolen`, and
/// busy.
struct ProcessorTime {
    qint64 busy = 0;
    qint64 total = 0;
    qint64 stolen = 0;

    /// Of this moment; nothing where the system has no /proc/stat.
    static std::optional<ProcessorTime> now();
    /// The first line of /proc/stat (proc_stat(5)).
    static std::optional<ProcessorTime> fromLine(const QByteArray &line);
};

} // namespace openloop::probe
