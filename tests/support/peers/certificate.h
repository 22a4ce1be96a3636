// SPDX-License-Identifier: GPL-3.0-or-later
// A certificate of a test's own, for localhost or an address.
#pragma once

#include <QString>

namespace openloop::test {

/// Makes `certificate.pem`, signed by itself and good for two days, and its `key.pem` in a folder. of: whose it is, as
/// `openssl req` has it in subjectAltName (not every machine knows the name localhost); key: what follows its -newkey.
/// False: openssl could not.
bool makeCertificate(const QString &folder, const QString &of = QStringLiteral("DNS:localhost"),
                     const QString &key = QStringLiteral("ec -pkeyopt ec_paramgen_curve:P-256"));

} // namespace openloop::test
