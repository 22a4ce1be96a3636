// SPDX-License-Identifier: GPL-3.0-or-later
// Clients of a fleet that falls down around them: they ask again until they were told how their jobs ended.
#pragma once

#include "tests/server/jobs/fleet/chaos_record.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace openloop::test {

/// Each is a thread with one job at a time: it asks for it under a key, the same again where no answer came, watches it
/// as an EventSource does, and once it was told the end asks for it under its key once more. Every fifth job is a long
/// one. Any thread.
class ChaosClients
{
public:
    /// front: the port of the proxy. longBits: of the long numbers.
    ChaosClients(quint16 front, unsigned long seed, unsigned longBits, int clients);
    /// Who still waits is given up within two minutes.
    ~ChaosClients();
    Q_DISABLE_COPY_MOVE(ChaosClients)

    /// No more jobs than those that were asked for.
    void finish() { m_finishing = true; }
    /// Jobs of which all was heard so far.
    int heard() const;
    /// Whether each client has heard all of its last job.
    bool areDone() const { return m_working == 0; }

    /// Those that were asked for, unless somebody is still at it.
    QList<ChaosJob> jobs() const;
    /// Answers that no client should see, whatever happens to servers.
    QStringList oddAnswers() const;

private:
    void work(const std::stop_token &stop);
    void ask(ChaosJob &job, const QByteArray &key, const std::stop_token &stop);
    void watch(ChaosJob &job, const std::stop_token &stop);
    bool isPassing(int status, const QString &what);

    const quint16 m_front;
    const unsigned long m_seed;
    const unsigned m_longBits;
    std::atomic<bool> m_finishing = false;
    std::atomic<unsigned long> m_next = 0;
    std::atomic<int> m_working;
    mutable std::mutex m_mutex; // guards the following
    QList<ChaosJob> m_jobs;
    QStringList m_oddAnswers;
    std::vector<std::jthread> m_clients; // last: they end first
};

} // namespace openloop::test
