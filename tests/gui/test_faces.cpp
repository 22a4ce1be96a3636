// SPDX-License-Identifier: GPL-3.0-or-later
// Window and headless run are two faces of one measurement: from the same recording both tell the same figures,
// verdicts and events. The window looks at it from its end, the headless run goes through it tick by tick.
#include "gui/models/session.h"
#include "gui/models/words.h"
#include "gui/probe/headless/run.h"
#include "gui/probe/samples/durations.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <random>

using namespace openloop;
using namespace openloop::gui;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto step = 100ms; // of batches
constexpr auto length = 150s;
const auto origin = probe::Instant(1000h);

/// Says what it is told to, as an engine would.
class FedSource : public probe::Source
{
public:
    explicit FedSource(const QList<probe::Target> &targets) : m_targets(targets) { }

    bool isLive() const override { return true; }
    QList<probe::Target> targets() const override { return m_targets; }
    probe::Instant origin() const override { return ::origin; }
    probe::Instant end() const override { return ::origin; }
    probe::WallClock wallClock() const override { return {::origin, probe::WallClock::Wall(1'700'000'000s)}; }
    void setLoad(const QString &name, int n) override { m_loads[name] = n; }
    int load(const QString &name) const override { return m_loads.value(name); }

private:
    QList<probe::Target> m_targets;
    QHash<QString, int> m_loads;
};

/// All that happened, to be handed over in batches.
struct Story {
    QList<probe::Target> targets;
    QHash<QString, QList<probe::Sample>> samples;
    QList<probe::Sample> control;
    QList<probe::Gap> gaps;
    std::map<probe::Instant, probe::Event> turns; ///< of load and trust, by the batch with which they come

    /// Feeds it to a measurement; `look` after each batch.
    void tell(FedSource &source, const std::function<void(probe::Instant)> &look) const
    {
        probe::Trust trust;
        trust.level = probe::TrustLevel::Trustworthy;
        for (auto from = origin; from < origin + length; from += step) {
            probe::Batch batch;
            batch.from = from;
            batch.until = from + step;
            const auto finished = [&](const probe::Sample &one) { return one.done > from && one.done <= batch.until; };
            for (const auto &target : targets) {
                probe::TargetBatch of;
                of.name = target.name;
                for (const auto &sample : samples[target.name]) {
                    if (finished(sample))
                        of.samples << sample;
                    else if (sample.due < batch.until && sample.done > batch.until)
                        of.open << sample.due;
                }
                std::ranges::stable_sort(of.samples, {}, &probe::Sample::done);
                std::ranges::sort(of.open);
                batch.targets << of;
            }
            std::ranges::copy_if(control, std::back_inserter(batch.control), finished);
            std::ranges::copy_if(gaps, std::back_inserter(batch.gaps),
                                 [&](const probe::Gap &gap) { return gap.until > from && gap.until <= batch.until; });
            if (const auto turn = turns.find(batch.until); turn != turns.end()) {
                if (turn->second.what == probe::Event::What::LoadSet) {
                    source.setLoad(turn->second.target, turn->second.load);
                } else {
                    trust.reason = turn->second.text;
                    trust.level = trust.reason.isEmpty() ? probe::TrustLevel::Trustworthy : probe::TrustLevel::HostBusy;
                }
            }
            batch.trust = trust;
            emit source.batch(batch);
            look(batch.until);
        }
    }
};

/// Latencies with a long tail; a spell of refusals, one of errors now and then, one of slow answers, a pause, two
/// loads, and a time in which the machine was busy.
Story storyOf(unsigned seed)
{
    std::mt19937 random(seed);
    std::lognormal_distribution<double> latency(0, 0.7); // ms
    std::bernoulli_distribution fails(0.05), isLate(0.02);
    Story story;
    story.targets = *probe::targetsFromArguments(
        {u"health=http://127.0.0.1:9/a"_s, u"flaky=http://127.0.0.1:9/b"_s, u"heavy=http://127.0.0.1:9/c"_s});
    story.targets.last().interval = 1s;
    story.gaps = {{probe::GapReason::Paused, origin + 70s, origin + 75s, {}}};
    const auto isPaused = [&](probe::Instant due) { return due >= origin + 70s && due < origin + 75s; };
    const auto within = [](probe::Instant due, std::chrono::seconds from, std::chrono::seconds until) {
        return due >= origin + from && due < origin + until;
    };
    const auto tick = [&](probe::Instant due, double milliseconds, probe::Outcome outcome, int status) {
        probe::Sample sample;
        sample.due = sample.sent = due;
        sample.done = sample.firstByte =
            due + std::chrono::round<probe::Nanoseconds>(std::chrono::duration<double, std::milli>(milliseconds));
        sample.outcome = outcome;
        sample.status = static_cast<quint16>(status);
        sample.retried = outcome == probe::Outcome::Ok && status % 7 == (due - origin) / 1s % 7;
        return sample;
    };
    for (const auto &target : std::as_const(story.targets)) {
        for (auto due = origin + 7ms; due < origin + length - 1s; due += target.interval) {
            if (isPaused(due))
                continue;
            auto milliseconds = latency(random);
            auto outcome = probe::Outcome::Ok;
            int status = 200;
            if (target.name == u"health" && within(due, 30s, 45s))
                milliseconds += 40;
            if (target.name == u"health" && within(due, 100s, 110s))
                milliseconds += 40; // while the machine is busy: nobody is blamed
            if (target.name == u"flaky" && within(due, 50s, 60s)) {
                outcome = probe::Outcome::Refused;
                status = 0;
            } else if (target.name == u"flaky" && fails(random)) {
                outcome = isLate(random) ? probe::Outcome::Skipped : probe::Outcome::HttpError;
                status = outcome == probe::Outcome::HttpError ? 500 : 0;
            }
            if (target.name == u"heavy")
                milliseconds = 2000 + 1000 * latency(random);
            story.samples[target.name] << tick(due, milliseconds, outcome, status);
        }
    }
    for (auto due = origin + 3ms; due < origin + length; due += 100ms)
        story.control << tick(due, 0.1 * latency(random), probe::Outcome::Ok, 200);
    const auto loads = [&](std::chrono::seconds at, int n) {
        story.turns[origin + at] = {.what = probe::Event::What::LoadSet, .target = u"heavy"_s, .load = n};
    };
    loads(20s, 4);
    loads(25s, 8);
    loads(40s, 0);
    loads(120s, 2);
    loads(125s, 0);
    story.turns[origin + 95s] = {.what = probe::Event::What::Trust, .text = u"this machine is busy"_s};
    story.turns[origin + 115s] = {.what = probe::Event::What::Trust};
    return story;
}

/// What a recording holds, as it came in.
Story recordedIn(const QString &path)
{
    const probe::SessionReader reader(path);
    const auto session = reader.sessions().last();
    Story story;
    story.targets = session.targets;
    const auto all = reader.batch(session.id, origin, origin + length);
    for (const auto &target : all.targets)
        story.samples[target.name] = target.samples;
    story.control = all.control;
    story.gaps = reader.series(session.id, session.targets.first().name).gaps();
    for (const auto &entry : reader.log(session.id)) {
        const auto event = probe::fromEntry(entry);
        if (event.kind == probe::EventKind::Load || event.kind == probe::EventKind::Trust)
            story.turns[event.at] = event;
    }
    return story;
}

const QList<probe::Rule> &rules()
{
    static const QList<probe::Rule> rules{
        *probe::parseRule(u"health: p95<20ms over 5s for 2s"_s), *probe::parseRule(u"flaky: errors<50% over 5s"_s),
        *probe::parseRule(u"heavy: availability>1% over 10s"_s), *probe::parseRule(u"health: p99<500ms"_s)};
    return rules;
}

QString told(double at, probe::EventKind kind, const QString &target, const QString &words)
{
    return u"%1 %2 %3 %4"_s.arg(at, 0, 'f', 3).arg(probe::keyOf(kind), target, words);
}

} // namespace

class FacesTest : public QObject
{
    Q_OBJECT
private slots:
    void bothFacesTellTheSame_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 5; ++seed)
            QTest::addRow("%u", seed) << seed;
    }

    void bothFacesTellTheSame()
    {
        QFETCH(const unsigned, seed);
        const auto path = m_folder.filePath(u"%1.sqlite"_s.arg(seed));
        record(storyOf(seed), path);

        // The headless run goes through all of it, and meanwhile the window looks at some of its moments.
        Session window;
        window.setRules(rules());
        QCOMPARE(window.openRecording(path), QString());
        const auto story = recordedIn(path);
        auto source = std::make_unique<FedSource>(story.targets);
        auto &fed = *source;
        probe::Measurement played(std::move(source), rules());
        story.tell(fed, [&](probe::Instant now) {
            if ((now - origin) % 5s == 2s)
                compareMoment(window, played);
        });
        probe::HeadlessOptions options;
        options.targets = story.targets;
        options.rules = rules();
        const auto report = probe::reportOn(played, options);

        window.setReplayNow(window.end());
        compareFigures(window, report);
        compareVerdicts(window, report);
        compareEvents(window, played);
    }

private:
    static void record(const Story &story, const QString &path)
    {
        auto source = std::make_unique<FedSource>(story.targets);
        auto &fed = *source;
        probe::Measurement measurement(std::move(source), rules());
        measurement.record(path, qOverload<const probe::Event &>(wordsFor));
        story.tell(fed, [](probe::Instant) { });
        QCOMPARE(measurement.flushRecording(), QString());
    }

    static void compareMoment(Session &window, const probe::Measurement &played)
    {
        window.setReplayNow(window.secondsAt(played.now()));
        const auto *load = played.load();
        QCOMPARE(window.loadedTarget(), load ? load->target : QString());
        QCOMPARE(window.loadSize(), load ? load->size : 0);
        QCOMPARE(window.trust().suspendsAlerts(), played.trust().suspendsAlerts());
        if (played.now() >= origin + 70s && played.now() <= origin + 76s)
            return; // paused: an engine says so, a batch does not
        for (const auto &target : played.targets()) {
            const auto &here = *window.watch(target.name);
            const auto &there = *played.watch(target.name);
            QVERIFY2(here.state() == there.state(),
                     qPrintable(u"%1 after %2 s: %3, %4"_s.arg(target.name)
                                    .arg((played.now() - origin) / 1s)
                                    .arg(wordFor(here.state()), wordFor(there.state()))));
            QCOMPARE(probe::plainWords(here.cause()).left(20), probe::plainWords(there.cause()).left(20));
            QCOMPARE(here.open(), there.open());
        }
    }

    static void compareFigures(const Session &window, const probe::RunReport &report)
    {
        const auto same = [](const std::optional<double> &shown, const std::optional<probe::Quantile> &reported) {
            return shown.has_value() == reported.has_value()
                && (!shown || std::abs(*shown - probe::toMilliseconds(reported->value)) < 1e-5);
        };
        QCOMPARE(report.targets.size(), window.targets().size());
        for (const auto &result : report.targets) {
            const auto shown = window.figures(result.target.name, window.beginning() - 1, window.end() + 1);
            const auto &reported = result.quantiles;
            QVERIFY(reported.n > 100);
            QCOMPARE(shown.n, reported.n);
            QCOMPARE(shown.measured, reported.measured);
            QCOMPARE(shown.errors, reported.errors);
            QCOMPARE(shown.skipped, reported.skipped);
            QCOMPARE(shown.retried, reported.retried);
            QVERIFY(shown.retried > 0);
            QVERIFY(same(shown.p50, reported.p50));
            QVERIFY(same(shown.p95, reported.p95));
            QVERIFY(same(shown.p99, reported.p99));
            QVERIFY(same(shown.max, reported.max));
        }
    }

    /// A rule failed the run exactly if the window raised an alarm for it, with the same value.
    static void compareVerdicts(const Session &window, const probe::RunReport &report)
    {
        QCOMPARE(report.asserts.size(), rules().size());
        int failed = 0;
        for (const auto &result : report.asserts) {
            failed += result.ok ? 0 : 1;
            const auto alarm = u"%1 broken: "_s.arg(result.text);
            const auto first = std::find_if(window.events().rbegin(), window.events().rend(), [&](const Event &event) {
                return event.target == result.target && event.text.startsWith(alarm);
            });
            QCOMPARE(first == window.events().rend(), result.ok);
            if (!result.ok)
                QCOMPARE(first->text, alarm + result.valueText);
        }
        QCOMPARE(failed, 2); // else it proves nothing
        QCOMPARE(window.trust().suspendsAlerts(), report.trust.suspendsAlerts());
    }

    static void compareEvents(const Session &window, const probe::Measurement &played)
    {
        QStringList shown, lived;
        for (auto event = window.events().rbegin(); event != window.events().rend(); ++event)
            shown << told(event->at, event->kind, event->target, event->text);
        for (const auto &event : played.events())
            lived << told(window.secondsAt(event.at), event.kind, event.target, wordsFor(event));
        QCOMPARE(shown, lived);
        QVERIFY(shown.size() >= 12); // five of load, two of trust, a target that fell and rose, rules
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(FacesTest)
#include "test_faces.moc"
