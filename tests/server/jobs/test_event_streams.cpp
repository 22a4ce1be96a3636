// SPDX-License-Identifier: GPL-3.0-or-later
// A job's events as an EventSource reads them: each has its id, and whoever comes back is told what it has not heard.
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/event_reader.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/peers.h"
#include "tests/support/rows.h"

#include <QTest>

#include <algorithm>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

const QByteArray sieved = semiprime(150);
const QString a = u"A"_s;
const QString b = u"B"_s;

bool isNumber(const QByteArray &id)
{
    return !id.isEmpty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

class TestEventStreams : public QObject
{
    Q_OBJECT

private slots:
    void everyEventCarriesItsVersion();
    void whoComesBackIsToldWhatIsNewer();
    void whoWasToldTheEndIsToldToStay();
    void whatIsNoIdIsIgnored_data();
    void whatIsNoIdIsIgnored();
    void anIdGotAtOneServerCountsAtTheOther();
    void whoComesBackIsNotSentAwayWhileTheDatabaseIs();
};

void TestEventStreams::everyEventCarriesItsVersion()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray path = heldJob(server, sieved);
    EventReader events(server.port(), path);
    QCOMPARE(events.head().status, 200);
    QCOMPARE(events.head().fields.value("content-type"), "text/event-stream");
    QCOMPARE(events.head().fields.value("cache-control"), "no-store");
    QCOMPARE(events.head().fields.value("x-accel-buffering"), "no");
    const Event first = events.next();
    QCOMPARE(first.name, "progress");
    QVERIFY2(isNumber(first.id), first.id.constData());
    QCOMPARE(events.next(), first); // it is held: nothing has changed
    QVERIFY(server.release());
    const Event end = events.nextOf("done");
    QVERIFY2(isNumber(end.id) && end.id != first.id, end.id.constData());
    QVERIFY(events.endsProperly());
    QCOMPARE(events.retries(), QByteArrayList{"1000"});
    QVERIFY(events.text().startsWith("retry: 1000\n"));
    QCOMPARE(statusOf(events.client().get("/health")), 200); // the connection goes on
}

void TestEventStreams::whoComesBackIsToldWhatIsNewer()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray path = heldJob(server, sieved);
    const Event running = EventReader(server.port(), path).next();
    EventReader informed(server.port(), path, running.id);
    EventReader behind(server.port(), path, "1");
    QCOMPARE(informed.head().status, 200);
    QCOMPARE(behind.next(), running);
    QVERIFY(!behind.text().contains("\n:\n"));
    QCOMPARE(informed.next(), running); // how far it is, at the next tick
    QVERIFY2(informed.text().startsWith("retry: 1000\n\n:\n"), informed.text().constData()); // and not at once
    QVERIFY(server.release());
    const Event end = informed.nextOf("done");
    QCOMPARE(behind.nextOf("done"), end);
    EventReader late(server.port(), path, running.id);
    QCOMPARE(late.next(), end);
    QVERIFY(late.endsProperly());
}

void TestEventStreams::whoWasToldTheEndIsToldToStay()
{
    ServerProcess server(QStringLiteral(TEST_SERVER));
    QVERIFY(server.waitUntilReady());
    const QByteArray path = accept(server.port(), "91");
    const Event end = EventReader(server.port(), path).nextOf("done");
    for (const QByteArray &method : {QByteArray("GET"), QByteArray("HEAD"), QByteArray("GET")}) {
        EventReader told(server.port(), path, end.id, method);
        QCOMPARE(told.head().status, 204);
        QCOMPARE(told.head().fields.value("cache-control"), "no-store");
        QCOMPARE(statusOf(told.client().get("/health")), 200);
    }
    QCOMPARE(EventReader(server.port(), path).next(), end); // who does not say what it knows is told all
    QCOMPARE(EventReader(server.port(), jobs + "/0000000000000000", end.id).head().status, 404);
}

void TestEventStreams::whatIsNoIdIsIgnored_data()
{
    rows<QByteArray>({"id"},
                     {
                         {"nothing", ""},
                         {"a word", "abc"},
                         {"a sign", "-1"},
                         {"another sign", "+END"},
                         {"two numbers", "END END"},
                         {"a list", "END, END"},
                         {"hexadecimal", "0xEND"},
                         {"a fraction", "END.0"},
                         {"beyond 64 bits", QByteArray(32, '9')},
                         {"too long", QByteArray(33 - 16, '0') + "END"},
                         {"much too long", QByteArray(8000, '7')},
                         {"other digits", "\xd9\xa1\xd9\xa2"},
                     });
}

void TestEventStreams::whatIsNoIdIsIgnored()
{
    QFETCH(QByteArray, id);
    static ServerProcess server(QStringLiteral(TEST_SERVER));
    if (server.port() == 0)
        QVERIFY(server.waitUntilReady());
    const QByteArray path = accept(server.port(), "91");
    const Event end = EventReader(server.port(), path).nextOf("done");
    QCOMPARE(end.id.size(), 16); // which the rows count on
    EventReader events(server.port(), path, id.replace("END", end.id));
    QCOMPARE(events.head().status, 200);
    QCOMPARE(events.nextOf("done"), end);
}

void TestEventStreams::anIdGotAtOneServerCountsAtTheOther()
{
    if (peersAreLeftOut())
        QSKIP("PostgreSQL is left out here");
    Fleet fleet(QStringLiteral(TEST_SERVER));
    const QByteArray path = heldJob(fleet.start(a), sieved);
    fleet.start(b, {}, Fleet::Computes::Held);
    const Event atFirst = EventReader(fleet[a].port(), path).next();
    EventReader other(fleet[b].port(), path, atFirst.id);
    QCOMPARE(other.next().id, atFirst.id);
    QVERIFY2(other.text().startsWith("retry: 1000\n\n:\n"), other.text().constData());
    fleet.kill(a);
    TRY_COMPARE(fleet[b].figure("held"), 1);
    const Event takenOver = EventReader(fleet[b].port(), path, atFirst.id).next();
    QVERIFY(takenOver.id != atFirst.id);
    QVERIFY(fleet[b].release());
    const Event end = EventReader(fleet[b].port(), path, takenOver.id).nextOf("done");
    QCOMPARE(other.nextOf("done"), end);
    fleet.start(a);
    QCOMPARE(EventReader(fleet[a].port(), path, takenOver.id).next(), end);
    QCOMPARE(EventReader(fleet[a].port(), path, end.id).head().status, 204);
    QCOMPARE(EventReader(fleet[b].port(), path, end.id).head().status, 204);
}

// An EventSource that is answered anything but 200 asks never again.
void TestEventStreams::whoComesBackIsNotSentAwayWhileTheDatabaseIs()
{
    if (peersAreLeftOut())
        QSKIP("PostgreSQL is left out here");
    Fleet fleet(QStringLiteral(TEST_SERVER));
    const QByteArray path = heldJob(fleet.start(a), sieved);
    const Event running = EventReader(fleet[a].port(), path).next();
    fleet.database().stop();
    EventReader again(fleet[a].port(), path, running.id);
    QCOMPARE(again.head().status, 200);
    QCOMPARE(EventReader(fleet[a].port(), path).head().status, 503);
    QVERIFY(again.hears(":\n")); // so that no proxy takes it for dead
    fleet.database().start();
    QVERIFY(fleet[a].release());
    const Event end = again.nextOf("done");
    QVERIFY(end.id != running.id);
    QVERIFY(again.endsProperly());
}

QTEST_GUILESS_MAIN(TestEventStreams)
#include "test_event_streams.moc"
