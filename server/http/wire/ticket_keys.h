// SPDX-License-Identifier: GPL-3.0-or-later
// Keys that seal the tickets of TLS sessions: whoever learns one can read what was said under its tickets, so none
// lasts.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

namespace openloop::http {

struct TicketKey {
    using Name = std::array<unsigned char, 16>;

    Name name{}; ///< in the clear in each ticket
    std::array<unsigned char, 32> cipher{}; ///< AES-256
    std::array<unsigned char, 32> mac{}; ///< HMAC with SHA-256
};

/// The key of these hours and the one before it; random, never outside of the process. Any thread.
class TicketKeys
{
public:
    using Clock = std::chrono::steady_clock;

    /// For so long at most a key seals; it opens for as long again at least.
    static constexpr std::chrono::hours lifetime{2};

    struct Found {
        TicketKey key;
        bool isOld = false; ///< seals no more: the client should be given a new ticket
    };

    /// The key for a new ticket; nothing if there are no random bytes for one. Time only goes on.
    std::optional<TicketKey> sealing(Clock::time_point now);
    /// The key of that name; nothing if it is none of ours, or gone.
    std::optional<Found> opening(const TicketKey::Name &name, Clock::time_point now);

private:
    void replace(Clock::time_point now);

    std::mutex m_mutex; ///< of all below
    std::optional<TicketKey> m_current;
    std::optional<TicketKey> m_previous;
    Clock::time_point m_since; ///< of m_current
};

} // namespace openloop::http
