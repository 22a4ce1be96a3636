// SPDX-License-Identifier: GPL-3.0-or-later
// What --check says of parts that work and of parts that do not, and that it leaves everything as it was.
#include "server/store/sql_connection.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestCheck : public QObject
{
    Q_OBJECT

private slots:
    void whatWorksIsSaid();
    void whatDoesNotWorkIsSaid();
    void whatIsWrongWithOptionsIsSaidAtOnce();
    void aDatabaseInUseIsAnothers();
    void aFileThatIsNoDatabaseIsLeftAsItIs_data();
    void aFileThatIsNoDatabaseIsLeftAsItIs();
    void tablesOfANewerVersionAreRefusedAsByAStart_data();
    void tablesOfANewerVersionAreRefusedAsByAStart();
    void aPostgresIsLookedAt();
    void whatIsNoOptionIsBadUsage();

private:
    struct Ran {
        int code = -1;
        QStringList lines;
        QString errors;
    };

    Ran check(const QStringList &arguments) const;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QString database() const { return u"sqlite:"_s + path(u"data.sqlite"_s); }

    QTemporaryDir m_folder;
};

// The fake upstream lives on this thread.
TestCheck::Ran TestCheck::check(const QStringList &arguments) const
{
    QProcess process;
    process.start(QStringLiteral(OPENLOOP_SERVER), QStringList{u"--check"_s} + arguments);
    if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, patience))
        return {};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts),
            QString::fromUtf8(process.readAllStandardError())};
}

void TestCheck::whatWorksIsSaid()
{
    FakeUpstream upstream(FakeUpstream::answers("200 OK", "1"));
    QVERIFY(makeCertificate(m_folder.path()));
    QFile token(path(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly));
    token.write("secret\n");
    token.close();
    QUrl withLogin = upstream.url();
    withLogin.setUserInfo(u"user:hidden"_s);
    const QString none = path(u"none.sqlite"_s);
    const Ran ran = check({u"--port"_s, u"0"_s, u"--database"_s, u"sqlite:"_s + none, u"--upstream"_s,
                           withLogin.toString(), u"--token-file"_s, token.fileName(), u"--tls-certificate"_s,
                           path(u"certificate.pem"_s), u"--tls-key"_s, path(u"key.pem"_s)});
    const QString all = ran.lines.join(u'\n');
    QVERIFY2(ran.code == 0, qPrintable(all + ran.errors));
    for (const char *part : {"options", "token", "certificate", "database", "upstream", "port", "descriptors"})
        QVERIFY2(all.contains(
                     QRegularExpression(u"^ok +%1 "_s.arg(QLatin1String(part)), QRegularExpression::MultilineOption)),
                 part);
    QCOMPARE(ran.lines.size(), 7);
    QCOMPARE(upstream.requests(), 1);
    QVERIFY(!QFile::exists(none)); // it is not made by a look at it
    for (const char *secret : {"secret", "hidden"})
        QVERIFY2(!(all + ran.errors).contains(QLatin1String(secret)), qPrintable(all));
}

void TestCheck::whatDoesNotWorkIsSaid()
{
    FakeUpstream upstream(FakeUpstream::answers("200 OK", "no JSON"));
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    QVERIFY(makeCertificate(m_folder.path()));
    QVERIFY(QFile::copy(path(u"key.pem"_s), path(u"other.pem"_s)));
    QVERIFY(makeCertificate(m_folder.path()));
    const Ran ran = check({u"--port"_s, QString::number(taken.serverPort()), u"--database"_s,
                           u"postgresql://user:hidden@127.0.0.1:1/name"_s, u"--upstream"_s, upstream.url().toString(),
                           u"--tls-certificate"_s, path(u"certificate.pem"_s), u"--tls-key"_s, path(u"other.pem"_s)});
    const QString all = ran.lines.join(u'\n');
    QCOMPARE(ran.code, 1);
    for (const char *part : {"certificate", "database", "upstream", "port"})
        QVERIFY2(all.contains(QRegularExpression(u"^failed +%1 "_s.arg(QLatin1String(part)),
                                                 QRegularExpression::MultilineOption)),
                 qPrintable(all));
    QVERIFY2(all.contains(QString::number(taken.serverPort())), qPrintable(all));
    QVERIFY2(!(all + ran.errors).contains(u"hidden"), qPrintable(all));
    QCOMPARE(ran.errors, QString()); // all is in the report
}

void TestCheck::whatIsWrongWithOptionsIsSaidAtOnce()
{
    const Ran ran = check({u"--port"_s, u"70000"_s, u"--token-file"_s, path(u"nowhere"_s)});
    QCOMPARE(ran.code, 1);
    const QString all = ran.lines.join(u'\n');
    QVERIFY2(all.contains(u"--port: '70000'") && all.contains(u"--token-file"), qPrintable(all));
    QCOMPARE(ran.lines.size(), 2);
}

void TestCheck::aDatabaseInUseIsAnothers()
{
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), {u"--database"_s, database()});
    QVERIFY(server.waitUntilReady());
    const Ran used = check({u"--port"_s, QString::number(server.port()), u"--database"_s, database()});
    QCOMPARE(used.code, 1);
    const QString all = used.lines.join(u'\n');
    QVERIFY2(all.contains(u"another server uses the database"), qPrintable(all));
    QVERIFY2(all.contains(u"cannot listen"), qPrintable(all));
    QCOMPARE(server.stop(), 0);
    const Ran free = check({u"--port"_s, QString::number(server.port()), u"--database"_s, database()});
    QVERIFY2(free.code == 0, qPrintable(free.lines.join(u'\n')));
}

void TestCheck::aFileThatIsNoDatabaseIsLeftAsItIs_data()
{
    rows<bool, int>({"database", "code"}, {{"another program's database", true, 0}, {"a text", false, 1}});
}

void TestCheck::aFileThatIsNoDatabaseIsLeftAsItIs()
{
    QFETCH(const bool, database);
    QFETCH(const int, code);
    const QString name = path(u"other.sqlite"_s);
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    if (!database)
        file.write(QByteArray(5000, 't'));
    file.close();
    if (database) {
        {
            QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
            other.setDatabaseName(name);
            QVERIFY(other.open());
            QSqlQuery(other).exec(u"CREATE TABLE theirs (id INTEGER)"_s);
        }
        QSqlDatabase::removeDatabase(u"other"_s);
    }
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray before = file.readAll();
    file.close();
    QVERIFY(before.size() >= 5000);
    const Ran ran = check({u"--port"_s, u"0"_s, u"--database"_s, u"sqlite:"_s + name});
    QVERIFY2(ran.code == code, qPrintable(ran.lines.join(u'\n')));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), before);
}

void TestCheck::tablesOfANewerVersionAreRefusedAsByAStart_data()
{
    rows<bool>({"postgres"}, {{"SQLite", false}, {"PostgreSQL", true}});
}

// Also where that version has none of the tables that this one knows.
void TestCheck::tablesOfANewerVersionAreRefusedAsByAStart()
{
    QFETCH(const bool, postgres);
    if (postgres && skippedWithoutPeers())
        return;
    std::optional<Postgres> server;
    if (postgres)
        server.emplace();
    const QString url = postgres ? server->databaseUrl(u"newer"_s) : u"sqlite:"_s + path(u"newer.sqlite"_s);
    {
        OwnConnection sql(url);
        sql.command(u"CREATE TABLE schema_needs (name TEXT PRIMARY KEY)"_s);
        sql.command(u"INSERT INTO schema_needs (name) VALUES ('999-future.sql')"_s);
    }
    const QString refusal = u"a newer openloop has changed its tables (999-future.sql)"_s;
    const Ran ran = check({u"--port"_s, u"0"_s, u"--database"_s, url});
    QCOMPARE(ran.code, 1);
    QVERIFY2(ran.lines.join(u'\n').contains(refusal), qPrintable(ran.lines.join(u'\n')));
    ServerProcess start(QStringLiteral(OPENLOOP_SERVER), {u"--database"_s, url});
    QVERIFY(!start.waitUntilReady());
    QVERIFY2(start.standardError().contains(refusal.toUtf8()), start.standardError().constData());
}

void TestCheck::aPostgresIsLookedAt()
{
    if (skippedWithoutPeers())
        return;
    Postgres postgres;
    const QString url = postgres.databaseUrl(u"checked"_s);
    const Ran ran = check({u"--port"_s, u"0"_s, u"--database"_s, url});
    QVERIFY2(ran.code == 0, qPrintable(ran.lines.join(u'\n')));
    OwnConnection sql(url, SqlConnection::Role::Reads);
    const auto name = [](const QSqlQuery &row) { return row.value(0).toString(); };
    QCOMPARE(sql.select(u"SELECT relname FROM pg_class WHERE relname = 'todos'"_s, {}, name), QStringList());
    const Ran none = check({u"--port"_s, u"0"_s, u"--database"_s, url + u"x"_s});
    QCOMPARE(none.code, 1);
    QVERIFY2(none.lines.join(u'\n').contains(u"does not exist"), qPrintable(none.lines.join(u'\n')));
}

void TestCheck::whatIsNoOptionIsBadUsage()
{
    const Ran ran = check({u"--prot"_s, u"1"_s});
    QCOMPARE(ran.code, 2);
    QVERIFY(ran.lines.isEmpty());
}

QTEST_GUILESS_MAIN(TestCheck)
#include "test_check.moc"
