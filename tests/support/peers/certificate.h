// SPDX-License-Identifier: GPL-3.0-or-later
// A certificate of a test's own, for localhost.
#pragma once

#include <QString>

namespace openloop::test {

/// Makes `certificate.pem`, signed by itself and good for two days, and its `key.pem` in a folder. False: openssl could
/// not.
bool makeCertificate(const QString &folder);

} // namespace openloop::test
