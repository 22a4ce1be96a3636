// SPDX-License-Identifier: GPL-3.0-or-later
// What ThreadSanitizer must know of Qt Test, which is not instrumented: its watchdog's locks look like none.
#if defined(__SANITIZE_THREAD__)

// Only calls that Qt itself makes match: test functions have no frame of Qt on the sanitizer's stack.
extern "C" const char *__tsan_default_suppressions()
{
    return "race:libQt6Core.so\nrace:libQt6Test.so\n";
}

// PARI is a child process, and the watchdog a thread that runs by then.
extern "C" const char *__tsan_default_options()
{
    return "die_after_fork=0";
}

#endif
