// SPDX-License-Identifier: GPL-3.0-or-later
// Which names of a request are taken from its client, and that those that are made are nobody else's.
#include "server/http/message/trace.h"
#include "tests/support/rows.h"

#include <QSet>
#include <QTest>

#include <thread>

using namespace openloop::http;
using namespace openloop::test;

namespace {

const QByteArray given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

RequestHead headWith(const QByteArray &fields)
{
    return readHead("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n", Limits()).head.value_or(RequestHead());
}

} // namespace

class TestTrace : public QObject
{
    Q_OBJECT

private slots:
    void anIdIsTakenOrReplaced_data();
    void anIdIsTakenOrReplaced();
    void aParentIsTakenOrReplaced_data();
    void aParentIsTakenOrReplaced();
    void whatIsMadeIsNobodyElses();
    void whatIsSentOnward();
};

void TestTrace::anIdIsTakenOrReplaced_data()
{
    rows<QByteArray, bool>({"fields", "taken"},
                           {{"a UUID", "X-Request-Id: 0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0\r\n", true},
                            {"one character", "x-request-id: a\r\n", true},
                            {"every mark", "X-Request-ID: -._~:/+=@\r\n", true},
                            {"the longest", "X-Request-Id: " + QByteArray(128, 'x') + "\r\n", true},
                            {"longer", "X-Request-Id: " + QByteArray(129, 'x') + "\r\n", false},
                            {"empty", "X-Request-Id:\r\n", false},
                            {"a space", "X-Request-Id: a b\r\n", false},
                            {"a quote", "X-Request-Id: a\"b\r\n", false},
                            {"a brace", "X-Request-Id: ${jndi:x}\r\n", false},
                            {"beyond ASCII", "X-Request-Id: \xc3\xa4\r\n", false},
                            {"twice", "X-Request-Id: a\r\nX-Request-Id: b\r\n", false}});
}

void TestTrace::anIdIsTakenOrReplaced()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const bool, taken);
    const Trace trace(headWith(fields));
    QByteArray answer;
    trace.appendTo(answer);
    QVERIFY(answer.contains("X-Request-Id: " + trace.id().toByteArray() + "\r\n"));
    QCOMPARE(trace.id() == fields.sliced(fields.indexOf(':') + 1).trimmed(), taken);
    if (!taken)
        QCOMPARE(trace.id().size(), 16);
}

void TestTrace::aParentIsTakenOrReplaced_data()
{
    const QByteArray zeros(32, '0');
    rows<QByteArray, bool>({"value", "taken"},
                           {{"version 00", given, true},
                            {"a later version", "01" + given.sliced(2) + "-more", true},
                            {"version ff", "ff" + given.sliced(2), false},
                            {"version 00 with more", given + "-more", false},
                            {"a later version that goes on", "01" + given.sliced(2) + "more", false},
                            {"upper case", given.toUpper(), false},
                            {"short", given.first(54), false},
                            {"other dashes", QByteArray(given).replace('-', '_'), false},
                            {"no trace", "00-" + zeros + given.sliced(35), false},
                            {"no span", given.first(36) + zeros.first(16) + given.sliced(52), false},
                            {"empty", "", false}});
}

void TestTrace::aParentIsTakenOrReplaced()
{
    QFETCH(const QByteArray, value);
    QFETCH(const bool, taken);
    const Trace trace(headWith("traceparent: " + value + "\r\n"));
    QByteArray answer;
    trace.appendTo(answer);
    QCOMPARE(trace.parent().size(), 55);
    QCOMPARE(trace.parent() == given, taken);
    QCOMPARE(answer.contains("traceparent: " + given + "\r\n"), taken);
    QVERIFY(answer.contains("traceparent: " + trace.parent().toByteArray() + "\r\n"));
    QCOMPARE(trace.parent(),
             QByteArray("00-" + trace.traceId().toByteArray() + '-' + trace.spanId().toByteArray()
                        + (taken ? "-01" : "-00")));
}

// By several threads at once, as several event loops make them.
void TestTrace::whatIsMadeIsNobodyElses()
{
    constexpr int each = 70'000; // more than a thread takes at a time
    std::array<QList<QByteArray>, 4> made;
    {
        std::vector<std::jthread> threads;
        for (QList<QByteArray> &mine : made) {
            threads.emplace_back([&mine] {
                const RequestHead head = headWith({});
                for (int i = 0; i < each; ++i)
                    mine.append(Trace(head).id().toByteArray());
            });
        }
    }
    QSet<QByteArray> all;
    for (const QList<QByteArray> &mine : made)
        all.unite(QSet<QByteArray>(mine.begin(), mine.end()));
    QCOMPARE(all.size(), qsizetype(made.size()) * each);
}

void TestTrace::whatIsSentOnward()
{
    const auto valueOf = [](const QByteArray &fields, const QByteArray &name) {
        const RequestHead head = headWith(fields);
        for (const Field &field : Trace(head).fieldsOnward(head)) {
            if (field.name == name)
                return field.value;
        }
        return QByteArray();
    };
    const QByteArray state = "tracestate: a=1\r\ntracestate: b=2\r\n";
    QCOMPARE(valueOf("X-Request-Id: mine\r\n", "X-Request-Id"), "mine");
    QCOMPARE(valueOf("traceparent: " + given + "\r\n", "traceparent"), given);
    QCOMPARE(valueOf("traceparent: " + given + "\r\n" + state, "tracestate"), "a=1,b=2");
    QCOMPARE(valueOf(state, "tracestate"), ""); // of no trace
    QCOMPARE(valueOf("traceparent: " + given + "\r\ntracestate: a=" + QByteArray(600, 'x') + "\r\n", "tracestate"), "");
    QCOMPARE(valueOf({}, "traceparent").size(), 55);
}

QTEST_GUILESS_MAIN(TestTrace)
#include "test_trace.moc"
