// SPDX-License-Identifier: GPL-3.0-or-later
// See headless_run.h.
#include "gui/probe/headless/run.h"

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
    if (!options.isolation && !options.search)
        engine.length = options.duration;
    return engine;
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
    connect(&m_engine, &Engine::batch, this, &HeadlessRun::onBatch);
    connect(&m_engine, &Engine::drained, this, &HeadlessRun::end);
}

void HeadlessRun::start()
{
    m_engine.start();
    for (const auto &target : m_options.targets)
        m_watched[target.name].series = Series(m_engine.origin());
    for (const auto &rule : m_options.rules) {
        for (const auto &target : m_options.targets) {
            if (rule.target.isEmpty() || rule.target == target.name)
                m_rules.push_back({RuleWatch(rule, target.name), {}, {}});
        }
    }
    if (!m_options.record.isEmpty()) {
        m_recorder = std::make_unique<SessionRecorder>(m_options.record);
        connect(m_recorder.get(), &SessionRecorder::failed, this,
                [](const QString &problem) { print(stderr, u"openloop-monitor: not recorded: %1\n"_s.arg(problem)); });
        connect(m_recorder.get(), &SessionRecorder::recovered, this,
                [this] { print(stderr, u"openloop-monitor: recorded again: %1\n"_s.arg(m_options.record)); });
        m_recorder->begin(m_options.targets, m_engine.origin(), m_engine.wallClock());
    }
    for (const auto &load : std::as_const(m_options.loads)) {
        m_engine.setLoad(load.name, load.n);
        recordLoad(load.name, load.n);
    }
    if (m_options.isolation) {
        m_isolation = std::make_unique<IsolationRun>(m_engine, *m_options.isolation);
        connect(m_isolation.get(), &IsolationRun::finished, this, &HeadlessRun::finish);
        connect(m_isolation.get(), &IsolationRun::phaseChanged, this,
                [this] { recordLoad(m_options.isolation->load, m_isolation->test().wantedLoad()); });
        m_isolation->start();
    } else if (m_options.search) {
        m_search = std::make_unique<LoadSearchRun>(m_engine, *m_options.search);
        connect(m_search.get(), &LoadSearchRun::finished, this, &HeadlessRun::finish);
        connect(m_search.get(), &LoadSearchRun::stepStarted, this,
                [this](int n) { recordLoad(m_options.search->load, n); });
        m_search->start();
    } else {
        m_end = m_engine.origin() + m_options.duration;
    }
}

void HeadlessRun::recordLoad(const QString &name, int n)
{
    if (m_recorder && std::exchange(m_recordedLoads[name], n) != n)
        m_recorder->add(LogEntry::load(std::chrono::steady_clock::now(), name, n));
}

void HeadlessRun::interrupt()
{
    if (m_engine.state() == Engine::State::Finishing)
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
    if (m_recorder) {
        m_unrecorded = m_recorder->flush();
        QCoreApplication::sendPostedEvents(m_recorder.get()); // what it has to say of that
    }
    QCoreApplication::quit();
}

void HeadlessRun::onBatch(const Batch &batch)
{
    for (const auto &target : batch.targets) {
        auto &watched = m_watched[target.name];
        for (const auto &sample : target.samples) {
            watched.statistics.add(sample);
            watched.series.add(sample);
            watched.answered = watched.answered || sample.status != 0;
            if (isError(sample.outcome))
                watched.lastProblem = problemOf(sample);
        }
    }
    if (!batch.loads.isEmpty() && m_engine.state() == Engine::State::Running)
        m_loads = batch.loads;
    watchRules(batch);
    if (m_recorder)
        m_recorder->add(batch);
    if (m_showsProgress)
        showProgress(batch);
    // The first tick comes a moment after the start; each target gets all the ticks of the duration.
    if (batch.until >= m_end && m_engine.state() == Engine::State::Running
        && std::ranges::all_of(batch.targets, &TargetBatch::hasEnded))
        finish();
}

void HeadlessRun::watchRules(const Batch &batch)
{
    for (auto &[watch, fired, doubt] : m_rules) {
        if (batch.trust.suspendsAlerts())
            doubt = batch.trust.reason;
        const auto *target = batch.find(watch.target());
        const auto event = watch.evaluate(batch.until, m_watched[watch.target()].series,
                                          target ? target->open : QList<Instant>(), batch.trust.suspendsAlerts());
        if (event && event->firing && !fired)
            fired = event;
    }
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
            m_watched[target.name].series.quantiles(batch.until - std::chrono::seconds(10), batch.until).p99;
        line += u"  %1 %2"_s.arg(target.name, p99 ? p99->text() : u"-"_s);
    }
    print(stderr, line);
}

} // namespace openloop::probe
