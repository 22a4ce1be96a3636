// SPDX-License-Identifier: GPL-3.0-or-later
// Reads blocks and cuts them at separators; what is too long is skipped and told.
#include "server/factor_command/token_reader.h"

#include <utility>

namespace openloop::factor_command {

namespace {

constexpr std::size_t bufferSize = 64 * 1024;

constexpr bool isSeparator(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

} // namespace

TokenReader::TokenReader(Read read, std::size_t longest)
    : m_read(std::move(read)), m_longest(longest), m_buffer(bufferSize)
{
}

bool TokenReader::refill()
{
    const long count = m_read(m_buffer.data(), m_buffer.size());
    m_place = 0;
    m_end = count > 0 ? static_cast<std::size_t>(count) : 0;
    return count > 0;
}

bool TokenReader::next(Token &token)
{
    token.text.clear();
    token.tooLong = false;
    bool started = false, ended = false;
    while (m_place < m_end || refill()) {
        const char c = m_buffer[m_place++];
        if (isSeparator(c)) {
            if (started)
                return true;
            continue;
        }
        started = true;
        ended = ended || c == '\0';
        if (ended)
            continue;
        token.tooLong = token.text.size() >= m_longest;
        if (!token.tooLong)
            token.text.push_back(c);
    }
    return started;
}

} // namespace openloop::factor_command
