// SPDX-License-Identifier: GPL-3.0-or-later
// Joins the figures with their server and the events with their couriers.
#include "gui/probe/headless/always_on/always_on.h"

#include "gui/probe/headless/always_on/alert.h"
#include "gui/probe/headless/run.h"
#include "gui/probe/samples/durations.h"

#include <QTimer>

#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr auto batchesAreDueWithin = std::chrono::seconds(10);
constexpr auto longestSettling = std::chrono::seconds(5);

} // namespace

AlwaysOn::AlwaysOn(const AlwaysOnOptions &options) : m_options(options)
{
    if (!options.onAlert.isEmpty())
        m_deliveries.push_back(std::make_unique<AlertCommand>(options.onAlert));
    if (options.webhook)
        m_deliveries.push_back(std::make_unique<Webhook>(*options.webhook));
}

AlwaysOn::~AlwaysOn() = default;

QString AlwaysOn::listen()
{
    if (!m_options.listen)
        return {};
    m_server = std::make_unique<FiguresServer>(
        FiguresServer::Source{[this] { return metrics(); }, [this] { return problem(); }}, m_options.token);
    return m_server->listen(*m_options.listen);
}

QString AlwaysOn::url() const
{
    return m_server ? m_server->url() : QString();
}

void AlwaysOn::watch(const Engine &engine, const Measurement &measurement)
{
    m_measurement = &measurement;
    m_lastBatch = std::chrono::steady_clock::now();
    m_figures.setTargets(measurement.targets());
    connect(&measurement, &Measurement::happened, this, [this](const Event &event) {
        if (event.alerts())
            hand(event);
    });
    connect(&engine, &Engine::batch, this, [this](const Batch &batch) {
        m_figures.take(batch);
        m_metrics.clear();
        m_lastBatch = std::chrono::steady_clock::now();
    });
}

void AlwaysOn::setToken(const QByteArray &token)
{
    if (m_server)
        m_server->setToken(token);
}

void AlwaysOn::noteReload(bool taken)
{
    ++(taken ? m_reloads : m_refusedReloads);
}

void AlwaysOn::hand(const Event &event)
{
    const auto alert = alertFrom(event, m_measurement->wallClock(), ++m_alerts);
    for (const auto &delivery : m_deliveries)
        delivery->add(alert);
}

std::size_t AlwaysOn::left() const
{
    std::size_t left = 0;
    for (const auto &delivery : m_deliveries)
        left += delivery->left();
    return left;
}

void AlwaysOn::settle()
{
    m_isSettling = true;
    // What is left is counted anew whenever one is done with, and now: nothing that was done before is waited for.
    const auto look = [this] {
        if (left() == 0)
            giveUp();
    };
    for (const auto &delivery : m_deliveries)
        connect(delivery.get(), &Delivery::finished, this, look);
    QTimer::singleShot(longestSettling, this, &AlwaysOn::giveUp);
    look();
}

void AlwaysOn::giveUp()
{
    if (!std::exchange(m_isSettling, false))
        return;
    if (const auto lost = left(); lost > 0)
        print(stderr, u"openloop-monitor: alerts given up at the end: %1\n"_s.arg(lost));
    emit settled();
}

/// Whoever asks more often than there are batches is told the same again.
const QByteArray &AlwaysOn::metrics()
{
    if (!m_metrics.isEmpty())
        return m_metrics;
    Exposition exposition;
    m_figures.writeTo(exposition, *m_measurement);
    exposition.family("openloop_monitor_alerts_total", "counter", "What became of alerts that were to be handed on");
    for (const auto &delivery : m_deliveries) {
        const auto &[delivered, failed, dropped] = delivery->counts();
        for (const auto &[outcome, count] :
             {std::pair(u"delivered"_s, delivered), {u"failed"_s, failed}, {u"dropped"_s, dropped}})
            exposition.value({{"way", delivery->name()}, {"outcome", outcome}}, double(count));
    }
    exposition.family("openloop_monitor_alerts_waiting", "gauge", "Alerts that wait for the one before them");
    for (const auto &delivery : m_deliveries)
        exposition.value({{"way", delivery->name()}}, double(delivery->waiting()));
    exposition.family("openloop_monitor_profile_reads_total", "counter", "How often the profile was read again");
    exposition.value({{"outcome", u"taken"_s}}, double(m_reloads));
    exposition.value({{"outcome", u"refused"_s}}, double(m_refusedReloads));
    if (m_measurement->isRecording()) {
        exposition.family("openloop_monitor_recording", "gauge", "1 while all is recorded, 0 while it can't be");
        exposition.value({}, m_measurement->recordingProblem().isEmpty() ? 1 : 0);
    }
    m_metrics = exposition.text();
    return m_metrics;
}

QString AlwaysOn::problem() const
{
    const auto since = std::chrono::steady_clock::now() - m_lastBatch;
    return since > batchesAreDueWithin ? u"nothing was measured for %1"_s.arg(formatDuration(since)) : QString();
}

} // namespace openloop::probe
