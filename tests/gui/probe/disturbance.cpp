// SPDX-License-Identifier: GPL-3.0-or-later
// Stands before the C library in another process: its wall clock and its look-up of names.
#include "tests/gui/probe/disturbance.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

using openloop::test::Disturbance;

namespace {

const Disturbance none;
constinit const Disturbance *disturbance = &none;

/// Before main: a sanitizer asks for the time within its allocator, so that nothing may be set up in there.
[[gnu::constructor]] void mapDisturbance()
{
    const auto *path = std::getenv(Disturbance::variable);
    const int file = path ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    auto *memory = ::mmap(nullptr, sizeof(Disturbance), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    if (memory != MAP_FAILED)
        disturbance = static_cast<const Disturbance *>(memory);
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec *time) noexcept
{
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return result;
    constexpr std::int64_t second = 1'000'000'000;
    const auto shifted = time->tv_sec * second + time->tv_nsec + disturbance->clockOffset;
    *time = {shifted / second, shifted % second};
    return result;
}

extern "C" int gettimeofday(timeval *time, void *) noexcept
{
    timespec now{};
    const int result = clock_gettime(CLOCK_REALTIME, &now);
    *time = {now.tv_sec, now.tv_nsec / 1000};
    return result;
}

extern "C" time_t time(time_t *result) noexcept
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (result)
        *result = now.tv_sec;
    return now.tv_sec;
}

extern "C" int getaddrinfo(const char *node, const char *service, const addrinfo *hints, addrinfo **found)
{
    static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const in_addr moved{disturbance->movedTo};
    if (!node || moved.s_addr == 0 || std::strcmp(node, Disturbance::movingName) != 0)
        return real(node, service, hints, found);
    char text[INET_ADDRSTRLEN];
    return real(inet_ntop(AF_INET, &moved, text, sizeof text), service, hints, found);
}
