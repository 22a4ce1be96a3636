// SPDX-License-Identifier: GPL-3.0-or-later
// See session.h.
#include "gui/models/session.h"

#include "gui/models/format.h"

#include <QDateTime>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int sparklineColumns = 48;
constexpr double sparklineSeconds = 60;
constexpr std::size_t mostDetails = 6000; // of a target: ten minutes at 10 Hz
constexpr double mostSampled = 7200; // of a recording: single samples of 20 targets at 10 Hz are 35 MB

double toMilliseconds(probe::Nanoseconds duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::optional<double> toMilliseconds(const std::optional<probe::Quantile> &quantile)
{
    return quantile ? std::optional(toMilliseconds(quantile->value)) : std::nullopt;
}

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
    m_reader.reset();
    m_series.clear();
    m_watches.clear();
    m_details.clear();
    m_loads.clear();
    m_loadState.reset();
    m_trust = {};
    m_log.clear();
}

QString Session::openRecording(const QString &path)
{
    auto reader = std::make_unique<probe::SessionReader>(path);
    if (!reader->error().isEmpty())
        return reader->error();
    const auto sessions = reader->sessions();
    if (sessions.isEmpty())
        return tr("%1 holds no session").arg(path);
    const auto &recorded = sessions.last();
    forget();
    m_reader = std::move(reader);
    m_recorded = recorded.id;
    m_engine.setTargets(recorded.targets);
    m_origin = recorded.origin;
    m_wall = recorded.wall;
    m_control = m_reader->controlSeries(m_recorded);
    for (const auto &target : recorded.targets) {
        m_series.insert_or_assign(target.name, m_reader->series(m_recorded, target.name));
        m_watches.insert_or_assign(target.name, TargetWatch(target));
    }
    m_beginning = secondsAt(recorded.origin);
    m_now = m_end = std::max(m_beginning + 1, secondsAt(recorded.until));
    m_sampledFrom = m_sampledTo = 0;
    provideSamples(m_end - mostSampled, m_end);
    for (const auto &entry : m_reader->log(m_recorded))
        restore(entry);
    if (!m_loads.empty() && !m_loads.back().to)
        m_loads.back().to = m_end;
    watchRules();
    emit targetsChanged();
    emit advanced();
    return {};
}

void Session::restore(const probe::LogEntry &entry)
{
    const double at = secondsAt(entry.at);
    if (entry.kind != u"load"_s)
        return m_log.add({at, Event::Kind::Note, entry.target, entry.text});
    if (!m_loads.empty() && !m_loads.back().to)
        m_loads.back().to = at;
    const int n = entry.text.toInt();
    if (n > 0)
        m_loads.push_back({entry.target, n, at, {}});
    m_log.add({at, Event::Kind::Load, entry.target, n > 0 ? tr("%1 requests kept in flight").arg(n) : tr("load ended")});
}

void Session::setReplayNow(double seconds)
{
    if (!isReplay())
        return;
    m_now = std::clamp(seconds, m_beginning, m_end);
    emit advanced();
}

void Session::provideSamples(double from, double to)
{
    if (!isReplay() || to - from > mostSampled || (from >= m_sampledFrom && to <= m_sampledTo))
        return;
    // As much again on both sides: panning on must not read with every step.
    m_sampledFrom = from - (mostSampled - (to - from)) / 2;
    m_sampledTo = m_sampledFrom + mostSampled;
    const auto first = std::max(m_origin, instantAt(m_sampledFrom));
    const auto last = instantAt(m_sampledTo);
    for (auto &[name, history] : m_series)
        m_reader->loadSamples(m_recorded, name, first, last, history);
    m_reader->loadControlSamples(m_recorded, first, last, m_control);
}

void Session::record(const QString &path)
{
    m_recordingPath = path;
    m_recorder = std::make_unique<probe::SessionRecorder>(path);
    connect(m_recorder.get(), &probe::SessionRecorder::failed, this, &Session::recordingFailed);
    m_recorder->begin(targets(), m_origin, m_wall);
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

std::optional<double> Session::limitOf(const QString &name) const
{
    for (const auto &watch : m_ruleWatches) {
        if (watch.target() == name && watch.rule().condition.quantity == probe::Quantity::P99)
            return watch.rule().condition.limit;
    }
    return {};
}

TargetFigures Session::figuresOf(const probe::Series &series, double from, double to) const
{
    TargetFigures result;
    const auto quantiles = series.quantiles(instantAt(from), instantAt(to));
    result.p50 = toMilliseconds(quantiles.p50);
    result.p95 = toMilliseconds(quantiles.p95);
    result.p99 = toMilliseconds(quantiles.p99);
    result.max = toMilliseconds(quantiles.max);
    result.n = quantiles.n - quantiles.errors;
    result.errors = quantiles.errors;
    result.skipped = quantiles.skipped;
    if (const auto &last = series.last(); last && probe::hasLatency(last->outcome))
        result.last = toMilliseconds(last->response());
    const double end = std::min(to, m_now);
    for (const auto &column : series.columns(instantAt(end - sparklineSeconds), instantAt(end), sparklineColumns))
        result.sparkline.push_back(column.quantiles.p50 ? toMilliseconds(column.quantiles.p50->value) : -1);
    return result;
}

TargetFigures Session::figures(const QString &name, double from, double to) const
{
    const auto *history = series(name);
    if (!history)
        return {};
    TargetFigures result = figuresOf(*history, from, to);
    result.name = name;
    if (const auto *state = watch(name)) {
        result.state = state->state();
        result.cause = state->cause();
        result.stateSeconds = std::max(0.0, m_now - secondsAt(state->since()));
    }
    const auto target = std::ranges::find(targets(), name, &probe::Target::name);
    if (target != targets().end())
        result.url = target->url;
    result.limit = limitOf(name);
    result.isUnderLoad = loadedTarget() == name;
    return result;
}

TargetFigures Session::controlFigures(double from, double to) const
{
    TargetFigures result = figuresOf(m_control, from, to);
    result.name = tr("control");
    result.url = tr("A responder inside this program: slow only if this computer is");
    result.isControl = true;
    result.state = m_trust.level == probe::TrustLevel::HostBusy ? State::Degraded
        : m_control.isEmpty()                                   ? State::Unknown
                                                                : State::Ok;
    result.cause = m_trust.reason;
    return result;
}

Verdict Session::verdict() const
{
    if (isReplay())
        return {State::Paused, tr("RECORDING"), tr("%1 measured over %2").arg(QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(m_beginning * 1000)).toString(u"yyyy-MM-dd HH:mm:ss"_s), formatSpan(m_end - m_beginning))};
    Situation situation;
    for (const auto &target : targets()) {
        auto &one = situation.targets.emplace_back();
        one.name = target.name;
        one.limit = limitOf(target.name);
        const auto *state = watch(target.name);
        one.state = state->state();
        one.cause = state->cause();
        one.stateSeconds = std::max(0.0, m_now - secondsAt(state->since()));
        const auto now = instantAt(m_now);
        const auto recent = series(target.name)->quantiles(now - TargetWatch::window, now);
        one.p99 = toMilliseconds(recent.p99);
        one.n = recent.n - recent.errors;
        one.errors = recent.errors;
    }
    situation.trustworthy = m_trust.level != probe::TrustLevel::HostBusy;
    situation.doubt = m_trust.reason;
    situation.loadedTarget = loadedTarget();
    situation.loadSize = loadSize();
    return verdictOn(situation);
}

bool Session::nothingAnswers() const
{
    return !isReplay() && std::ranges::none_of(m_watches, [](const auto &entry) { return entry.second.hasAnswered(); });
}

bool Session::hasTried() const
{
    return !m_watches.empty() && std::ranges::any_of(m_watches, [](const auto &entry) { return entry.second.hasFinished(); });
}

double Session::rate() const
{
    double sum = 0;
    for (const auto &target : targets())
        sum += 1000 / toMilliseconds(target.interval);
    return sum;
}

void Session::setLoad(const QString &name, int n)
{
    const QString before = loadedTarget();
    if (!before.isEmpty() && before != name)
        m_engine.setLoad(before, 0);
    m_engine.setLoad(name, n);
    noticeLoad();
}

void Session::noticeLoad()
{
    // The engine is asked, because experiments set its load too.
    QString name;
    int n = 0;
    for (const auto &target : targets()) {
        if (const int wanted = m_engine.load(target.name); wanted > 0) {
            name = target.name;
            n = wanted;
        }
    }
    if (name == loadedTarget() && n == loadSize())
        return;
    if (const QString before = loadedTarget(); !before.isEmpty()) {
        m_loads.back().to = m_now;
        if (name != before)
            noteLoad(before, 0);
    }
    if (n > 0) {
        m_loads.push_back({name, n, m_now, {}});
        noteLoad(name, n);
    }
    m_loadState.reset();
    emit loadChanged();
}

void Session::noteLoad(const QString &target, int n)
{
    m_log.add({m_now, Event::Kind::Load, target, n > 0 ? tr("%1 requests kept in flight").arg(n) : tr("load ended")});
    if (m_recorder)
        m_recorder->add(probe::LogEntry::load(instantAt(m_now), target, n));
}

QString Session::loadedTarget() const
{
    return m_loads.empty() || m_loads.back().to ? QString() : m_loads.back().target;
}

int Session::loadSize() const
{
    return loadedTarget().isEmpty() ? 0 : m_loads.back().size;
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
            const QString text = event->firing ? tr("%1 broken: %2").arg(event->rule, event->value)
                                               : tr("%1 holds again after %2").arg(event->rule, formatSpan(toMilliseconds(event->lasted) / 1000));
            note(event->firing ? Event::Kind::Alert : Event::Kind::Recovery, event->target, text, true);
        }
    }
    for (const auto &load : batch.loads) {
        if (load.name == loadedTarget())
            m_loadState = load;
    }
    const bool trustChanges = batch.trust.level != m_trust.level;
    const bool worthALine = trustChanges && (m_trust.level == probe::TrustLevel::HostBusy || batch.trust.level == probe::TrustLevel::HostBusy);
    m_trust = batch.trust;
    if (worthALine)
        note(Event::Kind::Trust, {}, m_trust.reason.isEmpty() ? tr("The measurement is trustworthy again") : m_trust.reason);
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
        if (details.size() > mostDetails)
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

void Session::note(Event::Kind kind, const QString &target, const QString &text, bool alerts)
{
    const Event event {m_now, kind, target, text};
    m_log.add(event);
    if (m_recorder)
        m_recorder->add(probe::LogEntry {instantAt(m_now), kind == Event::Kind::Trust ? u"trust"_s : alerts ? u"rule"_s : u"note"_s, target, text});
    if (alerts)
        emit noteworthy(event);
}

} // namespace openloop::gui
