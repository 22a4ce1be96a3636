// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the services that are measured who shares a queue with them, and what each of these servers is busy with.
#pragma once

#include "gui/models/watches/fleets.h"
#include "gui/models/watches/metrics.h"
#include "gui/probe/engine/fetcher.h"

#include <QTimer>

#include <chrono>

namespace openloop::gui {

/// What a server says of itself on /metrics; absent where it does not.
struct NodeFigures {
    std::optional<double> busy, threads; ///< of its pool
    std::optional<double> queued; ///< computations that wait for a thread there
    std::optional<double> loopLagMilliseconds; ///< at most so much since the scrape before
};

struct SeenNode {
    Node node;
    std::optional<NodeFigures> figures; ///< nothing: no target leads to it
    QString address; ///< "127.0.0.1:8081" of the target that leads to it; empty: none does
};

/// Servers of one queue.
struct SeenFleet {
    QList<SeenNode> nodes; ///< in the order of the answer: the living first
    std::optional<double> waiting; ///< jobs of all that wait for a server
};

/// Groups the services of all targets by the queue that they serve. While watched, every two seconds it asks each
/// openloop-server for /metrics, and one of each group for /nodes; where that one does not answer, the next. Requests
/// carry what identifies the target's (Authorization, Cookie, Host), never over a redirect, and go over connections of
/// their own. A service that is no openloop-server is asked for /metrics every half minute. GUI thread.
class FleetWatch : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype mostServices = 64; ///< further ones are not asked

    explicit FleetWatch(QObject *parent = nullptr);

    /// Nothing: asks nobody, for a recording is shown.
    void setTargets(const std::optional<QList<probe::Target>> &targets);
    void setWatched(bool watched);
    const QList<SeenFleet> &fleets() const { return m_fleets; }
    /// Why there are none, for people; empty while there are.
    const QString &problem() const { return m_problem; }

signals:
    void changed();

private:
    using Clock = std::chrono::steady_clock;

    struct Service {
        probe::Target request; ///< of what is below its base
        QString base;
        FleetMember said;
        Clock::time_point nodesAt{}; ///< when these came
        Clock::time_point selfSince{}; ///< since when it has been the same one that answers
        Clock::time_point next{}; ///< when it is to be asked for /metrics
        Clock::time_point rests{}; ///< until when others are asked for /nodes before it
        std::optional<double> waiting;
        QString metricsProblem, nodesProblem; ///< why it does not tell the one or the other; empty: it does
        bool isOurs = false; ///< an openloop-server, by its last answer
        bool isAsked = false; ///< for /metrics, now
    };
    struct Scrape {
        NodeFigures figures;
        QList<Metric> lags; ///< the histogram, of which the next scrape is the growth
        Clock::time_point at;
    };

    static QList<Service> servicesOf(const QList<probe::Target> &targets);
    void round();
    void fetch(qsizetype service, const QString &where, probe::Fetcher::Done done);
    void askMetrics(qsizetype service);
    void takeMetrics(Service &service, const probe::Fetched &answer);
    void askNodes();
    void takeNodes(qsizetype service, const QList<qsizetype> &group, const probe::Fetched &answer);
    void askDigits(qsizetype service);
    QList<QList<qsizetype>> groups() const;
    void forget();
    SeenFleet seen(const QList<qsizetype> &group) const;
    QString absence() const;
    void tell();
    void tellSoon();

    probe::Fetcher m_fetcher;
    QTimer m_timer;
    QTimer m_soon; ///< until what was answered is told: many answers come at once
    std::optional<QList<probe::Target>> m_targets = QList<probe::Target>();
    QList<Service> m_services;
    QHash<QString, Scrape> m_scrapes; ///< by the id of the server
    QHash<QString, int> m_digits; ///< by the id of the job; 0: asked for in vain
    QList<SeenFleet> m_fleets;
    QString m_problem;
    int m_life = 0; ///< of the services; what is answered to an earlier one is nobody's
    bool m_asksNodes = false;
};

} // namespace openloop::gui
