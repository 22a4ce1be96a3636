// SPDX-License-Identifier: GPL-3.0-or-later
// What clients do to a server that nobody meant them to do.
#include "tests/support/clients/misbehaviour.h"
#include "tests/support/raw_client.h"

#include <QByteArrayList>
#include <QRandomGenerator>

#include <algorithm>

using namespace std::chrono_literals;

namespace openloop::test {
namespace {

const QByteArray host = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

// Not to be factored while anyone waits here; beyond what vector lanes work on, for those make valgrind's time slices
// of 100,000 blocks last for ever.
const QByteArray hard = "/factorize?n=" + QByteArray(180, '1') + "7";

QByteArray requestFor(QRandomGenerator &random)
{
    return "GET " + anyPath(random.generate()) + host;
}

const QByteArray &oneOf(const QByteArrayList &list, QRandomGenerator &random)
{
    return list.at(random.bounded(list.size()));
}

// Each with another part of what a request may have.
const QByteArrayList &wholeRequests()
{
    static const QByteArrayList requests{
        "GET /health" + host,
        "GET /factorize?n=1000000016000000063" + host,
        "HEAD /query_database?limit=5&offset=3" + host,
        "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        "GET http://localhost/livez?a=%20b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text; version=1.0.0\r\n"
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nX-Request-Id: one\r\n\r\n",
        "POST /factorizations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nIdempotency-Key: "
        "a\r\n\r\n{\"n\":\"91\"}",
        "POST /factorizations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        "5;a=b\r\n{\"n\":\r\n5\r\n\"91\"}\r\n0\r\nTrailer: one\r\n\r\n",
        "GET /factorizations?limit=2 HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
        "Forwarded: for=192.0.2.1;proto=https\r\nX-Forwarded-For: 192.0.2.1, 10.0.0.1\r\n\r\n",
        "GET /factorizations/1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 3\r\n\r\n",
        "GET /docs HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, br;q=0.5\r\nAuthorization: Bearer abc\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: localhost\r\nOrigin: http://localhost\r\nAccept: text/html\r\n\r\n",
    };
    return requests;
}

const QByteArrayList &stumblingStones()
{
    static const QByteArrayList stones{
        "\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        ":",
        ";",
        ",",
        "%",
        "%00",
        "%zz",
        "\"",
        "\\",
        "?",
        "&",
        "=",
        "#",
        "*",
        "/../",
        "0",
        "-1",
        "ffffffffffffffff",
        "18446744073709551616",
        "\r\nContent-Length: 5",
        "\r\nTransfer-Encoding: chunked",
        "\r\nHost: other",
        "\r\n folded",
        "HTTP/2.0",
        "HTTP/1.1",
        "{",
        "}",
        "[",
        "null",
        "\xff\xfe",
        "\xc3\xa9",
        "e9",
        QByteArray(1, '\0'),
        QByteArray(300, 'a'),
        QByteArray(40, '9'),
    };
    return stones;
}

} // namespace

// Little that computes, for valgrind makes that fifty times slower: one sleep in the database takes three seconds.
QByteArray anyPath(quint32 choice)
{
    const quint32 percent = choice % 100;
    if (percent < 5)
        return hard;
    if (percent < 6)
        return "/test/database_sleep?ms=20";
    if (percent < 10)
        return "/factorize?n=1000000016000000063";
    if (percent < 30)
        return "/query_database?limit=5";
    return percent < 50 ? "/call_other_service" : "/health";
}

QByteArray mutatedRequest(QRandomGenerator &random)
{
    QByteArray bytes = oneOf(wholeRequests(), random);
    const int changes = random.bounded(1, 5);
    for (int i = 0; i < changes && !bytes.isEmpty(); ++i) {
        const auto at = random.bounded(bytes.size());
        const auto length = std::min<qsizetype>(bytes.size() - at, random.bounded(1, 12));
        switch (random.bounded(5)) {
        case 0: bytes[at] = char(random.bounded(256)); break;
        case 1: bytes.remove(at, length); break;
        case 2: bytes.insert(at, bytes.sliced(at, length)); break;
        case 3: bytes.insert(at, oneOf(stumblingStones(), random)); break;
        default: // the rest is another's
            bytes = bytes.first(at) + oneOf(wholeRequests(), random).mid(at);
            break;
        }
    }
    return bytes;
}

void misbehave(quint16 port, QRandomGenerator &random)
{
    RawClient client(port);
    const QByteArray request = requestFor(random);
    switch (random.bounded(7)) {
    case 0: // leaves at once
        client.send(request);
        break;
    case 1: // resets
        client.send(request);
        client.reset();
        return;
    case 2: // leaves at any byte
        client.send(request.first(random.bounded(int(request.size()))));
        break;
    case 3: // pipelines, reads one answer, leaves
        client.send(request + requestFor(random) + request);
        client.read(20ms);
        break;
    case 4: // closes its half
        client.send(request);
        client.finishSending();
        client.read(20ms);
        break;
    case 5:
        client.send(mutatedRequest(random));
        client.read(20ms);
        break;
    default: // pipelines and resets
        client.send(request.repeated(10));
        client.reset();
        return;
    }
    if (random.bounded(2) == 0)
        client.reset();
}

} // namespace openloop::test
