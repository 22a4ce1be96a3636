// SPDX-License-Identifier: GPL-3.0-or-later
// A SQLite file that people delete, replace or move under the service: what was acknowledged with 202 is there
// afterwards, the rest is 503 with a reason that /readyz tells as well.
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/server_process.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestStoreHands : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void aFileThatIsNoMoreTakesNoJob_data();
    void aFileThatIsNoMoreTakesNoJob();
    void aFileThatIsPutBackIsUsedAgain();
    void aLogThatIsDeletedTakesNoJobAlong_data();
    void aLogThatIsDeletedTakesNoJobAlong();
    void aLimitOnTheSizeOfFilesIsUnavailableAndPasses();

private:
    std::unique_ptr<ServerProcess> start() const
    {
        auto server = std::make_unique<ServerProcess>(QStringLiteral(OPENLOOP_SERVER),
                                                      QStringList{u"--database"_s, u"sqlite:"_s + m_file});
        return server->waitUntilReady() ? std::move(server) : nullptr;
    }
    QByteArray acceptAnother(const ServerProcess &server) { return accept(server.port(), QByteArray::number(++m_n)); }
    std::optional<Answer> ask(const ServerProcess &server)
    {
        return RawClient(server.port()).post(jobs, bodyOf(QByteArray::number(++m_n)));
    }
    static Answer readiness(const ServerProcess &server)
    {
        return RawClient(server.port()).get("/readyz").value_or(Answer());
    }
    static bool isUnavailable(const Answer &answer, const QByteArray &words)
    {
        return answer.status == 503 && answer.body.contains(words);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_file;
    int m_n = 1000;
};

void TestStoreHands::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_file = m_folder->filePath(u"x.sqlite"_s);
}

void TestStoreHands::aFileThatIsNoMoreTakesNoJob_data()
{
    QTest::addColumn<bool>("replaced");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("deleted") << false << QByteArray("deleted or moved");
    QTest::newRow("replaced") << true << QByteArray("was replaced: restart");
}

void TestStoreHands::aFileThatIsNoMoreTakesNoJob()
{
    QFETCH(const bool, replaced);
    QFETCH(const QByteArray, words);
    auto server = start();
    QVERIFY(server);
    QVERIFY(!acceptAnother(*server).isEmpty());
    const QString copy = m_folder->filePath(u"copy"_s);
    QVERIFY(!replaced || QFile::copy(m_file, copy));
    QVERIFY(QFile::remove(m_file));
    QVERIFY(!replaced || QFile::rename(copy, m_file));
    const Answer refused = ask(*server).value_or(Answer());
    QVERIFY2(isUnavailable(refused, words), refused.body.constData());
    TRY_VERIFY2(isUnavailable(readiness(*server), words), readiness(*server).body.constData());
    QCOMPARE(statusOf(RawClient(server->port()).get("/health")), 200);
    QCOMPARE(QFile::exists(m_file), replaced); // nothing makes an empty one in its place
    QCOMPARE(server->stop(), 0);
    const auto next = start(); // as the reason says
    QVERIFY(next);
    const QByteArray path = acceptAnother(*next);
    TRY_COMPARE(stateOf(next->port(), path), u"done"_s);
}

void TestStoreHands::aFileThatIsPutBackIsUsedAgain()
{
    auto server = start();
    QVERIFY(server);
    const QByteArray before = acceptAnother(*server);
    const QString away = m_folder->filePath(u"away"_s);
    QVERIFY(QFile::rename(m_file, away));
    TRY_VERIFY(isUnavailable(readiness(*server), "deleted or moved")); // though nobody asks
    QVERIFY(QFile::rename(away, m_file));
    TRY_COMPARE(readiness(*server).status, 200);
    const QByteArray path = acceptAnother(*server);
    TRY_COMPARE(stateOf(server->port(), path), u"done"_s);
    server->process().kill();
    QVERIFY(server->process().waitForFinished());
    server = start();
    QVERIFY(server);
    QCOMPARE(stateOf(server->port(), path), u"done"_s);
    TRY_COMPARE(stateOf(server->port(), before), u"done"_s);
}

void TestStoreHands::aLogThatIsDeletedTakesNoJobAlong_data()
{
    QTest::addColumn<QString>("ending");
    QTest::newRow("log") << u"-wal"_s;
    QTest::newRow("index") << u"-shm"_s;
}

void TestStoreHands::aLogThatIsDeletedTakesNoJobAlong()
{
    QFETCH(const QString, ending);
    auto server = start();
    QVERIFY(server);
    QList<QByteArray> accepted{acceptAnother(*server)};
    QVERIFY(QFile::remove(m_file + ending));
    const auto later = [&] {
        const QByteArray path = acceptAnother(*server);
        if (!path.isEmpty())
            accepted.append(path);
        return accepted.size() > 5;
    };
    TRY_VERIFY(later());
    TRY_COMPARE(readiness(*server).status, 200);
    server->process().kill();
    QVERIFY(server->process().waitForFinished());
    server = start();
    QVERIFY(server);
    for (const QByteArray &path : accepted)
        TRY_COMPARE(stateOf(server->port(), path), u"done"_s);
}

void TestStoreHands::aLimitOnTheSizeOfFilesIsUnavailableAndPasses()
{
    auto server = start();
    QVERIFY(server);
    QVERIFY(!acceptAnother(*server).isEmpty());
    const rlimit before = [&] {
        rlimit limit = {};
        ::prlimit(pid_t(server->processId()), RLIMIT_FSIZE, nullptr, &limit);
        return limit;
    }();
    const rlimit tight{4096, before.rlim_max};
    QCOMPARE(::prlimit(pid_t(server->processId()), RLIMIT_FSIZE, &tight, nullptr), 0);
    const auto refused = ask(*server);
    QCOMPARE(statusOf(refused), 503);
    QVERIFY2(refused->body.contains("takes no more"), refused->body.constData());
    TRY_VERIFY(isUnavailable(readiness(*server), "takes no more"));
    QCOMPARE(statusOf(RawClient(server->port()).get("/query_database")), 200);
    QCOMPARE(::prlimit(pid_t(server->processId()), RLIMIT_FSIZE, &before, nullptr), 0);
    TRY_COMPARE(readiness(*server).status, 200);
    const QByteArray path = acceptAnother(*server);
    TRY_COMPARE(stateOf(server->port(), path), u"done"_s);
    QCOMPARE(server->stop(), 0);
}

QTEST_GUILESS_MAIN(TestStoreHands)
#include "test_store_hands.moc"
