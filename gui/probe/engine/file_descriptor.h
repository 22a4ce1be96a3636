// SPDX-License-Identifier: GPL-3.0-or-later
// A file descriptor that is closed by whoever owns it, exactly once.
#pragma once

#include <unistd.h>
#include <utility>

namespace openloop::probe {

/// Owns a descriptor; -1: none. Moves, does not copy.
class FileDescriptor
{
public:
    explicit FileDescriptor(int fd = -1) : m_fd(fd) { }
    FileDescriptor(FileDescriptor &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)) { }
    FileDescriptor &operator=(FileDescriptor &&other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    ~FileDescriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }

    int get() const { return m_fd; }
    bool isValid() const { return m_fd >= 0; }

private:
    int m_fd;
};

} // namespace openloop::probe
