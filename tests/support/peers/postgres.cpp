// SPDX-License-Identifier: GPL-3.0-or-later
// initdb, and as nobody where the tests run as root.
#include "tests/support/peers/postgres.h"

#include "tests/support/peers/peers.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QTcpServer>

#include <algorithm>
#include <csignal>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

constexpr int patience = 30'000; // ms
const QString user = u"openloop"_s;

struct Account {
    uid_t user;
    gid_t group;
};

/// The account to run as: PostgreSQL refuses to run as root.
std::optional<Account> unprivileged()
{
    if (::geteuid() != 0)
        return std::nullopt;
    const passwd *const entry = ::getpwnam("nobody");
    if (!entry)
        qFatal("no user nobody to run PostgreSQL as");
    return Account{entry->pw_uid, entry->pw_gid};
}

void prepare(QProcess &process)
{
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setProcessEnvironment(peerEnvironment());
    process.setChildProcessModifier([account = unprivileged()] {
        if (account && (::setgroups(0, nullptr) != 0 || ::setgid(account->group) != 0 || ::setuid(account->user) != 0))
            ::_exit(1);
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // a test that crashes takes its database along
    });
}

quint16 freePort()
{
    QTcpServer probe;
    probe.listen(QHostAddress::LocalHost);
    return probe.serverPort();
}

} // namespace

Postgres::Postgres(const QStringList &settings) : m_port(freePort())
{
    if (peerProgram(u"initdb"_s).isEmpty())
        qFatal("no PostgreSQL: resources/fetch-peers.sh build/peers");
    makeCluster();
    prepare(m_server);
    m_server.setProgram(peerProgram(u"postgres"_s));
    m_server.setWorkingDirectory(m_folder.path());
    QStringList arguments{u"-D"_s, m_folder.filePath(u"data"_s),
                          u"-p"_s, QString::number(m_port),
                          u"-k"_s, m_folder.path(),
                          u"-c"_s, u"listen_addresses=127.0.0.1"_s,
                          u"-c"_s, u"fsync=off"_s,
                          u"-c"_s, u"shared_buffers=16MB"_s,
                          u"-c"_s, u"logging_collector=off"_s,
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
        run(u"createdb"_s, {u"-h"_s, u"127.0.0.1"_s, u"-p"_s, QString::number(m_port), u"-U"_s, user, name});
        m_databases.insert(name);
    }
    return u"postgresql://%1@127.0.0.1:%2/%3"_s.arg(user, QString::number(m_port), name);
}

void Postgres::start()
{
    m_server.start();
    const QDeadlineTimer deadline(patience);
    QByteArray log;
    while (!log.contains("ready to accept connections")) {
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
    signalBackends(SIGKILL);
    m_server.kill();
    m_server.waitForFinished(patience);
}

int Postgres::terminateBackends()
{
    return signalBackends(SIGTERM);
}

int Postgres::freezeBackends()
{
    return signalBackends(SIGSTOP);
}

void Postgres::thawBackends()
{
    signalBackends(SIGCONT);
}

void Postgres::freeze()
{
    ::kill(pid_t(m_server.processId()), SIGSTOP); // first, or it starts others
    freezeBackends();
}

void Postgres::thaw()
{
    thawBackends();
    ::kill(pid_t(m_server.processId()), SIGCONT);
}

void Postgres::makeCluster()
{
    if (const auto account = unprivileged()) {
        if (::chown(qPrintable(m_folder.path()), account->user, account->group) != 0)
            qFatal("chown of %s failed", qPrintable(m_folder.path()));
    }
    run(u"initdb"_s,
        {u"-D"_s, m_folder.filePath(u"data"_s), u"-U"_s, user, u"-A"_s, u"trust"_s, u"-E"_s, u"UTF8"_s, u"--locale=C"_s,
         u"--no-sync"_s, u"--no-instructions"_s});
}

void Postgres::run(const QString &name, const QStringList &arguments) const
{
    QProcess process;
    prepare(process);
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

QMap<int, QByteArray> Postgres::backends() const
{
    // A backend's title names its user; asking the database itself would need a connection that works.
    const QByteArray prefix = "postgres: " + user.toLatin1() + ' ';
    const QByteArray parent = "\nPPid:\t" + QByteArray::number(m_server.processId()) + '\n';
    QMap<int, QByteArray> found;
    for (const QString &pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        QFile commandLine(u"/proc/%1/cmdline"_s.arg(pid));
        QFile status(u"/proc/%1/status"_s.arg(pid));
        if (!commandLine.open(QIODevice::ReadOnly) || !status.open(QIODevice::ReadOnly))
            continue;
        const QByteArray title = commandLine.readAll();
        if (title.startsWith(prefix) && status.readAll().contains(parent))
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

} // namespace openloop::test
