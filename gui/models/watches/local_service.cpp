// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the program, keeps its last line, and ends it politely before it is killed.
#include "gui/models/watches/local_service.h"

#include <QCoreApplication>
#include <QStandardPaths>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

LocalService::LocalService(QObject *parent) : QObject(parent)
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    connect(&m_process, &QProcess::readyRead, this, [this] {
        while (m_process.canReadLine())
            m_lastLine = m_process.readLine().trimmed();
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            emit failed(m_process.errorString());
    });
    connect(&m_process, &QProcess::finished, this, [this](int code) {
        m_lastLine = m_lastLine + m_process.readAll().trimmed();
        if (code != 0)
            emit failed(QString::fromUtf8(m_lastLine));
    });
}

LocalService::~LocalService()
{
    m_process.disconnect(this);
    if (!isRunning())
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(3000))
        m_process.kill();
}

QString LocalService::program()
{
    const QString name = u"openloop-server"_s;
    const QString beside = QStandardPaths::findExecutable(name, {QCoreApplication::applicationDirPath()});
    return beside.isEmpty() ? QStandardPaths::findExecutable(name) : beside;
}

void LocalService::start(quint16 port)
{
    if (!isRunning())
        m_process.start(program(), {u"--port"_s, QString::number(port)});
}

} // namespace openloop::gui
