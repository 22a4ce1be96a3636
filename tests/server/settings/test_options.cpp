// SPDX-License-Identifier: GPL-3.0-or-later
// What the operator sets, from the command line, the environment and server.ini: which comes first, and what is
// refused.
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

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
    void aFilesValueIsTakenAsItStands_data();
    void aFilesValueIsTakenAsItStands();
    void whatIsPrintedCanBeTheFile();
    void whatIsWrongIsNamed_data();
    void whatIsWrongIsNamed();
    void passwordsAreNotPrinted();
    void aTokenThatWouldBeCutIsRefused();
    void tooFewDescriptorsAreRefusedAtStart();

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

void TestOptions::aFilesValueIsTakenAsItStands_data()
{
    QTest::addColumn<QString>("value");
    QTest::newRow("comma") << u"sqlite:/tmp/my, data.sqlite"_s;
    QTest::newRow("semicolon") << u"sqlite:/tmp/a;b"_s;
    QTest::newRow("backslash") << u"sqlite:/tmp/a\\x.sqlite"_s;
    QTest::newRow("hash") << u"sqlite:/tmp/a #1"_s;
    QTest::newRow("not ASCII") << u"sqlite:/tmp/größe.sqlite"_s;
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

void TestOptions::whatIsWrongIsNamed_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QStringList>("environment");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("words");
    const QStringList none;
    QTest::newRow("option") << QByteArray() << none << QStringList{u"--port"_s, u"70000"_s}
                            << QStringList{u"--port"_s, u"70000"_s, u"65535"_s};
    QTest::newRow("environment") << QByteArray() << QStringList{u"OPENLOOP_PORT=x"_s} << none
                                 << QStringList{u"--port"_s, u"environment OPENLOOP_PORT"_s};
    QTest::newRow("file's value") << QByteArray("cpu-threads=0") << none << none
                                  << QStringList{u"--cpu-threads"_s, u"server.ini"_s, u"from 1 to"_s};
    QTest::newRow("file's name") << QByteArray("port=1\nprot=2\n") << none << none
                                 << QStringList{u"server.ini, line 2"_s, u"'prot'"_s};
    QTest::newRow("file's line") << QByteArray("port\n") << none << none << QStringList{u"line 1"_s, u"name=value"_s};
    QTest::newRow("twice in the file") << QByteArray("port=1\nport=2\n") << none << none << QStringList{u"twice"_s};
    QTest::newRow("beyond loopback") << QByteArray() << none << QStringList{u"--listen"_s, u"0.0.0.0"_s}
                                     << QStringList{u"--token-file"_s};
    QTest::newRow("key without certificate")
        << QByteArray() << none << QStringList{u"--tls-key"_s, u"/dev/null"_s} << QStringList{u"--tls-certificate"_s};
    QTest::newRow("no option") << QByteArray() << none << QStringList{u"start"_s} << QStringList{u"'start'"_s};
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

void TestOptions::passwordsAreNotPrinted()
{
    const QString value = valueOf(u"database"_s, {u"--database"_s, u"postgresql://user:secret@localhost/name"_s});
    QCOMPARE(value, u"postgresql://user:***@localhost/name    # command line"_s);
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
    process.start(u"prlimit"_s,
                  {u"--nofile=40"_s, QStringLiteral(OPENLOOP_SERVER), u"--port"_s, u"0"_s, u"--database"_s,
                   u"sqlite::memory:"_s});
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitCode(), 1);
    const QByteArray complaint = process.readAllStandardError();
    QVERIFY2(complaint.contains("file descriptors"), complaint.constData());
}

QTEST_GUILESS_MAIN(TestOptions)
#include "test_options.moc"
