// SPDX-License-Identifier: GPL-3.0-or-later
// Runs as any account: its configuration and all that it writes lie in a folder that is given to it.
#include "tests/support/peers/front.h"

#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/peers/peers.h"
#include "tests/support/raw_client.h"

#include <QFile>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

Front::Front(Kind kind, QByteArray configuration, quint16 server) : m_port(freePort())
{
    const auto at = [](quint16 port) { return "127.0.0.1:" + QByteArray::number(port); };
    configuration.replace("FRONT", at(m_port)).replace("SERVER", at(server));
    QFile file(m_folder.filePath(u"configuration"_s));
    if (!file.open(QIODevice::WriteOnly) || file.write(configuration) != configuration.size())
        qFatal("%s can't be written", qPrintable(file.fileName()));
    file.setPermissions(file.permissions() | QFile::ReadOther);
    file.close(); // whole before it is read
    giveToPeers(m_folder.path());
    preparePeer(m_process, SIGTERM); // at which nginx waits for nobody
    if (kind == Nginx) {
        m_process.start(
            peerProgram(u"nginx"_s),
            {u"-p"_s, m_folder.path(), u"-c"_s, file.fileName(), u"-e"_s, u"stderr"_s, u"-g"_s, u"daemon off;"_s});
    } else {
        m_process.start(peerProgram(u"haproxy"_s), {u"-db"_s, u"-f"_s, file.fileName()});
    }
}

Front::~Front()
{
    m_process.terminate();
    if (!m_process.waitForFinished(patience))
        m_process.kill();
}

bool Front::isReady() const
{
    RawClient client(m_port);
    return client.isConnected() && statusOf(client.get("/livez")) == 200;
}

QByteArray shippedFront(Front::Kind kind, const QList<quint16> &servers)
{
    QFile file(QStringLiteral(FLEET_CONFIGURATIONS) + (kind == Front::Nginx ? u"/nginx.conf"_s : u"/haproxy.cfg"_s));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s can't be read", qPrintable(file.fileName()));
    QByteArray text = file.readAll();
    text.replace("127.0.0.1:8080", "FRONT");
    // Where a server that takes a second to answer is left out, one on a machine that is busy otherwise is not meant.
    const auto [second, minute] = kind == Front::Nginx
        ? std::pair<QByteArray, QByteArray>("proxy_connect_timeout 1s", "proxy_connect_timeout 60s")
        : std::pair<QByteArray, QByteArray>("timeout connect 1s", "timeout connect 60s\n    timeout check 60s");
    if (!text.contains(second))
        qFatal("%s says no longer: %s", qPrintable(file.fileName()), second.constData());
    text.replace(second, minute);
    const qsizetype third = text.lastIndexOf('\n', text.indexOf("127.0.0.1:8083"));
    const qsizetype end = text.indexOf('\n', third + 1);
    const QByteArray line = text.sliced(third, end - third);
    const auto portOf = [](qsizetype server) { return ":808" + QByteArray::number(server + 1); };
    for (qsizetype more = 3; more < servers.size(); ++more)
        text.insert(end,
                    QByteArray(line)
                        .replace(portOf(2), portOf(more))
                        .replace(" c ", " " + QByteArray(1, char('a' + more)) + ' '));
    for (qsizetype i = 0; i < std::max<qsizetype>(servers.size(), 3); ++i)
        text.replace("127.0.0.1" + portOf(i), "127.0.0.1:" + QByteArray::number(servers[i % servers.size()]));
    return text;
}

} // namespace openloop::test
