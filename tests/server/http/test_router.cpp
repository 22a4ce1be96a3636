// SPDX-License-Identifier: GPL-3.0-or-later
// The router alone, without a connection: what a path leads to, and that the way is the same where it is remembered.
#include "server/http/qt/qt_router.h"
#include "server/http/remembering_router.h"

#include <QEventLoop>
#include <QRandomGenerator>
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
    void whatIsRememberedIsWhatQtAnswers();
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

// Paths that fit, nearly fit and do not, from a seed; each twice, for the second time it is remembered.
void TestRouter::whatIsRememberedIsWhatQtAnswers()
{
    const QStringList patterns{
        u"/"_s,           u"/things/known"_s,     u"/things/<arg>"_s, u"/things/<arg>/parts/<arg>"_s,
        u"/things/new"_s, u"/dotted.name"_s,      u"/slash/"_s,       u"/<arg>/events"_s,
        u"/a~b-c_d"_s,    u"/<arg>/<arg>/<arg>"_s};
    const QByteArrayList pieces{"things",  "known", "new",   "parts", "events", "dotted.name", "dotted-name", "slash",
                                "a~b-c_d", "1",     "..",    ".",     "%41",    "%2F",         "%6Enown",     "a%20b",
                                "%C3%A4",  "",      "<arg>", "A",     "%7e",    "a+b",         "a:b",         "a;b"};
    RememberingRouter remembering(makeQtRouter());
    const std::unique_ptr<Router> plain = makeQtRouter();
    for (int i = 0; i < patterns.size(); ++i) {
        remembering.add(patterns[i], i);
        plain->add(patterns[i], i);
    }
    QRandomGenerator random(5);
    int found = 0;
    for (int i = 0; i < 10'000; ++i) {
        QByteArray path;
        for (quint32 depth = random.bounded(1, 6); depth > 0; --depth)
            path += '/' + pieces[random.bounded(int(pieces.size()))];
        const auto wanted = plain->resolve(path);
        for (int again = 0; again < 2; ++again) {
            const auto target = remembering.resolve(path);
            QVERIFY2(target.has_value() == wanted.has_value(), path.constData());
            if (!wanted)
                continue;
            QVERIFY2(target->route == wanted->route && target->arguments == wanted->arguments, path.constData());
        }
        found += wanted && wanted->route != Router::nowhere;
    }
    QVERIFY2(found > 1000, qPrintable(QString::number(found)));
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
