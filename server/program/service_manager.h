// SPDX-License-Identifier: GPL-3.0-or-later
// Tells whoever has started the program how far it is, by the datagrams of sd_notify(3); libsystemd is not needed.
#pragma once

#include <QByteArray>
#include <QString>

#include <chrono>

namespace openloop {

/// systemd, or what speaks like it. Where nobody asked to be told, nothing is said. Nothing here waits for longer than
/// a second. The main thread.
class ServiceManager
{
public:
    /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: no other process speaks for this
    /// one.
    ServiceManager();
    ~ServiceManager();
    Q_DISABLE_COPY_MOVE(ServiceManager)

    /// status: one line, for people. After start and after reloading().
    void ready(const QString &status);
    void reloading();
    void stopping(const QString &status);

    /// The loop turns. Dropped where it would have to wait.
    void beat();
    /// From one beat to the next, half of what the manager bears; 0: it does not watch.
    std::chrono::milliseconds beatInterval() const { return m_beatInterval; }

private:
    void tell(const QByteArray &lines, bool mayWait = true);

    int m_descriptor = -1; ///< -1: nobody asked
    QByteArray m_name; ///< of the manager's socket, in the form of sun_path
    std::chrono::milliseconds m_beatInterval{};
    bool m_isHeard = true; ///< what ails it is logged once
};

} // namespace openloop
