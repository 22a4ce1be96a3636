// SPDX-License-Identifier: GPL-3.0-or-later
// Targets that are edited, removed and added while they are measured, without a window and without waiting: the batches
// are made here.
#include "gui/models/export.h"
#include "gui/models/figures/distribution.h"
#include "gui/models/session.h"

#include <QTemporaryDir>
#include <QTest>

using namespace openloop;
using namespace openloop::gui;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

probe::Target targetNamed(const QString &name, probe::Nanoseconds interval = 100ms)
{
    probe::Target target;
    target.name = name;
    target.url = u"http://127.0.0.1:9/"_s + name;
    target.interval = interval;
    return target;
}

} // namespace

class SessionTest : public QObject
{
    Q_OBJECT
private slots:
    void init() { m_session = std::make_unique<Session>(); }

    void anEditedTargetIsJudgedByItsNewPatience()
    {
        open({targetNamed(u"a"_s, 10s)});
        take(0s, u"a"_s, 1ms);
        m_session->setTargets({targetNamed(u"a"_s, 100ms)});
        m_session->take(batch(6s, {u"a"_s, {}, {at(1s)}, 0, 0}));
        QCOMPARE(m_session->watch(u"a"_s)->state(), State::Stale);
        QCOMPARE(m_session->verdict().sentence, u"/a: no answer for 5\u2009s"_s); // which had answered before
    }

    void whoAnswersOthersIsNotSilent()
    {
        open({targetNamed(u"a"_s)});
        for (int i = 1; i <= 60; ++i)
            m_session->take(batch(i * 100ms, {u"a"_s, {answered(at(i * 100ms - 10ms), 1ms)}, {at(50ms)}, 0, 0}));
        QCOMPARE(m_session->watch(u"a"_s)->state(), State::Ok);
        m_session->take(batch(9s, {u"a"_s, {}, {at(50ms)}, 0, 0}));
        QCOMPARE(m_session->watch(u"a"_s)->state(), State::Stale);
    }

    void aTimeoutIsDrawnWhereItWasGivenUp()
    {
        open({targetNamed(u"a"_s)});
        take(0s, u"a"_s, 1ms);
        take(1s, u"a"_s, 5s, probe::Outcome::TimedOut);
        take(2s, u"a"_s, 6s, probe::Outcome::TimedOut);
        const auto measured = m_session->series(u"a"_s)->whole();
        const auto beyond = exceedanceOf(measured).back();
        QVERIFY2(std::abs(beyond.milliseconds / 6000 - 1) < 0.01, qPrintable(QString::number(beyond.milliseconds)));
        QCOMPARE(beyond.share, 20 / 30.0); // it does not fall where nothing was answered
        QVERIFY(histogramOf(measured).back().to >= 5000);
        const double begun = m_session->secondsAt(at(0s));
        const auto map = heatmapOf(*m_session, *m_session->series(u"a"_s), begun, begun + 4, 4);
        QVERIFY2(map.toY > 5000, qPrintable(QString::number(map.toY)));
        const auto figures = m_session->figures(u"a"_s, begun, begun + 10);
        QVERIFY(figures.moreFrom && *figures.moreFrom > 4000 && figures.p50 && *figures.p50 >= *figures.moreFrom);
    }

    void aRemovedTargetCountsNoMore()
    {
        open({targetNamed(u"a"_s), targetNamed(u"b"_s)});
        take(0s, u"b"_s, 1ms);
        QVERIFY(!m_session->nothingAnswers());
        QVERIFY(m_session->hasTried());
        m_session->setTargets({targetNamed(u"a"_s)});
        QVERIFY(m_session->nothingAnswers());
        QVERIFY(!m_session->hasTried());
        QVERIFY(!m_session->series(u"b"_s));
        QVERIFY(!m_session->watch(u"b"_s));
        QCOMPARE(m_session->figures(u"b"_s, 0, 1e12).n, 0);
        QCOMPARE(m_session->rate(), 10.0);
    }

    void aRemovedTargetTakesNoShareOfTheDetails()
    {
        open({targetNamed(u"a"_s), targetNamed(u"b"_s)});
        m_session->setTargets({targetNamed(u"a"_s)});
        probe::TargetBatch many{u"a"_s, {}, {}, 0, 0};
        for (int i = 0; i < 20'000; ++i) { // more than half of what is kept for all
            many.samples << answered(at(i * 10ms), 1ms);
            many.samples.last().requestId = QByteArray::number(i);
        }
        m_session->take(batch(200s, many));
        const auto *history = m_session->series(u"a"_s);
        const auto first = history->samples(at(0s), at(1s)).front();
        QCOMPARE(m_session->detailed(u"a"_s, first).requestId, "0");
    }

    void aRuleThatFiresIsNoNewsToAnotherTarget()
    {
        const auto alerts = [this] {
            return std::ranges::count(m_session->events(), Event::Kind::Alert, &Event::kind);
        };
        open({targetNamed(u"a"_s)}, {*probe::parseRule(u"a: p50<20ms over 1s"_s)});
        take(0s, u"a"_s, 50ms);
        QCOMPARE(alerts(), 1);
        m_session->setTargets({targetNamed(u"a"_s), targetNamed(u"b"_s)});
        take(1s, u"a"_s, 50ms);
        QCOMPARE(alerts(), 1);
    }

    void whatIsNoLongerWatchedIsResolved()
    {
        const auto resolved = [this] {
            QStringList found;
            for (const auto &event : m_session->events()) {
                if (event.kind == Event::Kind::Recovery)
                    found << event.target + u' ' + event.text;
            }
            return found; // the latest first
        };
        open({targetNamed(u"a"_s), targetNamed(u"b"_s)}, {*probe::parseRule(u"b: errors<1 over 1s"_s)});
        for (int second = 0; second < 5; ++second) {
            take(second * 1s, u"a"_s, 1ms, probe::Outcome::Refused); // down
            take(second * 1s, u"b"_s, 1ms, probe::Outcome::HttpError); // which breaks the rule
        }
        QCOMPARE(resolved(), QStringList());
        m_session->setRules({});
        m_session->setTargets({targetNamed(u"b"_s)});
        QCOMPARE(resolved(), (QStringList{u"a no longer watched"_s, u"b b: errors<1 over 1s: no longer watched"_s}));
    }

    void noExportTellsAPassword()
    {
        auto target = targetNamed(u"a"_s);
        target.url = u"http://ann:SECRET@127.0.0.1:9/a"_s;
        open({target});
        take(0s, u"a"_s, 1ms);
        QVERIFY(toJson(*m_session, 0, 1e12).contains("ann:***@127.0.0.1"));
        QVERIFY(toHtml(*m_session, 0, 1e12, {}, {}).contains("ann:***@127.0.0.1"));
        QVERIFY(!(toJson(*m_session, 0, 1e12) + toHtml(*m_session, 0, 1e12, {}, {})).contains("SECRET"));
        QVERIFY(!m_session->figures(u"a"_s, 0, 1e12).url.contains(u"SECRET")); // what a card shows
    }

    void aTargetAtTheEdgeIsToldToBeDownOnce()
    {
        const auto told = [this](Event::Kind kind) {
            return std::ranges::count(m_session->events(), kind, &Event::kind);
        };
        open({targetNamed(u"a"_s)});
        for (int second = 0; second < 20; ++second) // down and back again, every two seconds
            take(second * 1s, u"a"_s, 1ms, second % 2 == 0 ? probe::Outcome::Refused : probe::Outcome::Ok);
        QCOMPARE(told(Event::Kind::Alert), 1);
        QCOMPARE(told(Event::Kind::Recovery), 0);
        for (int second = 20; second < 30; ++second)
            take(second * 1s, u"a"_s, 1ms);
        QCOMPARE(told(Event::Kind::Alert), 1);
        QCOMPARE(told(Event::Kind::Recovery), 1);
    }

    void cardBannerAndRuleSpeakOfTheSameWindow()
    {
        open({targetNamed(u"health"_s)}, {*probe::parseRule(u"health: p99<20ms over 30s"_s)});
        for (int second = 0; second < 20; ++second)
            take(second * 1s, u"health"_s, second == 0 ? 41ms : 1ms);
        // Of the last ten seconds all is well, of those that the rule speaks of it is not.
        const auto card = m_session->figures(u"health"_s, 0, m_session->now());
        QVERIFY(card.promise);
        QCOMPARE(card.promise->seconds, 30.0);
        QCOMPARE(card.promise->limit, 20.0);
        QVERIFY(!card.promise->kept && *card.promise->value > 40);
        QCOMPARE(card.state, State::Degraded);
        QCOMPARE(m_session->verdict().state, State::Degraded);
        QVERIFY2(m_session->verdict().sentence.contains(u"in the last 30\u2009s"_s),
                 qPrintable(m_session->verdict().sentence));
        for (int second = 20; second < 32; ++second)
            take(second * 1s, u"health"_s, 1ms);
        const auto later = m_session->figures(u"health"_s, 0, m_session->now());
        QVERIFY(*later.p99 > 40 || *later.max > 40); // the card shows all of it,
        QVERIFY(later.promise->kept && *later.promise->value < 20); // and what the rule sees
        QCOMPARE(later.state, State::Ok);
        QVERIFY(later.seconds > 30 && later.seconds < 40);
    }

    void anotherRuleThatIsBrokenIsNoGoodNews()
    {
        open({targetNamed(u"health"_s)}, {*probe::parseRule(u"health: p50<20ms over 1s"_s)});
        take(0s, u"health"_s, 50ms);
        QCOMPARE(m_session->verdict().state, State::Degraded);
        QVERIFY2(m_session->verdict().sentence.contains(u"p50<20ms over 1s"_s),
                 qPrintable(m_session->verdict().sentence));
    }

    void targetsAddedWhileARecordingIsShownAreMeasuredAfterIt()
    {
        const QTemporaryDir folder;
        const auto path = folder.filePath(u"session.sqlite"_s);
        open({targetNamed(u"recorded"_s)});
        m_session->record(path);
        take(0s, u"recorded"_s, 1ms);
        open({targetNamed(u"a"_s)}); // closes that recording's session in the file
        m_session->record(folder.filePath(u"another.sqlite"_s));
        QCOMPARE(m_session->openRecording(path, 1), QString());
        QCOMPARE(m_session->targets().first().name, u"recorded"_s);
        m_session->setTargets(m_session->liveTargets() + QList{targetNamed(u"b"_s)});
        QCOMPARE(m_session->targets().size(), 1);
        QCOMPARE(m_session->targets().first().name, u"recorded"_s);
        m_session->closeRecording();
        QVERIFY(!m_session->isReplay());
        QCOMPARE(m_session->targets(), (QList{targetNamed(u"a"_s), targetNamed(u"b"_s)}));
        QCOMPARE(m_session->engine().targets().size(), 2);
        m_session->engine().stop();
    }

private:
    void open(const QList<probe::Target> &targets, const QList<probe::Rule> &rules = {})
    {
        m_session->open(targets, rules);
        m_session->engine().stop();
    }
    probe::Instant at(probe::Nanoseconds sinceOrigin) const { return m_session->engine().origin() + sinceOrigin; }
    static probe::Sample answered(probe::Instant due, probe::Nanoseconds response)
    {
        probe::Sample sample;
        sample.due = sample.sent = due;
        sample.done = sample.firstByte = due + response;
        sample.status = 200;
        return sample;
    }
    probe::Batch batch(probe::Nanoseconds until, const probe::TargetBatch &target) const
    {
        probe::Batch batch;
        batch.from = batch.until = at(until);
        batch.targets = {target};
        return batch;
    }
    /// Ten answers to ticks from `from` on, a tenth of a second apart.
    void take(probe::Nanoseconds from, const QString &name, probe::Nanoseconds response,
              probe::Outcome outcome = probe::Outcome::Ok)
    {
        for (auto due = from; due < from + 1s; due += 100ms) {
            auto sample = answered(at(due), response);
            sample.outcome = outcome;
            m_session->take(batch(due + 100ms, {name, {sample}, {}, 0, 0}));
        }
    }

    std::unique_ptr<Session> m_session;
};

QTEST_GUILESS_MAIN(SessionTest)
#include "test_session.moc"
