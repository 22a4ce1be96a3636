// SPDX-License-Identifier: GPL-3.0-or-later
// Which database URLs are taken, what is said of the others, and that no password is ever shown.
#include "server/store/sql_connection.h"
#include "server/store/store.h"
#include "tests/server/store/refusal.h"
#include "tests/support/ending.h"
#include "tests/support/peers/postgres.h"
#include "tests/support/rows.h"

#include <QTest>
#include <QUrl>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

/// One that nobody listens on.
const QString dead = u"127.0.0.1:1"_s;

QString applicationOf(SqlConnection &sql)
{
    const auto text = [](const QSqlQuery &row) { return row.value(0).toString(); };
    return sql.select(u"SELECT current_setting('application_name')"_s, {}, text).value(0);
}

} // namespace

class TestStoreLocation : public PostgresTest
{
    Q_OBJECT

private slots:
    void aUrlIsShownWithItsHostsAndNameOnly_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char *name, const char *url, const char *shown) {
            QTest::newRow(name) << QString::fromLatin1(url) << QString::fromLatin1(shown);
        };
        row("plain", "postgresql://u:sec-ret@h:5433/d", "postgresql://h:5433/d");
        row("short scheme", "postgres://u@h/d", "postgresql://h/d");
        row("hosts", "postgresql://u:sec-ret@a:1,b:2,[::1]:3/d?sslmode=require", "postgresql://a:1,b:2,[::1]:3/d");
        row("one port for all", "postgresql://a,b/d?port=7", "postgresql://a:7,b:7/d");
        row("in the parameters", "postgresql:///d?host=a,b&user=u&password=sec-ret", "postgresql://a,b/d");
        row("password for a key", "postgresql://h/d?sslpassword=sec-ret", "postgresql://h/d");
        row("percent", "postgresql://u:sec-ret%2F%40%3A@h/d%20e%2Ff", "postgresql://h/d e/f");
        row("unix socket", "postgresql://u@%2Frun%2Fpostgresql/d", "postgresql:///run/postgresql/d");
        row("nothing", "postgresql://", "postgresql:///");
        row("address", "postgresql:///d?hostaddr=127.0.0.1", "postgresql://127.0.0.1/d");
        row("file", "sqlite:/a/b?c", "sqlite:/a/b?c");
    }
    void aUrlIsShownWithItsHostsAndNameOnly()
    {
        QFETCH(QString, url);
        QTEST(SqlLocation::parse(url).display(), "shown");
    }

    void aWrongUrlIsRefusedWithoutItsPassword_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const char *url, const char *said) {
            QTest::newRow(name) << QString::fromLatin1(url) << QString::fromLatin1(said);
        };
        row("scheme", "mysql://u:sec-ret@h/d", "sqlite:PATH");
        row("no scheme", "host=h password=sec-ret", "sqlite:PATH");
        row("one slash", "postgresql:/u:sec-ret@h/d", "sqlite:PATH");
        row("parameter", "postgresql://u:sec-ret@h/d?ssl_mode=require", "ssl_mode");
        row("parameter without value", "postgresql://u:sec-ret@h/d?sslmode", "separator");
        row("parameter twice", "postgresql://u:sec-ret@h/d?user=a=b", "separator");
        row("percent in the password", "postgresql://u:sec-ret%zz@h/d", "percent");
        row("percent in a parameter", "postgresql://a,b/d?password=sec-ret%z", "percent");
        row("at in the password", "postgresql://u:1@sec-ret@127.0.0.1/d", "%40");
        row("slash in the password", "postgresql://u:1/sec-ret@h/d", "%2F");
        row("slash and question mark", "postgresql://u:1/2?sec-ret=x@h/d", "parameter");
        row("bracket", "postgresql://u:sec-ret@[::1/d", "]");
        row("after the bracket", "postgresql://u:sec-ret@[::1]x/d", "character");
        row("port", "postgresql://u:sec-ret@h:port/d", "port");
        row("port of the password", "postgresql://u:sec-ret/d", "port");
        row("port too large", "postgresql://u:sec-ret@a:1,b:65536/d", "port");
        row("semicolon", "postgresql://u:sec-ret@h/d?application_name=a;b", "application_name");
    }
    void aWrongUrlIsRefusedWithoutItsPassword()
    {
        QFETCH(QString, url);
        QFETCH(QString, said);
        const QString refusal = refusalOf([&url] { SqlLocation::parse(url); });
        QVERIFY2(refusal.contains(said), qPrintable(refusal));
        QVERIFY2(!refusal.contains(u"sec-ret"_s), qPrintable(refusal));
        QVERIFY2(!refusal.contains(u'\n'), qPrintable(refusal));
    }

    void noPasswordIsShownWhereNobodyListens_data()
    {
        rows<QString>({"url"},
                      {
                          {"one host", u"postgresql://u:sec-ret@127.0.0.1:1/d"_s},
                          {"hosts", u"postgresql://u:sec-ret@127.0.0.1:1,127.0.0.1:2/d"_s},
                          {"parameter", u"postgresql:///d?host=127.0.0.1,127.0.0.1&port=1,2&password=sec-ret"_s},
                          {"as many ports", u"postgresql://u:sec-ret@a,b,c/d?port=1,2"_s},
                          {"a value of its own", u"postgresql://u:sec-ret@127.0.0.1:1/d?sslmode=sometimes"_s},
                      });
    }
    void noPasswordIsShownWhereNobodyListens()
    {
        QFETCH(QString, url);
        const QString refusal = refusalOf([&url] { const Store store(url, 1); });
        QVERIFY2(refusal.contains(u"cannot use the database postgresql://"_s), qPrintable(refusal));
        QVERIFY2(!refusal.contains(u"sec-ret"_s), qPrintable(refusal));
        QVERIFY2(!refusal.contains(u'\n'), qPrintable(refusal));
    }

    void aPostgresIsReachedAsTheUrlSays_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("application");
        if (!m_postgres)
            return;
        m_postgres->databaseUrl(u"reached"_s);
        const QString host = u"127.0.0.1:%1"_s.arg(m_postgres->port());
        const QString socket = QString::fromLatin1(QUrl::toPercentEncoding(m_postgres->folder()));
        const QString port = QString::number(m_postgres->port());
        QTest::newRow("plain") << u"postgresql://openloop@%1/reached"_s.arg(host) << u"openloop"_s;
        QTest::newRow("name") << u"postgresql://openloop@%1/reached?application_name=a%20'b%5C"_s.arg(host)
                              << u"a 'b\\"_s;
        QTest::newRow("dead first host")
            << u"postgresql://openloop@%1,%2/reached?target_session_attrs=read-write&connect_timeout=3"_s.arg(dead,
                                                                                                              host)
            << u"openloop"_s;
        QTest::newRow("socket") << u"postgresql://openloop@%1:%2/reached?sslmode=disable"_s.arg(socket, port)
                                << u"openloop"_s;
        QTest::newRow("parameters only") << u"postgresql://?host=%1&port=%2&dbname=reached&user=openloop"_s.arg(
            socket, port) << u"openloop"_s;
    }
    void aPostgresIsReachedAsTheUrlSays()
    {
        QFETCH(QString, url);
        Store store(url, 1);
        QCOMPARE(await(store.todos({}, {})).got().size(), 100);
        QTEST(await(taskOf(store.read(applicationOf))).got(), "application");
    }
};

QTEST_GUILESS_MAIN(TestStoreLocation)
#include "test_store_location.moc"
