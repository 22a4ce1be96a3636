// SPDX-License-Identifier: GPL-3.0-or-later
// JSON as it is written: escapes of RFC 8259 section 7, the order of members, numbers.
#include "server/http/message/json.h"
#include "tests/support/rows.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <limits>

using openloop::http::Json;
using openloop::test::rows;
using namespace Qt::Literals::StringLiterals;

class TestJson : public QObject
{
    Q_OBJECT

private slots:
    void anyTextComesBack_data();
    void anyTextComesBack();
    void membersKeepTheirOrder();
    void numbersAreFinite();
};

void TestJson::anyTextComesBack_data()
{
    rows<QString>({"text"},
                  {
                      {"nothing", u""_s},
                      {"plain", u"healthy"_s},
                      {"quotes", u"say \"no\" \\ yes"_s},
                      {"lines", u"one\ntwo\r\tthree"_s},
                      {"control", QString(u'\0') + QChar(1) + QChar(0x1f) + QChar(0x7f)},
                      {"beyond ASCII", u"Zürich, 素数, 🙂"_s},
                  });
}

void TestJson::anyTextComesBack()
{
    QFETCH(QString, text);
    const Json json{{text, text}};
    const QJsonObject read = QJsonDocument::fromJson(json.text()).object();
    QCOMPARE(read.keys(), QStringList{text});
    QCOMPARE(read[text].toString(), text);
    QCOMPARE(Json({{u"a"_s, 1}}).with(text, text).text(), "{\"a\":1," + json.text().sliced(1));
}

void TestJson::membersKeepTheirOrder()
{
    const Json json{{u"z"_s, 1}, {u"a"_s, true}, {u"m"_s, Json()}};
    QCOMPARE(json.text(), "{\"z\":1,\"a\":true,\"m\":null}");
    QCOMPARE(Json({}).with(u"only"_s, 2).text(), "{\"only\":2}");
}

void TestJson::numbersAreFinite()
{
    QCOMPARE(Json(0.25).text(), "0.25");
    QCOMPARE(Json(std::numeric_limits<double>::infinity()).text(), "null");
    QCOMPARE(Json(std::numeric_limits<qint64>::min()).text(), "-9223372036854775808");
}

QTEST_GUILESS_MAIN(TestJson)
#include "test_json.moc"
