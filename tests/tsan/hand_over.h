// SPDX-License-Identifier: GPL-3.0-or-later
// What ThreadSanitizer is told where one thread hands something to another behind its back.
#pragma once

#include <sanitizer/tsan_interface.h>

namespace openloop::test {

/// Release: all that this thread has done so far comes before what follows takeOver() of the same key. Any thread.
inline void handOver(const void *key)
{
    __tsan_release(const_cast<void *>(key));
}

/// Acquire: see handOver(). Any thread, also where nothing was handed over.
inline void takeOver(const void *key)
{
    __tsan_acquire(const_cast<void *>(key));
}

} // namespace openloop::test
