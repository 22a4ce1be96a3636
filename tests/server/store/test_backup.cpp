// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-server --backup beside the server that uses the file: what it had acknowledged is in the copy, and nothing
// is ever overwritten.
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/server_process.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

namespace {

struct Ran {
    int code = -1;
    QByteArray said;
};

Ran run(const QStringList &arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral(OPENLOOP_SERVER), arguments);
    if (!process.waitForFinished(patience))
        return {};
    return {process.exitCode(), process.readAll().trimmed()};
}

} // namespace

class TestBackup : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_file = m_folder->filePath(u"x.sqlite"_s);
        m_copy = m_folder->filePath(u"it's a copy.sqlite"_s);
    }

    void aCopyHasWhatWasAcknowledgedAndTheServerGoesOn();
    void whatCannotBeCopiedIsSaid_data();
    void whatCannotBeCopiedIsSaid();

private:
    static QStringList database(const QString &file) { return {u"--database"_s, u"sqlite:"_s + file}; }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_file, m_copy;
};

void TestBackup::aCopyHasWhatWasAcknowledgedAndTheServerGoesOn()
{
    ServerProcess server(QStringLiteral(OPENLOOP_SERVER), database(m_file));
    QVERIFY(server.waitUntilReady());
    QList<QByteArray> accepted;
    for (int n = 1001; n < 1050; ++n)
        accepted.append(accept(server.port(), QByteArray::number(n)));
    const Ran ran = run(QStringList{u"--backup"_s, m_copy} + database(m_file));
    QVERIFY2(ran.code == 0 && ran.said.isEmpty(), ran.said.constData());
    const QByteArray later = accept(server.port(), "1051");
    TRY_COMPARE(stateOf(server.port(), later), u"done"_s);

    QFile copy(m_copy);
    QVERIFY(copy.open(QIODevice::ReadOnly));
    const QByteArray before = copy.readAll();
    const Ran again = run(QStringList{u"--backup"_s, m_copy} + database(m_file));
    QCOMPARE(again.code, 1);
    QVERIFY2(again.said.contains("exists") && !again.said.contains('\n'), again.said.constData());
    copy.seek(0);
    QVERIFY(copy.readAll() == before);
    QCOMPARE(QDir(m_folder->path()).entryList({u"it's*"_s}).size(), 1); // nothing half-made
    QCOMPARE(server.stop(), 0);

    ServerProcess restored(QStringLiteral(OPENLOOP_SERVER), database(m_copy));
    QVERIFY(restored.waitUntilReady());
    for (const QByteArray &path : accepted)
        TRY_COMPARE(stateOf(restored.port(), path), u"done"_s);
    QCOMPARE(statusOf(RawClient(restored.port()).get(later)), 404);
}

void TestBackup::whatCannotBeCopiedIsSaid_data()
{
    QTest::addColumn<QStringList>("arguments"); // %1: the folder
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("words");
    const auto row = [](const char *name, const QString &url, const QString &file, int code, const char *words) {
        QTest::newRow(name) << QStringList{u"--database"_s, url, u"--backup"_s, file} << code << QByteArray(words);
    };
    row("none there", u"sqlite:%1/none"_s, u"%1/copy"_s, 1, "there is no database");
    row("no database", u"sqlite:%1/text"_s, u"%1/copy"_s, 1, "not a database");
    row("no such folder", u"sqlite:%1/text"_s, u"%1/none/copy"_s, 1, "No such file or directory");
    row("PostgreSQL", u"postgresql://u:sec-ret@127.0.0.1:1/d"_s, u"%1/copy"_s, 2, "pg_dump");
    row("memory", u"sqlite::memory:"_s, u"%1/copy"_s, 2, "memory");
}

void TestBackup::whatCannotBeCopiedIsSaid()
{
    QFETCH(QStringList, arguments);
    QFETCH(const int, code);
    QFETCH(const QByteArray, words);
    QFile text(m_folder->filePath(u"text"_s));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write(QByteArray("text ").repeated(1000));
    text.close();
    const Ran ran = run(arguments.replaceInStrings(u"%1"_s, m_folder->path()));
    QCOMPARE(ran.code, code);
    QVERIFY2(ran.said.contains(words) && !ran.said.contains('\n') && !ran.said.contains("sec-ret"),
             ran.said.constData());
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files), QStringList{u"text"_s});
}

QTEST_GUILESS_MAIN(TestBackup)
#include "test_backup.moc"
