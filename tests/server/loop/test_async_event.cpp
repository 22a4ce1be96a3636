// SPDX-License-Identifier: GPL-3.0-or-later
// What ends a wait, and that a crowd whose waits end at once leaves the loop its turns.
#include "server/loop/async_event.h"
#include "tests/support/patience.h"

#include <QTest>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;

namespace {

using Answer = std::optional<bool>;

QCoro::Task<void> waitFor(AsyncEvent &event, std::chrono::milliseconds atMost, Answer &answer,
                          std::stop_token stop = {})
{
    answer = co_await event.wait(atMost, std::move(stop));
}

QCoro::Task<void> waitAndWork(AsyncEvent &event, std::chrono::microseconds work, int &done)
{
    co_await event.wait(1h, {});
    for (const auto until = std::chrono::steady_clock::now() + work; std::chrono::steady_clock::now() < until;)
        continue;
    ++done;
}

} // namespace

class TestAsyncEvent : public QObject
{
    Q_OBJECT

private slots:
    void whatHappensEndsEveryWaitAtTheNextTurn()
    {
        AsyncEvent event;
        std::vector<Answer> answers(3);
        for (Answer &answer : answers)
            waitFor(event, 1h, answer);
        event.notifyAll();
        Answer late;
        waitFor(event, 1h, late);
        QVERIFY(!answers[0]); // who notifies is not interrupted
        TRY_VERIFY(std::ranges::all_of(answers, [](const Answer &each) { return each == true; }));
        QVERIFY(!late);
        event.notifyAll();
        TRY_COMPARE(late, Answer(true));
    }

    void theDeadlineEndsAWait()
    {
        AsyncEvent event;
        Answer far;
        Answer near;
        waitFor(event, 10h, far);
        waitFor(event, 20ms, near);
        TRY_COMPARE(near, Answer(false));
        QVERIFY(!far);
        event.notifyAll();
        TRY_COMPARE(far, Answer(true));
        QCOMPARE(near, Answer(false));
    }

    void aStopEndsAWait()
    {
        AsyncEvent event;
        std::stop_source stop;
        Answer answer;
        waitFor(event, std::chrono::milliseconds::max(), answer, stop.get_token());
        stop.request_stop();
        event.notifyAll(); // too late
        TRY_COMPARE(answer, Answer(false));
        Answer none;
        waitFor(event, 1h, none, stop.get_token());
        QCOMPARE(none, Answer(false)); // without a turn
    }

    void theEndOfTheEventEndsAWait()
    {
        auto event = std::make_unique<AsyncEvent>();
        Answer answer;
        waitFor(*event, 1h, answer);
        event.reset();
        TRY_COMPARE(answer, Answer(false));
    }

    // Each of them is busy for longer than a turn's share: no two go on in one turn.
    void aCrowdLeavesTheLoopItsTurns()
    {
        constexpr int crowd = 100;
        AsyncEvent event;
        int done = 0;
        for (int i = 0; i < crowd; ++i)
            waitAndWork(event, 200us, done);
        event.notifyAll();
        int turns = 0;
        QTimer others;
        connect(&others, &QTimer::timeout, this, [&turns] { ++turns; });
        others.start(0);
        TRY_COMPARE(done, crowd);
        QVERIFY2(turns >= crowd / 2, QByteArray::number(turns).constData());
    }
};

QTEST_GUILESS_MAIN(TestAsyncEvent)
#include "test_async_event.moc"
