// SPDX-License-Identifier: GPL-3.0-or-later
// By the openssl command: Qt makes none.
#include "tests/support/peers/certificate.h"

#include "tests/support/patience.h"

#include <QProcess>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

bool makeCertificate(const QString &folder, const QString &of, const QString &key)
{
    const QString line = u"req -x509 -newkey %1 -nodes -days 2 -subj /CN=openloop-test -addext subjectAltName=%2 "
                         "-keyout key.pem -out certificate.pem"_s.arg(key, of);
    QProcess openssl;
    openssl.setWorkingDirectory(folder);
    openssl.start(u"openssl"_s, line.split(u' '));
    return openssl.waitForFinished(patience) && openssl.exitStatus() == QProcess::NormalExit && openssl.exitCode() == 0;
}

} // namespace openloop::test
