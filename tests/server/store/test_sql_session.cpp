// SPDX-License-Identifier: GPL-3.0-or-later
// What PostgreSQL keeps for a connection: statements that are asked often, if the session is the connection's own, and
// how long each may take.
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/support/ending.h"
#include "tests/support/patience.h"
#include "tests/support/peers/own_connection.h"
#include "tests/support/peers/pgbouncer.h"
#include "tests/support/peers/postgres.h"

#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

const TodoFilter twenty{.userId = {}, .completed = {}, .limit = 20};
const QString oftenAsked = u"SELECT id FROM todos WHERE id = ?"_s;

qint64 firstNumber(const QSqlQuery &row)
{
    return row.value(0).toLongLong();
}

qint64 preparedStatements(SqlConnection &sql)
{
    return sql.select(u"SELECT count(*) FROM pg_prepared_statements"_s, {}, firstNumber).value(0);
}

/// -1: they did not come.
qsizetype countOf(QCoro::Task<QList<Todo>> todos)
{
    const auto ending = await(std::move(todos));
    return ending.value ? ending.value->size() : -1;
}

} // namespace

class TestSqlSession : public PostgresTest
{
    Q_OBJECT

private slots:
    void aSessionOfItsOwnKeepsWhatIsAskedOftenPostgres()
    {
        OwnConnection sql(databaseUrl(), SqlConnection::Role::Reads);
        for (qint64 id = 1; id <= 20; ++id)
            QCOMPARE(sql.selectOften(oftenAsked, {id}, firstNumber), QList<qint64>{id});
        QCOMPARE(sql.selectOften(oftenAsked, {Q_INT64_C(-1)}, firstNumber), QList<qint64>());
        QCOMPARE(preparedStatements(sql), 1);
        sql.begin();
        QCOMPARE(
            sql.selectOften(u"SELECT id FROM todos WHERE title = '?' OR id = 5 - ? OR id = ?"_s, {-2, 4}, firstNumber),
            (QList<qint64>{4, 7}));
        sql.rollback();
        QCOMPARE(sql.selectOften(u"SELECT 7"_s, {}, firstNumber), QList<qint64>{7});
        QCOMPARE(preparedStatements(sql), 3);
    }

    void whatAPoolerLendsKeepsNothingPostgres()
    {
        PgBouncer bouncer(*m_postgres);
        OwnConnection sql(bouncer.databaseUrl(tables()), SqlConnection::Role::Reads);
        QCOMPARE(sql.selectOften(oftenAsked, {7}, firstNumber), QList<qint64>{7});
        QCOMPARE(preparedStatements(sql), 0);
    }

    void aStatementThatWasPreparedEndsInTimePostgres()
    {
        OwnConnection other(databaseUrl());
        OwnConnection sql(databaseUrl(), SqlConnection::Role::Reads, 300ms);
        QCOMPARE(sql.selectOften(oftenAsked, {7}, firstNumber), QList<qint64>{7});
        other.begin();
        other.command(u"LOCK TABLE todos"_s);
        const auto ask = [&] { sql.selectOften(oftenAsked, {7}, firstNumber); };
        QVERIFY_EXCEPTION_THROWN(ask(), SqlError);
        other.rollback();
        QCOMPARE(sql.selectOften(oftenAsked, {7}, firstNumber), QList<qint64>{7});
    }

    void aTableMayChangeWhilePreparedStatementsReadItPostgres()
    {
        Store store(databaseUrl(), 1);
        QCOMPARE(countOf(store.todos(twenty, {})), 20);
        OwnConnection other(databaseUrl());
        other.command(u"ALTER TABLE todos ALTER COLUMN user_id TYPE INTEGER"_s); // "cached plan must not change"
        QCOMPARE(countOf(store.todos(twenty, {})), 20);
    }

    void aLostSessionIsPreparedAnewPostgres()
    {
        Store store(databaseUrl(), 1);
        QCOMPARE(countOf(store.todos(twenty, {})), 20);
        QVERIFY(m_postgres->terminateBackends() > 0);
        QCOMPARE(countOf(store.todos(twenty, {})), 20);
    }

private:
    // One database for each function, with the tables in it.
    QString tables()
    {
        const QString name = QString::fromLatin1(QTest::currentTestFunction()).toLower().left(60);
        if (!m_made.contains(name)) {
            m_made.insert(name);
            const Store store(m_postgres->databaseUrl(name), 1);
        }
        return name;
    }
    QString databaseUrl() { return m_postgres->databaseUrl(tables()); }

    QSet<QString> m_made;
};

QTEST_GUILESS_MAIN(TestSqlSession)
#include "test_sql_session.moc"
