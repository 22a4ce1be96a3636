// SPDX-License-Identifier: GPL-3.0-or-later
// The system calls behind it: nice values, and sched_setattr, which glibc does not wrap.
#include "common/thread_priority.h"

#include <cstdint>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace openloop {

namespace {

/// As in linux/sched/types.h, which clashes with glibc's sched.h.
struct SchedulingAttributes {
    std::uint32_t size = sizeof(SchedulingAttributes);
    std::uint32_t policy = 0; // SCHED_OTHER
    std::uint64_t flags = 1; // SCHED_FLAG_RESET_ON_FORK
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 100'000; // ns: the shortest slice that the kernel takes
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

bool adopt(const SchedulingAttributes &attributes)
{
    return ::syscall(SYS_sched_setattr, 0, &attributes, 0U) == 0;
}

// Kernels that know of none tell 0.
bool hasSlice(std::uint64_t slice)
{
    SchedulingAttributes attributes;
    return ::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0U) == 0 && attributes.runtime == slice;
}

} // namespace

void lowerThreadPriority(int niceness)
{
    ::setpriority(PRIO_PROCESS, id_t(::gettid()), niceness);
}

void raiseThreadPriority()
{
    SchedulingAttributes attributes;
    attributes.nice = ::getpriority(PRIO_PROCESS, id_t(::gettid()));
    if (adopt(attributes) && hasSlice(attributes.runtime))
        return;
    attributes.nice = -10;
    adopt(attributes);
}

void makeThreadRealTime()
{
    constexpr std::uint32_t roundRobin = 2; // SCHED_RR
    SchedulingAttributes attributes;
    attributes.policy = roundRobin;
    attributes.priority = 1;
    if (!adopt(attributes))
        raiseThreadPriority();
}

} // namespace openloop
