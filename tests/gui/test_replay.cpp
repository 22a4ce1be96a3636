// SPDX-License-Identifier: GPL-3.0-or-later
// A recording says at each of its moments what was known at that moment, without a window and without waiting.
#include "gui/models/session.h"

#include <QTemporaryDir>
#include <QTest>

using namespace openloop;
using namespace openloop::gui;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

const auto origin = probe::Instant(1000h);

probe::Sample answered(probe::Instant due, probe::Nanoseconds response, probe::Outcome outcome = probe::Outcome::Ok)
{
    probe::Sample sample;
    sample.due = sample.sent = due;
    sample.done = sample.firstByte = due + response;
    sample.outcome = outcome;
    sample.status = outcome == probe::Outcome::Ok ? 200 : 0;
    sample.retried = outcome == probe::Outcome::Ok && (due - origin) % 1s == 0s;
    // Renewed after half a minute.
    sample.certificateLeft = (due < origin + 30s ? 48h : 24h * 90) - (sample.done - origin);
    return sample;
}

/// Ninety seconds: /health refuses from 60 to 80 s, /factorize takes 15 s each and is loaded from 30 to 60 s; the
/// machine is busy from 40 to 50 s.
void record(const QString &path)
{
    const auto targets = *probe::targetsFromArguments(
        {u"health=http://127.0.0.1:9/health"_s, u"factorize=http://127.0.0.1:9/factorize"_s});
    probe::SessionRecorder recorder(path);
    recorder.begin(targets, origin, probe::WallClock(origin, probe::WallClock::Wall(1'700'000'000s)));
    for (auto at = 0s; at < 90s; ++at) {
        probe::Batch batch;
        batch.from = origin + at;
        batch.until = batch.from + 1s;
        const bool isDown = at >= 60s && at < 80s;
        probe::TargetBatch health{u"health"_s, {}, {}, 0, 0};
        for (auto tick = 0ms; tick < 1s; tick += 100ms)
            health.samples << answered(batch.from + tick, 1ms, isDown ? probe::Outcome::Refused : probe::Outcome::Ok);
        batch.targets = {health, {u"factorize"_s, {answered(batch.from, 15s)}, {}, 0, 0}};
        batch.control = {answered(batch.from, 100us)};
        const bool isBusy = at >= 40s && at < 50s;
        batch.trust.level = isBusy ? probe::TrustLevel::HostBusy : probe::TrustLevel::Trustworthy;
        batch.trust.reason = isBusy ? u"busy"_s : QString();
        recorder.add(batch);
    }
    recorder.add(probe::LogEntry::load(origin + 30s, u"factorize"_s, 8));
    recorder.add(probe::LogEntry::load(origin + 60s, u"factorize"_s, 0));
    recorder.add(probe::LogEntry{origin + 61s, probe::keyOf(Event::Kind::Alert), u"health"_s, u"down"_s});
}

} // namespace

class ReplayTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        const QString path = m_folder.filePath(u"session.sqlite"_s);
        record(path);
        QCOMPARE(m_session.openRecording(path), QString());
    }

    void statesAreThoseOfTheMoment()
    {
        QCOMPARE(stateAt(20), State::Ok);
        QCOMPARE(stateAt(70), State::Down);
        QVERIFY(std::abs(m_session.figures(u"health"_s, 0, 1e12).stateSeconds - 10) < 0.2);
        QCOMPARE(m_session.figures(u"health"_s, 0, 1e12).cause, u"connection refused"_s);
        QVERIFY(m_session.verdict().sentence.startsWith(u"DOWN 10"_s));
        QVERIFY(stateAt(88.9) != State::Down);
    }

    void whatWasNotAnsweredYetIsNotKnown()
    {
        m_session.setReplayNow(m_session.beginning() + 9.5);
        QVERIFY(!m_session.figures(u"factorize"_s, 0, 1e12).last);
        QCOMPARE(m_session.watch(u"factorize"_s)->open().size(), 10);
        m_session.setReplayNow(m_session.beginning() + 20.5);
        QCOMPARE(m_session.watch(u"factorize"_s)->open().size(), 15);
        QVERIFY(m_session.watch(u"factorize"_s)->last()->due == origin + 5s);
    }

    void theLoadIsThatOfTheMoment()
    {
        m_session.setReplayNow(m_session.beginning() + 20);
        QCOMPARE(m_session.loadedTarget(), QString());
        m_session.setReplayNow(m_session.beginning() + 45);
        QCOMPARE(m_session.loadedTarget(), u"factorize"_s);
        QVERIFY(m_session.figures(u"factorize"_s, 0, 1e12).isUnderLoad);
    }

    void trustIsAsItWasRecorded()
    {
        m_session.setReplayNow(m_session.beginning() + 20);
        QCOMPARE(m_session.trust().level, probe::TrustLevel::Trustworthy);
        QCOMPARE(m_session.trust().control.n, 10);
        m_session.setReplayNow(m_session.beginning() + 45);
        QCOMPARE(m_session.trust().level, probe::TrustLevel::HostBusy);
        QCOMPARE(m_session.verdict().word, u"RECORDING"_s);
        QCOMPARE(m_session.verdict().sentence, u"NOT SURE: busy"_s);
        m_session.setReplayNow(m_session.beginning() + 55);
        QCOMPARE(m_session.trust().level, probe::TrustLevel::Trustworthy);
    }

    void secondAttemptsAndCertificatesAreThoseOfTheMoment()
    {
        const auto at = [this](double seconds) {
            m_session.setReplayNow(m_session.beginning() + seconds);
            return m_session.figures(u"health"_s, m_session.beginning(), m_session.beginning() + seconds);
        };
        QCOMPARE(at(9.95).retried, 10);
        QVERIFY(std::abs(*at(20).certificateDays - (48 - 20 / 3600.0) / 24) < 1e-4);
        QVERIFY(std::abs(*at(85).certificateDays - (90 - 85 / 86400.0)) < 1e-4);
        QCOMPARE(at(89.95).retried, 70); // not while it was down
        QVERIFY(std::ranges::none_of(m_session.events(),
                                     [](const Event &event) { return event.text.contains(u"172800"_s); }));
    }

    void eventsKeepTheirKind()
    {
        const auto &events = m_session.events();
        QCOMPARE(std::ranges::count(events, Event::Kind::Trust, &Event::kind), 2);
        QCOMPARE(std::ranges::count(events, Event::Kind::Load, &Event::kind), 2);
        QCOMPARE(std::ranges::count(events, Event::Kind::Alert, &Event::kind), 1);
    }

    void errorsAreCountedWithTheRest()
    {
        m_session.setReplayNow(m_session.end());
        const auto figures =
            m_session.figures(u"health"_s, m_session.beginning() + 59.95, m_session.beginning() + 79.95);
        QCOMPARE(figures.n, 200);
        QCOMPARE(figures.errors, 200);
        QCOMPARE(figures.measured, 0);
        QCOMPARE(figures.errorShare(), 1.0);
        QVERIFY(!figures.hasTail());
    }

    void everySessionOfAFileCanBeOpened()
    {
        const QString path = m_folder.filePath(u"two.sqlite"_s);
        record(path);
        record(path);
        const auto sessions = probe::SessionReader(path).sessions();
        QCOMPARE(sessions.size(), 2);
        for (const auto &one : sessions) {
            Session session;
            QCOMPARE(session.openRecording(path, one.id), QString());
            QCOMPARE(session.targets().size(), 2);
            QVERIFY(session.figures(u"health"_s, session.beginning(), session.end()).n > 800);
            session.setReplayNow(session.end());
            for (const auto &target : session.targets()) // what took long was answered, too
                QCOMPARE(session.watch(target.name)->open().size(), 0);
        }
    }

    void aRecordingIsNotLoaded()
    {
        m_session.setReplayNow(m_session.end());
        m_session.setLoad(u"factorize"_s, 4);
        QCOMPARE(m_session.loadedTarget(), QString());
        QCOMPARE(m_session.loads().size(), 1U);
    }

private:
    State stateAt(double seconds)
    {
        m_session.setReplayNow(m_session.beginning() + seconds);
        return m_session.watch(u"health"_s)->state();
    }

    QTemporaryDir m_folder;
    Session m_session;
};

QTEST_GUILESS_MAIN(ReplayTest)
#include "test_replay.moc"
