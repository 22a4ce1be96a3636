// SPDX-License-Identifier: GPL-3.0-or-later
// The router alone, without a connection: what a path leads to, and that it costs nothing while nobody asks.
#include "server/http/qt/qt_router.h"

#include <QEventLoop>
#include <QTest>

using namespace openloop::http;
using namespace Qt::Literals::StringLiterals;

class TestRouter : public QObject
{
    Q_OBJECT

private slots:
    void init();

    void aPathLeadsToTheFirstPatternThatItFits_data();
    void aPathLeadsToTheFirstPatternThatItFits();
    void whatCantBeReadDoesNotSpoilTheNext();
    void thereIsNothingToDoWhileNobodyAsks();

private:
    std::unique_ptr<Router> m_router;
};

void TestRouter::init()
{
    m_router = makeQtRouter();
    m_router->add(u"/things/known"_s, 7);
    m_router->add(u"/things/<arg>"_s, 0);
    m_router->add(u"/things/<arg>/parts/<arg>"_s, 1);
    m_router->add(u"/dotted.name"_s, 2);
}

void TestRouter::aPathLeadsToTheFirstPatternThatItFits_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("route");
    QTest::addColumn<QStringList>("arguments");
    const auto row = [](const QByteArray &path, int route, const QStringList &arguments = {}) {
        QTest::newRow(path.constData()) << path << route << arguments;
    };
    row("/things/known", 7);
    row("/things/other", 0, {u"other"_s});
    row("/things/a%2Fb%20c", 0, {u"a/b c"_s});
    row("/things/1/parts/2", 1, {u"1"_s, u"2"_s});
    row("/dotted.name", 2);
    row("/dotted-name", Router::nowhere);
    row("/things/", Router::nowhere);
    row("//things/known", Router::nowhere);
    row("*", Router::nowhere);
}

void TestRouter::aPathLeadsToTheFirstPatternThatItFits()
{
    QFETCH(const QByteArray, path);
    QFETCH(const int, route);
    QFETCH(const QStringList, arguments);
    for (int again = 0; again < 2; ++again) {
        const auto target = m_router->resolve(path);
        QVERIFY(target);
        QCOMPARE(target->route, route);
        QCOMPARE(target->arguments, arguments);
    }
}

void TestRouter::whatCantBeReadDoesNotSpoilTheNext()
{
    QVERIFY(!m_router->resolve("/a b"));
    const auto target = m_router->resolve("/things/known");
    QVERIFY(target);
    QCOMPARE(target->route, 7);
}

// QHttpServer's sockets come from a server with a descriptor, at which nothing must ever happen.
void TestRouter::thereIsNothingToDoWhileNobodyAsks()
{
    QVERIFY(m_router->resolve("/things/known"));
    int turns = 0;
    while (QEventLoop().processEvents() && turns < 100)
        ++turns;
    QVERIFY(turns < 100);
}

QTEST_GUILESS_MAIN(TestRouter)
#include "test_router.moc"
