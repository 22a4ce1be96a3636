// SPDX-License-Identifier: GPL-3.0-or-later
// See headless.h.
#include "gui/probe/headless.h"

#include "gui/probe/durations.h"
#include "gui/probe/file_descriptor.h"
#include "gui/probe/headless_options.h"
#include "gui/probe/run_report.h"
#include "gui/probe/session_store.h"

#include <QCoreApplication>
#include <QFile>
#include <QSocketNotifier>

#include <csignal>
#include <cstdio>
#include <map>
#include <sys/signalfd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

void print(std::FILE *to, const QString &text)
{
    const auto bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), to);
    std::fflush(to);
}

/// SIGINT and SIGTERM as readable bytes. Made before any thread, so that all of them leave the signals to it.
FileDescriptor terminationSignals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return FileDescriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

/// One run from start to report. Main thread.
class HeadlessRun : public QObject
{
public:
    explicit HeadlessRun(const HeadlessOptions &options);

    void start();
    void interrupt(); ///< the first ends the measurement, the second the wait for outstanding answers
    RunReport report() const;

private:
    struct Watched {
        Statistics statistics;
        Series series;
        bool answered = false;
        QString lastProblem;
    };

    void onBatch(const Batch &batch);
    void watchRules(const Batch &batch);
    void showProgress(const Batch &batch);
    void finish();
    void end();
    void recordLoad(const QString &name, int n);
    AssertResult judged(const Assertion &assertion, const TargetResult &result) const;
    QList<AssertResult> judgedRules() const;

    HeadlessOptions m_options;
    Engine m_engine;
    std::unique_ptr<IsolationRun> m_isolation;
    std::unique_ptr<LoadSearchRun> m_search;
    std::unique_ptr<SessionRecorder> m_recorder;
    std::map<QString, Watched> m_watched;
    std::vector<std::pair<RuleWatch, std::optional<RuleEvent>>> m_rules; ///< with the event that fired
    QList<LoadState> m_loads;
    Instant m_end = Instant::max();
    Instant m_nextProgress;
    Nanoseconds m_measured{0};
    int m_recordedLoad = 0;
    bool m_showsProgress;
};

HeadlessRun::HeadlessRun(const HeadlessOptions &options)
    : m_options(options)
    , m_showsProgress(!options.quiet && isatty(STDERR_FILENO) == 1)
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
                m_rules.push_back({RuleWatch(rule, target.name), {}});
        }
    }
    if (!m_options.record.isEmpty()) {
        m_recorder = std::make_unique<SessionRecorder>(m_options.record);
        connect(m_recorder.get(), &SessionRecorder::failed, this, [](const QString &problem) {
            print(stderr, u"openloop-monitor: not recorded: %1\n"_s.arg(problem));
        });
        m_recorder->begin(m_options.targets, m_engine.origin(), m_engine.wallClock());
    }
    for (const auto &load : std::as_const(m_options.loads)) {
        m_engine.setLoad(load.name, load.n);
        recordLoad(load.name, load.n);
    }
    if (m_options.isolation) {
        m_isolation = std::make_unique<IsolationRun>(m_engine, *m_options.isolation);
        connect(m_isolation.get(), &IsolationRun::finished, this, &HeadlessRun::finish);
        connect(m_isolation.get(), &IsolationRun::phaseChanged, this, [this] {
            recordLoad(m_options.isolation->load, m_isolation->test().wantedLoad());
        });
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
    if (m_recorder && std::exchange(m_recordedLoad, n) != n)
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
    if (m_recorder)
        m_recorder->flush();
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
            if (sample.outcome == Outcome::HttpError)
                watched.lastProblem = u"answered HTTP %1"_s.arg(sample.status);
            else if (isError(sample.outcome))
                watched.lastProblem = outcomeName(sample.outcome);
        }
    }
    if (!batch.loads.isEmpty() && m_engine.state() == Engine::State::Running)
        m_loads = batch.loads;
    watchRules(batch);
    if (m_recorder)
        m_recorder->add(batch);
    if (m_showsProgress)
        showProgress(batch);
    if (batch.until >= m_end && m_engine.state() == Engine::State::Running)
        finish();
}

void HeadlessRun::watchRules(const Batch &batch)
{
    for (auto &[watch, fired] : m_rules) {
        const auto *target = batch.find(watch.target());
        const auto event =
            watch.evaluate(batch.until, m_watched[watch.target()].series,
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

AssertResult HeadlessRun::judged(const Assertion &assertion, const TargetResult &result) const
{
    AssertResult judged;
    judged.text = assertion.text;
    judged.target = assertion.target;
    judged.ok = assertion.condition.holds(result.quantiles, result.isolation);
    judged.value = assertion.condition.valueOf(result.quantiles, result.isolation);
    judged.isLatency = assertion.condition.isLatency();
    judged.valueText = assertion.condition.valueText(result.quantiles, result.isolation);
    return judged;
}

QList<AssertResult> HeadlessRun::judgedRules() const
{
    QList<AssertResult> results;
    for (const auto &[watch, fired] : m_rules) {
        const auto text = watch.rule().target.isEmpty() ? watch.target() + u": "_s + watch.rule().text()
                                                        : watch.rule().text();
        results.append({text, watch.target(), !fired, {}, false, fired ? fired->value : u"never fired"_s});
    }
    return results;
}

RunReport HeadlessRun::report() const
{
    RunReport report;
    report.duration = m_measured;
    report.trust = m_engine.trustOfRun();
    report.loads = m_loads;
    if (m_isolation && m_isolation->test().phase() == IsolationPhase::Done)
        report.isolation = m_isolation->test().verdict();
    if (report.isolation)
        report.loads = {report.isolation->load};
    for (const auto &target : m_options.targets) {
        const auto &watched = m_watched.at(target.name);
        TargetResult result{
            target, watched.statistics.quantiles(), watched.answered, {}, watched.lastProblem};
        const auto *isolation = report.isolation ? report.isolation->find(target.name) : nullptr;
        if (isolation && isolation->ratio)
            result.isolation = isolation->ratio->value;
        report.targets.append(result);
    }
    if (m_search) {
        const auto &search = m_search->search();
        report.search = search.steps();
        report.lowestBroken = search.lowestBroken();
        if (search.highestKept() >= 0)
            report.highestKept = search.highestKept();
        return report; // the asserts were there to be broken
    }
    for (const auto &assertion : m_options.asserts) {
        const auto at = std::ranges::find(report.targets, assertion.target,
                                          [](const TargetResult &result) { return result.target.name; });
        report.asserts.append(judged(assertion, *at));
    }
    report.asserts += judgedRules();
    if (m_isolation) {
        const bool passed = report.isolation && report.isolation->isolation == Isolation::Pass;
        const bool judgedByAsserts = std::ranges::any_of(m_options.asserts, [](const Assertion &a) {
            return a.condition.quantity == Quantity::Isolation;
        });
        if (!judgedByAsserts)
            report.asserts.append(
                {u"isolated from %1=%2"_s.arg(m_options.isolation->load).arg(m_options.isolation->n),
                 m_options.isolation->load,
                 passed,
                 {},
                 false,
                 report.isolation ? isolationName(report.isolation->isolation) : u"interrupted"_s});
    }
    return report;
}

/// False, with a line on standard error, when the file can't be written.
bool write(const QString &path, const QByteArray &bytes)
{
    if (path.isEmpty())
        return true;
    if (path == "-"_L1) {
        print(stdout, QString::fromUtf8(bytes));
        return true;
    }
    QFile file(path); // not QSaveFile: the path may be a pipe or /dev/stderr
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush())
        return true;
    print(stderr, u"openloop-monitor: %1: %2\n"_s.arg(path, file.errorString()));
    return false;
}

} // namespace

int runHeadless(QCoreApplication &application)
{
    const auto request = parseHeadlessArguments(application.arguments());
    if (!request) {
        print(stderr, u"openloop-monitor: %1\nTry --help.\n"_s.arg(request.error));
        return static_cast<int>(ExitCode::Usage);
    }
    if (!request->options) {
        print(stdout, request->print);
        return 0;
    }
    const auto &options = *request->options;
    const auto signalsFd = terminationSignals();
    QSocketNotifier notifier(signalsFd.get(), QSocketNotifier::Read);
    HeadlessRun run(options);
    QObject::connect(&notifier, &QSocketNotifier::activated, &run, [&] {
        signalfd_siginfo info{};
        if (::read(signalsFd.get(), &info, sizeof info) == sizeof info)
            run.interrupt();
    });
    run.start();
    application.exec();

    const auto report = run.report();
    const bool toStdout = options.json == "-"_L1 || options.junit == "-"_L1;
    print(toStdout ? stderr : stdout, toTable(report));
    const bool jsonWritten = write(options.json, toJson(report));
    const bool junitWritten = write(options.junit, toJUnit(report));
    return static_cast<int>(jsonWritten && junitWritten ? report.exitCode() : ExitCode::Usage);
}

} // namespace openloop::probe
