// SPDX-License-Identifier: GPL-3.0-or-later
// What tests start leaves nothing behind, however it ends: a machine on which they run all day is as it was.
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <sys/shm.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class PeersTest : public QObject
{
    Q_OBJECT

private slots:
    void aPostgresThatIsKilledLeavesNothing()
    {
        if (skippedWithoutPeers())
            return;
        QString folder;
        {
            Postgres postgres;
            folder = postgres.folder();
            const int segment = postgres.sharedMemory();
            shmid_ds state;
            QVERIFY(::shmctl(segment, IPC_STAT, &state) == 0); // else the rest would say nothing
            QVERIFY(!QDir(folder + u"/data/pg_dynshmem"_s).isEmpty()); // its others lie there, and go with the folder
            postgres.kill();
            QVERIFY(::shmctl(segment, IPC_STAT, &state) != 0);
            postgres.start(); // and is none the worse for it
            QVERIFY(postgres.databaseUrl(u"later"_s).endsWith(u"later"_s));
        }
        QVERIFY(!QFile::exists(folder));
    }
};

QTEST_GUILESS_MAIN(PeersTest)
#include "test_peers.moc"
