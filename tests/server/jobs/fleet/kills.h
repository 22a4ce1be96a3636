// SPDX-License-Identifier: GPL-3.0-or-later
// kill -9 under load, for minutes or for hours: nothing that was accepted is lost.
#pragma once

#include "tests/support/server_process.h"

#include <QMap>

#include <functional>
#include <memory>
#include <vector>

namespace openloop::test {

/// Servers that share a database, and clients that ask them for jobs. One thread.
class Kills
{
public:
    /// Starts the server of that number, again when it was killed.
    using Start = std::function<std::unique_ptr<ServerProcess>(int server)>;

    Kills(int servers, Start start);

    /// Kills each of the servers in its turn, so many in all, and each time while jobs are asked for. False: a server
    /// did not start, or said nothing.
    bool killAgainAndAgain(int kills);
    /// Waits until each accepted job is done, its factors right. Empty: they all are; else what is wrong.
    QString firstWrong();
    int accepted() const { return int(m_accepted.size()); }

private:
    bool killUnderLoad(int victim, int answers);

    const Start m_start;
    std::vector<std::unique_ptr<ServerProcess>> m_servers;
    QMap<QByteArray, QByteArray> m_accepted; ///< path -> n
    QMap<QByteArray, QByteArray> m_open; ///< those of them that were not seen done yet
    unsigned long m_seed = 0;
};

} // namespace openloop::test
