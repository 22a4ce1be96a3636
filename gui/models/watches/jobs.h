// SPDX-License-Identifier: GPL-3.0-or-later
// Factorizations as the service keeps them: asked for, watched, cancelled over its jobs API.
#pragma once

#include "gui/models/table.h"
#include "gui/probe/engine/fetcher.h"

#include <QTimer>

namespace openloop::gui {

/// One factorization as the service tells it.
struct Job {
    QString id;
    QString n;
    QString state; ///< queued, running, done, failed, cancelled
    QString phase;
    double progress = 0; ///< 0..1
    QString factors; ///< "2^3 · 3^2 · 5"
    bool isOver() const { return state != QStringLiteral("queued") && state != QStringLiteral("running"); }
};

/// The answer of GET /factorizations: a list, or an object with the list under any name; newest first as sent.
QList<Job> parseJobs(const QByteArray &json);

/// The jobs of one service, asked for once a second while watched. GUI thread.
class JobList : public Table
{
    Q_OBJECT
public:
    enum Column { Number, StateColumn, Factors, ColumnCount };
    enum Role { ProgressRole = Qt::UserRole, IdRole, OverRole };

    explicit JobList(QObject *parent = nullptr);

    /// base: "http://127.0.0.1:8080".
    void setBase(const QString &base);
    void setWatched(bool watched);
    void submitNumber(const QString &n);
    void cancel(const QString &id);
    const QList<Job> &jobs() const { return m_jobs; }

    QVariant data(const QModelIndex &index, int role) const override;

signals:
    /// What the service said against it, or why it could not be asked; empty: all is well.
    void problem(const QString &text);

private:
    qsizetype rows() const override { return m_jobs.size(); }
    int columns() const override { return ColumnCount; }
    QString titleOf(int column) const override;
    void ask();
    /// Sends it; what is answered after a change of the base is nobody's.
    void fetch(const probe::Target &request, probe::Fetcher::Done done);
    void take(const QList<Job> &jobs);
    probe::Target request(const QByteArray &method, const QString &path) const;

    probe::Fetcher m_fetcher;
    QTimer m_timer;
    QString m_base;
    QList<Job> m_jobs;
    bool m_asking = false;
};

} // namespace openloop::gui
