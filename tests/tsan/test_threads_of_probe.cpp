// SPDX-License-Identifier: GPL-3.0-or-later
// Every thread of the probe at once - probes, load, control, feeder, fetcher, recorder - as ThreadSanitizer sees them.
#include "gui/probe/engine/fetcher.h"
#include "gui/probe/recording/store.h"
#include "tests/support/engine_recording.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"

#include <QTemporaryDir>

using namespace openloop::probe;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

Reaction answer(int number, const QByteArray &)
{
    Reaction reaction;
    reaction.latency = number % 10 == 0 ? 20ms : 0ms;
    reaction.status = number % 7 == 0 ? 503 : 200;
    return reaction;
}

QList<Target> targetsOf(const ProgrammedServer &server)
{
    QList<Target> targets;
    for (const auto &name : {u"plain"_s, u"fresh"_s, u"muted"_s}) {
        Target target;
        target.name = name;
        target.url = server.url(u"/"_s + name + u"?n={semiprime:8}"_s);
        target.interval = 5ms;
        target.newConnectionEachTime = name == u"fresh"_s;
        targets.append(target);
    }
    return targets;
}

} // namespace

class TestThreadsOfProbe : public QObject
{
    Q_OBJECT

private slots:
    void everythingThatARunConsistsOfWorksAtOnce()
    {
        const ProgrammedServer server(answer);
        const auto path = m_folder.filePath(u"run"_s);
        const auto targets = targetsOf(server);
        Engine engine;
        EngineRecording seen(engine);
        SessionRecorder recorder(path);
        connect(&engine, &Engine::batch, &recorder, [&](const Batch &batch) { recorder.add(batch); });
        Fetcher fetcher;
        int fetched = 0;

        engine.setTargets(targets);
        engine.start();
        recorder.begin(targets, engine.origin(), engine.wallClock());
        engine.setLoad(u"plain"_s, 8);
        engine.setMuted(u"muted"_s, true);
        for (int i = 0; i < 20; ++i)
            fetcher.get(server.url(u"/fetched"_s), [&fetched](const Fetched &) { ++fetched; });
        TRY_VERIFY(fetched == 20 && seen.samples[u"fresh"_s].size() > 20);
        recorder.flush();
        QCOMPARE(SessionReader(path).sessions().size(), 1);

        engine.pause();
        engine.resume();
        engine.setMuted(u"muted"_s, false);
        engine.setLoad(u"plain"_s, 2);
        engine.setTargets({targets[0], targets[2]});
        recorder.setTargets(engine.targets());
        TRY_VERIFY(seen.samples[u"muted"_s].size() > 20);
        engine.finish();
        TRY_VERIFY(seen.drained);
        recorder.flush();
        QVERIFY(seen.count(u"plain"_s, Outcome::Ok) > 0);
        QVERIFY(!seen.gaps.isEmpty());
    }

    void aRunThatIsStoppedInItsMidstLeavesNoThreadBehind()
    {
        const ProgrammedServer server(answer);
        for (int i = 0; i < 10; ++i) {
            Engine engine;
            EngineRecording seen(engine);
            engine.setTargets(targetsOf(server));
            engine.start();
            engine.setLoad(u"plain"_s, 4);
            TRY_VERIFY(seen.batches > 0);
            if (i % 2 == 0)
                engine.stop();
        }
    }

    void aRecordingThatFailsSaysSoOnTheCallersThread()
    {
        SessionRecorder recorder(m_folder.path()); // a folder is no file
        QString problem;
        connect(&recorder, &SessionRecorder::failed, this, [&problem](const QString &text) { problem = text; });
        recorder.begin({}, {}, WallClock::now());
        recorder.flush();
        TRY_VERIFY(!problem.isEmpty());
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestThreadsOfProbe)
#include "test_threads_of_probe.moc"
