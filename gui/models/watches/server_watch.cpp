// SPDX-License-Identifier: GPL-3.0-or-later
// Asks at a pace that suits what was answered.
#include "gui/models/watches/server_watch.h"

#include "common/endpoints.h"
#include "gui/models/format.h"
#include "gui/probe/targets/target.h"

#include <QDateTime>

#include <algorithm>

namespace openloop::gui {

namespace {

constexpr double kept = 600; // s
constexpr int often = 2000; // ms
constexpr int seldom = 30'000; // ms

} // namespace

ServerWatch::ServerWatch(QObject *parent)
    : QObject(parent), m_problem(tr("Not asked yet")), m_metrics(endpoints::metrics)
{
    connect(&m_timer, &QTimer::timeout, this, &ServerWatch::ask);
}

void ServerWatch::setMetrics(const QString &place)
{
    m_metrics = place;
    setBase(std::exchange(m_base, {})); // asks anew, there
}

QString ServerWatch::url() const
{
    return m_metrics.startsWith(u'/') ? m_base + m_metrics : m_metrics;
}

QString ServerWatch::shownUrl() const
{
    return probe::withoutPassword(url());
}

void ServerWatch::setBase(const QString &base)
{
    if (base == m_base)
        return;
    m_base = base;
    m_asking = false; // of the service before
    m_history.clear();
    m_last.clear();
    fail(base.isEmpty() ? tr("A recording does not hold the service's own figures") : tr("Not asked yet"));
    m_timer.stop();
    if (base.isEmpty())
        return;
    m_timer.start(often);
    ask();
}

void ServerWatch::setChosen(const QList<ChosenFigure> &figures)
{
    m_chosen = figures.first(std::min<qsizetype>(figures.size(), ChosenFigure::most));
    if (!m_history.empty()) { // what is no rate is known already
        for (const auto &figure : std::as_const(m_chosen)) {
            if (const auto value = valueOf(figure, m_last, {}, 0))
                m_history.back().chosen[figure.key()] = *value;
        }
    }
    emit changed();
}

void ServerWatch::ask()
{
    if (m_asking || m_base.isEmpty())
        return;
    m_asking = true;
    m_fetcher.get(url(), [this, base = m_base](const probe::Fetched &answer) {
        if (base != m_base)
            return;
        m_asking = false;
        m_timer.setInterval(answer.status == 0 || answer.status == 200 ? often : seldom);
        if (answer.body.size() >= probe::Fetcher::mostBytes)
            fail(tr("%1 answers more than 16 MiB: too much to read").arg(shownUrl()));
        else if (answer.status == 200)
            take(answer.body, static_cast<double>(QDateTime::currentMSecsSinceEpoch()) / 1000);
        else
            fail(answer.status > 0
                     ? tr("%1 offers no metrics (HTTP %2)").arg(shownUrl(), QString::number(answer.status))
                     : answer.error);
    });
}

void ServerWatch::askStalls(std::function<void(const QList<probe::ServerStall> &)> done)
{
    const auto isOurs = [](const Metric &metric) { return metric.name == u"openloop_build_info"; };
    if (m_base.isEmpty() || std::ranges::none_of(m_last, isOurs))
        return;
    m_fetcher.get(m_base + endpoints::stalls, [done = std::move(done)](const probe::Fetched &answer) {
        if (answer.status == 200)
            done(probe::parseStalls(answer.body, static_cast<double>(QDateTime::currentMSecsSinceEpoch()) / 1000));
    });
}

void ServerWatch::fail(const QString &problem)
{
    m_problem = problem;
    emit changed();
}

void ServerWatch::take(const QByteArray &exposition, double at)
{
    const auto metrics = parseMetrics(exposition);
    if (metrics.size() > mostMetrics)
        return fail(tr("%1 has more than %2 samples: too many to read").arg(shownUrl(), QString::number(mostMetrics)));
    if (metrics.isEmpty())
        return fail(tr("%1 answers no metrics that can be read").arg(shownUrl()));
    const double since = m_history.empty() ? 0 : at - m_history.back().at;
    Entry entry{at, serverFigures(metrics, m_last, since), {}};
    for (const auto &figure : std::as_const(m_chosen)) {
        if (const auto value = valueOf(figure, metrics, m_last, since))
            entry.chosen[figure.key()] = *value;
    }
    m_history.push_back(entry);
    while (m_history.front().at < at - kept)
        m_history.pop_front();
    m_last = metrics;
    m_problem.clear();
    emit changed();
}

QString ServerWatch::around(double from, double to) const
{
    // Figures of a scrape tell of the time since the one before.
    const auto first = std::ranges::lower_bound(m_history, from, {}, &Entry::at);
    const auto end = std::ranges::upper_bound(m_history, to + 2.5, {}, &Entry::at);
    std::optional<double> lag;
    const ServerFigures *fullest = nullptr;
    for (auto at = first; at < end; ++at) {
        const auto &figures = at->figures;
        if (figures.loopLagMilliseconds)
            lag = std::max(lag.value_or(0), *figures.loopLagMilliseconds);
        if (!fullest || figures.queued.value_or(0) > fullest->queued.value_or(0))
            fullest = &figures;
    }
    QStringList parts;
    if (lag)
        parts << tr("event loop late by up to %1").arg(formatLimit(*lag));
    if (fullest && fullest->poolBusy && fullest->poolSize)
        parts << tr("pool %1 of %2 busy").arg(*fullest->poolBusy).arg(*fullest->poolSize);
    if (fullest && fullest->queued)
        parts << tr("%1 queued").arg(*fullest->queued);
    return parts.join(QStringLiteral(", "));
}

} // namespace openloop::gui
