// SPDX-License-Identifier: GPL-3.0-or-later
// In every test, before main(): what an account, a shell or a container has set is not the test's.
#include <openssl/crypto.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

// As in the server: OpenSSL does not clean up at exit, when a QThread that a test has waited for may still be ending.
// What the thread had of OpenSSL would be reported as leaked, once in some hundred runs. Who is first to use it
// decides.
[[maybe_unused]] const int cleansNothing = OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);

// A thousand clients and their server take more descriptors than a shell gives by default.
void takeDescriptors()
{
    constexpr rlim_t enough = 65'536;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= enough)
        return;
    limit.rlim_cur = std::min(enough, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// The name of a Unix socket has 107 bytes, and a browser wants most of them.
void shortenTemporaryFolder()
{
    constexpr std::size_t longest = 30;
    const char *const folder = std::getenv("TMPDIR");
    if (folder && std::strlen(folder) > longest)
        ::setenv("TMPDIR", "/tmp", 1);
}

// What other programs say is compared, in English; a locale that is not installed makes them complain.
void speakEnglish()
{
    ::unsetenv("LANGUAGE");
    if (!std::setlocale(LC_ALL, ""))
        ::setenv("LC_ALL", "C.UTF-8", 1);
    std::setlocale(LC_ALL, "C"); // as every program begins
}

[[maybe_unused]] const bool isPrepared = [] {
    ::umask(022); // servers of another account read what a test writes
    takeDescriptors();
    shortenTemporaryFolder();
    speakEnglish();
    return true;
}();

} // namespace
