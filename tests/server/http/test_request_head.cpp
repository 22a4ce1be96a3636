// SPDX-License-Identifier: GPL-3.0-or-later
// What the strict reader of request heads accepts and refuses, byte by byte: the table that smuggling has to get past.
#include "server/http/message/request_head.h"
#include "server/http/reading/chunked_body.h"

#include <QTest>

using namespace openloop::http;
using namespace Qt::Literals::StringLiterals;

class TestRequestHead : public QObject
{
    Q_OBJECT

private slots:
    void acceptsOrRefuses_data();
    void acceptsOrRefuses();
    void everyPrefixOfAGoodHeadIsIncomplete();
    void aHeadInPiecesIsLookedAtOnce_data();
    void aHeadInPiecesIsLookedAtOnce();
    void aHeadInPiecesMeansTheSame();
    void aGoodHeadIsReadWhole();
    void persistenceFollowsVersionAndConnection_data();
    void persistenceFollowsVersionAndConnection();
    void chunkedBodies_data();
    void chunkedBodies();
    void aChunkedBodyLeavesTheNextRequest();
};

namespace {

constexpr int accepted = 0;
constexpr int incomplete = -1;
const QByteArray get = "GET / HTTP/1.1\r\nHost: h\r\n";
const QByteArray post = "POST / HTTP/1.1\r\nHost: h\r\n";

int verdictOf(const HeadReading &reading)
{
    return reading.head ? accepted : reading.status == 0 ? incomplete : reading.status;
}

int verdictOn(const QByteArray &bytes)
{
    return verdictOf(readHead(bytes, Limits()));
}

// What comes of a head of which `piece` more bytes are there at a time; `at`: how many were, then.
HeadReading readInPieces(HeadReader &reader, const QByteArray &bytes, qsizetype piece, qsizetype &at)
{
    HeadReading reading;
    for (at = 0; at < bytes.size() && !reading.head && reading.status == 0;) {
        at = qMin(at + piece, bytes.size());
        reading = reader.read(QByteArrayView(bytes).first(at), Limits());
    }
    return reading;
}

} // namespace

void TestRequestHead::acceptsOrRefuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("verdict");
    const auto row = [](const char *name, const QByteArray &bytes, int verdict) {
        QTest::newRow(name) << bytes << verdict;
    };

    row("plain", get + "\r\n", accepted);
    row("query", "GET /a?b=c&d HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("one empty line before", "\r\n" + get + "\r\n", accepted);
    row("two empty lines before", "\r\n\r\n" + get + "\r\n", 400);
    row("nothing yet", "", incomplete);
    row("half a request line", "GET / HT", incomplete);
    row("half a field", get + "X: ", incomplete);
    row("no last empty line", get, incomplete);
    row("target of 8,000 bytes", "GET /" + QByteArray(7999, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("target of 8,001 bytes", "GET /" + QByteArray(8000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
    row("query of 8,000 bytes", "GET /?" + QByteArray(8000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
    row("endless target", "GET /" + QByteArray(20'000, 'a'), 414);

    row("TLS on a plain port", QByteArray("\x16\x03\x01\x02\x00", 5), 400);
    row("space before the method", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("method with a separator", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("method of 32 letters", QByteArray(32, 'A') + " / HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("method of 33 letters", QByteArray(33, 'A') + " / HTTP/1.1\r\nHost: h\r\n\r\n", 501);
    row("method of 33 characters, one of them none", QByteArray(32, 'A') + "( / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("endless method", QByteArray(20'000, 'A'), 501);
    row("unknown method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("lower-case method is another method", "get / HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("tab between", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("no target", "GET HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("space after the version", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400);
    row("no version", "GET /\r\nHost: h\r\n\r\n", 400);
    row("HTTP/0.9", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", 505);
    row("HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505);
    row("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", accepted);
    row("HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", accepted);
    row("lower-case version", "GET / http/1.1\r\nHost: h\r\n\r\n", 400);
    row("version with two digits", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", 400);
    row("version with a sign", "GET / HTTP/+1.1\r\nHost: h\r\n\r\n", 400);
    row("version with a comma", "GET / HTTP/1,1\r\nHost: h\r\n\r\n", 400);

    row("relative target", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("absolute-form", "GET http://h/a?b HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("absolute-form without a path", "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("absolute-form without a host", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("absolute-form of another scheme", "GET ftp://h/a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("asterisk with GET", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("CONNECT", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 501);
    row("fragment", "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("quote in the target", "GET /\"a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("backslash in the target", "GET /a\\b HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("raw UTF-8 in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("NUL in the target", QByteArray("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 28), 400);
    row("encoded letter", "GET /%41 HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("encoded NUL in the path", "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("encoded CRLF in the path", "GET /%0d%0a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("encoded DEL in the path", "GET /%7f HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("encoded newline in the query", "GET /?a=%0a HTTP/1.1\r\nHost: h\r\n\r\n", accepted);
    row("half an encoding", "GET /%4 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("encoding with letters beyond F", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("half an encoding in the query", "GET /?a=% HTTP/1.1\r\nHost: h\r\n\r\n", 400);

    row("no Host", "GET / HTTP/1.1\r\n\r\n", 400);
    row("two Hosts", get + "Host: h\r\n\r\n", 400);
    row("two Hosts, other case", get + "hOST: i\r\n\r\n", 400);
    row("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", accepted);
    row("Host with a port", "GET / HTTP/1.1\r\nHost: h:8080\r\n\r\n", accepted);
    row("Host of IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", accepted);
    row("Host with a path", "GET / HTTP/1.1\r\nHost: h/a\r\n\r\n", 400);
    row("Host with a user", "GET / HTTP/1.1\r\nHost: a@h\r\n\r\n", 400);
    row("Host with a space", "GET / HTTP/1.1\r\nHost: h i\r\n\r\n", 400);

    row("bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400);
    row("bare LF after a field", "GET / HTTP/1.1\r\nHost: h\n\r\n", 400);
    row("bare LF at the end", get + "\n", 400);
    row("bare CR in a value", get + "X: a\rb\r\n\r\n", 400);
    row("CR before CRLF", get + "X: a\r\r\n\r\n", 400);
    row("bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    row("NUL in a value", get + QByteArray("X: a\0b\r\n\r\n", 10), 400);
    row("DEL in a value", get + "X: a\x7f\r\n\r\n", 400);
    row("vertical tab around a value", get + "X: a\v\r\n\r\n", 400);
    row("tab in a value", get + "X: a\tb\r\n\r\n", accepted);
    row("high bytes in a value", get + "X: \xc3\xa4\r\n\r\n", accepted);
    row("space before the colon", get + "X : a\r\n\r\n", 400);
    row("tab before the colon", get + "X\t: a\r\n\r\n", 400);
    row("no colon", get + "X\r\n\r\n", 400);
    row("no name", get + ": a\r\n\r\n", 400);
    row("space in a name", get + "X Y: a\r\n\r\n", 400);
    row("NUL in a name", get + QByteArray("X\0: a\r\n\r\n", 9), 400);
    row("folded with a space", get + "X: a\r\n b\r\n\r\n", 400);
    row("folded with a tab", get + "X: a\r\n\tb\r\n\r\n", 400);
    row("first field folded", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400);
    row("empty value", get + "X:\r\n\r\n", accepted);

    row("length", post + "Content-Length: 5\r\n\r\n", accepted);
    row("length with zeros in front", post + "Content-Length: 005\r\n\r\n", accepted);
    row("two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400);
    row("two equal lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400);
    row("list of lengths", post + "Content-Length: 5, 5\r\n\r\n", 400);
    row("length with plus", post + "Content-Length: +5\r\n\r\n", 400);
    row("length with minus", post + "Content-Length: -5\r\n\r\n", 400);
    row("length in letters", post + "Content-Length: abc\r\n\r\n", 400);
    row("length in hexadecimal", post + "Content-Length: 0x5\r\n\r\n", 400);
    row("length with a fraction", post + "Content-Length: 5.0\r\n\r\n", 400);
    row("empty length", post + "Content-Length:\r\n\r\n", 400);
    row("length of 2^64", post + "Content-Length: 18446744073709551616\r\n\r\n", 400);
    row("length of 2^63 - 1", post + "Content-Length: 9223372036854775807\r\n\r\n", 400);
    row("length of 1 GiB", post + "Content-Length: 1073741824\r\n\r\n", 413);
    row("length of 1 MiB", post + "Content-Length: 1048576\r\n\r\n", accepted);
    row("length of 1 MiB and one", post + "Content-Length: 1048577\r\n\r\n", 413);

    row("chunked", post + "Transfer-Encoding: chunked\r\n\r\n", accepted);
    row("chunked, other case", post + "Transfer-Encoding: Chunked\r\n\r\n", accepted);
    row("length and chunked", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
    row("chunked and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400);
    row("two codings", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
    row("chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400);
    row("a coding after chunked", post + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400);
    row("a coding other than chunked", post + "Transfer-Encoding: gzip\r\n\r\n", 400);
    row("another one", post + "Transfer-Encoding: Deflate\r\n\r\n", 400);
    row("a coding after chunked, in two fields",
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x-gzip\r\n\r\n", 400);
    row("a coding before chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501);
    row("a coding before chunked, in two fields",
        post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", 501);
    row("unknown coding", post + "Transfer-Encoding: zstd\r\n\r\n", 501);
    row("unknown coding before chunked", post + "Transfer-Encoding: foo, chunked\r\n\r\n", 501);
    row("unknown coding after chunked", post + "Transfer-Encoding: chunked, foo\r\n\r\n", 400);
    row("chunked with a parameter", post + "Transfer-Encoding: chunked;a=b\r\n\r\n", 400);
    row("chunked and nothing", post + "Transfer-Encoding: chunked,\r\n\r\n", 400);
    row("nothing and chunked", post + "Transfer-Encoding: ,chunked\r\n\r\n", 400);
    row("a coding with a space in it", post + "Transfer-Encoding: gzip chunked\r\n\r\n", 400);
    row("almost chunked", post + "Transfer-Encoding: xchunked\r\n\r\n", 501);
    row("identity", post + "Transfer-Encoding: identity\r\n\r\n", 501);
    row("empty coding", post + "Transfer-Encoding:\r\n\r\n", 400);
    row("chunked with a vertical tab", post + "Transfer-Encoding: \vchunked\r\n\r\n", 400);
    row("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);

    row("expects 100", post + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", accepted);
    row("expects something else", post + "Expect: 200-ok\r\n\r\n", 417);

    row("head of 16 KiB", get + "X: " + QByteArray(16 * 1024 - get.size() - 7, 'a') + "\r\n\r\n", accepted);
    row("head of 16 KiB and a byte", get + "X: " + QByteArray(16 * 1024 - get.size() - 6, 'a') + "\r\n\r\n", 431);
    row("head over 16 KiB", get + "X: " + QByteArray(16 * 1024, 'a') + "\r\n\r\n", 431);
    row("head over 16 KiB, unfinished", get + "X: " + QByteArray(16 * 1024, 'a'), 431);
    row("100 fields", get + QByteArray("X: a\r\n").repeated(99) + "\r\n", accepted);
    row("101 fields", get + QByteArray("X: a\r\n").repeated(100) + "\r\n", 431);
}

void TestRequestHead::acceptsOrRefuses()
{
    QFETCH(QByteArray, bytes);
    QTEST(verdictOn(bytes), "verdict");
    for (const qsizetype piece : {1, 7}) {
        HeadReader reader;
        qsizetype at = 0;
        QTEST(verdictOf(readInPieces(reader, bytes, piece, at)), "verdict");
        QVERIFY(at == 0 || verdictOn(bytes.first(at)) == verdictOn(bytes)); // not before it was certain,
        QVERIFY(at <= piece || verdictOn(bytes.first(at - piece)) == incomplete); // and not after
    }
}

void TestRequestHead::everyPrefixOfAGoodHeadIsIncomplete()
{
    const QByteArray head = post + "Content-Length: 5\r\nX-Y: z\r\n\r\n";
    for (qsizetype size = 0; size < head.size(); ++size)
        QCOMPARE(verdictOn(head.first(size)), incomplete);
    QCOMPARE(verdictOn(head), accepted);
}

void TestRequestHead::aHeadInPiecesIsLookedAtOnce_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const qsizetype largest = Limits().head;
    QTest::newRow("one long field") << get + "X: " + QByteArray(largest - get.size() - 7, 'a') + "\r\n\r\n";
    QTest::newRow("many fields") << get + ("X: " + QByteArray(100, 'a') + "\r\n").repeated(99) + "\r\n";
    QTest::newRow("one long target") << "GET /" + QByteArray(7000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
    QTest::newRow("never whole") << get + "X: " + QByteArray(largest - get.size() - 4, 'a');
}

// Once for the end of its lines, once for what they say.
void TestRequestHead::aHeadInPiecesIsLookedAtOnce()
{
    QFETCH(const QByteArray, bytes);
    for (const qsizetype piece : {1, 100, 16 * 1024}) {
        HeadReader reader;
        qsizetype at = 0;
        readInPieces(reader, bytes, piece, at);
        QCOMPARE(at, bytes.size());
        QVERIFY2(reader.examined() <= 2 * bytes.size(), qPrintable(QString::number(reader.examined())));
    }
}

void TestRequestHead::aHeadInPiecesMeansTheSame()
{
    const QByteArray bytes = "\r\nPOST http://other/a%20b?c=d HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\nx-y: w\r\n"
                             "Content-Length: 5\r\n\r\n";
    const HeadReading whole = readHead(bytes, Limits());
    QVERIFY(whole.head);
    for (qsizetype piece = 1; piece <= bytes.size(); ++piece) {
        HeadReader reader;
        qsizetype at = 0;
        const HeadReading reading = readInPieces(reader, bytes, piece, at);
        QVERIFY(reading.head);
        QCOMPARE(reading.length, whole.length);
        QCOMPARE(reading.head->method(), whole.head->method());
        QCOMPARE(reading.head->path(), whole.head->path());
        QCOMPARE(reading.head->query(), whole.head->query());
        QCOMPARE(reading.head->value("host"), "other");
        QCOMPARE(reading.head->values("x-y"), (QList<QByteArrayView>{"z", "w"}));
        QCOMPARE(reading.head->fieldCount(), whole.head->fieldCount());
        QCOMPARE(reading.head->contentLength, 5);
    }
}

void TestRequestHead::aGoodHeadIsReadWhole()
{
    const HeadReading reading = readHead("POST http://other/a%20b?c=d HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\n"
                                         "Content-Length: 5\r\n\r\nhello",
                                         Limits());
    QVERIFY(reading.head);
    QCOMPARE(reading.head->method(), "POST");
    QCOMPARE(reading.head->path(), "/a%20b");
    QCOMPARE(reading.head->query(), "c=d");
    QCOMPARE(reading.head->value("x-y"), "z");
    QCOMPARE(reading.head->contentLength, 5);
}

void TestRequestHead::persistenceFollowsVersionAndConnection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("keepAlive");
    QTest::newRow("1.1") << get + "\r\n" << true;
    QTest::newRow("1.1 close") << get + "Connection: close\r\n\r\n" << false;
    QTest::newRow("1.1 Close in a list") << get + "Connection: x, Close\r\n\r\n" << false;
    QTest::newRow("1.1 both") << get + "Connection: close, keep-alive\r\n\r\n" << false;
    QTest::newRow("1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n") << false;
    QTest::newRow("1.0 keep-alive") << QByteArray("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") << true;
}

void TestRequestHead::persistenceFollowsVersionAndConnection()
{
    QFETCH(QByteArray, bytes);
    const HeadReading reading = readHead(bytes, Limits());
    QVERIFY(reading.head);
    QTEST(reading.head->keepAlive, "keepAlive");
}

void TestRequestHead::chunkedBodies_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("verdict");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char *name, const QByteArray &bytes, int verdict, const QByteArray &body = {}) {
        QTest::newRow(name) << bytes << verdict << body;
    };
    row("two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", accepted, "abcde");
    row("upper-case size", "A\r\n0123456789\r\n0\r\n\r\n", accepted, "0123456789");
    row("zeros in front", "003\r\nabc\r\n000\r\n\r\n", accepted, "abc");
    row("extension", "3;a=b\r\nabc\r\n0;c\r\n\r\n", accepted, "abc");
    row("extensions", "3;a;b=c;d=\"e;\\\"\xc3\xa4\" \r\nabc\r\n0\r\n\r\n", 400);
    row("extensions, quoted", "3;a;b=c;d=\"e; \\\"\xc3\xa4\"\r\nabc\r\n0\r\n\r\n", accepted, "abc");
    row("white space about an extension", "3 \t; a = b\t;\tc\r\nabc\r\n0 ;d\r\n\r\n", accepted, "abc");
    row("trailer", "3\r\nabc\r\n0\r\nX: y\r\n\r\n", accepted, "abc");
    row("empty", "0\r\n\r\n", accepted);
    row("unfinished", "3\r\nab", incomplete);
    row("size with a sign", "+3\r\nabc\r\n", 400);
    row("size with 0x", "0x3\r\nabc\r\n", 400);
    row("size with a space", "3 \r\nabc\r\n", 400);
    row("space before the size", " 3\r\nabc\r\n", 400);
    row("no size", "\r\nabc\r\n", 400);
    row("letters", "xyz\r\n", 400);
    row("negative", "-1\r\n", 400);
    row("nine digits", "000000003\r\nabc\r\n", 400);
    row("bare LF after the size", "3\nabc\r\n", 400);
    row("bare LF after the data", "3\r\nabc\n0\r\n\r\n", 400);
    row("data longer than its size", "3\r\nabcd\r\n0\r\n\r\n", 400);
    row("bad trailer", "0\r\nX y\r\n\r\n", 400);
    row("folded trailer", "0\r\nX: y\r\n z\r\n\r\n", 400);
    row("control in an extension", "3;a\x01\r\nabc\r\n", 400);
    row("extension without a name", "3;\r\nabc\r\n", 400);
    row("extension of a value alone", "3;=a\r\nabc\r\n", 400);
    row("extension without its value", "3;a=\r\nabc\r\n", 400);
    row("extension with a space in it", "3;a b\r\nabc\r\n", 400);
    row("extension with a quote that stays open", "3;a=\"b\r\nabc\r\n", 400);
    row("extension with a control in quotes", "3;a=\"b\x01\"\r\nabc\r\n", 400);
    row("extension after an extension's quote", "3;a=\"b\"c\r\nabc\r\n", 400);
    row("space after an extension", "3;a \r\nabc\r\n", 400);
    row("two semicolons", "3;;a\r\nabc\r\n", 400);
    row("endless extension", "3;" + QByteArray(2000, 'a'), 400);
    row("over 1 MiB", "100001\r\n", 413);
    row("over 1 MiB in two", "80000\r\n" + QByteArray(0x80000, 'a') + "\r\n80001\r\n", 413);
    row("endless trailers", "0\r\n" + QByteArray("X: y\r\n").repeated(5000), 431);
}

void TestRequestHead::chunkedBodies()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, verdict);
    QFETCH(QByteArray, body);
    for (const qsizetype step : {bytes.size(), qsizetype(1)}) { // all at once, and byte by byte
        if (step == 1 && bytes.size() > 50'000)
            continue;
        ChunkedBody reader{Limits()};
        ChunkedBody::State state = ChunkedBody::State::Incomplete;
        QByteArray waiting;
        for (qsizetype at = 0; at < bytes.size() && state == ChunkedBody::State::Incomplete; at += step) {
            waiting += bytes.sliced(at, qMin(step, bytes.size() - at));
            state = reader.read(waiting);
        }
        const int found = state == ChunkedBody::State::Complete ? accepted
            : state == ChunkedBody::State::Incomplete           ? incomplete
                                                                : reader.status();
        QCOMPARE(found, verdict);
        if (verdict == accepted)
            QCOMPARE(reader.body(), body);
    }
}

void TestRequestHead::aChunkedBodyLeavesTheNextRequest()
{
    ChunkedBody reader{Limits()};
    QByteArray bytes = "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
    QVERIFY(reader.read(bytes) == ChunkedBody::State::Complete);
    QCOMPARE(bytes, "GET / HTTP/1.1\r\n");
}

QTEST_GUILESS_MAIN(TestRequestHead)
#include "test_request_head.moc"
