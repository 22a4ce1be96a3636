// SPDX-License-Identifier: GPL-3.0-or-later
// From the release before: its jobs go on, and its programs stay away from them.
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/peers.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

static void initSchemaResource()
{
    Q_INIT_RESOURCE(schema);
}

namespace {

const QByteArray done = jobs + "/00000000000000a1";
const QByteArray queued = jobs + "/fedcba9876543210"; // a negative number as a signed one
const QByteArray running = jobs + "/7fffffffffffffff";
const QByteArray failed = jobs + "/8000000000000000";
const QByteArray cancelled = jobs + "/0123456789abcdef";

const QByteArray sieved = semiprime(150);

QStringList statementsOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s is missing", qPrintable(path));
    return QString::fromUtf8(file.readAll()).split(u";\n"_s, Qt::SkipEmptyParts);
}

// The tables that it made, and a job in each of the states.
void leaveJobsOfTheReleaseBefore(const QString &databaseUrl)
{
    initSchemaResource();
    OwnConnection sql(databaseUrl);
    sql.command(u"CREATE TABLE schema_steps (name TEXT PRIMARY KEY)"_s);
    for (const QString &step : {u"001-todos.sql"_s, u"002-factorizations.sql"_s}) {
        for (const QString &statement : statementsOf(u":/openloop/schema/"_s + step))
            sql.command(statement);
        sql.change(u"INSERT INTO schema_steps (name) VALUES (?)"_s, {step});
    }
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const auto insert = [&](const QByteArray &path, const QByteArray &n, const QString &state, const QVariant &factors,
                            const QVariant &detail, const QVariant &key, int deaths) {
        const bool over = path != queued && path != running;
        sql.change(u"INSERT INTO jobs (id, n, state, factors, detail, idempotency_key, deaths, created_at, started_at, "
                   "finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"_s,
                   {QString::fromLatin1(path.split('/').last()), QString::fromLatin1(n), state, factors, detail, key,
                    deaths, now - 3000, path == queued ? QVariant() : now - 2000, over ? now - 1000 : QVariant()});
    };
    const QVariant none = QVariant(QMetaType::fromType<QString>());
    insert(done, "91", u"done"_s, u"7 13"_s, none, u"key of the done"_s, 0);
    insert(running, sieved, u"running"_s, none, none, u"key of the running"_s, 1);
    insert(queued, "93", u"queued"_s, none, none, none, 2);
    insert(failed, "95", u"failed"_s, none, u"it took too long"_s, none, 3);
    insert(cancelled, "99", u"cancelled"_s, none, none, none, 0);
}

QByteArray keyField(const QByteArray &key)
{
    return "Idempotency-Key: " + key + "\r\n";
}

} // namespace

class TestFleetMigration : public QObject
{
    Q_OBJECT

private slots:
    void jobsOfTheReleaseBeforeGoOn_data();
    void jobsOfTheReleaseBeforeGoOn();
    void aServerOfTheReleaseBeforeTouchesNothing();
};

void TestFleetMigration::jobsOfTheReleaseBeforeGoOn_data()
{
    eitherDatabase();
}

void TestFleetMigration::jobsOfTheReleaseBeforeGoOn()
{
    QFETCH(bool, postgres);
    DatabaseOfRow database(postgres);
    const QString url = database.url();
    leaveJobsOfTheReleaseBefore(url);
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--database"_s, url});
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    const quint16 port = server.port();
    for (const QByteArray &unfinished : {running, queued})
        TRY_COMPARE(stateOf(port, unfinished), u"done"_s);
    QCOMPARE(productOf(job(port, running)), mpz_class(sieved.toStdString()));
    QCOMPARE(productOf(job(port, queued)), mpz_class(93));
    QCOMPARE(productOf(job(port, done)), mpz_class(91));
    QCOMPARE(stateOf(port, cancelled), u"cancelled"_s);
    QCOMPARE(stateOf(port, failed), u"failed"_s);
    QCOMPARE(job(port, failed)[u"detail"_s].toString(), u"it took too long"_s);
    QCOMPARE(accept(port, "91", keyField("key of the done")), done);
    QCOMPARE(accept(port, sieved, keyField("key of the running")), running);
    QCOMPARE(statusOf(RawClient(port).post(jobs, bodyOf("93"), keyField("key of the done"))), 422);
    QCOMPARE(job(port, jobs)[u"data"_s].toArray().size(), 5);
}

void TestFleetMigration::aServerOfTheReleaseBeforeTouchesNothing()
{
    if (skippedWithoutPeers())
        return;
    Fleet fleet(QStringLiteral(TEST_SERVER));
    leaveJobsOfTheReleaseBefore(fleet.databaseUrl());
    const ServerProcess &server = fleet.start(u"A"_s, {}, Fleet::Computes::Held);
    TRY_COMPARE(fleet.task(running).state, u"running"_s);
    QCOMPARE(fleet.task(running).deaths, 1); // as before
    const QString all = u"SELECT string_agg(t::text, ' ' ORDER BY id) FROM tasks t"_s;
    const QStringList before = fleet.row(all);
    QString refusal;
    for (const QString &statement : statementsOf(QStringLiteral(START_OF_RELEASE_BEFORE))) {
        try {
            fleet.run(statement);
        } catch (const SqlError &error) {
            refusal = QString::fromUtf8(error.what());
            break;
        }
    }
    QVERIFY2(refusal.contains(u"a newer openloop-server has taken over"_s), qPrintable(refusal));
    fleet.run(u"ROLLBACK"_s);
    QCOMPARE(fleet.row(all), before);
    QVERIFY(server.release());
    TRY_COMPARE(fleet.task(running).state, u"done"_s);
    QCOMPARE(fleet.task(running).attempt, 1);
    TRY_COMPARE(fleet.task(queued).state, u"done"_s);
}

QTEST_GUILESS_MAIN(TestFleetMigration)
#include "test_fleet_migration.moc"
