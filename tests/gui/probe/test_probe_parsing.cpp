// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that people type or paste into the monitor, right and wrong.
#include "gui/probe/headless/options.h"
#include "gui/probe/measurement/profile.h"
#include "gui/probe/samples/durations.h"
#include "gui/probe/targets/command_line.h"
#include "gui/probe/targets/curl_command.h"
#include "gui/probe/targets/openapi.h"
#include "gui/probe/targets/url_template.h"
#include "tests/support/rows.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace openloop::probe;
using openloop::test::rows;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

class TestProbeParsing : public QObject
{
    Q_OBJECT

private slots:
    void durationsHaveUnits()
    {
        QVERIFY(*parseDuration(u"100ms"_s) == 100ms);
        QVERIFY(*parseDuration(u"1.5 s"_s) == 1500ms);
        QVERIFY(*parseDuration(u"1m"_s) == 1min);
        QVERIFY(*parseDuration(u"250us"_s) == 250us);
        for (const auto &wrong : {u"100"_s, u""_s, u"-1s"_s, u"1 fortnight"_s, u"0s"_s, u"1e3s"_s, u"400d"_s})
            QVERIFY2(!parseDuration(wrong), qPrintable(wrong));
        QCOMPARE(formatDuration(412us), u"0.412 ms"_s);
        QCOMPARE(formatDuration(41'234us), u"41.2 ms"_s);
        QCOMPARE(formatDuration(412ms), u"412 ms"_s);
        QCOMPARE(formatDuration(1234ms), u"1.23 s"_s);
        QCOMPARE(formatDuration(125min), u"2 h 05 min"_s);
    }

    void aBareBaseUrlMeansTheFourRoutes()
    {
        const auto targets = *targetsFromArguments({u"localhost:9000/"_s});
        QCOMPARE(targets.size(), 4);
        QCOMPARE(targets[0].name, u"health"_s);
        QCOMPARE(targets[0].url, u"http://localhost:9000/health"_s);
        QVERIFY(targets[0].interval == 100ms);
        QVERIFY(targets[1].interval == 1s);
        QVERIFY(targets[3].loadUrl.contains(u"{semiprime:"));
        QCOMPARE(targetsFromArguments({})->first().url, u"http://127.0.0.1:8080/health"_s);
    }

    void targetsAreNamedByTheirLastSegmentOrByHand()
    {
        QCOMPARE(targetsFromArgument(u"https://example.org/a/b/?q=1"_s)->first().name, u"b"_s);
        QCOMPARE(targetsFromArgument(u"front=https://example.org"_s)->first().name, u"front"_s);
        QCOMPARE(targetsFromArgument(u"front=https://example.org"_s)->size(), 1);
        const auto twice = *targetsFromArguments({u"http://a/x"_s, u"http://b/x"_s});
        QCOMPARE(twice[1].name, u"x-2"_s);
        const auto encoded = *targetsFromArguments({u"http://a/x%2f"_s, u"http://b/x%2f"_s});
        QCOMPARE(encoded[1].name, u"x%2f-2"_s);
        for (const auto &wrong :
             {u"ftp://a/b"_s, u"http://"_s, u"http://a/{prime:3}"_s, u"http://a/{semiprime:1}"_s, u"a b"_s})
            QVERIFY2(!targetsFromArgument(wrong), qPrintable(wrong));
    }

    void aHostBeyondAsciiIsAskedForByTheNameThatDnsKnows()
    {
        const auto url = UrlTemplate::parse(u"http://u@bücher.example:81/ä"_s);
        QVERIFY2(url, qPrintable(url.error));
        QCOMPARE(url->text(), "http://u@xn--bcher-kva.example:81/%C3%A4");
    }

    void aSemiprimeIsFreshAndAProductOfTwoPrimes()
    {
        SemiprimeSource source;
        const auto url = *UrlTemplate::parse(u"http://h/f?n={semiprime:9}&m={semiprime:90}"_s);
        const auto first = QString::fromLatin1(url.expanded(source));
        QVERIFY(first != QString::fromLatin1(url.expanded(source)));
        const auto n = first.section(u"n="_s, 1).section(u'&', 0, 0);
        QCOMPARE(n.size(), 9);
        QCOMPARE(first.section(u"m="_s, 1).size(), 90);
        auto rest = n.toLongLong();
        int factors = 0;
        for (qint64 p = 2; p * p <= rest; ++p) {
            for (; rest % p == 0; rest /= p)
                ++factors;
        }
        QCOMPARE(factors + (rest > 1), 2);
    }

    void assertsAreReadAndHeld()
    {
        const auto assertion = *parseAssertion(u"127.0.0.1.p99 <= 0.5ms"_s);
        QCOMPARE(assertion.target, u"127.0.0.1"_s);
        QCOMPARE(assertion.condition.quantity, Quantity::P99);
        QCOMPARE(assertion.condition.limit, 0.5);
        Quantiles quantiles;
        quantiles.n = 1000;
        quantiles.errors = 2;
        quantiles.p99 = Quantile{400us, false};
        QVERIFY(assertion.condition.holds(quantiles));
        quantiles.p99->atLeast = true;
        QVERIFY2(!assertion.condition.holds(quantiles), "more than 0.4 ms may be anything");
        QVERIFY(parseAssertion(u"h.availability>=99.7%"_s)->condition.holds(quantiles));
        QVERIFY(!parseAssertion(u"h.availability>=99.9%"_s)->condition.holds(quantiles));
        QVERIFY(parseAssertion(u"h.errors<1%"_s)->condition.holds(quantiles));
        QVERIFY(!parseAssertion(u"h.errors=0"_s)->condition.holds(quantiles));
        quantiles.p90 = Quantile{300us, false};
        quantiles.p999 = Quantile{9ms, false};
        QVERIFY(parseAssertion(u"h.p90<0.31ms"_s)->condition.holds(quantiles));
        QVERIFY(parseAssertion(u"a.b.p99.9 < 9.1ms"_s)->condition.holds(quantiles));
        QCOMPARE(parseAssertion(u"a.b.p99.9 < 9.1ms"_s)->target, u"a.b"_s);
        QVERIFY(!parseAssertion(u"h.p99.9<9ms"_s)->condition.holds(quantiles));
        QVERIFY2(!parseAssertion(u"h.rate>1"_s)->condition.holds(quantiles), "over what time?");
        quantiles.over = 100s;
        QVERIFY(parseAssertion(u"h.rate>=9.98"_s)->condition.holds(quantiles));
        QVERIFY(!parseAssertion(u"h.rate>=9.99"_s)->condition.holds(quantiles));
        QVERIFY(parseAssertion(u"h.isolation<2"_s)->condition.holds(quantiles, 1.5));
        QVERIFY2(!parseAssertion(u"h.p50<1s"_s)->condition.holds(quantiles), "no value, no promise");
        quantiles = {};
        quantiles.addLost(10);
        for (const auto &text : {u"h.errors=0"_s, u"h.errors<1%"_s, u"h.availability>=0%"_s})
            QVERIFY2(!parseAssertion(text)->condition.holds(quantiles), "nothing was asked, so nothing kept");
    }

    void wrongAssertsSayWhatIsWrong_data()
    {
        rows<QString, QString>({"text", "says"},
                               {
                                   {"no target", u"p99<20ms"_s, u"TARGET.QUANTITY"_s},
                                   {"no operator", u"health.p99"_s, u"TARGET.QUANTITY"_s},
                                   {"unknown", u"health.mean<20ms"_s, u"p50, p90"_s},
                                   {"no unit", u"health.p99<20"_s, u"unit"_s},
                                   {"no number", u"health.errors<few"_s, u"number"_s},
                                   {"less than one error", u"health.errors<0.01"_s, u"errors<1%"_s},
                                   {"half an answer", u"health.n>0.5"_s, u"whole"_s},
                                   {"share", u"health.n>5%"_s, u"without %"_s},
                                   {"availability", u"health.availability>99"_s, u"percent"_s},
                                   {"more than all", u"health.availability>100%"_s, u"more than 100%"_s},
                               });
    }
    void wrongAssertsSayWhatIsWrong()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto parsed = parseAssertion(text);
        QVERIFY(!parsed);
        QVERIFY2(parsed.error.contains(says), qPrintable(parsed.error));
    }

    void certificatesAreAssertedAsTheyAreWritten()
    {
        Quantiles quantiles;
        quantiles.n = 1;
        quantiles.certificateLeft = std::chrono::hours(24 * 9);
        QVERIFY(parseAssertion(u"h.certificate<10d"_s)->condition.holds(quantiles));
        QVERIFY(!parseAssertion(u"h.certificate>10d"_s)->condition.holds(quantiles));
        // A rule is named as an alarm is: by what must not be.
        QVERIFY(!parseRule(u"certificate<10d"_s)->condition.holds(quantiles));
        QVERIFY(!parseRule(u"certificate<=10d"_s)->condition.holds(quantiles));
        QVERIFY(parseRule(u"certificate<8d"_s)->condition.holds(quantiles));
        for (const auto &wrong : {u"h.certificate>14"_s, u"h.certificate>14ms"_s, u"h.certificate>soon"_s})
            QVERIFY2(parseAssertion(wrong).error.contains(u"14d"_s), qPrintable(parseAssertion(wrong).error));
    }

    void namesThatUrlsGiveMayHoldColons()
    {
        const auto target = targetsFromArgument(u"http://h/v1/items:search"_s)->first();
        QCOMPARE(target.name, u"items:search"_s);
        const auto rule = *parseRule(u"items:search: p99<20ms over 10s"_s);
        QCOMPARE(rule.target, target.name);
        QVERIFY(*parseRule(rule.text()) == rule);
        for (const auto &url : {u"http://h/v1/items:search"_s, u"http://h/a=b?c=d/e"_s, u"http://h/"_s}) {
            const auto read = targetFromJson({{u"url"_s, url}});
            QVERIFY2(read, qPrintable(read.error));
            const auto typed = *targetsFromArgument(url);
            QCOMPARE(read->name, typed.size() > 1 ? u"h"_s : typed.first().name);
        }
    }

    void rulesAreReadAndWritten()
    {
        const auto rule = *parseRule(u"health: p99 < 20ms over 10s for 5s"_s);
        QCOMPARE(rule.target, u"health"_s);
        QVERIFY(rule.over == 10s);
        QVERIFY(rule.holdFor == 5s);
        QVERIFY(*parseRule(rule.text()) == rule);
        const auto plain = *parseRule(u"availability>=99.9%"_s);
        QVERIFY(plain.target.isEmpty());
        QVERIFY(*parseRule(plain.text()) == plain);
        QVERIFY(!parseRule(u"p99 < 20ms over breakfast"_s));
    }

    void aPastedCurlCommandBecomesATarget()
    {
        const auto target =
            *targetFromCurlCommand(u"curl -sS 'https://api.example.org/v1/items?q=a&n=2' \\\n  -X PUT -H 'Accept: */*' "
                                   "-H \"X-Quote: it's\" --data-raw $'{\"a\":\"b\\'\\n\"}' -k -m 2.5 --compressed"_s);
        QCOMPARE(target.name, u"items"_s);
        QCOMPARE(target.method, "PUT");
        QCOMPARE(target.url, u"https://api.example.org/v1/items?q=a&n=2"_s);
        QCOMPARE(target.headers.value(1).value, u"it's"_s);
        QCOMPARE(target.body, "{\"a\":\"b'\n\"}");
        QVERIFY(!target.verifyTls);
        QVERIFY(target.timeout == 2500ms);
        QCOMPARE(targetFromCurlCommand(u"curl -G -d a=1 -d b=2 http://h/x"_s)->url, u"http://h/x?a=1&b=2"_s);
        QCOMPARE(targetFromCurlCommand(u"curl --json '{}' h/x"_s)->method, "POST");
        QCOMPARE(targetFromCurlCommand(u"curl -Ik http://h/x"_s)->method, "HEAD");
        QCOMPARE(targetFromCurlCommand(u"curl -uann:pw http://h/x"_s)->options.user, "ann:pw");
        const auto again = *targetFromCurlCommand(toCurlCommand(target));
        QCOMPARE(again.body, target.body);
        QCOMPARE(again.method, target.method);
        QCOMPARE(again.headers, target.headers);
        for (const auto *brackets : {"curl -g 'http://[::1]/?filter[a]=1'", "curl -G -d 'filter[a]=1' http://h/"}) {
            const auto filter = *targetFromCurlCommand(QString::fromLatin1(brackets));
            const auto filterAgain = targetFromCurlCommand(toCurlCommand(filter));
            QVERIFY2(filterAgain, qPrintable(filterAgain.error));
            QCOMPARE(filterAgain->url, filter.url);
        }
    }

    void curlCommandsThatMeanMoreAreRefused()
    {
        for (const auto &wrong :
             {u"curl"_s, u"wget http://h"_s, u"curl 'http://h"_s, u"curl -d @file http://h"_s,
              u"curl http://a http://b"_s, u"curl --socks5 x http://h"_s, u"curl --http3 http://h"_s,
              u"curl http://h/$ID"_s, u"curl \"http://h/${ID}\""_s, u"curl http://h/`id`"_s, u"curl http://h/{a,b}"_s,
              u"curl 'http://h/[1-3]'"_s, u"curl -F a=@f http://h"_s, u"curl http://h; rm -rf x"_s,
              u"curl http://h?a&b"_s, u"curl -X"_s, u"curl ftp://h/x"_s, u"curl -H 'a b: c' http://h"_s}) {
            const auto parsed = targetFromCurlCommand(wrong);
            QVERIFY2(!parsed, qPrintable(wrong));
            QVERIFY(!parsed.error.isEmpty());
        }
    }

    void openApiGivesTheGetOperationsThatCanBeCalled()
    {
        const QByteArray document = R"({"openapi":"3.1.0","paths":{
            "/health":{"get":{}},
            "/items/{id}":{"parameters":[{"$ref":"#/components/parameters/Id"}],"get":{},"delete":{}},
            "/search":{"get":{"parameters":[{"name":"q","in":"query","required":true,"schema":{"type":"string"}}]}},
            "/factorize":{"get":{"parameters":[{"name":"n","in":"query","required":true,
                "schema":{"anyOf":[{"type":"integer","minimum":1},{"type":"string"}]},"example":"360"}]}},
            "/jobs":{"post":{}},
            "/events":{"get":{"responses":{"200":{"content":{"text/event-stream":{}}}}}}},
            "components":{"parameters":{"Id":{"name":"id","in":"path","required":true,"schema":{"type":"integer","minimum":7}}}}})";
        const auto targets = *targetsFromOpenApi(document, u"http://h:1"_s);
        QStringList urls;
        for (const auto &target : targets)
            urls.append(target.url);
        QCOMPARE(urls, (QStringList{u"http://h:1/factorize?n=360"_s, u"http://h:1/health"_s, u"http://h:1/items/7"_s}));
        QVERIFY(!targetsFromOpenApi("{", u"http://h"_s));
        QVERIFY(!targetsFromOpenApi("{\"swagger\":\"2.0\"}", u"http://h"_s));
        const QByteArray circular = R"({"openapi":"3.0.0","paths":{"/a/{x}":{"parameters":[
            {"$ref":"#/components/parameters/X"}],"get":{}}},
            "components":{"parameters":{"X":{"$ref":"#/components/parameters/X"}}}})";
        const auto none = targetsFromOpenApi(circular, u"http://h"_s);
        QVERIFY(none && none->isEmpty());
    }

    void aProfileComesBackAsItWas()
    {
        Profile profile;
        profile.targets = serviceTargets(u"http://h:1"_s);
        profile.targets[0].headers = {{u"A"_s, u"b: c"_s}};
        profile.targets[0].expectation.bodyContains = "healthy";
        profile.targets[1].body = "{}";
        profile.targets[1].method = "POST";
        profile.rules = {*parseRule(u"health: p99<20ms"_s)};
        profile.window = {{u"theme"_s, u"dark"_s}};
        QTemporaryDir folder;
        const auto path = folder.filePath(u"p.json"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(toJson(profile)) > 0);
        file.close();
        const auto back = loadProfile(path);
        QVERIFY2(back, qPrintable(back.error));
        QVERIFY(back->targets == profile.targets);
        QVERIFY(back->rules == profile.rules);
        QCOMPARE(back->window, profile.window);
        const QByteArray wrong = R"({"targets":[{"url":"http://h/x","interval":"soon"}]})";
        QVERIFY(profileFromJson(wrong).error.contains(u"targets[0]"));
        QVERIFY(!loadProfile(folder.filePath(u"none.json"_s)));
    }

    void aProfileNamesWhatIsWrongInIt_data()
    {
        QTest::addColumn<QByteArray>("json"); // with ' for "
        QTest::addColumn<QString>("says");
        const auto target = [](const QByteArray &member) {
            return QByteArray("{'targets':[{'url':'http://h/x'," + member + "}]}");
        };
        QTest::newRow("key") << QByteArray("{'targtes':[]}") << u"targtes"_s;
        QTest::newRow("list") << QByteArray("{'targets':'abc'}") << u"“targets” must be a list"_s;
        QTest::newRow("element") << QByteArray("{'targets':['abc']}") << u"targets[0]"_s;
        QTest::newRow("rule") << QByteArray("{'rules':[5]}") << u"rules[0]"_s;
        QTest::newRow("version") << QByteArray("{'version':2}") << u"version 2"_s;
        QTest::newRow("key of a target") << target("'intervall':'1s'") << u"intervall"_s;
        QTest::newRow("text") << target("'interval':5") << u"interval"_s;
        QTest::newRow("truth") << target("'verify_tls':'no'") << u"verify_tls"_s;
        QTest::newRow("header") << target("'headers':['foo']") << u"“foo”"_s;
        QTest::newRow("key of expect") << target("'expect':{'status':204}") << u"status"_s;
        QTest::newRow("number") << target("'expect':{'status_from':204.5}") << u"status_from"_s;
        QTest::newRow("range") << target("'expect':{'status_from':42}") << u"42"_s;
        QTest::newRow("curl command") << QByteArray("{'targets':[{'url':'curl -X POST -d a=b http://h/x'}]}")
                                      << u"curl command"_s;
        QTest::newRow("key of a form") << target("'options':{'form':[{'nam':'a'}]}") << u"nam"_s;
        QTest::newRow("value of a form") << target("'options':{'form':[{'name':'a','value':1}]}") << u"value"_s;
        QTest::newRow("two lines") << target("'options':{'referer':'a\\r\\nX-Y: z'}") << u"no value of a header"_s;
    }
    void aProfileNamesWhatIsWrongInIt()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const auto profile = profileFromJson(json.replace('\'', '"'), UnknownKeys::Refused);
        QVERIFY(!profile);
        QVERIFY2(profile.error.contains(says), qPrintable(profile.error));
    }

    void aWindowOpensTheProfileOfALaterVersion()
    {
        const auto profile =
            profileFromJson("{\"targets\":[{\"url\":\"http://h/x\",\"colour\":\"red\"}],\"sounds\":[]}");
        QVERIFY2(profile, qPrintable(profile.error));
        QCOMPARE(profile->targets.first().name, u"x"_s);
    }

    void theCommandLineIsCheckedBeforeAnythingIsMeasured_data()
    {
        rows<QStringList>(
            {"arguments"},
            {
                {"duration", {u"--duration"_s, u"30"_s}},
                {"assert on nobody", {u"--assert"_s, u"nobody.p99<1s"_s}},
                {"load on nobody", {u"--load"_s, u"nobody=3"_s}},
                {"load of zero", {u"--load"_s, u"health=0"_s}},
                {"isolation assert without test", {u"--assert"_s, u"health.isolation<2"_s}},
                {"isolation of the loaded",
                 {u"--isolation-test"_s, u"factorize=2"_s, u"--assert"_s, u"factorize.isolation<2"_s}},
                {"isolation of one", {u"http://h/x"_s, u"--isolation-test"_s, u"x=2"_s}},
                {"limit without assert", {u"--find-limit"_s, u"factorize=8"_s}},
                {"unknown option", {u"--frobnicate"_s}},
                {"wrong URL", {u"gopher://x/y"_s}},
                {"too fast", {u"--interval"_s, u"1us"_s}},
                {"no header", {u"--header"_s, u"foo"_s}},
                {"rule beside a search",
                 {u"--find-limit"_s, u"factorize=8"_s, u"--assert"_s, u"health.p99<1s"_s, u"--rule"_s, u"p99<1s"_s}},
                {"two lengths",
                 {u"--isolation-test"_s, u"factorize=2"_s, u"--duration"_s, u"5s"_s, u"--phases"_s, u"1s,2s,1s"_s}},
                {"two reports in one file", {u"--json"_s, u"x"_s, u"--junit"_s, u"x"_s}},
                {"two loads of one", {u"--load"_s, u"health=1"_s, u"--load"_s, u"health=2"_s}},
            });
    }
    void theCommandLineIsCheckedBeforeAnythingIsMeasured()
    {
        QFETCH(QStringList, arguments);
        const auto parsed = parseHeadlessArguments(QStringList{u"openloop-monitor"_s, u"--headless"_s} + arguments);
        QVERIFY(!parsed);
        QVERIFY(!parsed.error.isEmpty());
    }

    void whatIsRefusedIsToldByItsName_data()
    {
        rows<QStringList, QStringList>(
            {"arguments", "says"},
            {
                {"loaded already",
                 {u"--load"_s, u"factorize=3"_s, u"--isolation-test"_s, u"factorize=3"_s},
                 {u"--load"_s, u"--isolation-test"_s, u"factorize"_s}},
                {"loaded while searched",
                 {u"--load"_s, u"factorize=3"_s, u"--find-limit"_s, u"factorize=3"_s, u"--assert"_s, u"health.n>0"_s},
                 {u"--load"_s, u"--find-limit"_s, u"factorize"_s}},
                {"interval of nothing", {u"--interval"_s, u"0"_s}, {u"--interval"_s, u"more than 0"_s}},
                {"duration without unit", {u"--duration"_s, u"3"_s}, {u"--duration"_s, u"unit"_s}},
                {"timeout too long", {u"--timeout"_s, u"400d"_s}, {u"--timeout"_s, u"366d"_s}},
                {"phase", {u"--isolation-test"_s, u"factorize=2"_s, u"--phases"_s, u"1s,2,3s"_s}, {u"--phases"_s}},
                {"JSON nowhere", {u"--json"_s, QString()}, {u"--json"_s}},
                {"JUnit nowhere", {u"--junit="_s}, {u"--junit"_s}},
                {"recording nowhere", {u"--record"_s, QString()}, {u"--record"_s}},
                {"one file, two spellings",
                 {u"--json"_s, u"/tmp/x"_s, u"--junit"_s, u"/tmp/../tmp/./x"_s},
                 {u"--json"_s, u"--junit"_s}},
                {"report in the recording",
                 {u"--record"_s, u"/tmp/x"_s, u"--junit"_s, u"/tmp//x"_s},
                 {u"--record"_s, u"--junit"_s}},
                {"proxy of nothing", {u"--proxy"_s, QString()}, {u"--proxy"_s}},
                {"proxy of no scheme we know", {u"--proxy"_s, u"gopher://h:1"_s}, {u"--proxy"_s, u"socks5"_s}},
                {"proxy without host", {u"--proxy"_s, u"http://:3128"_s}, {u"--proxy"_s}},
                {"proxy with a port beyond", {u"--proxy"_s, u"h:99999"_s}, {u"--proxy"_s}},
            });
    }
    void whatIsRefusedIsToldByItsName()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QStringList, says);
        const auto parsed = parseHeadlessArguments(QStringList{u"openloop-monitor"_s, u"--headless"_s} + arguments);
        QVERIFY(!parsed);
        for (const auto &part : std::as_const(says))
            QVERIFY2(parsed.error.contains(part), qPrintable(parsed.error));
    }

    void aFileByAnotherNameIsTheSameFile()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath(u"a"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.link(folder.filePath(u"b"_s)));
        const auto read = [&](const QString &junit) {
            return parseHeadlessArguments({u"openloop-monitor"_s, u"--headless"_s, u"--json"_s, file.fileName(),
                                           u"--junit"_s, folder.filePath(junit)});
        };
        QVERIFY(!read(u"b"_s));
        QVERIFY(read(u"c"_s));
    }

    void proxiesAreWhatCurlTakesForThem()
    {
        for (const auto &proxy : {u"h"_s, u"h:3128"_s, u"http://ann:secret@h:3128"_s, u"socks5h://[::1]:1080"_s}) {
            const auto parsed = parseHeadlessArguments({u"openloop-monitor"_s, u"--headless"_s, u"--proxy"_s, proxy});
            QVERIFY2(parsed, qPrintable(parsed.error));
        }
    }

    void theTimeOfASearchStepIsADuration()
    {
        const auto parsed =
            parseHeadlessArguments({u"openloop-monitor"_s, u"--headless"_s, u"--find-limit"_s, u"factorize=8"_s,
                                    u"--assert"_s, u"health.p99<1s"_s, u"--duration"_s, u"2s"_s});
        QVERIFY2(parsed, qPrintable(parsed.error));
        QVERIFY(parsed->options->search->measure == 2s);
    }

    void theTimeOfAnIsolationTestIsItsPhasesTogether()
    {
        const auto parsed = parseHeadlessArguments({u"openloop-monitor"_s, u"--headless"_s, u"--isolation-test"_s,
                                                    u"factorize=8"_s, u"--duration"_s, u"20s"_s});
        QVERIFY2(parsed, qPrintable(parsed.error));
        QVERIFY(parsed->options->isolation->length() == 20s);
        QVERIFY(parsed->options->isolation->loaded == 10s);
    }

    void aWindowTellsWhyItCannotOpen_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<bool>("hasDisplay");
        QTest::addColumn<QString>("says");
        QTest::newRow("fine") << QStringList{u"http://h/x"_s} << true << QString();
        QTest::newRow("for Qt") << QStringList{u"-platform"_s, u"offscreen"_s, u"--style"_s, u"fusion"_s} << false
                                << QString();
        QTest::newRow("no display") << QStringList{} << false << u"--headless"_s;
        QTest::newRow("unknown") << QStringList{u"--frobnicate"_s} << true << u"frobnicate"_s;
        QTest::newRow("metrics") << QStringList{u"--metrics"_s, u"/actuator/prometheus"_s} << true << QString();
        QTest::newRow("metrics elsewhere") << QStringList{u"--metrics=http://h:9100/m"_s} << true << QString();
        QTest::newRow("metrics nowhere") << QStringList{u"--metrics"_s, u"metrics"_s} << true
                                         << u"--metrics: “metrics”"_s;
        QTest::newRow("headless") << QStringList{u"--load"_s, u"health=2"_s} << true << u"--load works only with"_s;
        QTest::newRow("wrong URL") << QStringList{u"gopher://x/y"_s} << false << u"gopher"_s;
        QTest::newRow("no such recording") << QStringList{u"none.sqlite"_s} << true << u"none.sqlite: there is no"_s;
        QTest::newRow("no recording") << QStringList{u"/dev/null"_s} << true << u"/dev/null is no recording"_s;
        QTest::newRow("recording beside targets")
            << QStringList{u"http://h/x"_s, u"file:///none.sqlite"_s} << true << u"opened alone"_s;
        QTest::newRow("URL that looks like one") << QStringList{u"http://h/none.sqlite"_s} << true << QString();
        QTest::newRow("command that looks like one") << QStringList{u"curl http://h/x.sqlite"_s} << true << QString();
    }
    void aWindowTellsWhyItCannotOpen()
    {
        QFETCH(QStringList, arguments);
        QFETCH(bool, hasDisplay);
        QFETCH(QString, says);
        const auto problem = problemOfWindowArguments(QStringList{u"openloop-monitor"_s} + arguments, hasDisplay);
        QCOMPARE(problem.isEmpty(), says.isEmpty());
        QVERIFY2(problem.contains(says), qPrintable(problem));
    }

    void aRecordingIsNothingToMeasure()
    {
        const auto parsed = parseHeadlessArguments({u"openloop-monitor"_s, u"--headless"_s, u"./none.sqlite"_s});
        QVERIFY(!parsed);
        QVERIFY2(parsed.error.contains(u"without --headless"_s), qPrintable(parsed.error));
    }

    void reportsKeepThePasswordsOfUrlsToThemselves()
    {
        QCOMPARE(withoutPassword(u"https://ann:se@cret@h:81/a:b@c?d=e:f@g"_s), u"https://ann:***@h:81/a:b@c?d=e:f@g"_s);
        for (const auto &plain : {u"http://h:1/x?a=b:c@d"_s, u"http://ann@h/x"_s, u"http://[::1]:8080/"_s})
            QCOMPARE(withoutPassword(plain), plain);
    }
};

QTEST_GUILESS_MAIN(TestProbeParsing)
#include "test_probe_parsing.moc"
