// SPDX-License-Identifier: GPL-3.0-or-later
// A SQLite file is one server's: who comes second is told so, by whichever path, and nobody has to tidy up.
#include "server/store/store.h"
#include "tests/server/store/refusal.h"
#include "tests/support/ending.h"
#include "tests/support/server_process.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestStoreLock : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkdir(u"real"_s));
        QVERIFY(QFile::link(m_folder.filePath(u"real"_s), m_folder.filePath(u"link"_s)));
    }

    void aSecondStoreOnTheFileIsRefused_data()
    {
        QTest::addColumn<QString>("second");
        const auto path = [this](const QString &name) { return m_folder.filePath(name); };
        QVERIFY(QFile::link(path(u"real/x.sqlite"_s), path(u"other.sqlite"_s)));
        QVERIFY(QFile::link(u"other.sqlite"_s, path(u"again.sqlite"_s)));
        QTest::newRow("same path") << path(u"real/x.sqlite"_s);
        QTest::newRow("by a folder's link") << path(u"link/x.sqlite"_s);
        QTest::newRow("by a link") << path(u"other.sqlite"_s);
        QTest::newRow("by a relative link to a link") << path(u"again.sqlite"_s);
        QTest::newRow("relative") << QDir::current().relativeFilePath(path(u"real/x.sqlite"_s));
        QTest::newRow("roundabout") << path(u"link/../real/./x.sqlite"_s);
    }
    void aSecondStoreOnTheFileIsRefused()
    {
        QFETCH(QString, second);
        // Whoever is first may use a link as well, also before there is a file.
        for (const QString &first : {m_folder.filePath(u"real/x.sqlite"_s), second}) {
            QFile::remove(m_folder.filePath(u"real/x.sqlite"_s));
            Store store(u"sqlite:"_s + first, 1);
            for (const QString &other : {second, m_folder.filePath(u"real/x.sqlite"_s)}) {
                const QString refusal = refusalOf([&other] { const Store refused(u"sqlite:"_s + other, 1); });
                QVERIFY2(refusal.contains(u"another server uses the database sqlite:"_s + other), qPrintable(refusal));
                QVERIFY(!refusal.contains(u'\n'));
            }
            QCOMPARE(await(store.todos({}, {})).status(), 200); // untouched by who was refused
        }
        const Store next(u"sqlite:"_s + second, 1); // it is free again
        QVERIFY(next.ready());
    }

    void databasesInMemoryAreEachOnesOwn()
    {
        const Store first(u"sqlite::memory:"_s, 1);
        const Store second(u"sqlite::memory:"_s, 1);
        QVERIFY(first.ready() && second.ready());
    }

    void aSecondServerIsRefusedAndOneThatWasKilledIsInNobodysWay()
    {
        const QStringList arguments{u"--database"_s, u"sqlite:"_s + m_folder.filePath(u"killed.sqlite"_s)};
        ServerProcess first(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(first.waitUntilReady());
        ServerProcess second(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(!second.waitUntilReady());
        QVERIFY(second.process().state() == QProcess::NotRunning || second.process().waitForFinished());
        QCOMPARE(second.process().exitCode(), 1);
        const QByteArray said = second.standardError().trimmed();
        QVERIFY2(said.contains("killed.sqlite") && !said.contains('\n'), said.constData());

        first.process().kill();
        QVERIFY(first.process().waitForFinished());
        ServerProcess next(QStringLiteral(TEST_SERVER), arguments);
        QVERIFY(next.waitUntilReady());
        QCOMPARE(next.stop(), 0);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestStoreLock)
#include "test_store_lock.moc"
