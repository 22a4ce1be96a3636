// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what HTTPS needs, and says in one line what is wrong with it.
#pragma once

#include <QSslConfiguration>
#include <QString>

namespace openloop {

/// A server's configuration from two PEM files (the certificate's chain, and its RSA or EC key). Throws StartFailure
/// if one of them can't be read or they don't belong together. Main thread.
QSslConfiguration readTlsFiles(const QString &certificatePath, const QString &keyPath);

} // namespace openloop
