// SPDX-License-Identifier: GPL-3.0-or-later
// See tls.h.
#include "server/tls.h"

#include "server/start_failure.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

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
    return configuration;
}

} // namespace openloop
