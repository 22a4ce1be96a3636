// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the few lines of a configuration that Debian's has, and waits until the port answers.
#include "tests/support/peers/pgbouncer.h"

#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/peers/postgres.h"

#include <QFile>

#include <csignal>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

PgBouncer::PgBouncer(Postgres &postgres) : m_postgres(postgres), m_port(freePort())
{
    const QString program = peerProgram(u"pgbouncer"_s);
    if (program.isEmpty())
        qFatal("no pgbouncer: resources/fetch-peers.sh build/peers");
    giveToPeers(m_folder.path());
    write(u"userlist.txt"_s, "\"openloop\" \"s3cret;'\"\n");
    write(u"pgbouncer.ini"_s,
          "[databases]\n* = host=127.0.0.1 port=" + QByteArray::number(postgres.port())
              + "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + QByteArray::number(m_port)
              + "\nunix_socket_dir =\nauth_type = md5\nauth_file = userlist.txt\n"
                "pool_mode = transaction\ndefault_pool_size = 1\n");
    preparePeer(m_server);
    m_server.setWorkingDirectory(m_folder.path());
    m_server.start(program, {u"pgbouncer.ini"_s});
    QByteArray log;
    while (!log.contains("process up")) {
        if (!m_server.waitForReadyRead(patience))
            qFatal("pgbouncer does not start: %s", log.constData());
        log += m_server.readAll();
    }
}

PgBouncer::~PgBouncer()
{
    m_server.kill();
    m_server.waitForFinished(patience);
}

QString PgBouncer::databaseUrl(const QString &name)
{
    m_postgres.databaseUrl(name);
    return u"postgresql://openloop:s3cret%3B%27@127.0.0.1:%1/%2"_s.arg(QString::number(m_port), name);
}

void PgBouncer::freeze()
{
    QVERIFY(standStill(pid_t(m_server.processId())));
}

void PgBouncer::thaw()
{
    ::kill(pid_t(m_server.processId()), SIGCONT);
}

void PgBouncer::write(const QString &name, const QByteArray &text) const
{
    QFile file(m_folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("%s can't be written", qPrintable(file.fileName()));
    file.setPermissions(file.permissions() | QFile::ReadOther);
}

} // namespace openloop::test
