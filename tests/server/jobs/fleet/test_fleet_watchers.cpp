// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand who watch cost the database what one costs, and each is told the end in time.
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/control.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/jobs/watchers.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/peers.h"

#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int jobsWatched = 500;
constexpr int mostWatchers = 1000;

double statementsPerSecond(Fleet &fleet)
{
    const qint64 before = fleet.statements();
    const auto from = Clock::now();
    QTest::qWait(10'000); // in which they are counted
    const std::chrono::duration<double> time = Clock::now() - from;
    return double(fleet.statements() - before) / time.count();
}

} // namespace

class TestFleetWatchers : public QObject
{
    Q_OBJECT

private slots:
    void aThousandCostTheDatabaseWhatOneCostsAndAreToldInTime()
    {
        if (skippedWithoutPeers())
            return;
        Fleet fleet(QStringLiteral(TEST_SERVER), countingStatements());
        const ServerProcess &server = fleet.start(u"A"_s);
        QVERIFY(server.hold("trial division")); // of what is small enough to be done soon
        QByteArrayList paths;
        for (int i = 0; i < jobsWatched; ++i)
            paths << accept(server.port(), semiprime(70, unsigned(i)));
        QVERIFY(!paths.contains(QByteArray()));
        TRY_VERIFY(server.figure("held") > 0);

        {
            Watchers crowd; // which has the connections opened that are kept, and pinged, from then on
            for (int i = 0; i < mostWatchers; ++i)
                crowd.add(server.port(), paths[i % jobsWatched]);
            TRY_COMPARE(crowd.greeted(), mostWatchers);
        }
        Watchers watchers;
        watchers.add(server.port(), paths[0]);
        TRY_COMPARE(watchers.greeted(), 1);
        const double one = statementsPerSecond(fleet);
        for (int i = 1; i < mostWatchers; ++i)
            watchers.add(server.port(), paths[i % jobsWatched]);
        TRY_COMPARE(watchers.greeted(), mostWatchers);
        const double many = statementsPerSecond(fleet);
        // A sweep or the figures of the fleet fall into either window; a reading for each watcher would be 1,000 a
        // second.
        QVERIFY2(many < 2 * one, qPrintable(u"%1 statements a second, %2 with one watcher"_s.arg(many).arg(one)));

        const Control control(server.port());
        QVERIFY(server.release());
        TRY_COMPARE_WITHIN(watchers.open(), 0, 3 * patience);
        const auto latest = fleet.latest(watchers.take());
        QVERIFY2(latest <= control.longest(2s), qPrintable(u"%1 ms"_s.arg(latest.count())));
    }
};

QTEST_GUILESS_MAIN(TestFleetWatchers)
#include "test_fleet_watchers.moc"
