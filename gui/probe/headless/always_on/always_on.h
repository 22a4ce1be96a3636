// SPDX-License-Identifier: GPL-3.0-or-later
// What a headless run has beside its report: figures that are served, alerts that are handed on.
#pragma once

#include "gui/probe/engine/engine.h"
#include "gui/probe/headless/always_on/delivery.h"
#include "gui/probe/headless/always_on/figures.h"
#include "gui/probe/headless/always_on/figures_server.h"

namespace openloop::probe {

/// Watches one measurement and its engine, which outlive it. Main thread.
class AlwaysOn : public QObject
{
    Q_OBJECT

public:
    explicit AlwaysOn(const AlwaysOnOptions &options);
    ~AlwaysOn() override;

    /// Opens what others connect to. Returns why it can't; empty: it is open, and `url` is where.
    QString listen();
    QString url() const; ///< empty: nothing is served
    /// To be called once, when `engine` was started and before its first batch.
    void watch(const Engine &engine, const Measurement &measurement);

    void setTargets(const QList<Target> &targets) { m_figures.setTargets(targets); }
    void setToken(const QByteArray &token);
    /// A reading of the profile, and whether it was taken.
    void noteReload(bool taken);
    /// Waits until every alert was handed on, five seconds at most, or for giveUp(). Then tells standard error of those
    /// that were not, and emits settled(), once.
    void settle();
    void giveUp();

signals:
    void settled();

private:
    void hand(const Event &event);
    std::size_t left() const;
    const QByteArray &metrics();
    QString problem() const;

    AlwaysOnOptions m_options;
    const Measurement *m_measurement = nullptr;
    Figures m_figures;
    QByteArray m_metrics; ///< as of the last batch; empty: not asked for since
    Instant m_lastBatch;
    qint64 m_alerts = 0;
    qint64 m_reloads = 0, m_refusedReloads = 0;
    bool m_isSettling = false;
    std::vector<std::unique_ptr<Delivery>> m_deliveries;
    std::unique_ptr<FiguresServer> m_server;
};

} // namespace openloop::probe
