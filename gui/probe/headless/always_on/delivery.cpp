// SPDX-License-Identifier: GPL-3.0-or-later
// The queue, a shell's process group, and when a webhook is tried again.
#include "gui/probe/headless/always_on/delivery.h"

#include "gui/probe/headless/always_on/alert.h"
#include "gui/probe/headless/run.h"
#include "gui/probe/samples/durations.h"

#include <QJsonDocument>

#include <csignal>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

QByteArray jsonOf(const QJsonObject &alert)
{
    return QJsonDocument(alert).toJson(QJsonDocument::Compact) + '\n';
}

/// In the child: signals as a shell expects them, a group of its own, one stream for all it says, and none of our
/// sockets.
void prepareShell()
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    ::setpgid(0, 0);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

bool mayHeal(int status)
{
    return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
}

} // namespace

void Delivery::add(const QJsonObject &alert)
{
    m_waiting.push_back(alert);
    if (m_waiting.size() > mostWaiting) {
        m_waiting.pop_front();
        ++m_counts.dropped;
    }
    next();
}

void Delivery::next()
{
    if (m_isBusy || m_waiting.empty())
        return;
    m_isBusy = true;
    const auto alert = std::move(m_waiting.front());
    m_waiting.pop_front();
    deliver(alert);
}

void Delivery::done(const QString &problem)
{
    ++(problem.isEmpty() ? m_counts.delivered : m_counts.failed);
    if (!problem.isEmpty())
        print(stderr, u"openloop-monitor: alert not delivered: %1: %2\n"_s.arg(m_name, problem));
    m_isBusy = false;
    emit finished();
    QMetaObject::invokeMethod(this, [this] { next(); }, Qt::QueuedConnection); // who calls may be in deliver() still
}

AlertCommand::AlertCommand(QString command, std::chrono::milliseconds patience)
    : Delivery(u"command"_s), m_command(std::move(command)), m_patience(patience)
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        m_isLate = true;
        killGroup();
    });
}

AlertCommand::~AlertCommand()
{
    if (!m_process)
        return;
    m_process->disconnect(this);
    killGroup();
    m_process->waitForFinished(1000); // it was killed: the wait is for the kernel
}

void AlertCommand::killGroup()
{
    if (const auto group = static_cast<pid_t>(m_process->processId()); group > 0)
        ::kill(-group, SIGKILL);
}

void AlertCommand::deliver(const QJsonObject &alert)
{
    m_isLate = false;
    m_process = std::make_unique<QProcess>();
    m_process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process->setChildProcessModifier(prepareShell);
    m_process->setProcessEnvironment(environmentOf(alert));
    connect(m_process.get(), &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        finish(m_isLate                            ? u"killed after %1"_s.arg(formatDuration(m_patience))
                   : status == QProcess::CrashExit ? u"killed by a signal"_s
                   : code != 0                     ? u"exit code %1"_s.arg(code)
                                                   : QString());
    });
    connect(m_process.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(m_process->errorString());
    });
    m_process->start(u"/bin/sh"_s, {u"-c"_s, m_command});
    if (!m_process) // it has failed already
        return;
    m_process->write(jsonOf(alert));
    m_process->closeWriteChannel();
    m_deadline.start(m_patience);
}

void AlertCommand::finish(const QString &problem)
{
    m_deadline.stop();
    m_process.release()->deleteLater(); // this is one of its signals
    done(problem);
}

Webhook::Webhook(Target request) : Delivery(u"webhook"_s), m_request(std::move(request))
{
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &Webhook::attempt);
}

void Webhook::deliver(const QJsonObject &alert)
{
    m_request.body = jsonOf(alert);
    m_attempts = 0;
    attempt();
}

void Webhook::attempt()
{
    ++m_attempts;
    m_fetcher.fetch(m_request, [this](const Fetched &fetched) { judge(fetched); });
}

void Webhook::judge(const Fetched &fetched)
{
    if (fetched.status >= 200 && fetched.status < 300)
        return done({});
    const auto problem = fetched.status == 0 ? fetched.error : u"answered HTTP %1"_s.arg(fetched.status);
    if (!mayHeal(fetched.status) || m_attempts >= mostAttempts)
        return done(problem);
    m_again.start(std::min<std::chrono::seconds>(60s, 1s * (1 << (m_attempts - 1))));
}

} // namespace openloop::probe
