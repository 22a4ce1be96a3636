// SPDX-License-Identifier: GPL-3.0-or-later
// What every loop reads and is exchanged while they go on: certificates, tokens.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace openloop::http {

/// Never null. Who has read a value keeps it for as long as it is needed. Any thread.
template <typename T>
class Replaceable
{
public:
    explicit Replaceable(std::shared_ptr<const T> value) : m_value(std::move(value)) { }
    Replaceable(const Replaceable &) = delete;
    Replaceable &operator=(const Replaceable &) = delete;

    std::shared_ptr<const T> current() const
    {
        const std::lock_guard lock(m_mutex);
        return m_value;
    }
    void replace(std::shared_ptr<const T> value) // the old one ends outside of the lock
    {
        const std::lock_guard lock(m_mutex);
        m_value.swap(value);
    }

private:
    mutable std::mutex m_mutex; // of m_value
    std::shared_ptr<const T> m_value;
};

} // namespace openloop::http
