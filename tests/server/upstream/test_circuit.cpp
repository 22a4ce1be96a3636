// SPDX-License-Identifier: GPL-3.0-or-later
// When a failing upstream is left alone, and how often it may be asked twice.
#include "server/upstream/circuit.h"

#include <QTest>

using namespace openloop;
using namespace std::chrono_literals;

class TestCircuit : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_circuit = Circuit();
        m_now = Circuit::Clock::time_point(1000s);
    }

    void aFewFailuresDoNotOpenIt()
    {
        fail(19);
        QVERIFY(m_circuit.admit(m_now));
    }

    void twentyFailuresOpenIt()
    {
        fail(20);
        QVERIFY(m_circuit.isOpen());
        QVERIFY(!m_circuit.admit(m_now));
        QCOMPARE(m_circuit.retryAfter(m_now), 1s);
    }

    void tenFailuresInARowAreTold()
    {
        fail(9);
        succeed(1);
        fail(9);
        QVERIFY(!m_circuit.isFailing());
        m_now += 1h;
        fail(1);
        QVERIFY(m_circuit.isFailing());
        QVERIFY(!m_circuit.isOpen());
        succeed(1);
        QVERIFY(!m_circuit.isFailing());
    }

    void everySecondCallFailingOpensIt()
    {
        for (int i = 0; i < 20; ++i) {
            succeed(1);
            fail(1);
        }
        QVERIFY(m_circuit.isOpen());
    }

    void aThirdOfTheCallsFailingDoesNotOpenIt()
    {
        for (int i = 0; i < 100; ++i) {
            succeed(2);
            fail(1);
        }
        QVERIFY(!m_circuit.isOpen());
    }

    void whatIsOlderThanTenSecondsIsForgotten()
    {
        fail(15);
        m_now += 11s;
        fail(15);
        QVERIFY(!m_circuit.isOpen());
    }

    void oneCallIsLetThroughAfterThePause()
    {
        fail(20);
        m_now += 1s;
        const auto probe = m_circuit.admit(m_now);
        QVERIFY(probe && probe->probe);
        QVERIFY(!m_circuit.admit(m_now));
        m_circuit.succeeded(*probe, m_now);
        QVERIFY(!m_circuit.isOpen());
        QVERIFY(m_circuit.admit(m_now));
    }

    void aProbeThatFailsDoublesThePauseUpToThirtySeconds()
    {
        fail(20);
        for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
            QVERIFY(!m_circuit.admit(m_now + pause - 1ms));
            m_now += pause;
            const auto probe = m_circuit.admit(m_now);
            QVERIFY(probe);
            m_circuit.failed(*probe, m_now);
        }
    }

    void aProbeWhoseClientLeftLetsTheNextOneThrough()
    {
        fail(20);
        m_now += 1s;
        const auto probe = m_circuit.admit(m_now);
        QVERIFY(probe);
        m_circuit.abandoned(*probe);
        QVERIFY(m_circuit.admit(m_now));
    }

    void callsFromBeforeTheOpeningDecideNothing()
    {
        const auto early = m_circuit.admit(m_now);
        QVERIFY(early);
        fail(20);
        m_circuit.succeeded(*early, m_now);
        QVERIFY(m_circuit.isOpen());
        m_now += 1s;
        const auto probe = m_circuit.admit(m_now);
        QVERIFY(probe);
        m_circuit.failed(*early, m_now);
        m_circuit.abandoned(*early);
        QVERIFY(!m_circuit.admit(m_now)); // the probe is still under way
        m_circuit.succeeded(*probe, m_now);
        QVERIFY(!m_circuit.isOpen());
    }

    void retriesAreATenthOfTheCallsAtMost()
    {
        RetryBudget budget;
        QVERIFY(!budget.take());
        int retries = 0;
        for (int calls = 1; calls <= 1000; ++calls) {
            budget.called();
            retries += budget.take() ? 1 : 0;
            QVERIFY(retries * 10 <= calls);
        }
        QCOMPARE(retries, 100);
    }

    void savedRetriesAreTenAtMost()
    {
        RetryBudget budget;
        for (int calls = 0; calls < 1000; ++calls)
            budget.called();
        int retries = 0;
        while (budget.take())
            ++retries;
        QCOMPARE(retries, 10);
    }

private:
    void fail(int times)
    {
        for (int i = 0; i < times; ++i) {
            if (const auto permit = m_circuit.admit(m_now))
                m_circuit.failed(*permit, m_now);
        }
    }

    void succeed(int times)
    {
        for (int i = 0; i < times; ++i) {
            if (const auto permit = m_circuit.admit(m_now))
                m_circuit.succeeded(*permit, m_now);
        }
    }

    Circuit m_circuit;
    Circuit::Clock::time_point m_now;
};

QTEST_GUILESS_MAIN(TestCircuit)
#include "test_circuit.moc"
