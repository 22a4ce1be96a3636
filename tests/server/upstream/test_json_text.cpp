// SPDX-License-Identifier: GPL-3.0-or-later
// What is passed on as JSON is JSON: the cases are those of RFC 8259's grammar and of JSON_parsing test suites.
#include "server/upstream/json_text.h"

#include <QTest>

using namespace openloop;

class TestJsonText : public QObject
{
    Q_OBJECT

private slots:
    void oneValueIsTaken_data();
    void oneValueIsTaken();
    void whatIsNoJsonIsRefused_data();
    void whatIsNoJsonIsRefused();
    void everyByteIsNeeded();
    void theDepthIsBounded();
};

void TestJsonText::oneValueIsTaken_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const QByteArray &text : QList<QByteArray>{
             "null", "true", "false", "0", "-0", "1e400", "-1.5E+07", "0.0e-0", "123456789012345678901234567890",
             "3.141592653589793238462643383279502884197", "\"\"", "\"\\u0000\\uD800\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "[]",
             "{}", "[[],{},[{}]]", " \t\r\n[ 1 , 2 ] ", "{\"a\":1,\"a\":2}", "{ \"\" : [ ] }",
             "\"\xc2\x80\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\x7f\""})
        QTest::newRow(text.left(20).toHex(' ').constData()) << text;
}

void TestJsonText::oneValueIsTaken()
{
    QFETCH(const QByteArray, text);
    QVERIFY(isJson(text));
    QVERIFY(isJson('[' + text + ']'));
    QVERIFY(isJson("{\"a\":" + text + ",\"b\":" + text + '}'));
}

void TestJsonText::whatIsNoJsonIsRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const QByteArray &text : QList<QByteArray>{"",
                                                    " ",
                                                    "[.5]",
                                                    "[5.]",
                                                    "[01]",
                                                    "[-]",
                                                    "[+1]",
                                                    "[1e]",
                                                    "[1e+]",
                                                    "[0x1]",
                                                    "[NaN]",
                                                    "[Infinity]",
                                                    "[-01]",
                                                    "[1 2]",
                                                    "\"\\q\"",
                                                    "\"\\u12g4\"",
                                                    "\"\\u12\"",
                                                    "\"a\nb\"",
                                                    "\"\\",
                                                    "\"",
                                                    "'a'",
                                                    "[1,]",
                                                    "[,1]",
                                                    "[,]",
                                                    "{,}",
                                                    "{\"a\":1,}",
                                                    "{\"a\"}",
                                                    "{\"a\":}",
                                                    "{a:1}",
                                                    "{1:2}",
                                                    "[1}",
                                                    "{\"a\":1]",
                                                    "[",
                                                    "{",
                                                    "]",
                                                    "1]",
                                                    "1,2",
                                                    "1],[2",
                                                    "[] []",
                                                    "nul",
                                                    "nullx",
                                                    "TRUE",
                                                    "// c\n1",
                                                    "[1]/**/",
                                                    "\xef\xbb\xbf[]",
                                                    "[\x0c]",
                                                    "\"\x80\"",
                                                    "\"\xc0\xaf\"",
                                                    "\"\xed\xa0\x80\"",
                                                    "\"\xf4\x90\x80\x80\"",
                                                    "\"\xe2\x82\"",
                                                    "\"\xf8\x88\x80\x80\x80\"",
                                                    "\"\xe0\x9f\xbf\"",
                                                    "\"\xf0\x8f\xbf\xbf\""})
        QTest::newRow(text.isEmpty() ? "nothing" : text.toHex(' ').constData()) << text;
    QTest::newRow("NUL in a string") << QByteArray("\"\0\"", 3);
    QTest::newRow("NUL after it") << QByteArray("[]\0", 3);
    QTest::newRow("NUL between") << QByteArray("[\0]", 3);
}

void TestJsonText::whatIsNoJsonIsRefused()
{
    QFETCH(const QByteArray, text);
    QVERIFY(!isJson(text));
    QVERIFY(!isJson("{\"a\":" + text + '}'));
}

void TestJsonText::everyByteIsNeeded()
{
    const QByteArray text = R"({"a":[1.5e-7,true,"é\u00e9\n",null,{}],"b":-0})";
    QVERIFY(isJson(text));
    for (qsizetype length = 0; length < text.size(); ++length)
        QVERIFY(!isJson(text.first(length)));
}

void TestJsonText::theDepthIsBounded()
{
    QVERIFY(isJson(QByteArray(deepestJson, '[') + QByteArray(deepestJson, ']')));
    QVERIFY(!isJson(QByteArray(deepestJson + 1, '[') + QByteArray(deepestJson + 1, ']')));
    QVERIFY(isJson(QByteArray("{\"a\":").repeated(deepestJson) + '1' + QByteArray(deepestJson, '}')));
    QVERIFY(!isJson(QByteArray(4'000'000, '['))); // no stack overflows
}

QTEST_APPLESS_MAIN(TestJsonText)
#include "test_json_text.moc"
