// SPDX-License-Identifier: GPL-3.0-or-later
// See session.h.
#include "gui/models/session.h"

#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr std::size_t mostDetails = 24'000; // of all targets: ten minutes of four at 10 Hz

} // namespace

Session::Session(QObject *parent) : QObject(parent)
{
    connect(&m_engine, &probe::Engine::batch, this, &Session::take);
    connect(&m_engine, &probe::Engine::stateChanged, this, [this](probe::Engine::State state) {
        bool changed = false;
        for (auto &[name, watch] : m_watches)
            changed = watch.setPaused(state == probe::Engine::State::Paused, probe::Instant::clock::now()) || changed;
        if (changed)
            emit advanced();
    });
}

void Session::open(const QList<probe::Target> &targets, const QList<probe::Rule> &rules)
{
    forget();
    m_rules = rules;
    m_engine.setTargets(targets);
    m_engine.start();
    m_origin = m_engine.origin();
    m_wall = m_engine.wallClock();
    m_control = probe::Series(m_origin);
    m_now = m_beginning = secondsAt(m_origin);
    setTargets(targets);
    if (!m_recordingPath.isEmpty())
        record(m_recordingPath);
}

void Session::forget()
{
    m_engine.stop();
    m_recorder.reset();
    m_recordingProblem.clear();
    m_reader.reset();
    m_series.clear();
    m_watches.clear();
    m_details.clear();
    m_loads.clear();
    m_loadState.reset();
    m_trust = {};
    m_recordedTrust.clear();
    m_log.clear();
}

void Session::record(const QString &path)
{
    m_recordingPath = path;
    m_recorder = std::make_unique<probe::SessionRecorder>(path);
    m_recordingProblem.clear();
    connect(m_recorder.get(), &probe::SessionRecorder::failed, this, &Session::noteRecording);
    connect(m_recorder.get(), &probe::SessionRecorder::recovered, this, [this] { noteRecording({}); });
    m_recorder->begin(targets(), m_origin, m_wall);
    emit recordingChanged();
}

void Session::noteRecording(const QString &problem)
{
    m_recordingProblem = problem.isEmpty()
        ? QString()
        : tr("Not recorded: %1. Measuring goes on; what is missing is written once the file can be.").arg(problem);
    if (problem.isEmpty())
        note(Event::Kind::Recovery, {}, tr("Recorded again, with what was missing"), true);
    else
        note(Event::Kind::Alert, {}, m_recordingProblem, true);
    emit recordingChanged();
}

void Session::setTargets(const QList<probe::Target> &targets)
{
    if (m_engine.targets() != targets)
        m_engine.setTargets(targets);
    if (m_recorder)
        m_recorder->setTargets(targets);
    for (const auto &target : targets) {
        m_series.try_emplace(target.name, m_origin);
        m_watches.try_emplace(target.name, target);
    }
    watchRules();
    emit targetsChanged();
}

void Session::setRules(const QList<probe::Rule> &rules)
{
    m_rules = rules;
    watchRules();
    emit targetsChanged();
}

void Session::watchRules()
{
    m_ruleWatches.clear();
    for (const auto &rule : m_rules) {
        for (const auto &target : targets()) {
            if (rule.target.isEmpty() || rule.target == target.name)
                m_ruleWatches.emplace_back(rule, target.name);
        }
    }
}

const probe::Series *Session::series(const QString &name) const
{
    const auto found = m_series.find(name);
    return found == m_series.end() ? nullptr : &found->second;
}

const TargetWatch *Session::watch(const QString &name) const
{
    const auto found = m_watches.find(name);
    return found == m_watches.end() ? nullptr : &found->second;
}

probe::Sample Session::detailed(const QString &name, const probe::PackedSample &packed) const
{
    auto sample = packed.unpacked(m_origin);
    if (const auto details = m_details.find(name); details != m_details.end()) {
        const auto found = std::ranges::find(details->second, packed.due(), &AnswerDetail::due);
        if (found != details->second.end()) {
            sample.serverTiming = found->serverTiming;
            sample.requestId = found->requestId;
        }
    }
    return sample;
}

double Session::secondsAt(probe::Instant instant) const
{
    return std::chrono::duration<double>(m_wall.at(instant).time_since_epoch()).count();
}

probe::Instant Session::instantAt(double seconds) const
{
    // A suspend is left out: it shifts the axis by its length, and the gap is drawn there.
    // 126 years either way: what nanoseconds in 64 bits can hold.
    const double sinceOrigin = std::clamp(seconds - secondsAt(m_origin), -4e9, 4e9);
    return m_origin + std::chrono::duration_cast<probe::Nanoseconds>(std::chrono::duration<double>(sinceOrigin));
}

bool Session::nothingAnswers() const
{
    return !isReplay() && std::ranges::none_of(m_watches, [](const auto &entry) { return entry.second.hasAnswered(); });
}

bool Session::hasTried() const
{
    return !m_watches.empty()
        && std::ranges::any_of(m_watches, [](const auto &entry) { return entry.second.hasFinished(); });
}

double Session::rate() const
{
    double sum = 0;
    for (const auto &target : targets())
        sum += 1000 / probe::toMilliseconds(target.interval);
    return sum;
}

void Session::take(const probe::Batch &batch)
{
    if (isReplay())
        return;
    m_wall = m_engine.wallClock();
    if (m_recorder)
        m_recorder->add(batch);
    m_now = std::max(m_now, secondsAt(batch.until));
    for (const auto &sample : batch.control)
        m_control.add(sample);
    for (const auto &one : batch.targets)
        takeTarget(one, batch.gaps);
    noticeLoad();
    for (auto &watch : m_ruleWatches) {
        const auto *history = series(watch.target());
        const auto *state = this->watch(watch.target());
        if (!history || !state)
            continue;
        if (const auto event = watch.evaluate(batch.until, *history, state->open(), batch.trust.suspendsAlerts())) {
            const QString text = event->firing
                ? tr("%1 broken: %2").arg(event->rule, event->value)
                : tr("%1 holds again after %2")
                      .arg(event->rule, formatSpan(probe::toMilliseconds(event->lasted) / 1000));
            note(event->firing ? Event::Kind::Alert : Event::Kind::Recovery, event->target, text, true);
        }
    }
    for (const auto &load : batch.loads) {
        if (load.name == loadedTarget())
            m_loadState = load;
    }
    const bool trustChanges = batch.trust.level != m_trust.level;
    const bool worthALine = trustChanges
        && (m_trust.level == probe::TrustLevel::HostBusy || batch.trust.level == probe::TrustLevel::HostBusy);
    m_trust = batch.trust;
    if (worthALine)
        note(Event::Kind::Trust, {}, textOf(m_trust));
    if (trustChanges)
        emit trustChanged();
    emit advanced();
}

void Session::takeTarget(const probe::TargetBatch &batch, const QList<probe::Gap> &gaps)
{
    const auto history = m_series.find(batch.name);
    const auto state = m_watches.find(batch.name);
    if (history == m_series.end() || state == m_watches.end())
        return;
    auto &details = m_details[batch.name];
    for (const auto &sample : batch.samples) {
        history->second.add(sample);
        if (!sample.serverTiming.isEmpty() || !sample.requestId.isEmpty())
            details.push_back({sample.due - m_origin, sample.serverTiming, sample.requestId});
        if (details.size() > mostDetails / m_series.size())
            details.pop_front();
    }
    for (const auto &gap : gaps)
        history->second.addGap(gap);
    const State before = state->second.state();
    if (!state->second.take(batch, history->second, limitOf(batch.name), instantAt(m_now)))
        return;
    if (state->second.state() == State::Down)
        note(Event::Kind::Alert, batch.name, tr("down: %1").arg(state->second.cause()), true);
    else if (before == State::Down)
        note(Event::Kind::Recovery, batch.name, tr("answers again"), true);
}

QString Session::textOf(const probe::Trust &trust)
{
    return trust.reason.isEmpty() ? tr("The measurement is trustworthy again") : trust.reason;
}

void Session::note(Event::Kind kind, const QString &target, const QString &text, bool alerts)
{
    const Event event{m_now, kind, target, text};
    m_log.add(event);
    // Trust is recorded with the batches.
    if (m_recorder && kind != Event::Kind::Trust)
        m_recorder->add(probe::LogEntry{instantAt(m_now), EventLog::keyOf(kind), target, text});
    if (alerts)
        emit noteworthy(event);
}

} // namespace openloop::gui
