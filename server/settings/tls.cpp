// SPDX-License-Identifier: GPL-3.0-or-later
// PEM in, a configuration out; that key and certificate belong together is tried before anybody connects.
#include "server/settings/tls.h"

#include "common/start_failure.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>

#include <memory>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr int loopbackTime = 1000; // ms

QByteArray contentsOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw StartFailure(u"cannot read %1: %2"_s.arg(path, file.errorString()));
    return file.readAll();
}

QSslKey readKey(const QString &path)
{
    const QByteArray pem = contentsOf(path);
    for (const auto algorithm : {QSsl::Rsa, QSsl::Ec}) {
        const QSslKey key(pem, algorithm);
        if (!key.isNull())
            return key;
    }
    throw StartFailure(u"%1 holds no RSA or EC key in PEM form"_s.arg(path));
}

// Qt looks at the two together when it begins to serve, so this does: a connection to nobody but ourselves.
bool belongTogether(const QSslConfiguration &configuration)
{
    QTcpServer server;
    QTcpSocket client;
    QSslSocket socket;
    if (!server.listen(QHostAddress::LocalHost))
        return true;
    client.connectToHost(server.serverAddress(), server.serverPort());
    if (!server.waitForNewConnection(loopbackTime))
        return true;
    const std::unique_ptr<QTcpSocket> accepted(server.nextPendingConnection());
    if (!socket.setSocketDescriptor(::dup(int(accepted->socketDescriptor()))))
        return true;
    socket.setSslConfiguration(configuration);
    socket.startServerEncryption();
    return socket.error() != QAbstractSocket::SslInternalError;
}

} // namespace

QSslConfiguration readTlsFiles(const QString &certificatePath, const QString &keyPath)
{
    const QList<QSslCertificate> chain = QSslCertificate::fromData(contentsOf(certificatePath), QSsl::Pem);
    if (chain.isEmpty())
        throw StartFailure(u"%1 holds no certificate in PEM form"_s.arg(certificatePath));
    const QSslKey key = readKey(keyPath);
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(key);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    if (!belongTogether(configuration))
        throw StartFailure(u"%1 is not the key of the certificate %2"_s.arg(keyPath, certificatePath));
    return configuration;
}

} // namespace openloop
