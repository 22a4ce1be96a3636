// SPDX-License-Identifier: GPL-3.0-or-later
// In every test, as in the server: OpenSSL does not clean up at exit, when a QThread that a test has waited for may
// still be ending. What the thread had of OpenSSL would be reported as leaked, once in some hundred runs.
#include <openssl/crypto.h>

namespace {

// Before main(): who is first to use OpenSSL decides.
[[maybe_unused]] const int cleansNothing = OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);

} // namespace
