// SPDX-License-Identifier: GPL-3.0-or-later
// Starts the service that comes with the monitor, and stops it with the window.
#pragma once

#include <QObject>
#include <QProcess>

namespace openloop::gui {

/// At most one child process. GUI thread; the destructor asks it to stop and waits up to 3 s.
class LocalService : public QObject
{
    Q_OBJECT
public:
    explicit LocalService(QObject *parent = nullptr);
    ~LocalService() override;

    /// Path of the program: beside this one, else in PATH; empty if there is none.
    static QString program();
    void start(quint16 port);
    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }

signals:
    /// It ended, or never began: the last line it wrote.
    void failed(const QString &problem);

private:
    QProcess m_process;
    QByteArray m_lastLine;
};

} // namespace openloop::gui
