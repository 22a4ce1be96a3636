// SPDX-License-Identifier: GPL-3.0-or-later
// What the operator sets, from the command line, the environment and server.ini: which comes first, and what is
// refused.
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/rows.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using openloop::test::endWithTest;
using openloop::test::patience;
using openloop::test::rows;
using namespace Qt::Literals::StringLiterals;

namespace {

struct Ran {
    int code = -1;
    QString out, err;
};

} // namespace

class TestOptions : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void theCommandLineComesFirst();
    void whatIsRepeatedIsAList();
    void aFilesValueIsTakenAsItStands_data();
    void aFilesValueIsTakenAsItStands();
    void whatIsPrintedCanBeTheFile();
    void aFileCanBeNamed();
    void aProgramIsToldTheSame();
    void whatIsWrongIsNamed_data();
    void whatIsWrongIsNamed();
    void aFileThatCannotBeReadIsNotPassedOver();
    void secretsAreNotPrinted_data();
    void secretsAreNotPrinted();
    void secretsAreNotRepeated_data();
    void secretsAreNotRepeated();
    void aTokenThatWouldBeCutIsRefused();
    void tooFewDescriptorsAreRefusedAtStart();
    void anAnswerThatIsLostIsAFailure_data();
    void anAnswerThatIsLostIsAFailure();

private:
    void writeFile(const QByteArray &text) const;
    Ran run(const QStringList &arguments, const QStringList &environment = {}) const;
    QString valueOf(const QString &option, const QStringList &arguments = {},
                    const QStringList &environment = {}) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestOptions::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(m_folder->path()).mkpath(u"openloop"_s));
}

void TestOptions::writeFile(const QByteArray &text) const
{
    QFile file(m_folder->filePath(u"openloop/server.ini"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

Ran TestOptions::run(const QStringList &arguments, const QStringList &environment) const
{
    QProcess process;
    QStringList all = QProcess::systemEnvironment() + environment;
    all << u"XDG_CONFIG_HOME="_s + m_folder->path() << u"XDG_CONFIG_DIRS="_s + m_folder->path();
    process.setEnvironment(all);
    endWithTest(process);
    process.start(QStringLiteral(OPENLOOP_SERVER), arguments);
    if (!process.waitForFinished(20'000))
        return {};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

// The line of --print-config, without the option's name.
QString TestOptions::valueOf(const QString &option, const QStringList &arguments, const QStringList &environment) const
{
    const Ran ran = run(arguments + QStringList{u"--print-config"_s}, environment);
    for (const QString &line : ran.out.split(u'\n')) {
        if (line.startsWith(option + u" = "_s))
            return line.sliced(option.size() + 3);
    }
    return ran.err;
}

void TestOptions::theCommandLineComesFirst()
{
    const QString file = m_folder->filePath(u"openloop/server.ini"_s);
    QCOMPARE(valueOf(u"port"_s), u"8080    # default"_s);
    writeFile("port=1001\n");
    QCOMPARE(valueOf(u"port"_s), u"1001    # "_s + file);
    QCOMPARE(valueOf(u"port"_s, {}, {u"OPENLOOP_PORT=1002"_s}), u"1002    # environment OPENLOOP_PORT"_s);
    QCOMPARE(valueOf(u"port"_s, {u"--port"_s, u"1003"_s}, {u"OPENLOOP_PORT=1002"_s}), u"1003    # command line"_s);
}

void TestOptions::whatIsRepeatedIsAList()
{
    QCOMPARE(valueOf(u"trusted-proxy"_s), u"    # default"_s);
    QCOMPARE(valueOf(u"trusted-proxy"_s, {u"--trusted-proxy"_s, u"127.0.0.1"_s, u"--trusted-proxy=10.0.0.0/8"_s}),
             u"127.0.0.1,10.0.0.0/8    # command line"_s);
    writeFile("allowed-host = a.example, *.b.example\n");
    QVERIFY(valueOf(u"allowed-host"_s).startsWith(u"a.example, *.b.example    # "_s));
    QCOMPARE(valueOf(u"allowed-host"_s, {}, {u"OPENLOOP_ALLOWED_HOST=c.example,"_s}),
             u"c.example,    # environment OPENLOOP_ALLOWED_HOST"_s);
}

void TestOptions::aFilesValueIsTakenAsItStands_data()
{
    rows<QString>({"value"},
                  {
                      {"comma", u"sqlite:/tmp/my, data.sqlite"_s},
                      {"semicolon", u"sqlite:/tmp/a;b"_s},
                      {"backslash", u"sqlite:/tmp/a\\x.sqlite"_s},
                      {"hash", u"sqlite:/tmp/a #1"_s},
                      {"hash behind blanks", u"sqlite:/tmp/a  # 1"_s},
                      {"not ASCII", u"sqlite:/tmp/größe.sqlite"_s},
                  });
}

void TestOptions::aFilesValueIsTakenAsItStands()
{
    QFETCH(const QString, value);
    writeFile("# a comment\n[General]\n database = " + value.toUtf8() + " \n\n; another\n");
    QVERIFY2(valueOf(u"database"_s).startsWith(value + u"    # "_s), qPrintable(valueOf(u"database"_s)));
}

void TestOptions::whatIsPrintedCanBeTheFile()
{
    const Ran printed = run({u"--print-config"_s, u"--port"_s, u"1234"_s});
    writeFile(printed.out.toUtf8());
    QVERIFY2(valueOf(u"port"_s).startsWith(u"1234    # "_s), qPrintable(valueOf(u"port"_s)));
}

void TestOptions::aFileCanBeNamed()
{
    writeFile("port=1001\nmax-digits=7\n");
    const QString other = m_folder->filePath(u"other.ini"_s);
    QFile file(other);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("port=1002\n");
    file.close();
    QCOMPARE(valueOf(u"port"_s, {u"--config"_s, other}), u"1002    # "_s + other);
    QCOMPARE(valueOf(u"max-digits"_s, {u"--config"_s, other}), u"100    # default"_s); // instead of the usual one
    QCOMPARE(valueOf(u"port"_s, {}, {u"OPENLOOP_CONFIG="_s + other}), u"1002    # "_s + other);
    QCOMPARE(valueOf(u"port"_s, {u"--config"_s, other}, {u"OPENLOOP_PORT=1003"_s}),
             u"1003    # environment OPENLOOP_PORT"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("cpu-threads=0\n");
    file.close();
    const Ran bound = run({u"--config"_s, other});
    QCOMPARE(bound.code, 2);
    QCOMPARE(bound.err, u"openloop-server: --cpu-threads: '0' is not a number from 1 to 1024 (%1)\n"_s.arg(other));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("\nprot=1\n");
    file.close();
    const Ran unknown = run({u"--config"_s, other});
    QCOMPARE(unknown.code, 2);
    QCOMPARE(unknown.err, u"openloop-server: %1, line 2: 'prot' is not an option\n"_s.arg(other));
    QVERIFY(file.remove());
    const Ran missing = run({u"--config"_s, other});
    QCOMPARE(missing.code, 2);
    QVERIFY2(missing.err.contains(other) && missing.err.count(u'\n') == 1, qPrintable(missing.err));
}

void TestOptions::aProgramIsToldTheSame()
{
    writeFile("cors-origin = https://a.example, http://b.example:81\n");
    const Ran ran = run({u"--print-config=json"_s, u"--port"_s, u"1003"_s, u"--private-docs"_s},
                        {u"OPENLOOP_DATABASE=postgresql://u:secret@h/n"_s});
    QCOMPARE(ran.code, 0);
    const QJsonObject told = QJsonDocument::fromJson(ran.out.toUtf8()).object();
    QCOMPARE(told[u"port"_s], (QJsonObject{{u"value"_s, u"1003"_s}, {u"source"_s, u"command line"_s}}));
    QCOMPARE(told[u"private-docs"_s], (QJsonObject{{u"value"_s, u"on"_s}, {u"source"_s, u"command line"_s}}));
    QCOMPARE(told[u"max-digits"_s], (QJsonObject{{u"value"_s, u"100"_s}, {u"source"_s, u"default"_s}}));
    QCOMPARE(told[u"allowed-host"_s], (QJsonObject{{u"value"_s, QJsonArray()}, {u"source"_s, u"default"_s}}));
    QCOMPARE(told[u"database"_s],
             (QJsonObject{{u"value"_s, u"postgresql://u:***@h/n"_s},
                          {u"source"_s, u"environment"_s},
                          {u"name"_s, u"OPENLOOP_DATABASE"_s}}));
    QCOMPARE(told[u"cors-origin"_s],
             (QJsonObject{{u"value"_s, QJsonArray{u"https://a.example"_s, u"http://b.example:81"_s}},
                          {u"source"_s, u"file"_s},
                          {u"name"_s, m_folder->filePath(u"openloop/server.ini"_s)}}));
    const Ran text = run({u"--print-config=text"_s});
    QCOMPARE(told.size(), text.out.count(u'\n'));
}

void TestOptions::whatIsWrongIsNamed_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QStringList>("environment");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("words");
    const QStringList none;
    QTest::newRow("option") << QByteArray() << none << QStringList{u"--port"_s, u"70000"_s}
                            << QStringList{u"--port"_s, u"70000"_s, u"65535"_s};
    QTest::newRow("niceness") << QByteArray() << none << QStringList{u"--cpu-nice"_s, u"-1"_s}
                              << QStringList{u"--cpu-nice"_s, u"-1"_s, u"from 0 to 19"_s};
    QTest::newRow("no certificate") << QByteArray() << none << QStringList{u"--tls-certificate"_s, QString()}
                                    << QStringList{u"--tls-certificate: '' is not a file"_s};
    QTest::newRow("variable of no token") << QByteArray() << QStringList{u"OPENLOOP_TOKEN_FILE="_s} << none
                                          << QStringList{u"--token-file: ''"_s, u"environment"_s};
    QTest::newRow("environment") << QByteArray() << QStringList{u"OPENLOOP_PORT=x"_s} << none
                                 << QStringList{u"--port"_s, u"environment OPENLOOP_PORT"_s};
    QTest::newRow("file's value") << QByteArray("cpu-threads=0") << none << none
                                  << QStringList{u"--cpu-threads"_s, u"server.ini"_s, u"from 1 to"_s};
    QTest::newRow("file's name") << QByteArray("port=1\nprot=2\n") << none << none
                                 << QStringList{u"server.ini, line 2"_s, u"'prot'"_s};
    QTest::newRow("file's line") << QByteArray("port\n") << none << none << QStringList{u"line 1"_s, u"name=value"_s};
    QTest::newRow("no text") << QByteArray("\xff\xfep\0o\0", 6) << none << none
                             << QStringList{u"server.ini, line 1"_s, u"NUL"_s};
    QTest::newRow("NUL in a comment") << QByteArray("port=1002\n\n# what \0 is", 19) << none << none
                                      << QStringList{u"server.ini, line 3"_s, u"NUL"_s};
    QTest::newRow("another encoding") << QByteArray("# caf\xe9\nupstream=http://caf\xe9/\n") << none << none
                                      << QStringList{u"server.ini, line 2"_s, u"UTF-8"_s};
    QTest::newRow("loops") << QByteArray() << none << QStringList{u"--loops"_s, u"0"_s}
                           << QStringList{u"from 1 to 64, or auto"_s};
    QTest::newRow("long name") << QByteArray() << none << QStringList{u"--node-name"_s, QString(65, u'a')}
                               << QStringList{QString(64, u'a') + u"…' is not"_s, u"at most 64"_s};
    QTest::newRow("twice in the file") << QByteArray("port=1\nport=2\n") << none << none << QStringList{u"twice"_s};
    QTest::newRow("beyond loopback") << QByteArray() << none << QStringList{u"--listen"_s, u"0.0.0.0"_s}
                                     << QStringList{u"--token-file"_s};
    QTest::newRow("key without certificate")
        << QByteArray() << none << QStringList{u"--tls-key"_s, u"/dev/null"_s} << QStringList{u"--tls-certificate"_s};
    QTest::newRow("switch") << QByteArray() << none << QStringList{u"--upstream-http2"_s, u"yes"_s}
                            << QStringList{u"on or off"_s};
    QTest::newRow("hints") << QByteArray() << none << QStringList{u"--listen-hints"_s, u"yes"_s}
                           << QStringList{u"auto, on or off"_s};
    QTest::newRow("list") << QByteArray() << none << QStringList{u"--ready-needs"_s, u"database,moon"_s}
                          << QStringList{u"moon"_s, u"upstream"_s};
    QTest::newRow("host with a port") << QByteArray() << none << QStringList{u"--allowed-host"_s, u"fleet:80"_s}
                                      << QStringList{u"--allowed-host"_s, u"'fleet:80'"_s, u"253"_s, u"port"_s};
    QTest::newRow("one host of several") << QByteArray("allowed-host=a, *\n") << none << none
                                         << QStringList{u"--allowed-host"_s, u"'*'"_s, u"server.ini"_s};
    const auto origin = [&](const char *name, const QString &text) {
        QTest::newRow(name) << QByteArray() << none << QStringList{u"--cors-origin"_s, text}
                            << QStringList{u"--cors-origin: '"_s, u"http://"_s, u"253"_s, u"no path"_s};
    };
    origin("any origin", u"*"_s);
    origin("no origin", u"null"_s);
    origin("origin without a scheme", u"a.example"_s);
    origin("origin of another scheme", u"file://a"_s);
    origin("origin with a slash", u"https://a.example/"_s);
    origin("origin with a query", u"https://a.example?x"_s);
    origin("origin with a user", u"https://u@a.example"_s);
    origin("origin with many ports", u"https://a.example:65536"_s);
    origin("origin with a colon alone", u"https://a.example:"_s);
    origin("origin of a long name", u"https://"_s + QString(254, u'a'));
    origin("origin with an end of line", u"https://a.example\r\nX: y"_s);
    QTest::newRow("form of the config") << QByteArray() << none << QStringList{u"--print-config=xml"_s}
                                        << QStringList{u"--print-config"_s, u"'xml'"_s, u"text or json"_s};
    QTest::newRow("network") << QByteArray() << none << QStringList{u"--trusted-proxy"_s, u"10.0.0.0/33"_s}
                             << QStringList{u"--trusted-proxy"_s, u"'10.0.0.0/33'"_s, u"/32"_s, u"/128"_s};
    QTest::newRow("name as network") << QByteArray() << QStringList{u"OPENLOOP_TRUSTED_PROXY=::1,proxy"_s} << none
                                     << QStringList{u"'proxy'"_s, u"environment OPENLOOP_TRUSTED_PROXY"_s};
    QTest::newRow("too many") << QByteArray() << none
                              << QStringList{u"--trusted-proxy"_s, QStringList(101, u"::1"_s).join(u',')}
                              << QStringList{u"101"_s, u"at most 100"_s};
    QTest::newRow("no option") << QByteArray() << none << QStringList{u"start"_s} << QStringList{u"'start'"_s};
    const auto database = [&](const char *name, const QString &url, const QString &right) {
        QTest::newRow(name) << QByteArray() << none << QStringList{u"--database"_s, url}
                            << QStringList{u": write "_s + right};
    };
    database("SQLite's URI", u"sqlite:file:x.db"_s, u"sqlite:x.db,"_s);
    database("SQLite's URI with slashes", u"sqlite:file:///a/x.db"_s, u"sqlite:/a/x.db,"_s);
    database("SQLite's URI in memory", u"sqlite:file::memory:"_s, u"sqlite::memory:"_s);
    database("mode", u"sqlite:file:x?mode=memory"_s, u"sqlite::memory:"_s);
    database("shared memory", u"sqlite::memory:?cache=shared"_s, u"sqlite::memory:"_s);
    database("cache", u"sqlite:/a/x.db?cache=shared"_s, u"sqlite:/a/x.db,"_s);
    database("two slashes", u"sqlite://x.db"_s, u"sqlite:x.db,"_s);
    database("three slashes", u"sqlite:///a/x.db"_s, u"sqlite:/a/x.db,"_s);
    database("four slashes", u"sqlite:////a/x.db"_s, u"sqlite:/a/x.db,"_s);
    database("slashes alone", u"sqlite://"_s, u"sqlite:PATH,"_s);
    database("one colon", u"sqlite:memory"_s, u"sqlite::memory:"_s);
}

void TestOptions::whatIsWrongIsNamed()
{
    QFETCH(const QByteArray, file);
    QFETCH(const QStringList, environment);
    QFETCH(const QStringList, arguments);
    QFETCH(const QStringList, words);
    if (!file.isEmpty())
        writeFile(file);
    const Ran ran = run(arguments, environment);
    QCOMPARE(ran.code, 2);
    QCOMPARE(ran.err.count(u'\n'), 1);
    for (const QString &word : words)
        QVERIFY2(ran.err.contains(word), qPrintable(ran.err));
}

void TestOptions::aFileThatCannotBeReadIsNotPassedOver()
{
    QVERIFY(QDir(m_folder->path()).mkpath(u"openloop/server.ini"_s));
    const Ran ran = run({u"--print-config"_s});
    QCOMPARE(ran.code, 2);
    QVERIFY2(ran.err.contains(u"cannot read "_s + m_folder->filePath(u"openloop/server.ini"_s)), qPrintable(ran.err));
}

void TestOptions::secretsAreNotPrinted_data()
{
    rows<QString, QString, QString>(
        {"option", "value", "shown"},
        {
            {"database", u"database"_s, u"postgresql://user:secret@localhost/name"_s,
             u"postgresql://user:***@localhost/name"_s},
            {"user alone", u"database"_s, u"postgresql://user@localhost/name"_s, u"postgresql://user@localhost/name"_s},
            {"marks in the password", u"database"_s, u"postgresql://user:secret@x/secret?secret@localhost/n"_s,
             u"postgresql://user:***@localhost/n"_s},
            {"parameter", u"database"_s, u"postgresql://localhost/n?user=a&password=secret&port=1"_s,
             u"postgresql://localhost/n?user=a&password=***&port=1"_s},
            {"parameter's name encoded", u"database"_s, u"postgresql://localhost/n?p%61ssword=secret"_s,
             u"postgresql://localhost/n?p%61ssword=***"_s},
            {"password encoded", u"database"_s, u"postgresql://user:%73ecret%40@localhost/n"_s,
             u"postgresql://user:***@localhost/n"_s},
            {"upstream", u"upstream"_s, u"http://user:secret@localhost/a"_s, u"http://user:***@localhost/a"_s},
            {"token as user", u"upstream"_s, u"https://secret@localhost/a"_s, u"https://***@localhost/a"_s},
            {"key in the query", u"upstream"_s, u"https://localhost/a?api_key=secret&n=1"_s,
             u"https://localhost/a?api_key=***&n=1"_s},
            {"none", u"upstream"_s, u"http://localhost:8081/todos?mail=1"_s, u"http://localhost:8081/todos?mail=1"_s},
        });
}

void TestOptions::secretsAreNotPrinted()
{
    QFETCH(const QString, option);
    QFETCH(const QString, value);
    QFETCH(const QString, shown);
    QCOMPARE(valueOf(option, {u"--"_s + option, value}), shown + u"    # command line"_s);
}

void TestOptions::secretsAreNotRepeated_data()
{
    rows<QStringList>({"arguments"},
                      {
                          {"upstream", {u"--upstream"_s, u"ftp://user:secret@localhost/"_s}},
                          {"upstream that is no URL", {u"--upstream"_s, u"http://user:se cret@local host/"_s}},
                          {"database", {u"--database"_s, u"mysql://user:secret@localhost/"_s}},
                          {"database in libpq's other form", {u"--database"_s, u"host=x password=secret"_s}},
                          {"database in quotes", {u"--database"_s, u"host=x password='a secret'"_s}},
                          {"token", {u"--token-file"_s, u"secret"_s}},
                          {"no option", {u"http://user:secret@localhost/"_s}},
                      });
}

void TestOptions::secretsAreNotRepeated()
{
    QFETCH(const QStringList, arguments);
    const Ran ran = run(arguments);
    QCOMPARE(ran.code, 2);
    QVERIFY2(!ran.err.contains(u"secret"), qPrintable(ran.err));
}

void TestOptions::aTokenThatWouldBeCutIsRefused()
{
    QFile file(m_folder->filePath(u"token"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(5000, 't'));
    file.close();
    const Ran ran = run({u"--token-file"_s, file.fileName()});
    QCOMPARE(ran.code, 2);
    QVERIFY2(ran.err.contains(u"4096"), qPrintable(ran.err));
}

void TestOptions::tooFewDescriptorsAreRefusedAtStart()
{
    QProcess process;
    endWithTest(process);
    process.start(u"prlimit"_s,
                  {u"--nofile=40"_s, QStringLiteral(OPENLOOP_SERVER), u"--port"_s, u"0"_s, u"--database"_s,
                   u"sqlite::memory:"_s});
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitCode(), 1);
    const QByteArray complaint = process.readAllStandardError();
    QVERIFY2(complaint.contains("file descriptors"), complaint.constData());
}

void TestOptions::anAnswerThatIsLostIsAFailure_data()
{
    rows<QStringList>({"arguments"},
                      {{"help", {u"--help"_s}},
                       {"version", {u"--version"_s}},
                       {"options", {u"--print-config"_s}},
                       {"check", {u"--check"_s, u"--port"_s, u"0"_s, u"--database"_s, u"sqlite::memory:"_s}}});
}

void TestOptions::anAnswerThatIsLostIsAFailure()
{
    QFETCH(const QStringList, arguments);
    QProcess process;
    process.setStandardOutputFile(u"/dev/full"_s);
    endWithTest(process);
    process.start(QStringLiteral(OPENLOOP_SERVER), arguments);
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 1);
    const QByteArray said = process.readAllStandardError();
    QVERIFY2(said.startsWith("openloop-server: standard output: "), said.constData());
}

QTEST_GUILESS_MAIN(TestOptions)
#include "test_options.moc"
