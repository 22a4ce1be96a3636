// SPDX-License-Identifier: GPL-3.0-or-later
// What answers are held to, and what they tell beside their time: redirects, second attempts, certificates, addresses.
#include "gui/probe/headless/options.h"
#include "gui/probe/headless/run.h"
#include "gui/probe/measurement/live_source.h"
#include "tests/support/engine_recording.h"
#include "tests/support/peers/certificate.h"
#include "tests/support/programmed_server.h"
#include "tests/support/rows.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QTemporaryDir>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>

using namespace openloop::probe;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

std::atomic<in_addr_t> movingAddress{0}; ///< what "moving.test" leads to, in network order; 0: as everywhere

} // namespace

// What libcurl's own threads call: the names of this program come before those of libraries.
extern "C" int getaddrinfo(const char *node, const char *service, const addrinfo *hints, addrinfo **found)
{
    static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const auto address = movingAddress.load();
    if (!node || address == 0 || qstrcmp(node, "moving.test") != 0)
        return real(node, service, hints, found);
    char text[INET_ADDRSTRLEN];
    const in_addr numeric{address};
    return real(inet_ntop(AF_INET, &numeric, text, sizeof text), service, hints, found);
}

namespace {

Target targetAt(const QString &url, Nanoseconds interval = 20ms)
{
    return targetFor(url, interval, 60s); // longer than this machine may be away
}

// Where each request is a handshake, and reads whom the system trusts: they must not pile up.
constexpr Nanoseconds handshakeInterval = 2s;

Reaction answerWith(const QByteArray &body, int status = 200, const QByteArray &fields = {})
{
    Reaction reaction;
    reaction.body = body;
    reaction.status = status;
    reaction.fields = fields;
    return reaction;
}

/// What `expectations` make of one answer; "HTTP" where it is the status that they refuse.
QString judged(const QStringList &expectations, const Reaction &reaction)
{
    ProgrammedServer server([&](int, const QByteArray &) { return reaction; });
    auto target = targetAt(server.url());
    for (const auto &text : expectations) {
        if (const auto problem = addExpectation(text, target.expectation); !problem.isEmpty())
            return problem;
    }
    Engine engine;
    EngineRecording recording(engine);
    engine.setTargets({target});
    if (!recording.run(engine, 60ms) || recording.samples[u"t"_s].isEmpty())
        return u"no answer"_s;
    const auto &sample = recording.samples[u"t"_s].first();
    return sample.outcome == Outcome::HttpError ? u"HTTP"_s : QString::fromUtf8(sample.cause);
}

/// HTTPS on a free loopback port that answers "ok" and keeps its connections; lives in the test's thread.
class TlsServer
{
public:
    explicit TlsServer(const QString &folder, bool wantsClientCertificate = false)
    {
        QFile certificate(folder + u"/certificate.pem"_s), key(folder + u"/key.pem"_s);
        if (!certificate.open(QIODevice::ReadOnly) || !key.open(QIODevice::ReadOnly))
            return;
        auto configuration = QSslConfiguration::defaultConfiguration();
        const QSslCertificate own(&certificate);
        configuration.setLocalCertificate(own);
        configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
        if (wantsClientCertificate) {
            configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
            configuration.setCaCertificates({own});
        }
        m_server.setSslConfiguration(configuration);
        QObject::connect(&m_server, &QTcpServer::pendingConnectionAvailable, [this] {
            while (auto *socket = m_server.nextPendingConnection()) {
                const auto answer = [socket] {
                    constexpr qint64 most = 1 << 16;
                    if (!socket->peek(most).endsWith("\r\n\r\n"))
                        return;
                    socket->readAll();
                    socket->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                };
                QObject::connect(socket, &QTcpSocket::readyRead, socket, answer);
                answer(); // what came together with the end of the handshake was told before
            }
        });
        m_server.listen(QHostAddress::LocalHost);
    }

    QString url() const { return u"https://localhost:%1/"_s.arg(m_server.serverPort()); }

private:
    QSslServer m_server;
};

} // namespace

class TestAnswers : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(makeCertificate(m_folder.path())); }

    void answersAreHeldToWhatIsExpected_data()
    {
        QTest::addColumn<QStringList>("expectations");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("found");
        const auto row = [](const char *name, const QStringList &expectations, int status, const QString &found) {
            QTest::newRow(name) << expectations << status << found;
        };
        row("a class", {u"status=2xx"_s}, 204, {});
        row("another class", {u"status=2xx"_s}, 302, u"HTTP"_s);
        row("of a list", {u"status=2xx, 404,500-503"_s}, 404, {});
        row("of a range in a list", {u"status=2xx,404,500-503"_s}, 502, {});
        row("beside a range", {u"status=2xx,404,500-503"_s}, 504, u"HTTP"_s);
        row("redirects are good by default", {}, 302, {});
        row("text", {u"text=\"a/b\""_s}, 200, {});
        row("no such text", {u"text=unhealthy"_s}, 200, u"the expected text is not in it"_s);
        row("pattern", {u"regex=sta[a-z]+\":\\s*\"h"_s}, 200, {});
        row("no match", {u"regex=^healthy"_s}, 200, u"the pattern does not match"_s);
        row("a pattern without end", {u"regex=^((.+)+)+\\d$"_s}, 200, u"the pattern takes too long"_s);
        row("value", {u"json=/status=healthy"_s}, 200, {});
        row("another value", {u"json=/status=ill"_s}, 200, u"/status is \"healthy\""_s);
        row("there is such a value", {u"json=/list/1"_s}, 200, {});
        row("beyond the list", {u"json=/list/2"_s}, 200, u"there is no /list/2"_s);
        row("no leading zeros", {u"json=/list/01"_s}, 200, u"there is no /list/01"_s);
        row("a number", {u"json=/list/0=1.0"_s}, 200, {});
        row("escaped", {u"json=/a~1b/m~0n=true"_s}, 200, {});
        row("the whole of an array", {u"json=/list=[1, {\"x\": null}]"_s}, 200, {});
        row("null is a value", {u"json=/list/1/x=null"_s}, 200, {});
        row("a field", {u"header=X-Kind: json"_s}, 200, {});
        row("some field", {u"header=x-kind"_s}, 200, {});
        row("another field", {u"header=X-Kind: xml"_s}, 200, u"X-Kind is a-json"_s);
        row("no field", {u"header=X-Other"_s}, 200, u"there is no field X-Other"_s);
        row("all must hold", {u"status=200"_s, u"text=status"_s, u"json=/status=ill"_s}, 200,
            u"/status is \"healthy\""_s);
    }
    void answersAreHeldToWhatIsExpected()
    {
        QFETCH(QStringList, expectations);
        QFETCH(int, status);
        QFETCH(QString, found);
        const auto body = R"({"status": "healthy", "list": [1, {"x": null}], "a/b": {"m~n": true}})"
                          "                                                ";
        QCOMPARE(judged(expectations, answerWith(body, status, "X-Kind: a-json\r\n")), found);
    }

    void scalarsAreJsonAndTextIsNone()
    {
        QCOMPARE(judged({u"json==healthy"_s}, answerWith("\"healthy\"")), QString());
        QCOMPARE(judged({u"json=/a"_s}, answerWith("1, 2")), u"the body is no JSON"_s);
    }

    void bodiesAreDecodedBeforeTheyAreJudged()
    {
        const auto deflated = qCompress(R"({"status": "healthy"})").sliced(4); // what follows Qt's own length is zlib's
        const auto reaction = answerWith(deflated, 200, "Content-Encoding: deflate\r\n");
        QCOMPARE(judged({u"json=/status=healthy"_s}, reaction), QString());
        QCOMPARE(judged({u"regex=^.{12}healthy"_s}, reaction), QString());
    }

    void aLittleAnswerThatIsEndlessOnceItIsDecodedIsLeft()
    {
        const auto deflated = qCompress(QByteArray(80 << 20, 'x'), 9).sliced(4);
        QVERIFY(deflated.size() < 1 << 20);
        const auto reaction = answerWith(deflated, 200, "Content-Encoding: deflate\r\n");
        const auto found = judged({u"text=x"_s}, reaction);
        QVERIFY2(found.contains(u"16 MiB"), qPrintable(found));
        QCOMPARE(judged({}, reaction), QString()); // who does not look at it need not decode it
    }

    void expectationsHaveBoundsThatTheirRefusalNames_data()
    {
        rows<QString, QString>({"text", "bound"},
                               {
                                   {"status", u"status=600"_s, u"100 to 599"_s},
                                   {"range", u"status=300-200"_s, u"from 300 to 200"_s},
                                   {"no status", u"status=ok"_s, u"ok"_s},
                                   {"ranges", u"status="_s + QStringList(40, u"200"_s).join(u','), u"at most 32"_s},
                                   {"text", u"text="_s + QString(70'000, u'a'), u"65536"_s},
                                   {"pattern", u"regex="_s + QString(1001, u'a'), u"1000"_s},
                                   {"no pattern", u"regex=("_s, u"no pattern"_s},
                                   {"pointer", u"json=a/b=1"_s, u"no JSON pointer"_s},
                                   {"long pointer", u"json=/"_s + QString(1001, u'a'), u"1000"_s},
                                   {"field", u"header=a b: c"_s, u"256"_s},
                                   {"kind", u"colour=blue"_s, u"status=2xx"_s},
                               });
    }
    void expectationsHaveBoundsThatTheirRefusalNames()
    {
        QFETCH(QString, text);
        QFETCH(QString, bound);
        const auto parsed = parseHeadlessArguments({u"openloop-monitor"_s, u"t=http://h/"_s, u"--expect"_s, text});
        QVERIFY(!parsed);
        QVERIFY2(parsed.error.contains(bound) && parsed.error.contains(u"--expect"_s), qPrintable(parsed.error));
    }

    void aFileThatHoldsNoCertificateIsNamed()
    {
        QFile binary(m_folder.filePath(u"binary.der"_s));
        QVERIFY(binary.open(QIODevice::WriteOnly) && binary.write("0\x82\x01") == 3 && binary.flush());
        for (const auto &option : {u"--cacert"_s, u"--cert"_s, u"--key"_s}) {
            for (const auto &path : {m_folder.filePath(u"no"_s), m_folder.path(), binary.fileName()}) {
                const auto parsed = parseHeadlessArguments({u"openloop-monitor"_s, u"t=https://h/"_s, option, path});
                QVERIFY2(!parsed && parsed.error.contains(option) && parsed.error.contains(path), qPrintable(path));
            }
        }
    }

    void profilesKeepExpectations()
    {
        auto target = targetAt(u"http://h/t"_s);
        for (const auto &text : {u"status=2xx,304,400-404"_s, u"text=a"_s, u"regex=^b"_s, u"json=/c"_s,
                                 u"json=/d=e=f"_s, u"header=G"_s, u"header=H: i: j"_s})
            QCOMPARE(addExpectation(text, target.expectation), QString());
        const auto read = targetFromJson(toJson(target), UnknownKeys::Refused);
        QVERIFY2(read, qPrintable(read.error));
        QCOMPARE(*read, target);
    }

    void aRequestThatMetTheClosingOfItsConnectionIsRetriedOnce()
    {
        std::atomic<int> closed = 0;
        ProgrammedServer server([&closed](int number, const QByteArray &) {
            auto reaction = answerWith("ok");
            if (number % 10 == 7) {
                ++closed;
                reaction.kind = Reaction::Kind::Reset;
            }
            return reaction;
        });
        Engine engine(oneAtATime());
        EngineRecording recording(engine);
        engine.setTargets({targetAt(server.url())});
        QVERIFY(recording.run(engine, 1s));
        const auto &samples = recording.samples[u"t"_s];
        QVERIFY(closed > 0);
        QCOMPARE(std::ranges::count_if(samples, &Sample::retried), closed.load());
        QCOMPARE(recording.count(u"t"_s, Outcome::Ok), samples.size());
        QCOMPARE(samples.size() + closed.load(), server.requests()); // each is a request that the service saw
        Series series(engine.origin());
        for (const auto &sample : samples)
            series.add(sample);
        QCOMPARE(series.whole().quantiles().retried, closed.load());
        QVERIFY(PackedSample(*std::ranges::find_if(samples, &Sample::retried), engine.origin()).retried());
    }

    void whatMustNotBeSentTwiceIsNotRetried()
    {
        ProgrammedServer server([](int number, const QByteArray &) {
            auto reaction = answerWith("ok");
            if (number == 3)
                reaction.kind = Reaction::Kind::Reset;
            return reaction;
        });
        Engine engine(oneAtATime());
        EngineRecording recording(engine);
        auto target = targetAt(server.url());
        target.method = "POST";
        engine.setTargets({target});
        QVERIFY(recording.run(engine, 300ms));
        const auto &samples = recording.samples[u"t"_s];
        QCOMPARE(recording.count(u"t"_s, Outcome::Reset), 1);
        QVERIFY(std::ranges::none_of(samples, &Sample::retried));
        QCOMPARE(samples.size(), server.requests());
    }

    void redirectsAreFollowedIfAskedElseShown()
    {
        ProgrammedServer server([](int, const QByteArray &path) {
            auto reaction = path == "/c"
                ? answerWith("there")
                : answerWith("", path == "/a" ? 302 : 307, path == "/a" ? "Location: /b\r\n" : "Location: /c\r\n");
            reaction.latency = path == "/b" ? 60ms : 10ms;
            return reaction;
        });
        for (const bool follows : {true, false}) {
            auto target = targetAt(server.url(u"/a"_s));
            target.options.location = follows;
            Engine engine;
            EngineRecording recording(engine);
            engine.setTargets({target});
            QVERIFY(recording.run(engine, 60ms));
            const auto &sample = recording.samples[u"t"_s].first();
            QCOMPARE(sample.outcome, Outcome::Ok);
            QCOMPARE(sample.hops, follows ? 2 : 0);
            QCOMPARE(QString::fromUtf8(sample.redirect), server.url(follows ? u"/c"_s : u"/b"_s));
            QVERIFY(!sample.retried);
            QCOMPARE(sample.chain.size(), follows ? 3 : 0);
            if (!follows)
                continue;
            Nanoseconds whole{0};
            for (const auto &[index, path, status] :
                 {std::tuple(0, u"/a"_s, 302), {1, u"/b"_s, 307}, {2, u"/c"_s, 200}}) {
                const auto &hop = sample.chain[index];
                QCOMPARE(QString::fromUtf8(hop.url), server.url(path));
                QCOMPARE(int(hop.status), status);
                QVERIFY(hop.phases.firstByte >= (index == 1 ? 60ms : 10ms)); // as programmed
                QCOMPARE(hop.phases.tcp > 0ns, index == 0); // over the same connection
                whole += hop.phases.sum();
            }
            QVERIFY(std::chrono::abs(whole - sample.service()) < sample.service() / 20);
            QVERIFY(std::chrono::abs(sample.phases.sum() - sample.service()) < sample.service() / 20);
        }
    }

    void hopsAreInTheReportsWithTheirPhases()
    {
        RunReport report;
        TargetResult result;
        result.target = targetAt(u"http://h/a"_s);
        result.hops = 1;
        result.redirect = u"http://h/b"_s;
        result.chain = {{"http://ann:SECRET@h/a", 301, {1ms, 2ms, 3ms, 40ms, 5ms}}, {"http://h/b", 200, {}}};
        report.targets = {result};
        const auto hops = QJsonDocument::fromJson(toJson(report)).object()[u"targets"_s][0][u"hops"_s].toArray();
        QCOMPARE(hops.size(), 2);
        QCOMPARE(hops[0][u"status"_s].toInt(), 301);
        QCOMPARE(hops[0][u"url"_s].toString(), u"http://ann:***@h/a"_s);
        QCOMPARE(hops[0][u"first_byte_ms"_s].toDouble(), 40);
        const auto line =
            u"t: 301 http://ann:***@h/a: DNS 1.00 ms, TCP 2.00 ms, TLS 3.00 ms, first byte 40.0 ms, body 5.00 ms"_s;
        QVERIFY2(toTable(report).contains(line), qPrintable(toTable(report)));
        QVERIFY(toJUnit(report).contains(line.toUtf8()));
    }

    void aCertificateSaysHowLongItLasts()
    {
        TlsServer server(m_folder.path());
        auto target = targetAt(server.url());
        target.options.cacert = m_folder.filePath(u"certificate.pem"_s).toUtf8();
        Engine::Options undoubted; // by a machine that is busy no rule is judged
        undoubted.trustLimits = {.control = 1h, .lag = 1h, .processors = 2};
        Engine engine(undoubted);
        EngineRecording recording(engine);
        engine.setTargets({target});
        const auto soon = parseRule(u"certificate < 14d"_s), later = parseRule(u"t: certificate < 1d over 1s"_s);
        QVERIFY(soon && later);
        engine.start();
        Measurement measurement(std::make_unique<LiveSource>(engine), {*soon, *later});
        const auto hasKept = [&] {
            return std::ranges::any_of(recording.samples[u"t"_s],
                                       [](const Sample &one) { return one.reused && one.certificateLeft; });
        };
        TRY_VERIFY(hasKept() && measurement.rules()[1].watch.state() == RuleState::Ok);
        TRY_COMPARE(measurement.rules()[0].watch.state(), RuleState::Firing);
        QCOMPARE(measurement.rules()[0].watch.rule().condition.text(), u"certificate>=14d"_s);
        const auto left = *measurement.series(u"t"_s)->certificateLeft();
        QVERIFY(left > 47h && left <= 48h);
        QVERIFY(std::ranges::any_of(measurement.events(), [](const auto &event) { // beside those of a busy machine
            return event.value.startsWith(u"certificate "_s);
        }));
    }

    void aRuleOnAllCertificatesLeavesOutWhoHasNone()
    {
        ProgrammedServer server([](int, const QByteArray &) { return answerWith("ok"); });
        Engine engine;
        engine.setTargets({targetAt(server.url())});
        const Measurement measurement(std::make_unique<LiveSource>(engine), {*parseRule(u"certificate<14d"_s)});
        QVERIFY(measurement.rules().empty());
    }

    void whoAsksShowsItsCertificate()
    {
        TlsServer server(m_folder.path(), true);
        for (const bool shows : {true, false}) {
            auto target = targetAt(server.url(), handshakeInterval);
            target.options.cacert = m_folder.filePath(u"certificate.pem"_s).toUtf8();
            if (shows) {
                target.options.cert = target.options.cacert;
                target.options.key = m_folder.filePath(u"key.pem"_s).toUtf8();
            }
            Engine engine;
            EngineRecording recording(engine);
            engine.setTargets({target});
            QVERIFY(recording.run(engine, 60ms));
            QCOMPARE(recording.samples[u"t"_s].first().outcome == Outcome::Ok, shows);
        }
    }

    void theEnvironmentSaysWhomToTrust()
    {
        TlsServer server(m_folder.path());
        for (const bool trusts : {true, false}) {
            if (trusts)
                qputenv("SSL_CERT_FILE", m_folder.filePath(u"certificate.pem"_s).toUtf8());
            else
                qunsetenv("SSL_CERT_FILE");
            Engine engine;
            EngineRecording recording(engine);
            auto target = targetAt(server.url(), handshakeInterval);
            engine.setTargets({target});
            const bool ended = recording.run(engine, 60ms);
            qunsetenv("SSL_CERT_FILE");
            QVERIFY(ended);
            QCOMPARE(recording.samples[u"t"_s].first().outcome, trusts ? Outcome::Ok : Outcome::TlsFailed);
        }
    }

    // Takes the half minute for which a connection to a name is kept.
    void aNameThatMovedIsFollowedAndToldThoughItsConnectionWasKept()
    {
        ProgrammedServer before([](int, const QByteArray &) { return answerWith("before"); });
        QTcpServer after; // on another address, the same port
        QObject::connect(&after, &QTcpServer::newConnection, [&after] {
            auto *socket = after.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                if (socket->readAll().endsWith("\r\n\r\n"))
                    socket->write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nafter");
            });
        });
        QVERIFY(after.listen(QHostAddress(u"127.0.0.2"_s), before.port()));
        movingAddress = inet_addr("127.0.0.1");
        Engine engine(oneAtATime());
        engine.setTargets({targetAt(u"http://moving.test:%1/"_s.arg(before.port()), 200ms)});
        engine.start();
        Measurement measurement(std::make_unique<LiveSource>(engine));
        TRY_VERIFY(before.requests() > 2);
        QCOMPARE(before.connections(), 1);
        movingAddress = inet_addr("127.0.0.2");
        const auto moved = [&] {
            return std::ranges::find(measurement.events(), Event::What::Moved, &Event::what)
                != measurement.events().end();
        };
        TRY_VERIFY_WITHIN(moved(), 2 * patience);
        const auto event = *std::ranges::find(measurement.events(), Event::What::Moved, &Event::what);
        QCOMPARE(plainWords(event), u"moved from 127.0.0.1 to 127.0.0.2"_s);
        QCOMPARE(event.target, u"t"_s);
        const auto lastOfBefore = before.requests();
        TRY_VERIFY(after.isListening() && measurement.series(u"t"_s)->last()->address == "127.0.0.2");
        QCOMPARE(before.requests(), lastOfBefore);
    }

private:
    QTemporaryDir m_folder;
};

int main(int argc, char *argv[])
{
    return openloop::test::measuringMain<TestAnswers>(argc, argv);
}
#include "test_answers.moc"
