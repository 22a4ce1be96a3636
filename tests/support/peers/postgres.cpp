// SPDX-License-Identifier: GPL-3.0-or-later
// Makes clusters as initdb does and finds the backends in /proc, as a frozen server can't be asked.
#include "tests/support/peers/postgres.h"

#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStorageInfo>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <sys/shm.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

const QString user = u"openloop"_s;

// A cluster is a thousand small files that live for seconds: finding numbers for them keeps a file system on a disk
// busier than all that PostgreSQL does with them.
QString placeOfCluster()
{
    constexpr qint64 room = qint64(2) << 30;
    const QStorageInfo memory(u"/dev/shm"_s);
    const bool hasRoom = memory.fileSystemType() == "tmpfs" && memory.bytesAvailable() >= room
        && QFileInfo(memory.rootPath()).isWritable();
    return (hasRoom ? memory.rootPath() : QDir::tempPath()) + u"/openloop-postgres-XXXXXX"_s;
}

} // namespace

Postgres::Postgres(const QStringList &settings) : Postgres(nullptr, settings) { }

std::unique_ptr<Postgres> Postgres::standbyOf(const Postgres &primary)
{
    return std::unique_ptr<Postgres>(new Postgres(&primary, {}));
}

void PostgresTest::init()
{
    skipWithoutPeers("Postgres");
}

std::unique_ptr<Postgres> Postgres::unlessLeftOut()
{
    return peersAreLeftOut() ? nullptr : std::make_unique<Postgres>();
}

Postgres::Postgres(const Postgres *primary, const QStringList &settings)
    : m_folder(placeOfCluster()), m_port(freePort())
{
    if (peerProgram(u"initdb"_s).isEmpty())
        qFatal("no PostgreSQL: resources/fetch-peers.sh build/peers");
    giveToPeers(m_folder.path());
    if (primary)
        copy(*primary);
    else
        makeCluster();
    preparePeer(m_server);
    m_server.setProgram(peerProgram(u"postgres"_s));
    m_server.setWorkingDirectory(m_folder.path());
    QStringList arguments{u"-D"_s, m_folder.filePath(u"data"_s),
                          u"-p"_s, QString::number(m_port),
                          u"-k"_s, m_folder.path(),
                          u"-c"_s, u"listen_addresses=127.0.0.1"_s,
                          u"-c"_s, u"fsync=off"_s,
                          u"-c"_s, u"shared_buffers=16MB"_s,
                          u"-c"_s, u"logging_collector=off"_s,
                          u"-c"_s, u"dynamic_shared_memory_type=mmap"_s, // in the folder, and gone with it
                          u"-c"_s, u"jit=off"_s};
    for (const QString &setting : settings)
        arguments << u"-c"_s << setting;
    m_server.setArguments(arguments);
    start();
}

Postgres::~Postgres()
{
    kill();
}

QString Postgres::databaseUrl(const QString &name)
{
    if (!m_databases.contains(name)) {
        run(u"createdb"_s,
            {u"-h"_s, u"127.0.0.1"_s, u"-p"_s, QString::number(m_port), u"-U"_s, user, u"--strategy=file_copy"_s,
             name});
        m_databases.insert(name);
    }
    return u"postgresql://%1@127.0.0.1:%2/%3"_s.arg(user, QString::number(m_port), name);
}

QByteArray Postgres::log()
{
    m_server.waitForReadyRead(1);
    return m_server.readAll();
}

void Postgres::start()
{
    m_server.start();
    const QDeadlineTimer deadline(patience);
    QByteArray log;
    while (!log.contains("ready to accept")) { // of a standby: read-only connections
        if (!m_server.waitForReadyRead(int(deadline.remainingTime())))
            qFatal("PostgreSQL does not start: %s", log.constData());
        log += m_server.readAll();
    }
}

void Postgres::stop()
{
    thawBackends();
    ::kill(pid_t(m_server.processId()), SIGINT);
    if (!m_server.waitForFinished(patience))
        qFatal("PostgreSQL does not stop");
}

void Postgres::kill()
{
    if (m_server.state() == QProcess::NotRunning)
        return;
    const auto pids = processes().keys();
    m_server.kill(); // first: it would start others in place of those that it sees dying
    m_server.waitForFinished(patience);
    for (const int pid : pids)
        ::kill(pid_t(pid), SIGKILL);
    // They share its memory, one that it started a moment ago and that is not in the list, too: until all are gone
    // nobody can start in the folder. And what is shared outlives them, of which a machine has 4096.
    const int segment = sharedMemory();
    shmid_ds state;
    for (const QDeadlineTimer deadline(patience); ::shmctl(segment, IPC_STAT, &state) == 0 && state.shm_nattch > 0;) {
        if (deadline.hasExpired())
            qFatal("processes of PostgreSQL outlive SIGKILL");
        QThread::msleep(1); // the end of what is no child of ours has no event
    }
    ::shmctl(segment, IPC_RMID, nullptr);
}

int Postgres::sharedMemory() const
{
    constexpr qsizetype line = 6; // its key and number: LOCK_FILE_LINE_SHMEM_KEY of PostgreSQL's miscadmin.h
    QFile file(m_folder.filePath(u"data/postmaster.pid"_s));
    const auto lines = file.open(QIODevice::ReadOnly) ? file.readAll().split('\n') : QByteArrayList();
    const auto words = lines.value(line).simplified().split(' ');
    return words.size() == 2 ? words[1].toInt() : -1;
}

void Postgres::stopFollowing()
{
    for (const QString &command : {u"ALTER SYSTEM SET primary_conninfo = ''"_s, u"SELECT pg_reload_conf()"_s})
        run(u"psql"_s,
            {u"-h"_s, u"127.0.0.1"_s, u"-p"_s, QString::number(m_port), u"-U"_s, user, u"-d"_s, u"postgres"_s, u"-c"_s,
             command});
    const auto follows = [this] {
        const auto all = processes();
        return std::ranges::any_of(all, [](const QByteArray &title) { return title.contains("walreceiver"); });
    };
    for (const QDeadlineTimer deadline(patience); follows();) {
        if (deadline.hasExpired())
            qFatal("the standby goes on following");
        m_server.waitForReadyRead(1);
    }
}

void Postgres::promote()
{
    run(u"pg_ctl"_s, {u"promote"_s, u"-w"_s, u"-D"_s, m_folder.filePath(u"data"_s)});
}

int Postgres::terminateBackends()
{
    return signalBackends(SIGTERM);
}

int Postgres::freezeBackends()
{
    const auto pids = backends().keys();
    return std::ranges::all_of(pids, standStill) ? int(pids.size()) : 0;
}

void Postgres::thawBackends()
{
    signalBackends(SIGCONT);
}

void Postgres::freeze()
{
    QVERIFY(standStill(pid_t(m_server.processId()))); // first, or it starts others
    freezeBackends();
}

void Postgres::thaw()
{
    thawBackends();
    ::kill(pid_t(m_server.processId()), SIGCONT);
}

// initdb takes most of a second: what it made is kept beside the peers, and copied. Nobody waits for another's: who
// finds none makes one, and the first that is whole is kept.
void Postgres::makeCluster()
{
    const QString data = m_folder.filePath(u"data"_s);
    const QString initdb = peerProgram(u"initdb"_s); // in a folder of its version
    const QFileInfo peers(QStringLiteral(OPENLOOP_PEERS));
    const QString kept = peers.path() + u"/cluster-"_s + QFileInfo(initdb).dir().path().section(u'/', -2, -2);
    const auto copy = [](const QString &from, const QString &to) { // without the zeros of its log
        return QProcess::execute(u"cp"_s, {u"-aT"_s, u"--sparse=always"_s, from, to}) == 0;
    };
    const auto owner = QFileInfo(m_folder.path()).ownerId();
    if (QFileInfo(kept).isReadable() && QFileInfo(kept).ownerId() == owner && copy(kept, data))
        return;
    run(u"initdb"_s,
        {u"-D"_s, data, u"-U"_s, user, u"-A"_s, u"trust"_s, u"-E"_s, u"UTF8"_s, u"--locale=C"_s, u"--no-sync"_s,
         u"--no-instructions"_s});
    if (!peers.isDir() || !QFileInfo(peers.path()).isWritable() || QFileInfo::exists(kept))
        return;
    const QTemporaryDir beside(kept + u"-XXXXXX"_s);
    const QString whole = beside.filePath(u"data"_s);
    if (copy(data, whole))
        static_cast<void>(std::rename(qPrintable(whole), qPrintable(kept))); // else another one was first
}

void Postgres::copy(const Postgres &primary)
{
    run(u"pg_basebackup"_s,
        {u"-D"_s, m_folder.filePath(u"data"_s), u"-h"_s, u"127.0.0.1"_s, u"-p"_s, QString::number(primary.port()),
         u"-U"_s, user, u"-R"_s, u"--checkpoint=fast"_s, u"--no-sync"_s});
    m_databases = primary.m_databases;
}

void Postgres::run(const QString &name, const QStringList &arguments) const
{
    QProcess process;
    preparePeer(process);
    process.setWorkingDirectory(m_folder.path());
    process.start(peerProgram(name), arguments);
    if (!process.waitForFinished(patience) || process.exitCode() != 0)
        qFatal("%s failed: %s", qPrintable(name), process.readAll().constData());
}

bool Postgres::hasBackend(const QByteArray &command) const
{
    const auto titles = backends();
    return std::any_of(titles.begin(), titles.end(), [&](const QByteArray &title) { return title.contains(command); });
}

bool Postgres::waitForLasting(const QByteArray &command) const
{
    constexpr int looks = 5;
    QMap<int, int> seen; // in a row, by process
    const auto lasts = [&] {
        QMap<int, int> now;
        for (const auto &[process, title] : backends().asKeyValueRange()) {
            if (title.contains(command))
                now[process] = seen.value(process) + 1;
        }
        seen = now;
        return std::ranges::any_of(seen, [](int count) { return count >= looks; });
    };
    return QTest::qWaitFor(lasts, patience);
}

QMap<int, QByteArray> Postgres::backends() const
{
    // A backend's title names its user; asking the database itself would need a connection that works.
    QMap<int, QByteArray> found = processes();
    const QByteArray prefix = "postgres: " + user.toLatin1() + ' ';
    found.removeIf([&](const auto &process) { return !process.value().startsWith(prefix); });
    return found;
}

QMap<int, QByteArray> Postgres::processes() const
{
    const QByteArray parent = "\nPPid:\t" + QByteArray::number(m_server.processId()) + '\n';
    QMap<int, QByteArray> found;
    for (const QString &pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        QFile commandLine(u"/proc/%1/cmdline"_s.arg(pid));
        QFile status(u"/proc/%1/status"_s.arg(pid));
        if (!commandLine.open(QIODevice::ReadOnly) || !status.open(QIODevice::ReadOnly))
            continue;
        const QByteArray title = commandLine.readAll();
        if (title.startsWith("postgres: ") && status.readAll().contains(parent))
            found.insert(pid.toInt(), title);
    }
    return found;
}

int Postgres::signalBackends(int signal) const
{
    const auto pids = backends().keys();
    for (const int pid : pids)
        ::kill(pid_t(pid), signal);
    return int(pids.size());
}

void eitherDatabase()
{
    QTest::addColumn<bool>("postgres");
    QTest::newRow("SQLite") << false;
    if (!peersAreLeftOut())
        QTest::newRow("PostgreSQL") << true;
}

QString DatabaseOfRow::url()
{
    return m_postgres ? m_postgres->databaseUrl(u"row"_s) : u"sqlite:"_s + m_folder.filePath(u"row.sqlite"_s);
}

} // namespace openloop::test
