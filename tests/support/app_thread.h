// SPDX-License-Identifier: GPL-3.0-or-later
// An App with routes of a test's own on a thread of its own, so that a blocking client can talk to it.
#pragma once

#include "server/http/app.h"

#include <QThread>

#include <algorithm>
#include <functional>
#include <memory>

namespace openloop::test {

class AppThread
{
public:
    /// loops: of the app, this thread's included; by itself as many as OPENLOOP_TEST_LOOPS says, or one.
    AppThread(http::Limits limits, std::function<void(http::App &)> addRoutes,
              int loops = qEnvironmentVariableIntValue("OPENLOOP_TEST_LOOPS"))
    {
        m_thread.start();
        onLoop([&] {
            m_app = std::make_unique<http::App>(limits, std::max(loops, 1));
            addRoutes(*m_app);
            m_app->listen({http::ListenAddress(QHostAddress::LocalHost), 0});
            m_port = m_app->port();
        });
    }
    ~AppThread()
    {
        destroyApp();
        m_thread.quit();
        m_thread.wait();
    }

    quint16 port() const { return m_port; }
    int inFlight()
    {
        int count = 0;
        onLoop([&] { count = m_app->inFlight(); });
        return count;
    }
    qsizetype connections()
    {
        qsizetype count = 0;
        onLoop([&] { count = m_app->connectionCount(); });
        return count;
    }
    void destroyApp()
    {
        onLoop([this] { m_app.reset(); });
    }
    /// Returns while the app waits for what is open, or when it is gone.
    void beginToDestroyApp()
    {
        QMetaObject::invokeMethod(m_context.get(), [this] { m_app.reset(); }, Qt::QueuedConnection);
        onLoop([] { });
    }
    void onLoop(const std::function<void()> &work)
    {
        QMetaObject::invokeMethod(m_context.get(), work, Qt::BlockingQueuedConnection);
    }

private:
    struct OnThread : QObject {
        explicit OnThread(QThread *thread) { moveToThread(thread); }
    };

    QThread m_thread;
    std::unique_ptr<OnThread> m_context = std::make_unique<OnThread>(&m_thread);
    std::unique_ptr<http::App> m_app;
    quint16 m_port = 0;
};

} // namespace openloop::test
