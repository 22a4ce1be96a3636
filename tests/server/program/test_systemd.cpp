// SPDX-License-Identifier: GPL-3.0-or-later
// systemd's own programs beside ours: what it starts when somebody comes, and what it thinks of the units. A whole
// systemd has `make systemd-test`.
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"
#include "tests/support/server_process.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;

class TestSystemd : public QObject
{
    Q_OBJECT

    struct Ran {
        int code = -1;
        QString all;
    };

    static Ran run(const QString &program, const QStringList &arguments);
    // The units as they are installed, but with the server of the build.
    bool layOut();

    QTemporaryDir m_folder;

private slots:
    void initTestCase();
    void whoComesStartsIt_data();
    void whoComesStartsIt();
    void theUnitsAreSound();
    void theServiceIsConfined();
};

TestSystemd::Ran TestSystemd::run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setProcessEnvironment(peerEnvironment());
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(peerProgram(program), arguments);
    if (!process.waitForFinished(patience))
        return {};
    return {process.exitCode(), QString::fromUtf8(process.readAll())};
}

bool TestSystemd::layOut()
{
    QFile service(QStringLiteral(SERVICE_UNIT));
    if (!service.open(QIODevice::ReadOnly))
        return false;
    QByteArray text = service.readAll();
    const qsizetype begin = text.indexOf("\nExecStart=") + 11;
    text.replace(begin, text.indexOf('\n', begin) - begin, TEST_SERVER);
    QFile made(m_folder.filePath(u"openloop-server.service"_s));
    return made.open(QIODevice::WriteOnly) && made.write(text) == text.size()
        && QFile::copy(QStringLiteral(SOCKET_UNIT), m_folder.filePath(u"openloop-server.socket"_s));
}

void TestSystemd::initTestCase()
{
    if (skippedWithoutPeers())
        return;
    QVERIFY(layOut());
}

void TestSystemd::whoComesStartsIt_data()
{
    rows<bool, QString>({"isUnix", "loops"},
                        {{"TCP", false, u"1"_s}, {"TCP, three loops", false, u"3"_s}, {"Unix", true, u"1"_s}});
}

void TestSystemd::whoComesStartsIt()
{
    QFETCH(const bool, isUnix);
    QFETCH(const QString, loops);
    const quint16 port = freePort();
    const QString path = m_folder.filePath(u"activated"_s);
    const auto connected = [&] { return isUnix ? RawClient(path) : RawClient(port); };
    ServerProcess server(QStringLiteral(TEST_SERVER), {u"--loops"_s, loops},
                         {u"env"_s, u"LD_LIBRARY_PATH="_s + peerEnvironment().value(u"LD_LIBRARY_PATH"_s),
                          peerProgram(u"systemd-socket-activate"_s), u"--fdname=http"_s,
                          u"--listen="_s + (isUnix ? path : u"127.0.0.1:%1"_s.arg(port))});
    TRY_VERIFY2(connected().isConnected(), server.standardError().constData());
    QVERIFY2(server.waitUntilReady(), server.standardError().constData());
    QCOMPARE(server.address(), isUnix ? u"unix:"_s + path : u"http://127.0.0.1:%1"_s.arg(port));
    QCOMPARE(statusOf(connected().get("/query_database")), 200);
    QCOMPARE(server.stop(), 0);
}

void TestSystemd::theUnitsAreSound()
{
    const Ran ran = run(u"systemd-analyze"_s,
                        {u"verify"_s, u"--man=no"_s, m_folder.filePath(u"openloop-server.service"_s),
                         m_folder.filePath(u"openloop-server.socket"_s)});
    QVERIFY2(ran.code == 0 && ran.all.isEmpty(), qPrintable(ran.all));
}

// By systemd's own measure, from 0 (shut) to 10 (open). The loop has to raise itself all the same.
void TestSystemd::theServiceIsConfined()
{
    const Ran ran = run(u"systemd-analyze"_s,
                        {u"security"_s, u"--offline=yes"_s, u"--no-pager"_s, u"--threshold=20"_s,
                         m_folder.filePath(u"openloop-server.service"_s)});
    QVERIFY2(ran.code == 0, qPrintable(ran.all));
    const QStringList lines = ran.all.split(u'\n');
    const QString resources = lines.filter(u"SystemCallFilter=~@resources"_s).value(0);
    QVERIFY2(resources.contains(u"@resources is included"), qPrintable(resources)); // setpriority is one of them
}

QTEST_GUILESS_MAIN(TestSystemd)
#include "test_systemd.moc"
