// SPDX-License-Identifier: GPL-3.0-or-later
// Each command is a request of its own to chromedriver, which starts the browser with the session and ends it with it.
#include "tests/support/peers/browser.h"

#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/raw_client.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

Browser::Browser() : m_port(freePort())
{
    const QString driver = peerProgram(u"chromedriver"_s);
    if (driver.isEmpty())
        qFatal("no chromedriver: resources/install-dependencies.sh test");
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"TMPDIR"_s, m_folder.path()); // where the browser's profile goes
    m_driver.setProcessEnvironment(environment);
    m_driver.setProcessChannelMode(QProcess::MergedChannels);
    m_driver.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); }); // of a test that crashes
    m_driver.start(driver, {u"--port=%1"_s.arg(m_port)});
    QByteArray log;
    while (!log.contains("started successfully")) {
        if (!m_driver.waitForReadyRead(patience))
            qFatal("chromedriver does not start: %s", log.constData());
        log += m_driver.readAll();
    }
    QJsonArray arguments{u"--headless=new"_s, u"--disable-gpu"_s, u"--disable-dev-shm-usage"_s,
                         u"--disable-background-networking"_s,
                         u"--remote-debugging-pipe"_s}; // it ends with chromedriver, however that ends
    if (::geteuid() == 0)
        arguments.append(u"--no-sandbox"_s); // which root can't have
    const QJsonObject options{{u"goog:chromeOptions"_s, QJsonObject{{u"args"_s, arguments}}},
                              {u"timeouts"_s, QJsonObject{{u"script"_s, 2 * patience}}}};
    const QJsonValue session = ask("/session", {{u"capabilities"_s, QJsonObject{{u"alwaysMatch"_s, options}}}});
    m_session = "/session/" + session[u"sessionId"_s].toString().toLatin1();
}

Browser::~Browser()
{
    RawClient(m_port).remove(m_session, longest);
    m_driver.terminate();
    m_driver.waitForFinished(patience);
    const auto isEmptied = [folder = m_folder.path().toStdString()] { // in which its last process may still write
        std::error_code error;
        std::filesystem::remove_all(folder, error);
        return !error;
    };
    if (!QTest::qWaitFor(isEmptied, patience))
        qWarning("%s is left behind", qPrintable(m_folder.path()));
}

void Browser::open(const QString &url)
{
    ask(m_session + "/url", {{u"url"_s, url}});
}

QJsonValue Browser::run(const QString &script)
{
    return ask(m_session + "/execute/sync", {{u"script"_s, script}, {u"args"_s, QJsonArray()}});
}

QJsonValue Browser::ask(const QByteArray &path, const QJsonObject &body)
{
    const auto answer = RawClient(m_port).post(path, QJsonDocument(body).toJson(), {}, 3 * longest);
    if (statusOf(answer) != 200)
        qFatal("the browser refuses %s: %s", path.constData(), answer ? answer->body.constData() : "no answer");
    return QJsonDocument::fromJson(answer->body)[u"value"_s];
}

} // namespace openloop::test
