// SPDX-License-Identifier: GPL-3.0-or-later
// A whole fleet under faults, for a minute or for an hour: PostgreSQL, four servers, nginx, clients.
#pragma once

#include "tests/server/jobs/fleet/chaos_clients.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/front.h"

#include <array>
#include <optional>
#include <random>

namespace openloop::test {

/// A run goes on until so many faults have met attempts that ran, and the clients have heard all of so many jobs.
struct ChaosForm {
    int kills;
    int freezes; ///< for longer than --suspect-after
    int restarts; ///< of PostgreSQL
    int jobs;
    int clients;
};

/// Each second a server is killed, frozen, told to end, or cut off from the database, or that is restarted, as the seed
/// has it; what was killed or has ended is back after 1 to 5 s. One thread.
class Chaos
{
public:
    /// program: openloop-server. What does not start ends the test program with a message.
    Chaos(const QString &program, unsigned long seed, const ChaosForm &form);
    ~Chaos();
    Q_DISABLE_COPY_MOVE(Chaos)

    /// Until all is healed again and has ended in order. What is wrong; empty: nothing.
    QStringList run();
    /// How many jobs, faults and deaths there were so far.
    QString figures();

private:
    enum class State { Up, Frozen, Ending, Down };
    enum Fault { Kill, Freeze, Restart, Cut, Terminate };

    struct Server {
        QString name;
        quint16 port = freePort();
        State state = State::Down;
        Clock::time_point next = {}; ///< when it comes back, or has to have ended
    };

    struct Count {
        int made = 0;
        int met = 0; ///< attempts that ran
    };

    void start(Server &server);
    void record();
    unsigned calibrate();
    bool isEnough() const;
    void tend();
    void tend(Server &server);
    void strike();
    void strike(Fault fault, Server &server);
    bool restartMeets();
    int running(qint64 process);
    Clock::time_point away();
    int below(int bound) { return int(m_random() % std::size_t(bound)); }
    ChaosRecord recorded();

    const ChaosForm m_form;
    const unsigned long m_seed;
    std::mt19937 m_random;
    Fleet m_fleet;
    std::array<Server, 4> m_servers{
        {{QStringLiteral("A")}, {QStringLiteral("B")}, {QStringLiteral("C")}, {QStringLiteral("D")}}};
    std::optional<Front> m_front;
    std::optional<ChaosClients> m_clients;
    std::array<Count, 5> m_faults; ///< by kind
    QSet<qint64> m_hurt; ///< ids of processes that were killed or frozen
    QStringList m_wrong;
};

} // namespace openloop::test
