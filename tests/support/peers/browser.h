// SPDX-License-Identifier: GPL-3.0-or-later
// A real Chromium of the test's own, without a window, that shows a page and is asked what the page saw.
#pragma once

#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

namespace openloop::test {

/// Driven by chromedriver (W3C WebDriver). What does not work within a minute ends the test program with a message.
class Browser
{
public:
    Browser();
    ~Browser();
    Q_DISABLE_COPY_MOVE(Browser)

    /// Shows the page, and returns when it is loaded.
    void open(const QString &url);

    /// What the body of a function, run in that page, returns.
    QJsonValue run(const QString &script);

private:
    QJsonValue ask(const QByteArray &path, const QJsonObject &body);

    QTemporaryDir m_folder;
    QProcess m_driver;
    quint16 m_port = 0;
    QByteArray m_session; ///< its path
};

} // namespace openloop::test
