// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded before a program's own libraries, it counts what the program takes from the heap, in a file that a test reads.
#include <atomic>
#include <cstddef>
#include <cstdlib>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using Count = std::atomic<long>;
static_assert(Count::is_always_lock_free);

namespace {

Count *mapped()
{
    const char *const file = std::getenv("COUNT_ALLOCATIONS_IN");
    const int descriptor = file ? ::open(file, O_RDWR | O_CLOEXEC) : -1;
    if (descriptor < 0)
        return nullptr;
    void *const memory = ::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    return memory == MAP_FAILED ? nullptr : static_cast<Count *>(memory);
}

// Constant-initialized: malloc is called before any constructor runs.
constinit std::atomic<Count *> count = nullptr;

[[gnu::constructor]] void begin()
{
    count = mapped();
}

void note()
{
    if (Count *const here = count.load(std::memory_order_relaxed))
        here->fetch_add(1, std::memory_order_relaxed);
}

} // namespace

// glibc's own, under the names by which its malloc may be replaced.
extern "C" {
void *__libc_malloc(std::size_t size);
void *__libc_calloc(std::size_t count, std::size_t size);
void *__libc_realloc(void *memory, std::size_t size);
void *__libc_memalign(std::size_t alignment, std::size_t size);

void *malloc(std::size_t size)
{
    note();
    return __libc_malloc(size);
}

void *calloc(std::size_t number, std::size_t size)
{
    note();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, std::size_t size)
{
    note();
    return __libc_realloc(memory, size);
}

void *aligned_alloc(std::size_t alignment, std::size_t size)
{
    note();
    return __libc_memalign(alignment, size);
}
}
