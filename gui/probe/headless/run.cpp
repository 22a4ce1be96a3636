// SPDX-License-Identifier: GPL-3.0-or-later
// Starts what the options ask for, ends it in time, tells of it meanwhile.
#include "gui/probe/headless/run.h"

#include "gui/probe/measurement/live_source.h"
#include "gui/probe/samples/durations.h"

#include <QCoreApplication>

#include <algorithm>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

Engine::Options engineOptions(const HeadlessOptions &options)
{
    Engine::Options engine;
    if (options.alwaysOn.isEndless)
        engine.batchInterval = std::chrono::milliseconds(250); // nobody looks on; rules and scrapes need no more
    else if (!options.isolation && !options.search)
        engine.length = options.duration;
    return engine;
}

/// How far back a run without an end remembers: as far as the longest of its rules looks, and ten minutes.
std::optional<Nanoseconds> keptOf(const HeadlessOptions &options)
{
    if (!options.alwaysOn.isEndless)
        return {};
    Nanoseconds kept = std::chrono::minutes(10);
    for (const auto &rule : options.rules)
        kept = std::max(kept, rule.over);
    return kept;
}

} // namespace

bool print(std::FILE *to, const QString &text)
{
    const auto bytes = text.toUtf8();
    const auto size = static_cast<std::size_t>(bytes.size());
    return std::fwrite(bytes.constData(), 1, size, to) == size && std::fflush(to) == 0;
}

HeadlessRun::HeadlessRun(const HeadlessOptions &options)
    : m_options(options), m_engine(engineOptions(options)),
      m_showsProgress(!options.quiet && isatty(STDERR_FILENO) == 1)
{
    m_engine.setTargets(options.targets);
    connect(&m_engine, &Engine::drained, this, &HeadlessRun::end);
    if (options.alwaysOn.isWatched())
        m_alwaysOn = std::make_unique<AlwaysOn>(options.alwaysOn);
}

HeadlessRun::~HeadlessRun() = default;

QString HeadlessRun::listen()
{
    if (!m_alwaysOn)
        return {};
    const auto problem = m_alwaysOn->listen();
    if (problem.isEmpty() && !m_alwaysOn->url().isEmpty())
        print(stderr, u"openloop-monitor: listening on %1\n"_s.arg(m_alwaysOn->url()));
    return problem;
}

QString HeadlessRun::replace(const HeadlessOptions &options)
{
    for (const auto &rule : options.rules) {
        if (rule.over > *keptOf(m_options))
            return u"“%1” looks back further than this run remembers; start it anew"_s.arg(rule.text());
    }
    m_options.targets = options.targets;
    m_measurement->setTargets(options.targets);
    m_measurement->setRules(options.rules);
    for (const auto &load : std::as_const(m_options.loads)) { // that of a target which was away
        if (m_engine.load(load.name) != load.n)
            m_measurement->setLoad(load.name, load.n);
    }
    if (m_alwaysOn) {
        m_alwaysOn->setTargets(options.targets);
        m_alwaysOn->setToken(options.alwaysOn.token);
        m_alwaysOn->noteReload(true);
    }
    return {};
}

void HeadlessRun::refuseReplacement()
{
    if (m_alwaysOn)
        m_alwaysOn->noteReload(false);
}

void HeadlessRun::start()
{
    m_engine.start();
    m_measurement =
        std::make_unique<Measurement>(std::make_unique<LiveSource>(m_engine, keptOf(m_options)), m_options.rules);
    if (m_alwaysOn)
        m_alwaysOn->watch(m_engine, *m_measurement);
    connect(m_measurement.get(), &Measurement::happened, this, &HeadlessRun::onEvent);
    connect(&m_engine, &Engine::batch, this, &HeadlessRun::onBatch); // after the measurement took it
    if (!m_options.record.isEmpty())
        m_measurement->record(m_options.record, qOverload<const Event &>(plainWords));
    for (const auto &load : std::as_const(m_options.loads))
        m_measurement->setLoad(load.name, load.n);
    if (m_options.isolation) {
        m_isolation = std::make_unique<IsolationRun>(m_engine, *m_options.isolation);
        connect(m_isolation.get(), &IsolationRun::finished, this, &HeadlessRun::finish);
        connect(m_isolation.get(), &IsolationRun::phaseChanged, m_measurement.get(), &Measurement::noticeLoads);
        m_isolation->start();
    } else if (m_options.search) {
        m_search = std::make_unique<LoadSearchRun>(m_engine, *m_options.search);
        connect(m_search.get(), &LoadSearchRun::finished, this, &HeadlessRun::finish);
        connect(m_search.get(), &LoadSearchRun::stepStarted, m_measurement.get(), &Measurement::noticeLoads);
        m_search->start();
    } else if (!m_options.alwaysOn.isEndless) {
        m_end = m_engine.origin() + m_options.duration;
    }
}

void HeadlessRun::onEvent(const Event &event) const
{
    if (event.what == Event::What::NotRecorded)
        print(stderr, u"openloop-monitor: %1\n"_s.arg(plainWords(event)));
    else if (event.what == Event::What::RecordedAgain)
        print(stderr, u"openloop-monitor: recorded again: %1\n"_s.arg(m_options.record));
}

void HeadlessRun::interrupt()
{
    if (m_hasEnded) { // as a whole; what is waited for are alerts
        if (m_alwaysOn)
            m_alwaysOn->giveUp();
        return;
    }
    // Also after the last tick: answers that nobody waits for are not those of a whole run.
    m_ending = m_options.alwaysOn.isEndless ? Ending::OnDemand : Ending::Interrupted;
    // A service that is stopped waits for no one.
    if (m_engine.state() == Engine::State::Finishing || m_options.alwaysOn.isEndless)
        end();
    else
        finish();
}

void HeadlessRun::finish()
{
    m_measured = std::chrono::steady_clock::now() - m_engine.origin();
    m_engine.finish();
}

void HeadlessRun::end()
{
    if (m_showsProgress)
        print(stderr, u"\r\033[K"_s);
    m_engine.stop();
    if (m_ending == Ending::NotYet)
        m_ending = Ending::Planned;
    m_unrecorded = m_measurement->flushRecording();
    m_hasEnded = true;
    if (!m_alwaysOn)
        return QCoreApplication::quit();
    connect(m_alwaysOn.get(), &AlwaysOn::settled, this, [] { QCoreApplication::quit(); });
    m_alwaysOn->settle();
}

void HeadlessRun::onBatch(const Batch &batch)
{
    if (m_showsProgress)
        showProgress(batch);
    // The first tick comes a moment after the start; each target gets all the ticks of the duration.
    if (batch.until >= m_end && m_engine.state() == Engine::State::Running
        && std::ranges::all_of(batch.targets, &TargetBatch::hasEnded))
        finish();
}

void HeadlessRun::showProgress(const Batch &batch)
{
    if (batch.until < m_nextProgress)
        return;
    m_nextProgress = batch.until + std::chrono::seconds(1);
    auto line = u"\r\033[K"_s + formatDuration(batch.until - m_engine.origin());
    if (m_isolation)
        line += u"  "_s + phaseName(m_isolation->test().phase());
    for (const auto &target : std::as_const(m_options.targets)) {
        const auto p99 =
            m_measurement->series(target.name)->quantiles(batch.until - std::chrono::seconds(10), batch.until).p99;
        line += u"  %1 %2"_s.arg(target.name, p99 ? p99->text() : u"-"_s);
    }
    print(stderr, line);
}

} // namespace openloop::probe
