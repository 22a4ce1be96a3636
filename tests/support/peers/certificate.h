// SPDX-License-Identifier: GPL-3.0-or-later
// A certificate of a test's own, for localhost.
#pragma once

#include <QString>

namespace openloop::test {

/// Makes `certificate.pem`, signed by itself and good for two days, and its `key.pem` in a folder. key: what follows
/// -newkey of `openssl req`. False: openssl could not.
bool makeCertificate(const QString &folder, const QString &key = QStringLiteral("ec -pkeyopt ec_paramgen_curve:P-256"));

} // namespace openloop::test
