// SPDX-License-Identifier: GPL-3.0-or-later
// Functions of a database's own library, beside the Qt plugin that uses it.
#pragma once

#include <dlfcn.h>

namespace openloop {

/// A function of a client library that the Qt plugin has loaded, or null. Never loads one itself: a plugin may carry
/// its own copy, and a handle of one copy must not reach the other.
template <typename Function>
Function loadedFunction(const char *library, const char *name)
{
    void *const handle = ::dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    return handle ? reinterpret_cast<Function>(::dlsym(handle, name)) : nullptr;
}

/// What a PostgreSQL says beside its answers to this PGconn goes into the log, a line each; libpq would write it to
/// standard error as it is, between the lines of a log that a program reads. Does nothing without the library.
void logNotices(void *connection);

constexpr auto libpq = "libpq.so.5";
constexpr auto libsqlite3 = "libsqlite3.so.0";

} // namespace openloop
