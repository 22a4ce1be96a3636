// SPDX-License-Identifier: GPL-3.0-or-later
// Hands alerts on, one at a time and never more than a bounded number behind: whoever is slow must not be our memory.
#pragma once

#include "gui/probe/engine/fetcher.h"

#include <QJsonObject>
#include <QProcess>
#include <QTimer>

#include <deque>

namespace openloop::probe {

/// A queue before one courier, in the order in which things happened. When it is full the oldest goes: the last word on
/// a target is worth most. Lives in a thread with an event loop.
class Delivery : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t mostWaiting = 100;

    struct Counts {
        qint64 delivered = 0, failed = 0, dropped = 0;
    };

    explicit Delivery(QString name) : m_name(std::move(name)) { }

    void add(const QJsonObject &alert);
    const QString &name() const { return m_name; } ///< "command", "webhook"
    const Counts &counts() const { return m_counts; }
    std::size_t waiting() const { return m_waiting.size(); } ///< beside the one that is on its way
    std::size_t left() const { return m_waiting.size() + (m_isBusy ? 1 : 0); } ///< with that one

signals:
    void finished(); ///< with one of them, whatever became of it

protected:
    /// Ends in one call of done(), now or later.
    virtual void deliver(const QJsonObject &alert) = 0;
    /// problem: why it did not arrive, for standard error; empty: it did.
    void done(const QString &problem);

private:
    void next();

    QString m_name;
    std::deque<QJsonObject> m_waiting;
    Counts m_counts;
    bool m_isBusy = false;
};

/// Runs a command in a shell: the alert as JSON on its standard input and in its environment, its output on our
/// standard error. After 30 s its process group is killed.
class AlertCommand : public Delivery
{
    Q_OBJECT

public:
    explicit AlertCommand(QString command, std::chrono::milliseconds patience = std::chrono::seconds(30));
    ~AlertCommand() override;

protected:
    void deliver(const QJsonObject &alert) override;

private:
    void finish(const QString &problem);
    void killGroup();

    QString m_command;
    std::chrono::milliseconds m_patience;
    std::unique_ptr<QProcess> m_process; ///< while one runs
    QTimer m_deadline;
    bool m_isLate = false;
};

/// Posts the alert as JSON. An answer of 2xx is the end of it; after none, 408, 425, 429 or 5xx it tries again, 1, 2, 4
/// ... 60 s later, 8 times in all; any other answer is a refusal. Redirects are not followed.
class Webhook : public Delivery
{
    Q_OBJECT

public:
    static constexpr int mostAttempts = 8;

    explicit Webhook(Target request);

protected:
    void deliver(const QJsonObject &alert) override;

private:
    void attempt();
    void judge(const Fetched &fetched);

    Target m_request;
    QTimer m_again;
    int m_attempts = 0;
    Fetcher m_fetcher;
};

} // namespace openloop::probe
