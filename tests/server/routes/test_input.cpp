// SPDX-License-Identifier: GPL-3.0-or-later
// What a client may give as n: in the body and in the query the same, and nothing that two readers read differently.
#include "server/http/message/failure.h"
#include "server/routes/input.h"
#include "tests/support/rows.h"

#include <QTest>

using namespace openloop;
using openloop::test::rows;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr int mostDigits = 100;

QByteArray objectWith(const QByteArray &value)
{
    return "{\"n\":" + value + '}';
}

QByteArray quoted(const QByteArray &text)
{
    return '"' + text + '"';
}

// The number, or what is said of it.
QString bodySays(const QByteArray &body)
{
    http::Request request;
    request.body = body;
    try {
        const auto text = bodyField(request, u"n"_s);
        return QString::fromStdString(parseInteger(u"n"_s, text, mostDigits).get_str());
    } catch (const http::Failure &failure) {
        return failure.detail();
    }
}

QString querySays(const QByteArray &query)
{
    http::Request request;
    request.head.setQuery(query);
    try {
        const auto text = queryField(request, u"n"_s);
        return QString::fromStdString(parseInteger(u"n"_s, text, mostDigits).get_str());
    } catch (const http::Failure &failure) {
        return failure.detail();
    }
}

} // namespace

class InputTest : public QObject
{
    Q_OBJECT

private slots:
    void aNameThatIsGivenTwiceIsRefusedAndNamed_data()
    {
        rows<QByteArray, QString>(
            {"body", "name"},
            {
                {"n", "{\"n\":\"12\",\"n\":\"15\"}", u"n"_s},
                {"the same value", "{\"n\":12, \"n\" : 12}", u"n"_s},
                {"escaped", "{\"n\":\"12\",\"\\u006e\":\"15\"}", u"n"_s},
                {"another name", "{\"n\":\"12\",\"a b\":1,\"a b\":2}", u"a b"_s},
                {"behind an object", "{\"n\":\"12\",\"m\":{\"x\":[1,\"}\"]},\"n\":\"15\"}", u"n"_s},
                {"with a quote", "{\"\\\"\":1,\"n\":\"12\",\"\\\"\":2}", u"\""_s},
                {"endless", "{\"n\":1,\"" + QByteArray(5000, 'x') + "\":1,\"" + QByteArray(5000, 'x') + "\":2}",
                 QString(40, u'x') + u'…'},
            });
    }
    void aNameThatIsGivenTwiceIsRefusedAndNamed()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, name);
        const QString said = bodySays(body);
        QVERIFY2(said.contains(name) && said.contains(u"more than once"), qPrintable(said));
    }

    void moreMembersThanAnybodyNeedsAreRefused()
    {
        const auto bodyOf = [](int members) {
            QByteArrayList written{"\"n\":\"12\""};
            for (int i = 1; i < members; ++i)
                written << "\"m" + QByteArray::number(i) + "\":1";
            return '{' + written.join(',') + '}';
        };
        QCOMPARE(bodySays(bodyOf(100)), u"12"_s);
        QCOMPARE(bodySays(bodyOf(101)), u"body has more than 100 members"_s);
    }

    void whatOnlyLooksLikeTheSameNameIsTaken()
    {
        const QByteArray elsewhere = "{\"n\":\"12\",\"m\":\"n\",\"o\":[\"n\",\"n\"],\"p\":{\"n\":1},\"N\":2}";
        QCOMPARE(bodySays(elsewhere), u"12"_s);
        const QByteArray deeper = "{\"n\":\"12\",\"m\":{\"x\":1,\"x\":2}}";
        QCOMPARE(bodySays(deeper), u"12"_s);
        const QByteArray inText = "{\"m\":\"\\\"n\\\":\",\"n\":\"12\"}";
        QCOMPARE(bodySays(inText), u"12"_s);
        QCOMPARE(bodySays(" {\r\n\t\"n\"\n:\t360 } "), u"360"_s);
    }

    void aSignIsRefusedEverywhere()
    {
        for (const char *n : {"+12", "-12", " 12", "12 ", "+", "-"}) {
            QVERIFY(bodySays(objectWith(quoted(n))).contains(u"not a decimal integer"_s));
            QVERIFY(querySays("n=" + QByteArray(n).toPercentEncoding()).contains(u"not a decimal integer"_s));
        }
        QVERIFY(querySays("n=+12").contains(u"not a decimal integer"_s)); // a blank, to a form
        QVERIFY(bodySays(objectWith("-12")).contains(u"a whole number from 1 to 2^53"_s));
    }

    void aNumberThatJsonMayRoundIsRefused()
    {
        for (const QByteArray &n :
             QByteArrayList{"12.99999999999999999999", "0.99999999999999999", "9007199254740991.4",
                            "9007199254740992.5", "9007199254740993", "9.007199254740993e15", "1e16", "12e-1", "1e400",
                            "1e-400", QByteArray(310, '1'), "12." + QByteArray(100, '0')}) {
            const QString said = bodySays("{\"n\":" + n + ",\"m\":9007199254740992,\"o\":1e400}");
            QVERIFY2(said.startsWith(u"n is neither a string of digits"_s), qPrintable(said));
        }
        QCOMPARE(bodySays(objectWith("0.0")), u"n is 0: an integer of 1 or more is wanted"_s);
    }

    void aWholeNumberIsTakenHoweverItIsWritten()
    {
        for (const char *n : {"1200", "1200.00", "1.2e3", "12E+2", "12000e-1", "0.12e4"})
            QCOMPARE(bodySays(objectWith(n)), u"1200"_s);
        for (const char *n : {"9007199254740992", "9.007199254740992e15"})
            QCOMPARE(bodySays(objectWith(n)), u"9007199254740992"_s);
    }

    void whatIsNoJsonIsRefusedThoughItIsNearlySo()
    {
        for (const char *text : {"\"a\tb\"", "\"\\q\"", "01", "1.", "+1", "NaN", "'a'"}) {
            const QString said = bodySays(QByteArray("{\"n\":\"7\",\"x\":") + text + '}');
            QVERIFY2(said.startsWith(u"body is not a JSON object"_s), qPrintable(said));
        }
        QCOMPARE(bodySays("[7]"), u"body is not a JSON object: other JSON"_s);
        QVERIFY(bodySays("{}").startsWith(u"n is missing"_s));
        for (const char *none : {"", " \r\n"})
            QCOMPARE(bodySays(none), u"body is empty: a JSON object is wanted"_s);
    }

    void leadingZerosDoNotCount()
    {
        const QByteArray n = QByteArray(500, '0') + QByteArray(mostDigits, '7');
        const QString taken = QString(mostDigits, u'7');
        QCOMPARE(bodySays(objectWith(quoted(n))), taken);
        QCOMPARE(querySays("n=" + n), taken);
        QVERIFY(bodySays(objectWith(quoted(n + '7'))).contains(u"has 101 digits; at most 100 are taken here"_s));
        QVERIFY(querySays("n=" + n + '7').contains(u"has 101 digits; at most 100 are taken here"_s));
    }

    void whatIsPreferredIsReadAsFarAsItCanBe_data()
    {
        QTest::addColumn<QByteArrayList>("fields");
        QTest::addColumn<std::optional<QByteArray>>("wait");
        QTest::addColumn<bool>("async");
        const std::optional<QByteArray> none;
        QTest::newRow("nothing") << QByteArrayList() << none << false;
        QTest::newRow("one") << QByteArrayList{"wait=10"} << std::optional<QByteArray>("10") << false;
        QTest::newRow("without a value") << QByteArrayList{"wait"} << std::optional<QByteArray>("") << false;
        QTest::newRow("quoted") << QByteArrayList{"wait=\"10\""} << std::optional<QByteArray>("10") << false;
        QTest::newRow("with a parameter") << QByteArrayList{"Wait = 5; x=y"} << std::optional<QByteArray>("5") << false;
        QTest::newRow("a list") << QByteArrayList{"respond-async, wait=1"} << std::optional<QByteArray>("1") << true;
        QTest::newRow("two fields") << QByteArrayList{"wait=1", "Respond-Async"} << std::optional<QByteArray>("1")
                                    << true;
        QTest::newRow("the first counts")
            << QByteArrayList{"wait=1, wait=2"} << std::optional<QByteArray>("1") << false;
        QTest::newRow("odd ones") << QByteArrayList{",=,a=b=c,;,wait=3"} << std::optional<QByteArray>("3") << false;
        QTest::newRow("another") << QByteArrayList{"awaits=1, respond-asyncs"} << none << false;
    }
    void whatIsPreferredIsReadAsFarAsItCanBe()
    {
        QFETCH(QByteArrayList, fields);
        QFETCH(std::optional<QByteArray>, wait);
        QFETCH(bool, async);
        http::Request request;
        for (const QByteArray &field : fields)
            request.head.addField("prefer", field);
        QCOMPARE(preference(request, "wait"), wait);
        QCOMPARE(preference(request, "respond-async").has_value(), async);
    }

    void theExactestRangeSaysWhatIsAccepted_data()
    {
        rows<QByteArrayList, double>({"fields", "weight"},
                                     {
                                         {"nothing", {}, 0},
                                         {"it", {"text/html"}, 1},
                                         {"in capitals", {"Text/HTML; Q=0.5"}, 0.5},
                                         {"anything", {"*/*;q=0.3"}, 0.3},
                                         {"its kind", {"*/*, text/*;q=0.2"}, 0.2},
                                         {"whatever the order", {"text/html;q=0.1, text/*;q=0.2, */*"}, 0.1},
                                         {"in two fields", {"*/*", "text/html;q=0.4"}, 0.4},
                                         {"another parameter", {"text/html;level=1;q=0.7"}, 0.7},
                                         {"another", {"application/json, text/htmlx, ext/*"}, 0},
                                         {"no weight", {"text/html;q="}, 0},
                                         {"more than all", {"text/html;q=2"}, 0},
                                         {"less than nothing", {"text/html;q=-1"}, 0},
                                         {"no number", {"text/html;q=nan"}, 0},
                                         {"odd ones", {";,=;q=x,,/, */"}, 0},
                                     });
    }
    void theExactestRangeSaysWhatIsAccepted()
    {
        QFETCH(QByteArrayList, fields);
        QFETCH(double, weight);
        http::Request request;
        for (const QByteArray &field : fields)
            request.head.addField("accept", field);
        QCOMPARE(acceptance(request, "text/html"), weight);
    }
};

QTEST_GUILESS_MAIN(InputTest)
#include "test_input.moc"
