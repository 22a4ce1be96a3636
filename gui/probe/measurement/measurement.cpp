// SPDX-License-Identifier: GPL-3.0-or-later
// What follows from each batch, and who takes part.
#include "gui/probe/measurement/measurement.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qsizetype mostAddresses = 8;
constexpr std::size_t mostDetails = 24'000; // of all targets: ten minutes of four at 10 Hz

} // namespace

Measurement::Measurement(std::unique_ptr<Source> source, const QList<Rule> &rules)
    : m_source(std::move(source)), m_wantedRules(rules), m_control(m_source->controlSeries()),
      m_wall(m_source->wallClock()), m_now(m_source->origin())
{
    setTargets(m_source->targets());
    connect(m_source.get(), &Source::batch, this, &Measurement::take);
    connect(m_source.get(), &Source::pausedChanged, this, [this](bool paused) {
        bool changed = false;
        for (auto &[name, watched] : m_watched)
            changed = watched.watch.setPaused(paused, Instant::clock::now()) || changed;
        if (changed)
            emit advanced();
    });
    restore();
}

Measurement::~Measurement() = default;

void Measurement::setTargets(const QList<Target> &targets)
{
    const auto before = std::exchange(m_targets, targets);
    m_source->setTargets(targets);
    if (m_recorder)
        m_recorder->setTargets(targets);
    QStringList toldDown;
    std::erase_if(m_watched, [&](const auto &entry) {
        const bool isGone = !target(entry.first);
        if (isGone && entry.second.outage.isTold)
            toldDown << entry.first;
        return isGone;
    });
    for (const auto &target : targets) {
        if (auto known = m_watched.find(target.name); known != m_watched.end())
            known->second.watch.setTarget(target);
        else
            m_watched.try_emplace(target.name, Watched{m_source->series(target.name), TargetWatch(target), {}});
    }
    bindRules(before);
    for (const auto &name : std::as_const(toldDown))
        tellUnwatched(name, {}, Nanoseconds(0));
}

void Measurement::setRules(const QList<Rule> &rules)
{
    m_wantedRules = rules;
    bindRules(m_targets);
}

void Measurement::bindRules(const QList<Target> &before)
{
    auto bound = std::exchange(m_rules, {});
    for (const auto &rule : std::as_const(m_wantedRules)) {
        for (const auto &target : std::as_const(m_targets)) {
            if (!rule.target.isEmpty() && rule.target != target.name)
                continue;
            const bool isPlain = target.url.startsWith("http:"_L1, Qt::CaseInsensitive) && !target.options.location;
            if (rule.target.isEmpty() && rule.condition.quantity == Quantity::Certificate && isPlain)
                continue; // a rule for all that have one
            const auto same = std::ranges::find_if(bound, [&](const WatchedRule &one) {
                return one.watch.rule() == rule && one.watch.target() == target.name && before.contains(target);
            });
            if (same == bound.end()) {
                m_rules.push_back({RuleWatch(rule, target.name), {}, {}});
            } else {
                m_rules.push_back(*same);
                bound.erase(same);
            }
        }
    }
    for (const auto &[watch, fired, doubt] : bound) {
        if (watch.hasFired())
            tellUnwatched(watch.target(), watch.rule().text(), m_now - watch.brokenSince());
    }
}

/// Whoever was told that it is wrong waits for a word that it no longer is.
void Measurement::tellUnwatched(const QString &target, const QString &rule, Nanoseconds lasted)
{
    if (isLive()) // what was recorded stays as it was
        add({.at = m_now,
             .kind = EventKind::Recovery,
             .what = Event::What::Unwatched,
             .target = target,
             .text = rule,
             .lasted = lasted});
}

const Target *Measurement::target(const QString &name) const
{
    const auto found = std::ranges::find(m_targets, name, &Target::name);
    return found == m_targets.end() ? nullptr : &*found;
}

const Measurement::Watched *Measurement::find(const QString &name) const
{
    const auto found = m_watched.find(name);
    return found == m_watched.end() ? nullptr : &found->second;
}

const Series *Measurement::series(const QString &name) const
{
    const auto *watched = find(name);
    return watched ? &watched->series : nullptr;
}

const TargetWatch *Measurement::watch(const QString &name) const
{
    const auto *watched = find(name);
    return watched ? &watched->watch : nullptr;
}

qint64 Measurement::lostTicks(const QString &name) const
{
    const auto *watched = find(name);
    return watched ? watched->lost : 0;
}

QList<QByteArray> Measurement::addresses(const QString &name) const
{
    const auto *watched = find(name);
    return watched ? watched->addresses : QList<QByteArray>();
}

const LoadWitness *Measurement::loadWitness(const QString &name) const
{
    const auto found = m_loadWitnesses.find(name);
    return found == m_loadWitnesses.end() ? nullptr : &found->second;
}

Sample Measurement::detailed(const QString &name, const PackedSample &packed) const
{
    auto sample = packed.unpacked(origin());
    if (const auto *watched = find(name)) {
        const auto found = std::ranges::find(watched->details, packed.due(), &AnswerDetail::due);
        if (found != watched->details.end()) {
            sample.serverTiming = found->serverTiming;
            sample.requestId = found->requestId;
            sample.hops = found->hops;
            sample.chain = found->chain;
            sample.redirect = found->redirect;
        }
    }
    return sample;
}

std::optional<double> Measurement::limitOf(const QString &name) const
{
    const auto *promise = promiseOf(name);
    return promise ? std::optional(promise->rule().condition.limit) : std::nullopt;
}

const RuleWatch *Measurement::promiseOf(const QString &name) const
{
    const auto found = std::ranges::find_if(m_rules, [&name](const WatchedRule &one) {
        return one.watch.target() == name && one.watch.rule().condition.quantity == Quantity::P99;
    });
    return found == m_rules.end() ? nullptr : &found->watch;
}

bool Measurement::nothingAnswers() const
{
    return isLive() && std::ranges::none_of(m_watched, [](const auto &one) { return one.second.watch.hasAnswered(); });
}

bool Measurement::hasTried() const
{
    return std::ranges::any_of(m_watched, [](const auto &one) { return one.second.watch.hasFinished(); });
}

void Measurement::take(const Batch &batch)
{
    m_wall = m_source->wallClock();
    m_now = std::max(m_now, batch.until);
    for (const auto &sample : batch.control)
        m_control.add(sample);
    for (const auto &one : batch.targets)
        takeTarget(one, batch.gaps);
    for (const auto &gap : batch.standstills)
        m_standstills.add(gap);
    if (const auto &step = batch.clockStep) {
        if (m_clockSteps.size() < ClockStep::kept)
            m_clockSteps.append(*step);
        add({.at = m_now, .what = Event::What::ClockSet, .lasted = step->by});
    }
    noticeLoads();
    for (const auto &load : batch.loads)
        m_loadWitnesses[load.name].add(load);
    if (!batch.loads.isEmpty())
        m_loadStates = batch.loads;
    watchRules(batch);
    if (m_recorder)
        m_recorder->add(batch); // and the trust, whose change is the last event of a batch
    const auto before = m_trust.level;
    setTrust(m_now, batch.trust);
    if (m_trust.level != before)
        emit trustChanged();
    emit advanced();
}

void Measurement::takeTarget(const TargetBatch &batch, const QList<Gap> &gaps)
{
    const auto found = m_watched.find(batch.name);
    if (found == m_watched.end())
        return;
    auto &watched = found->second;
    for (const auto &sample : batch.samples) {
        watched.series.add(sample);
        keepDetails(watched, sample);
        watchAddress(batch.name, watched, sample);
    }
    for (const auto &gap : gaps)
        watched.series.addGap(gap);
    watched.lost += batch.lost;
    for (auto &rule : m_rules) {
        if (rule.watch.target() == batch.name)
            rule.watch.look(m_now, watched.series, batch.open);
    }
    watched.watch.take(batch, watched.series, promiseOf(batch.name), m_now);
    tellOutage(batch.name, watched);
}

void Measurement::tellOutage(const QString &name, Watched &watched)
{
    constexpr auto lasting = std::chrono::seconds(5);
    auto &outage = watched.outage;
    if (watched.watch.state() == TargetState::Down) {
        outage.backSince.reset();
        if (!std::exchange(outage.isTold, true))
            add({.at = m_now,
                 .kind = EventKind::Alert,
                 .what = Event::What::Down,
                 .target = name,
                 .cause = watched.watch.cause()});
    } else if (outage.isTold) {
        outage.backSince = outage.backSince.value_or(m_now);
        if (m_now - *outage.backSince < lasting)
            return;
        outage = {};
        add({.at = m_now, .kind = EventKind::Recovery, .what = Event::What::Back, .target = name});
    }
}

void Measurement::keepDetails(Watched &watched, const Sample &sample) const
{
    auto &details = watched.details;
    if (!sample.serverTiming.isEmpty() || !sample.requestId.isEmpty() || !sample.redirect.isEmpty())
        details.push_back(
            {sample.due - origin(), sample.serverTiming, sample.requestId, sample.hops, sample.chain, sample.redirect});
    // Nor longer than the samples whose details they are.
    const auto isAtHand = [&](Instant due) { return watched.series.hasSamples(due, due); };
    while (!details.empty()
           && (details.size() > mostDetails / m_watched.size() || !isAtHand(origin() + details.front().due)))
        details.pop_front();
}

void Measurement::watchAddress(const QString &name, Watched &watched, const Sample &sample)
{
    // A name with several addresses may change them with each connection: that is worth a line now and then only, and
    // the last of them is told in any case.
    constexpr auto worthALine = std::chrono::seconds(30);
    if (sample.status != 0 && watched.addresses.size() < mostAddresses && !watched.addresses.contains(sample.address))
        watched.addresses.append(sample.address);
    if (sample.status == 0 || sample.address == watched.address
        || (!watched.address.isEmpty() && sample.done < watched.addressFrom + worthALine))
        return;
    const auto before = std::exchange(watched.address, sample.address);
    watched.addressFrom = sample.done;
    if (!before.isEmpty())
        add({.at = m_now,
             .what = Event::What::Moved,
             .target = name,
             .text = QString::fromLatin1(watched.address),
             .value = QString::fromLatin1(before)});
}

void Measurement::watchRules(const Batch &batch)
{
    const bool suspended = batch.trust.suspendsAlerts();
    for (auto &[watch, fired, doubt] : m_rules) {
        if (suspended)
            doubt = batch.trust.reason;
        const auto event = watch.evaluate(batch.until, suspended);
        if (!event)
            continue;
        if (event->firing && !fired)
            fired = event;
        add({.at = m_now,
             .kind = event->firing ? EventKind::Alert : EventKind::Recovery,
             .what = event->firing ? Event::What::RuleBroken : Event::What::RuleHolds,
             .target = event->target,
             .text = event->rule,
             .value = event->value,
             .lasted = event->lasted});
    }
}

void Measurement::setTrust(Instant at, const Trust &trust)
{
    const bool worthALine = trust.level != m_trust.level && (trust.suspendsAlerts() || m_trust.suspendsAlerts());
    m_trust = trust;
    if (worthALine)
        add({.at = at, .kind = EventKind::Trust, .what = Event::What::Trust, .text = trust.reason});
}

void Measurement::note(EventKind kind, const QString &text)
{
    add({.at = m_now, .kind = kind, .what = Event::What::Told, .text = text});
}

void Measurement::add(const Event &event)
{
    // Trust is recorded with the batches.
    if (m_recorder && event.kind != EventKind::Trust)
        m_recorder->add(toEntry(event, m_words));
    m_events.append(event);
    if (m_events.size() > keptEvents)
        m_events.removeFirst();
    emit happened(event);
}

void Measurement::record(const QString &path, EventWords words)
{
    m_words = std::move(words);
    m_recordingProblem.clear();
    m_recorder = std::make_unique<SessionRecorder>(path);
    connect(m_recorder.get(), &SessionRecorder::failed, this, &Measurement::noteRecording);
    connect(m_recorder.get(), &SessionRecorder::recovered, this, [this] { noteRecording({}); });
    m_recorder->begin(m_targets, origin(), m_wall);
}

void Measurement::noteRecording(const QString &problem)
{
    m_recordingProblem = problem;
    add({.at = m_now,
         .kind = problem.isEmpty() ? EventKind::Recovery : EventKind::Alert,
         .what = problem.isEmpty() ? Event::What::RecordedAgain : Event::What::NotRecorded,
         .text = problem});
}

QString Measurement::flushRecording()
{
    if (!m_recorder)
        return {};
    const auto missing = m_recorder->flush();
    QCoreApplication::sendPostedEvents(m_recorder.get()); // what it has to say of that
    return missing;
}

} // namespace openloop::probe
