// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-monitor --forever as a test holds it: started, asked for its figures, told by signals, read from outside.
#pragma once

#include "tests/support/programmed_server.h"

#include <QByteArray>
#include <QProcess>
#include <QStringList>

#include <optional>
#include <utility>

namespace openloop::test {

/// The real program without an end, until it is told to.
class EndlessMonitor
{
public:
    explicit EndlessMonitor(const QStringList &arguments);
    ~EndlessMonitor();

    void signal(int number);
    QByteArray err();
    /// Waits until it has said so.
    bool says(const QByteArray &text);
    /// Waits until it has said where it listens; 0: it never did.
    quint16 port();
    /// Waits for the end; -1: it did not end by itself.
    int code();

    QByteArray metrics(const QByteArray &path = "/metrics");
    /// Of one line, whose name and labels are these; nothing: there is none.
    std::optional<double> figure(const QByteArray &series);
    bool reaches(const QByteArray &series, double atLeast);

private:
    QProcess m_process;
    QByteArray m_err;
};

extern const QStringList anyPort; ///< arguments

Reaction atOnce(int, const QByteArray &);

bool write(const QString &path, const QByteArray &bytes);
QByteArray linesOf(const QString &path); ///< empty: there is no such file
/// With these names and URLs, probed every 10 ms.
QByteArray profileOf(const QList<std::pair<QByteArray, QString>> &targets);

} // namespace openloop::test
