// SPDX-License-Identifier: GPL-3.0-or-later
// Who is believed to ask, by tables: addresses, networks and names, the fields of proxies, and PROXY headers.
#include "server/http/message/forwarded.h"
#include "server/http/message/proxy_header.h"

#include <QTest>

using namespace openloop::http;
using namespace Qt::Literals::StringLiterals;

namespace {

using State = ProxyHeader::State;

QByteArray block(quint8 kind, quint8 addresses, const QByteArray &rest)
{
    return QByteArray("\r\n\r\n\0\r\nQUIT\n", 12) + char(kind) + char(addresses) + char(rest.size() >> 8)
        + char(rest.size()) + rest;
}

const QByteArray four = QByteArray::fromHex("cb007105c0000201"
                                            "c0011f90"); // 203.0.113.5 to 192.0.2.1
const QByteArray six = QByteArray::fromHex("20010db8000000000000000000000005"
                                           "20010db8000000000000000000000001"
                                           "c0011f90");

} // namespace

Q_DECLARE_METATYPE(ProxyHeader::State)

class TestForwarded : public QObject
{
    Q_OBJECT

private slots:
    void networksAreReadStrictly_data();
    void networksAreReadStrictly();
    void namesMatchAsTheyAreMeant_data();
    void namesMatchAsTheyAreMeant();
    void whatNamesNoHostIsRefused_data();
    void whatNamesNoHostIsRefused();
    void theFirstWhoIsNotTrustedIsTheClient_data();
    void theFirstWhoIsNotTrustedIsTheClient();
    void hostSchemeAndPrefixAreOfTheSameProxy_data();
    void hostSchemeAndPrefixAreOfTheSameProxy();
    void aProxyHeaderNamesItsSource_data();
    void aProxyHeaderNamesItsSource();
    void aProxyHeaderMayComeInPieces_data() { aProxyHeaderNamesItsSource_data(); }
    void aProxyHeaderMayComeInPieces();
};

void TestForwarded::networksAreReadStrictly_data()
{
    QTest::addColumn<QByteArray>("network");
    QTest::addColumn<QByteArray>("inside"); // empty: the network is refused
    QTest::addColumn<QByteArray>("outside");
    const auto row = [](const char *network, const char *inside = "", const char *outside = "") {
        QTest::newRow(network) << QByteArray(network) << QByteArray(inside) << QByteArray(outside);
    };
    row("10.0.0.0/8", "10.255.0.1", "11.0.0.0");
    row("10.1.2.3/8", "10.0.0.0", "9.255.255.255");
    row("192.0.2.128/25", "192.0.2.255", "192.0.2.127");
    row("192.0.2.4/31", "192.0.2.5", "192.0.2.6");
    row("127.0.0.1", "127.0.0.1", "127.0.0.2");
    row("10.0.0.0/8", "::ffff:10.0.0.1", "::10.0.0.1");
    row("0.0.0.0/0", "203.0.113.5", "2001:db8::1");
    row("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1");
    row("::1", "::1", "127.0.0.1");
    row("::/0", "203.0.113.5");
    for (const char *none :
         {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8", "10/8", "10.0.0",
          "010.0.0.1", "10.0.0.0/255.0.0.0", "fe80::1%eth0", "[::1]", "localhost", "*", ""})
        row(none);
}

void TestForwarded::networksAreReadStrictly()
{
    QFETCH(const QByteArray, network);
    QFETCH(const QByteArray, inside);
    QFETCH(const QByteArray, outside);
    Networks networks;
    QVERIFY(networks.add("198.51.100.0/24"));
    QCOMPARE(networks.add(network), !inside.isEmpty());
    if (!inside.isEmpty())
        QVERIFY(networks.contains(QHostAddress(QString::fromLatin1(inside))));
    if (!outside.isEmpty())
        QVERIFY(!networks.contains(QHostAddress(QString::fromLatin1(outside))));
    QVERIFY(networks.contains(QHostAddress(u"198.51.100.7"_s)));
    QVERIFY(!networks.contains({}));
    QVERIFY(!Networks().contains(QHostAddress(u"198.51.100.7"_s)));
}

void TestForwarded::namesMatchAsTheyAreMeant_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("host"); // as in the field
    QTest::addColumn<bool>("matches");
    const auto row = [](const char *title, const QString &name, const char *host, bool matches) {
        QTest::newRow(title) << name << QByteArray(host) << matches;
    };
    row("name", u"fleet"_s, "fleet", true);
    row("port is ignored", u"fleet"_s, "fleet:8080", true);
    row("colon without a port", u"fleet"_s, "fleet:", true);
    row("case", u"Api.Example.COM"_s, "aPI.example.com", true);
    row("dot at the end", u"api.example.com"_s, "api.example.com.:443", true);
    row("dot at the end of the option", u"api.example.com."_s, "api.example.com", true);
    row("another", u"api.example.com"_s, "api.example.org", false);
    row("longer", u"example.com"_s, "badexample.com", false);
    row("below", u"example.com"_s, "api.example.com", false);
    row("any below", u"*.example.com"_s, "api.example.com", true);
    row("any further below", u"*.example.com"_s, "a.b.example.com", true);
    row("not itself", u"*.example.com"_s, "example.com", false);
    row("not a longer one", u"*.example.com"_s, "badexample.com", false);
    row("not ASCII", u"*.bücher.example"_s, "www.xn--bcher-kva.example", true);
    row("underscore", u"web_app"_s, "web_app:80", true);
    row("IPv4", u"192.0.2.1"_s, "192.0.2.1:80", true);
    row("IPv6", u"2001:DB8::1"_s, "[2001:db8:0::1]:80", true);
    row("IPv6 that ends in zeros", u"2001:db8::"_s, "[2001:db8::0]", true);
    row("IPv6 in brackets", u"[2001:db8::1]"_s, "[2001:db8::1]", true);
    for (const char *broken : {"fleet:x", "fleet:65536", "fleet:80:80", "[2001:db8::1", "[fleet]", "2001:db8::1",
                               "fleet..", ".fleet", "fl eet", "fleet/", "fleet@fleet", "[::1]x", "[127.0.0.1]", ":80"})
        row(broken, u"fleet"_s, broken, false);
}

void TestForwarded::namesMatchAsTheyAreMeant()
{
    QFETCH(const QString, name);
    QFETCH(const QByteArray, host);
    QFETCH(const bool, matches);
    HostNames names;
    QVERIFY(names.add(u"other.example"_s));
    QVERIFY(names.add(name));
    const auto authority = readAuthority(host);
    QCOMPARE(authority && names.contains(authority->host), matches);
}

void TestForwarded::whatNamesNoHostIsRefused_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : {"", "*", "*.", "*.*.example.com", "a.*.com", "*example.com", "fleet:80", "fleet:",
                             "[::1]:80", "[::1]:", "http://fleet", "fleet/", "a..b", "*.192.0.2.1", "*.[::1]", "a b"})
        QTest::newRow(name) << QString::fromLatin1(name);
    QTest::newRow("long") << QStringList(64, u"abc"_s).join(u'.');
    QTest::newRow("long label") << QString(64, u'a');
}

void TestForwarded::whatNamesNoHostIsRefused()
{
    QFETCH(const QString, name);
    HostNames names;
    QVERIFY(!names.add(name));
    QVERIFY(names.isEmpty());
}

namespace {

// fields: `name: value`, a line each.
Forwarded forwardedOf(const QByteArray &fields)
{
    Networks trusted;
    trusted.add("127.0.0.1");
    trusted.add("10.0.0.0/8");
    trusted.add("2001:db8:1::/48");
    RequestHead head;
    for (const QByteArray &line : fields.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            head.addField(line.first(colon), line.sliced(colon + 1).trimmed());
    }
    return readForwarded(head, QHostAddress(u"127.0.0.1"_s), trusted);
}

} // namespace

void TestForwarded::theFirstWhoIsNotTrustedIsTheClient_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QString>("client");
    const auto row = [](const char *title, const QByteArray &fields, const QString &client) {
        QTest::newRow(title) << fields << client;
    };
    const QString proxy = u"127.0.0.1"_s;
    const QString user = u"203.0.113.5"_s;
    row("nothing", "", proxy);
    row("one", "x-forwarded-for: 203.0.113.5", user);
    row("what it says of others is not heard", "x-forwarded-for: 192.0.2.9, 203.0.113.5", user);
    row("nor is nonsense", "x-forwarded-for: \"<,>, 203.0.113.5", user);
    row("past trusted ones", "x-forwarded-for: 192.0.2.9, 203.0.113.5, 10.0.0.2, 10.0.0.1", user);
    row("in several fields", "x-forwarded-for: 192.0.2.9\nx-forwarded-for: 203.0.113.5\nx-forwarded-for: 10.0.0.2",
        user);
    row("all are trusted", "x-forwarded-for: 10.0.0.3, 10.0.0.2", u"10.0.0.3"_s);
    row("port", "x-forwarded-for: 203.0.113.5:4711", user);
    row("IPv6", "x-forwarded-for: 2001:db8::5", u"2001:db8::5"_s);
    row("IPv6 in brackets", "x-forwarded-for: [2001:db8::5]", u"2001:db8::5"_s);
    row("IPv6 with a port", "x-forwarded-for: [2001:db8::5]:4711, 2001:db8:1::1", u"2001:db8::5"_s);
    row("IPv4 as IPv6", "x-forwarded-for: ::ffff:203.0.113.5", user);
    row("empty members", "x-forwarded-for: , 203.0.113.5,,", user);
    row("nonsense", "x-forwarded-for: somebody", proxy);
    row("nonsense behind a trusted one", "x-forwarded-for: somebody, 10.0.0.1", proxy);
    row("port of nonsense", "x-forwarded-for: 203.0.113.5:x", proxy);
    row("unknown", "x-forwarded-for: unknown, 10.0.0.1", u"10.0.0.1"_s);

    row("standard", "forwarded: for=203.0.113.5", user);
    row("standard, all of it", "forwarded: for=192.0.2.9, For=\"203.0.113.5:80\";by=_us;HOST=\"a:1\";proto=http;x=y",
        user);
    row("standard, IPv6", "forwarded: for=\"[2001:db8::5]\"", u"2001:db8::5"_s);
    row("standard, IPv6 and port", "forwarded: for=\"[2001:db8::5]:_port\"", u"2001:db8::5"_s);
    row("standard, past trusted ones", "forwarded: for=203.0.113.5 , for=10.0.0.1\nforwarded: for=10.0.0.2", user);
    row("standard, comma in quotes", "forwarded: for=203.0.113.5;host=\"a,b;c\\\"\", for=10.0.0.1", user);
    row("standard, escaped", "forwarded: for=\"203.0.113\\.5\"", user);
    row("standard, hidden", "forwarded: for=_client", proxy);
    row("standard, hidden behind", "forwarded: for=_client, for=10.0.0.1", u"10.0.0.1"_s);
    row("standard, unknown", "forwarded: for=Unknown;proto=https", proxy);
    row("standard, says nothing of it", "forwarded: proto=https", proxy);
    row("standard, empty members", "forwarded: ,; ,for=203.0.113.5;,", user);
    row("standard, twice", "forwarded: for=203.0.113.5;for=203.0.113.5", proxy);
    row("standard, open quotes", "forwarded: for=203.0.113.5;by=\"x", proxy);
    row("standard, open quotes before", "forwarded: by=\"x, for=203.0.113.5", proxy);
    row("standard, no value", "forwarded: for=", proxy);
    row("standard, no quotes about IPv6", "forwarded: for=[2001:db8::5]", proxy);
    row("standard, no name", "forwarded: =203.0.113.5", proxy);
    row("standard, space", "forwarded: for = 203.0.113.5", proxy);

    row("both", "x-forwarded-for: 203.0.113.5\nforwarded: for=203.0.113.5", user);
    row("both, the standard one invented", "x-forwarded-for: 203.0.113.5\nforwarded: for=192.0.2.9", proxy);
    row("both, one by a hop more", "x-forwarded-for: 203.0.113.5, 10.0.0.1\nforwarded: for=203.0.113.5", user);
    row("both, one malformed", "x-forwarded-for: 203.0.113.5\nforwarded: for", proxy);
}

void TestForwarded::theFirstWhoIsNotTrustedIsTheClient()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const QString, client);
    QCOMPARE(forwardedOf(fields).client.toString(), client);
}

void TestForwarded::hostSchemeAndPrefixAreOfTheSameProxy_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("told"); // scheme host prefix
    const auto row = [](const char *title, const QByteArray &fields, const QByteArray &told) {
        QTest::newRow(title) << fields << told;
    };
    row("nothing", "", "  ");
    row("X", "x-forwarded-host: a.example:8443\nx-forwarded-proto: HTTPS\nx-forwarded-prefix: /api/",
        "https a.example:8443 /api");
    row("each adds its own",
        "x-forwarded-for: 192.0.2.9, 203.0.113.5, 10.0.0.1\nx-forwarded-host: bad, a.example, inner\n"
        "x-forwarded-proto: http, https, http",
        "https a.example ");
    row("the nearest only", "x-forwarded-for: 192.0.2.9, 203.0.113.5, 10.0.0.1\nx-forwarded-host: a.example",
        " a.example ");
    row("invented by the client", "x-forwarded-for: 203.0.113.5\nx-forwarded-host: bad, a.example", " a.example ");
    row("standard", "forwarded: for=203.0.113.5;host=\"a.example:1\";proto=https, for=10.0.0.1;host=inner;proto=http",
        "https a.example:1 ");
    row("standard beside X", "x-forwarded-host: b\nx-forwarded-prefix: /p\nforwarded: host=a", " a /p");
    row("other scheme", "x-forwarded-proto: wss", "  ");
    row("nothing of what is malformed", "x-forwarded-for: x\nx-forwarded-host: a\nx-forwarded-prefix: /p", "  ");
    row("root", "x-forwarded-prefix: /", "  ");
    row("a host as prefix", "x-forwarded-prefix: //bad.example", "  ");
    row("no path", "x-forwarded-prefix: api", "  ");
    row("no characters of a path", "x-forwarded-prefix: /a b", "  ");
    row("a query", "x-forwarded-prefix: /a?b", "  ");
    row("long", "x-forwarded-prefix: /" + QByteArray(256, 'a'), "  ");
}

void TestForwarded::hostSchemeAndPrefixAreOfTheSameProxy()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const QByteArray, told);
    const Forwarded forwarded = forwardedOf(fields);
    QCOMPARE(forwarded.scheme + ' ' + forwarded.host + ' ' + forwarded.prefix, told);
}

void TestForwarded::aProxyHeaderNamesItsSource_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<State>("state");
    QTest::addColumn<qsizetype>("length");
    QTest::addColumn<QString>("source");
    const auto row = [](const char *title, const QByteArray &bytes, State state, qsizetype length = 0,
                        const QString &source = {}) { QTest::newRow(title) << bytes << state << length << source; };
    const auto whole = [&row](const char *title, const QByteArray &header, const QString &source) {
        row(title, header + "GET / HTTP/1.1\r\n", State::Complete, header.size(), source);
    };
    whole("1, TCP4", "PROXY TCP4 203.0.113.5 192.0.2.1 49153 8080\r\n", u"203.0.113.5"_s);
    whole("1, TCP6", "PROXY TCP6 2001:db8::5 2001:db8::1 49153 65535\r\n", u"2001:db8::5"_s);
    whole("1, longest",
          "PROXY TCP6 " + QByteArray("ffff:").repeated(7) + "ffff " + QByteArray("ffff:").repeated(7)
              + "ffff 65535 65535\r\n",
          u"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"_s);
    whole("1, unknown", "PROXY UNKNOWN\r\n", {});
    whole("1, unknown with addresses", "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", {});
    for (const char *line : {"PROXY / HTTP/1.1", "PROXY TCP4 203.0.113.5 192.0.2.1 49153", "PROXY", "PROXY ",
                             "PROXY TCP4 203.0.113.5 192.0.2.1 49153 8080 ", "PROXY TCP4  203.0.113.5 192.0.2.1 1 2",
                             "PROXY TCP4 2001:db8::5 2001:db8::1 1 2", "PROXY TCP6 203.0.113.5 192.0.2.1 1 2",
                             "PROXY TCP4 203.0.113.5 x 1 2", "PROXY TCP4 203.0.113.05 192.0.2.1 1 2",
                             "PROXY TCP4 203.0.113.5 192.0.2.1 01 2", "PROXY TCP4 203.0.113.5 192.0.2.1 65536 2",
                             "PROXY UDP4 203.0.113.5 192.0.2.1 1 2", "PROXY tcp4 203.0.113.5 192.0.2.1 1 2"})
        row(line, QByteArray(line) + "\r\n", QByteArray(line) == "PROXY" ? State::None : State::Malformed);
    row("1, too long", "PROXY UNKNOWN" + QByteArray(100, ' '), State::Malformed);

    whole("2, IPv4", block(0x21, 0x11, four), u"203.0.113.5"_s);
    whole("2, IPv6", block(0x21, 0x21, six), u"2001:db8::5"_s);
    whole("2, TLVs",
          block(0x21, 0x11,
                four
                    + QByteArray("\x02\x00\x03"
                                 "abc",
                                 6)),
          u"203.0.113.5"_s);
    whole("2, IPv4 in IPv6", block(0x21, 0x21, QByteArray(10, '\0') + "\xff\xff" + four.first(4) + six.sliced(16)),
          u"203.0.113.5"_s);
    whole("2, local", block(0x20, 0x00, {}), {});
    whole("2, local with addresses", block(0x20, 0x11, four), {});
    whole("2, unspecified", block(0x21, 0x00, "anything"), {});
    whole("2, Unix", block(0x21, 0x31, QByteArray(216, 'p')), {});
    whole("2, longest", block(0x21, 0x11, four + QByteArray(longestProxyHeader - 28, 't')), u"203.0.113.5"_s);
    row("2, too long", block(0x21, 0x11, four + QByteArray(longestProxyHeader - 27, 't')), State::Malformed);
    row("2, too short", block(0x21, 0x11, four.chopped(1)), State::Malformed);
    row("2, IPv4 as IPv6", block(0x21, 0x21, four), State::Malformed);
    row("2, version", block(0x11, 0x11, four), State::Malformed);
    row("2, command", block(0x22, 0x11, four), State::Malformed);
    row("2, family", block(0x21, 0x41, four), State::Malformed);
    row("2, transport", block(0x21, 0x13, four), State::Malformed);

    row("a request", "GET / HTTP/1.1\r\n", State::None);
    row("a request that begins like it", "PROXIED / HTTP/1.1\r\n", State::None);
    row("an empty line before a request", "\r\nGET / HTTP/1.1\r\n", State::None);
    row("TLS", QByteArray("\x16\x03\x01\x02", 4), State::None);
}

void TestForwarded::aProxyHeaderNamesItsSource()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const State, state);
    QFETCH(const qsizetype, length);
    QFETCH(const QString, source);
    const ProxyHeader header = readProxyHeader(bytes);
    QCOMPARE(header.state, state);
    QCOMPARE(header.length, length);
    QCOMPARE(header.source.toString(), source);
}

// Until it is known what it is, nothing else is said of it; and what is said does not change.
void TestForwarded::aProxyHeaderMayComeInPieces()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const State, state);
    QFETCH(const qsizetype, length);
    for (qsizetype size = 0; size <= bytes.size(); ++size) {
        const ProxyHeader header = readProxyHeader(QByteArrayView(bytes).first(size));
        const bool mayBeKnown = state != State::Complete || size >= length;
        QVERIFY(header.state == State::Incomplete || (header.state == state && mayBeKnown));
        if (state == State::Complete)
            QCOMPARE(header.state == state, mayBeKnown);
    }
}

QTEST_APPLESS_MAIN(TestForwarded)
#include "test_forwarded.moc"
