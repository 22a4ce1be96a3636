// SPDX-License-Identifier: GPL-3.0-or-later
// A key is replaced by the first handshake after its time: no timer, and none of the loops owns it.
#include "server/http/wire/ticket_keys.h"

#include <openssl/rand.h>

namespace openloop::http {

namespace {

std::optional<TicketKey> randomKey()
{
    TicketKey key;
    if (RAND_bytes(key.name.data(), int(key.name.size())) != 1
        || RAND_priv_bytes(key.cipher.data(), int(key.cipher.size())) != 1
        || RAND_priv_bytes(key.mac.data(), int(key.mac.size())) != 1)
        return {};
    return key;
}

} // namespace

void TicketKeys::replace(Clock::time_point now)
{
    if (m_current && now - m_since < lifetime)
        return;
    m_previous = m_current && now - m_since < 2 * lifetime ? m_current : std::nullopt;
    m_current = randomKey();
    m_since = now;
}

std::optional<TicketKey> TicketKeys::sealing(Clock::time_point now)
{
    const std::lock_guard lock(m_mutex);
    replace(now);
    return m_current;
}

std::optional<TicketKeys::Found> TicketKeys::opening(const TicketKey::Name &name, Clock::time_point now)
{
    const std::lock_guard lock(m_mutex);
    replace(now);
    if (m_current && m_current->name == name)
        return Found{*m_current, false};
    if (m_previous && m_previous->name == name)
        return Found{*m_previous, true};
    return {};
}

} // namespace openloop::http
