// SPDX-License-Identifier: GPL-3.0-or-later
// The real program as a child process: started, found by its ready line, and stopped again.
#pragma once

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

namespace openloop::test {

/// Runs a server program of the build on a free port, with a database of its own unless one is given.
/// Stopped by the destructor at the latest.
class ServerProcess
{
public:
    /// program: its path; arguments: beyond --port and --database. wrapper: a command to run it under, or nothing.
    explicit ServerProcess(const QString &program, const QStringList &arguments = {}, const QStringList &wrapper = {});
    /// SIGTERM if it runs; a server that does not end in order, and that nobody killed, fails the test.
    ~ServerProcess();

    /// Waits for the ready line; false: the program ended or said nothing in time.
    bool waitUntilReady();

    quint16 port() const { return m_port; }
    const QString &address() const { return m_address; } ///< of the ready line
    qint64 processId() const { return m_process.processId(); }
    QProcess &process() { return m_process; }

    /// SIGTERM; the exit code, or -1 if it crashed or did not end in time.
    int stop();

    /// A figure of /metrics, by its name and labels; -1 if there is none.
    double metric(const QByteArray &name) const;

    /// What the program has taken of its processors, all threads, s; -1 if that is not told.
    double processorTime() const;

    /// Of openloop-test-server: computations wait in this phase (see tests/support/hold.h); `more` of the query, for
    /// instance "&n=91". False: no answer.
    bool hold(const QByteArray &phase, const QByteArray &more = {}) const;
    bool release() const;
    /// Of openloop-test-server: a figure of /test/figures, for instance "held"; -1 if there is none.
    int figure(const QByteArray &name) const;

    QByteArray standardError() { return m_errors += m_process.readAllStandardError(); }

private:
    QTemporaryDir m_folder;
    QProcess m_process;
    QByteArray m_errors;
    QString m_address;
    quint16 m_port = 0;
    bool m_isLate = false; ///< with its end
};

} // namespace openloop::test
