// SPDX-License-Identifier: GPL-3.0-or-later
// What is pasted is what is sent: curl commands held against the curl of this machine, byte by byte on the wire.
#include "gui/probe/engine/file_descriptor.h"
#include "gui/probe/engine/lane.h"
#include "gui/probe/headless/options.h"
#include "gui/probe/targets/curl_command.h"
#include "gui/probe/targets/shell_words.h"
#include "gui/probe/targets/url_template.h"
#include "tests/support/patience.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace openloop::probe;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

/// Answers every request with 200 and keeps its bytes; one connection at a time, each for one request.
class RecordingServer
{
public:
    RecordingServer() : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(m_listener.get(), reinterpret_cast<sockaddr *>(&address), size);
        ::getsockname(m_listener.get(), reinterpret_cast<sockaddr *>(&address), &size);
        ::listen(m_listener.get(), 64);
        m_port = ntohs(address.sin_port);
        m_thread = std::jthread([this](std::stop_token stop) { serve(stop); });
    }

    quint16 port() const { return m_port; }
    QByteArray take()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_bytes, {});
    }

private:
    void serve(const std::stop_token &stop)
    {
        while (!stop.stop_requested()) {
            pollfd waiting{m_listener.get(), POLLIN, 0};
            if (::poll(&waiting, 1, 50) <= 0)
                continue;
            const FileDescriptor connection(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
            const timeval limit{5, 0};
            ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
            QByteArray bytes;
            char buffer[65536];
            while (!isWhole(bytes)) {
                const auto size = ::recv(connection.get(), buffer, sizeof buffer, 0);
                if (size <= 0)
                    break;
                bytes.append(buffer, size);
            }
            {
                const std::lock_guard lock(m_mutex);
                m_bytes += bytes;
            }
            constexpr char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
            if (bytes.contains(" /moved/")) { // to a place that does not lead on
                const auto status = bytes.sliced(bytes.indexOf(" /moved/") + 8, 3);
                const auto moved = "HTTP/1.1 " + status
                    + " Moved\r\nLocation: /there?x=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                ::send(connection.get(), moved.constData(), static_cast<std::size_t>(moved.size()), MSG_NOSIGNAL);
                continue;
            }
            constexpr char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            if (bytes.startsWith("HEAD"))
                ::send(connection.get(), head, sizeof head - 1, MSG_NOSIGNAL);
            else
                ::send(connection.get(), answer, sizeof answer - 1, MSG_NOSIGNAL);
        }
    }

    static bool isWhole(const QByteArray &bytes)
    {
        const auto end = bytes.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        static const QRegularExpression length(u"\\r\\ncontent-length: *([0-9]+)"_s,
                                               QRegularExpression::CaseInsensitiveOption);
        const auto match = length.match(QString::fromLatin1(bytes.first(end)));
        return bytes.size() >= end + 4 + match.captured(1).toLongLong();
    }

    FileDescriptor m_listener;
    quint16 m_port = 0;
    std::mutex m_mutex;
    QByteArray m_bytes;
    std::jthread m_thread;
};

/// Without what may differ: the User-Agent where it is the program's own, and the boundary of a form.
QByteArray comparable(QByteArray bytes)
{
    static const QRegularExpression agent(u"User-Agent: (?:curl|openloop-monitor)/[0-9.]+\\r\\n"_s);
    auto text = QString::fromLatin1(bytes).remove(agent);
    static const QRegularExpression boundary(u"boundary=(-+[A-Za-z0-9]+)"_s);
    if (const auto match = boundary.match(text); match.hasMatch())
        text.replace(match.captured(1), u"BOUNDARY"_s);
    return text.toLatin1();
}

QString bashQuoted(const QByteArray &bytes, int way)
{
    const auto text = QString::fromUtf8(bytes);
    switch (way) {
    case 0: return u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\'';
    case 1: {
        static const QRegularExpression special(u"([\\\\\"$`])"_s);
        return u'"' + QString(text).replace(special, u"\\\\1"_s) + u'"';
    }
    case 2: {
        QString quoted = u"$'"_s;
        for (const char c : bytes)
            quoted += u"\\x%1"_s.arg(static_cast<unsigned char>(c), 2, 16, QChar(u'0'));
        return quoted + u'\'';
    }
    default: {
        static const QRegularExpression special(u"([^A-Za-z0-9])"_s);
        return text.contains(u'\n') || text.isEmpty() ? bashQuoted(bytes, 0)
                                                      : QString(text).replace(special, u"\\\\1"_s);
    }
    }
}

constexpr int ways = 4;
constexpr int linesByDefault = 150; // each starts a shell and curl; OPENLOOP_CURL_LINES: how many instead

/// As Chrome copies for cmd: carets before all that it might look at; backslashes doubled only where a program of
/// Microsoft's C library takes them for more than what they are.
QString cmdQuoted(const QByteArray &bytes)
{
    static const QRegularExpression quote(u"(\\\\*)\""_s), slashesAtEnd(u"(\\\\+)$"_s),
        special(u"([^a-zA-Z0-9\\s_\\-:=+~'/.,?;()*`])"_s), percent(u"%(?=[a-zA-Z0-9_])"_s);
    auto text = QString::fromUtf8(bytes).replace(quote, u"\\1\\1\\\""_s).replace(slashesAtEnd, u"\\1\\1"_s);
    text.replace(special, u"^\\1"_s).replace(percent, u"%^"_s).replace(u"\n"_s, u"^\n\n"_s);
    return u"^\""_s + text + u"^\""_s;
}

QString powerShellQuoted(const QByteArray &bytes)
{
    return u'\'' + QString::fromUtf8(bytes).replace(u'\'', u"''"_s) + u'\'';
}

} // namespace

class TestPastedCurl : public QObject
{
    Q_OBJECT

private:
    RecordingServer m_server;
    QTemporaryDir m_home;

    QByteArray sentByCurl(const QString &command)
    {
        QProcess bash;
        QProcessEnvironment environment;
        environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
        environment.insert(u"HOME"_s, m_home.path());
        environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
        bash.setProcessEnvironment(environment);
        bash.start(u"bash"_s, {u"-c"_s, command});
        bash.waitForFinished(patience);
        return m_server.take();
    }

    QByteArray sentByMonitor(const Target &target)
    {
        Reactor reactor;
        bool done = false;
        Lane lane(reactor, target, 0, [&](const Answer &) { done = true; });
        SemiprimeSource source;
        lane.start(UrlTemplate::parse(target.url)->expanded(source), std::chrono::steady_clock::now());
        for (const auto end = std::chrono::steady_clock::now() + 20s;
             !done && std::chrono::steady_clock::now() < end;) {
            reactor.waitUntil(std::min(end, lane.deadline()));
            lane.onDeadline(std::chrono::steady_clock::now());
        }
        return m_server.take();
    }

    /// Nothing: both sent the same, or it was refused. `pasted`: the command as another shell would have it.
    QString differenceOf(const QString &command, int *refused = nullptr, const QString &pasted = {})
    {
        const auto target = targetFromCurlCommand(pasted.isEmpty() ? command : pasted);
        if (!target) {
            if (refused)
                ++*refused;
            return target.error.isEmpty() ? u"refused without a reason"_s : QString();
        }
        const auto curl = comparable(sentByCurl(command));
        const auto monitor = comparable(sentByMonitor(*target));
        if (curl == monitor)
            return {};
        return u"%1\ncurl:    %2\nmonitor: %3"_s.arg(pasted.isEmpty() ? command : pasted,
                                                     QString::fromLatin1(curl.toPercentEncoding(" :;,/=?&{}\"'")),
                                                     QString::fromLatin1(monitor.toPercentEncoding(" :;,/=?&{}\"'")));
    }

    QByteArray url(const QByteArray &path = "/x?q=1") const
    {
        return "http://127.0.0.1:" + QByteArray::number(m_server.port()) + path;
    }

    /// Options with their values, those of the manual that a request is made of.
    QList<QByteArrayList> options() const
    {
        return {{"-X", "PUT"},
                {"-X", "POST"},
                {"-H", "X-A: 1"},
                {"-H", "X-B:  two  blanks "},
                {"-H", "X-C:none"},
                {"-H", "Accept:"},
                {"-H", "X-Empty;"},
                {"-H", "Host: other.example"},
                {"-H", "User-Agent: me"},
                {"-H", "Content-Type: text/plain"},
                {"-H", "Cookie: h=1"},
                {"-H", "X-Q: it's \"q\" $HOME `x` \\ ü"},
                {"-d", "a=1&b=2"},
                {"-d", ""},
                {"--data", "two\nlines"},
                {"--data-raw", "@x"},
                {"--data-binary", "a\r\nb"},
                {"--data-urlencode", "n=a b&c/d~e"},
                {"--data-urlencode", "=x y=z"},
                {"--data-urlencode", "plain text"},
                {"--json", "{\"a\": \"it's\"}"},
                {"-G"},
                {"-I"},
                {"-u", "ann:p w:x"},
                {"-A", "agent/1"},
                {"-A", ""},
                {"-e", "http://r/"},
                {"-b", "a=1"},
                {"-b", "b=2; c=3"},
                {"-b", "d=4", "-H", "Cookie: e=5", "-b", "f=6"},
                {"-d", "a=1", "-d", "b=2", "--data-urlencode", "c=d e"},
                {"-G", "-d", "a=1", "-d", "", "--data-urlencode", "b=2 3"},
                {"--json", "{\"a\":", "--json", "1}"},
                {"-F", "a=1", "-F", "b=x;type=text/plain", "--form-string", "c=3"},
                {"-I", "-u", "ann:p:w"},
                {"-L", "-X", "PUT", "-d", "a=1"},
                {"--cacert", "/etc/ssl/certs/ca-certificates.crt"},
                {"-E", "/etc/hostname", "--key", "/etc/hostname"},
                {"--resolve", "127.0.0.1:" + QByteArray::number(m_server.port()) + ":127.0.0.1"},
                {"--compressed"},
                {"-L"},
                {"-k"},
                {"-F", "f=v w"},
                {"-F", "=no name"},
                {"-F", "g=v;type=text/html"},
                {"--form-string", "s=@x;y"},
                {"--url-query", "u=a b"},
                {"--url-query", "+raw"},
                {"--url-query", ""},
                {"--url-query", "", "--url-query", "a"},
                {"--resolve", "name.test:80:127.0.0.1"},
                {"-x", "http://127.0.0.1:" + QByteArray::number(m_server.port())},
                {"-m", "7.5"},
                {"--http1.1"},
                {"--http2"},
                {"-sS"},
                {"-g"}};
    }

private slots:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable(u"curl"_s).isEmpty() || QStandardPaths::findExecutable(u"bash"_s).isEmpty())
            QSKIP("there is no curl or no bash here");
    }

    void everyOptionInEveryQuotingIsSentAsCurlSendsIt()
    {
        QStringList differences;
        int refused = 0;
        const auto note = [&](const QString &difference) {
            if (!difference.isEmpty())
                differences << difference;
        };
        for (const auto &option : options()) {
            QStringList cmd{u"curl"_s, cmdQuoted(url())}, powerShell{u"curl.exe"_s, powerShellQuoted(url())}, bash;
            for (int way = ways - 1; way >= 0; --way) {
                bash = {u"curl"_s, bashQuoted(url(), way)};
                for (const auto &word : option)
                    bash << bashQuoted(word, way);
                note(differenceOf(bash.join(u' '), &refused));
            }
            for (const auto &word : option) {
                cmd << cmdQuoted(word);
                powerShell << powerShellQuoted(word);
            }
            if (option.join().contains('\r'))
                continue; // is no part of a line that Windows copies
            note(differenceOf(bash.join(u' '), &refused, cmd.join(u' ')));
            note(differenceOf(bash.join(u' '), &refused, powerShell.join(u' ')));
        }
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join(u"\n\n"_s)));
        QCOMPARE(refused, 0);
    }

    void linesOfAnyOptionsAreSentAsCurlSendsThem()
    {
        const int lines = qEnvironmentVariableIntValue("OPENLOOP_CURL_LINES") > 0
            ? qEnvironmentVariableIntValue("OPENLOOP_CURL_LINES")
            : linesByDefault;
        QStringList differences;
        int refused = 0;
        const auto known = options();
        for (int seed = 1; seed <= lines; ++seed) {
            std::mt19937 random(static_cast<unsigned>(seed));
            const auto any = [&](qsizetype below) {
                return static_cast<qsizetype>(random() % static_cast<unsigned>(below));
            };
            static const QByteArrayList paths{"/",    "",        "/a/b",       "/x?q=1",         "/%C3%A9?a=b&c", "/p?",
                                              "/p#f", "/d/../e", "/moved/302", "/moved/303?a=b", "/moved/307"};
            QStringList words{u"curl"_s};
            const auto at = any(3);
            const auto n = 1 + any(4);
            for (qsizetype i = 0; i < n; ++i) {
                if (i == at)
                    words << bashQuoted(url(paths[any(paths.size())]), static_cast<int>(any(ways)));
                for (const auto &word : known[any(known.size())])
                    words << bashQuoted(word, static_cast<int>(any(ways)));
            }
            if (at >= n)
                words << bashQuoted(url(paths[any(paths.size())]), static_cast<int>(any(ways)));
            const auto blank = any(4) == 0 ? u" \\\n  "_s : u" "_s;
            if (const auto difference = differenceOf(words.join(blank), &refused); !difference.isEmpty())
                differences << u"seed %1: "_s.arg(seed) + difference;
        }
        QVERIFY2(differences.isEmpty(),
                 qPrintable(differences.first(std::min<qsizetype>(8, differences.size())).join(u"\n\n"_s)));
        QVERIFY2(refused < lines / 2, qPrintable(QString::number(refused)));
    }

    void anEmptyHostIsRefused() // which curl sends, other than any other field without a value
    {
        QVERIFY(sentByCurl(u"curl -H 'Host: ' "_s + QString::fromUtf8(url())).contains("\r\nHost: \r\n"));
        QVERIFY(targetFromCurlCommand(u"curl -H 'host:  ' http://h/"_s).error.contains(u"empty Host"));
        QVERIFY(targetFromCurlCommand(u"curl -H 'Host:' http://h/"_s));
    }

    void slashesAreReadAsCurlReadsThem()
    {
        for (const auto &slashes : {u"/"_s, u"//"_s, u"///"_s}) {
            const auto command = u"curl http:"_s + slashes + u"127.0.0.1:%1/a"_s.arg(m_server.port());
            QVERIFY2(sentByCurl(command).startsWith("GET /a "), "else it proves nothing");
            const auto difference = differenceOf(command);
            QVERIFY2(difference.isEmpty(), qPrintable(difference));
        }
        const auto whole = u"/usr/bin/curl -X PUT http://h/x"_s; // is no file that is opened
        const auto parsed = parseHeadlessArguments({u"openloop-monitor"_s, u"--headless"_s, whole});
        QVERIFY2(parsed, qPrintable(parsed.error));
        QCOMPARE(parsed->options->targets.first().method, "PUT");
    }

    void redirectsAreFollowedAsCurlFollowsThem()
    {
        QStringList differences;
        int refused = 0;
        for (const auto &status : {"301", "302", "303", "307", "308"}) {
            const auto place = QString::fromUtf8(url(QByteArray("/moved/") + status));
            for (const auto &options : {u""_s, u"-X POST"_s, u"-d a=1"_s, u"-X POST -d a=1"_s, u"-X PUT -d a=1"_s,
                                        u"-X GET -d a=1"_s, u"-X DELETE"_s, u"-I"_s, u"-F f=v"_s, u"-X POST -F f=v"_s,
                                        u"-G -d a=1"_s, u"-u a:b -b c=d -e http://r/"_s, u"--json {} -X POST"_s}) {
                const auto command = u"curl -L %1 %2"_s.arg(options, place);
                if (const auto difference = differenceOf(command, &refused); !difference.isEmpty())
                    differences << difference;
                QVERIFY2(sentByCurl(command).contains("/there?x=1"), "else it proves nothing");
            }
        }
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join(u"\n\n"_s)));
        QCOMPARE(refused, 0);
    }

    void escapesOfBashAreTheBytesThatBashMakes_data()
    {
        QTest::addColumn<QString>("word");
        for (const auto &word : {"$'\\a\\b\\e\\E\\f\\n\\r\\t\\v\\\\\\'\\\"\\\?'", "$'\\101\\7\\18\\377\\1234'",
                                 "$'\\x41\\x4g\\xff\\xq'", "$'\\u00fc\\u20ac\\U1F600x\\u41z'", "$'\\cA\\c\?\\c['",
                                 "$'a\\0b'c", "$'\\q\\z'", "\"a\\qb\\\"c\\\\d\\$e\\`f\"", "'a\\nb'\"c\"d\\ e",
                                 "$\"text\"$", "a#b$ü\"€\"", "\"a\\\nb\"c\\\nd", "\"\"''", "$'\\x00x'y", "a{b}c{,d"})
            QTest::newRow(word) << QString::fromUtf8(word);
    }
    void escapesOfBashAreTheBytesThatBashMakes()
    {
        QFETCH(QString, word);
        QProcess bash;
        bash.setProcessEnvironment([] {
            QProcessEnvironment environment;
            environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
            return environment;
        }());
        bash.start(u"bash"_s, {u"-c"_s, u"printf %s "_s + word});
        QVERIFY(bash.waitForFinished(patience));
        const auto words = bashWords(u"x "_s + word);
        QVERIFY2(words, qPrintable(words.error));
        QCOMPARE(words->value(1), bash.readAllStandardOutput());
    }

    void whatTheShellWouldPutInIsAskedFor_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("names");
        QTest::newRow("bare") << u"curl http://h/ -H X:$TOKEN"_s << u"$TOKEN"_s;
        QTest::newRow("quoted") << u"curl \"http://h/${ID}\""_s << u"${ID}"_s;
        QTest::newRow("command") << u"curl -d \"$(date)\" http://h/"_s << u"$(…)"_s;
        QTest::newRow("backtick") << u"curl -d `date` http://h/"_s << u"`…`"_s;
        QTest::newRow("cmd") << u"curl ^\"http://h/%ID%^\""_s << u"%ID%"_s;
        QTest::newRow("PowerShell") << u"curl.exe 'http://h/' -H \"X: $token\""_s << u"$token"_s;
    }
    void whatTheShellWouldPutInIsAskedFor()
    {
        QFETCH(QString, command);
        QFETCH(QString, names);
        const auto target = targetFromCurlCommand(command);
        QVERIFY(!target);
        QVERIFY2(target.error.contains(names), qPrintable(target.error));
    }

    void windowsLinesMeanWhatWindowsMakesOfThem_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("url");
        QTest::addColumn<QByteArray>("body");
        // Chrome's and Edge's "Copy as cURL (cmd)": a caret before whatever cmd knows, \^" for a quote in a value
        QTest::newRow("Chrome") << u"curl ^\"http://h/x?a=1^&b=%^20c^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  --data-raw "
                                   "^\"^{^\\^\"a^\\^\":1^}^\""_s
                                << u"http://h/x?a=1&b=%20c"_s << QByteArray("{\"a\":1}");
        QTest::newRow("Chrome, an apostrophe")
            << u"curl ^\"http://h/x^\" -H ^\"accept: */*^\" -d ^\"it's^\""_s << u"http://h/x"_s << QByteArray("it's");
        // Firefox's "Copy as cURL (Windows)" of before carets: quotes doubled
        QTest::newRow("Firefox") << u"curl.exe \"http://h/x\" -H \"accept: */*\" --data-raw \"a\"\"b\"\"\""_s
                                 << u"http://h/x"_s << QByteArray("a\"b\"");
        // Microsoft's documentation of C command-line arguments: 2n+1 backslashes before a quote
        QTest::newRow("backslashes") << u"curl.exe http://h/x -H \"accept: */*\" -d \"a\\\\\\\"b\\c\""_s
                                     << u"http://h/x"_s << QByteArray("a\\\"b\\c");
        // about_Quoting_Rules of PowerShell 7
        QTest::newRow("PowerShell") << u"curl.exe `\n  'http://h/x' `\n -H 'accept: */*' -d 'it''s `n $x'"_s
                                    << u"http://h/x"_s << QByteArray("it's `n $x");
        QTest::newRow("PowerShell escapes") << u"curl.exe 'http://h/x' -H 'accept: */*' -d \"a`tb`\"c\"\"d\""_s
                                            << u"http://h/x"_s << QByteArray("a\tb\"c\"d");
    }
    void windowsLinesMeanWhatWindowsMakesOfThem()
    {
        QFETCH(QString, command);
        QFETCH(QString, url);
        QFETCH(QByteArray, body);
        const auto target = targetFromCurlCommand(command);
        QVERIFY2(target, qPrintable(target.error));
        QCOMPARE(target->url, url);
        QCOMPARE(target->body, body);
        QCOMPARE(target->headers.value(0).line(), u"accept: */*"_s);
    }

    void aPastedCommandIsATargetOnTheCommandLine()
    {
        const auto targets =
            targetsFromArguments({u"curl -H 'X: 1' -d a=b http://h/x"_s, u"mine=curl -k https://h/y"_s});
        QVERIFY2(targets, qPrintable(targets.error));
        QCOMPARE(targets->value(0).headers.value(0).line(), u"X: 1"_s);
        QCOMPARE(targets->value(0).body, "a=b");
        QCOMPARE(targets->value(1).name, u"mine"_s);
        QVERIFY(!targets->value(1).verifyTls);
        const auto refused = targetsFromArguments({u"curl http://h/$X"_s});
        QVERIFY2(!refused && refused.error.contains(u"$X"_s), qPrintable(refused.error));
    }

    void aProfileAndACopiedCommandKeepWhatWasPasted()
    {
        for (const auto &option : options()) {
            QStringList words{u"curl"_s, bashQuoted(url(), 0)};
            for (const auto &word : option)
                words << bashQuoted(word, 0);
            const auto target = *targetFromCurlCommand(words.join(u' '));
            const auto read = targetFromJson(toJson(target), UnknownKeys::Refused);
            QVERIFY2(read, qPrintable(read.error));
            auto copied = targetFromCurlCommand(toCurlCommand(target));
            QVERIFY2(copied, qPrintable(copied.error));
            for (const auto &again : {*read, *copied}) {
                QCOMPARE(again.method, target.method);
                QCOMPARE(again.body, target.body);
                QVERIFY2(again.options == target.options, qPrintable(words.join(u' ')));
            }
            QCOMPARE(copied->headers, target.headers);
        }
    }
};

QTEST_GUILESS_MAIN(TestPastedCurl)
#include "test_pasted_curl.moc"
