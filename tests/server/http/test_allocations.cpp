// SPDX-License-Identifier: GPL-3.0-or-later
// How often a small request makes the server ask the heap for memory, all its threads counted.
#include "tests/support/raw_client.h"
#include "tests/support/server_process.h"

#include <QFile>
#include <QTemporaryFile>
#include <QTest>

#include <cstring>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestAllocations : public QObject
{
    Q_OBJECT

private slots:
    void aSmallRequestTakesAlmostNothingFromTheHeap_data();
    void aSmallRequestTakesAlmostNothingFromTheHeap();
};

void TestAllocations::aSmallRequestTakesAlmostNothingFromTheHeap_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<double>("least");
    QTest::addColumn<double>("most");
    const QByteArray browser = "Host: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
                               "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-US,en;q=0.5\r\n";
    QTest::newRow("few fields") << QByteArray("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") << 0.5 << 2.0;
    QTest::newRow("a browser's fields") << "GET /health HTTP/1.1\r\n" + browser + "\r\n" << 0.5 << 2.0;
    QTest::newRow("control: a refusal") << QByteArray("GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") << 5.0 << 1e3;
}

void TestAllocations::aSmallRequestTakesAlmostNothingFromTheHeap()
{
    QFETCH(QByteArray, request);
    QFETCH(double, least);
    QFETCH(double, most);
    QTemporaryFile file;
    QVERIFY(file.open() && file.resize(sizeof(qint64)));
    ServerProcess server(
        QStringLiteral(OPENLOOP_SERVER), {},
        {u"env"_s, QStringLiteral("LD_PRELOAD=" COUNT_ALLOCATIONS), u"COUNT_ALLOCATIONS_IN="_s + file.fileName()});
    QVERIFY(server.waitUntilReady());
    const uchar *const count = file.map(0, sizeof(qint64));
    QVERIFY(count);
    const auto allocations = [count] {
        qint64 value = 0;
        std::memcpy(&value, count, sizeof value);
        return value;
    };
    RawClient client(server.port());
    const auto ask = [&](int times) {
        for (int i = 0; i < times; ++i) {
            client.send(request);
            if (!client.read())
                return false;
        }
        return true;
    };
    QVERIFY(ask(100)); // what is kept for the next one is there now
    constexpr int requests = 10'000;
    const qint64 before = allocations();
    QVERIFY(ask(requests));
    const double each = double(allocations() - before) / requests;
    QVERIFY2(each >= least && each <= most, qPrintable(u"%1 allocations a request"_s.arg(each)));
}

QTEST_GUILESS_MAIN(TestAllocations)
#include "test_allocations.moc"
