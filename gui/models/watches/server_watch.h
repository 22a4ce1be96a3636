// SPDX-License-Identifier: GPL-3.0-or-later
// Asks a service for its own figures and remembers the answers for a while, so that a spike can be set beside them.
#pragma once

#include "gui/models/watches/chosen_figure.h"
#include "gui/probe/engine/fetcher.h"
#include "gui/probe/judgement/stalls.h"

#include <QTimer>

#include <deque>

namespace openloop::gui {

/// The last ten minutes of one service's own figures, asked for every two seconds; every half minute where it offers
/// none. GUI thread.
class ServerWatch : public QObject
{
    Q_OBJECT
public:
    struct Entry {
        double at = 0; ///< seconds since the epoch
        ServerFigures figures;
        QHash<QString, double> chosen; ///< by ChosenFigure::key(); those that have a value
    };

    explicit ServerWatch(QObject *parent = nullptr);

    /// Where the figures are asked for: a path below the base, or a URL of its own
    /// (problemOfMetrics); /metrics if never said.
    void setMetrics(const QString &place);
    /// base: "http://127.0.0.1:8080"; empty: asks nobody.
    void setBase(const QString &base);
    /// What is shown beside the figures that are known by name; at most ChosenFigure::most. Their past begins now.
    void setChosen(const QList<ChosenFigure> &figures);
    const QList<ChosenFigure> &chosen() const { return m_chosen; }
    /// The last exposition.
    const QList<Metric> &metrics() const { return m_last; }
    const std::deque<Entry> &history() const { return m_history; }
    /// Why there are no figures, for people; empty while there are.
    const QString &problem() const { return m_problem; }
    /// What the service said of itself around [from, to], as a clause for people; empty: nothing is known.
    QString around(double from, double to) const;
    /// Asks an openloop-server for its stalls; `done` is not called where the service is none, or does not tell. In
    /// this object's thread.
    void askStalls(std::function<void(const QList<probe::ServerStall> &)> done);
    /// Takes an exposition that came at this time; the watch does, tests may.
    void take(const QByteArray &exposition, double at);

signals:
    void changed();

private:
    void ask();
    QString url() const;
    QString shownUrl() const; ///< without its password
    void fail(const QString &problem);

    probe::Fetcher m_fetcher;
    QTimer m_timer;
    QString m_base;
    QString m_problem;
    QString m_metrics; ///< a path or a URL
    QList<Metric> m_last;
    QList<ChosenFigure> m_chosen;
    std::deque<Entry> m_history;
    bool m_asking = false;
};

} // namespace openloop::gui
