// SPDX-License-Identifier: GPL-3.0-or-later
// Some kills, in minutes; `make soak` does more of them.
#include "tests/server/jobs/fleet/kills.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"

#include <QTest>

#include <optional>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestFleetKills : public QObject
{
    Q_OBJECT

private slots:
    void nothingAcceptedIsLost_data();
    void nothingAcceptedIsLost();
};

void TestFleetKills::nothingAcceptedIsLost_data()
{
    QTest::addColumn<int>("servers");
    QTest::newRow("one, SQLite") << 1;
    if (!peersAreLeftOut())
        QTest::newRow("two, PostgreSQL") << 2;
}

void TestFleetKills::nothingAcceptedIsLost()
{
    QFETCH(int, servers);
    const QTemporaryDir folder;
    std::optional<Postgres> postgres;
    QString url = u"sqlite:"_s + folder.filePath(u"kills.sqlite"_s);
    if (servers > 1)
        url = postgres.emplace().databaseUrl(u"kills"_s);
    Kills kills(servers, [&](int) {
        const QStringList options{u"--database"_s, url, u"--heartbeat"_s, u"1"_s};
        return std::make_unique<ServerProcess>(QStringLiteral(TEST_SERVER), options);
    });
    QVERIFY2(kills.killAgainAndAgain(4), qPrintable(kills.firstWrong()));
    QCOMPARE(kills.firstWrong(), QString());
    QVERIFY(kills.accepted() > 4);
}

QTEST_GUILESS_MAIN(TestFleetKills)
#include "test_fleet_kills.moc"
