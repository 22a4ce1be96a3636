// SPDX-License-Identifier: GPL-3.0-or-later
// A real window on a service whose answers are programmed.
#pragma once

#include "gui/models/default_rules.h"
#include "gui/theme/theme.h"
#include "gui/window/main_window.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"

#include <QTest>

#include <functional>
#include <memory>

namespace openloop::test {

using namespace gui;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

/// Base of a test. Whatever looks at something else goes before it.
class WindowFixture : public QObject
{
protected:
    /// Of init().
    void serve(ProgrammedServer::React react)
    {
        m_server = std::make_unique<ProgrammedServer>(std::move(react));
        m_theme = std::make_unique<Theme>();
    }

    /// The same: /health takes 2 ms, /factorize 60 ms.
    void serveUsual()
    {
        serve([](int, const QByteArray &path) { return answerAfter(path.startsWith("/factorize") ? 60ms : 2ms); });
    }

    /// Of cleanup().
    void endAll()
    {
        m_window.reset();
        m_theme.reset();
        m_server.reset();
    }

    QString base() const { return u"http://127.0.0.1:%1"_s.arg(m_server->port()); }

    void open(const QList<probe::Target> &targets, const QList<probe::Rule> &rules)
    {
        m_window = std::make_unique<MainWindow>(*m_theme, targets, rules);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
    }

    /// The usual targets and rules on a service, each probed every 20 ms.
    void openOn(const QString &service, const std::function<void(probe::Target &)> &change = {})
    {
        auto targets = *probe::targetsFromArguments({service});
        for (auto &target : targets) {
            target.interval = 20ms;
            if (change)
                change(target);
        }
        open(targets, defaultRules(targets));
    }
    void openOnService() { openOn(base()); }

    std::unique_ptr<ProgrammedServer> m_server;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace openloop::test
