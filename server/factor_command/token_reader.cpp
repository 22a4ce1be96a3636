// SPDX-License-Identifier: GPL-3.0-or-later
// A token that lies in one block is shown where it is; only one that spans blocks is copied, as far as it is kept.
#include "server/factor_command/token_reader.h"

#include <algorithm>
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

// The end stays the end: at a terminal one could go on reading behind it.
bool TokenReader::refill()
{
    if (m_atEnd)
        return false;
    const long count = m_read(m_buffer.data(), m_buffer.size());
    m_place = 0;
    m_end = count > 0 ? static_cast<std::size_t>(count) : 0;
    m_atEnd = count <= 0;
    return !m_atEnd;
}

bool TokenReader::skipSeparators()
{
    for (;;) {
        while (m_place < m_end && isSeparator(m_buffer[m_place]))
            ++m_place;
        if (m_place < m_end)
            return true;
        if (!refill())
            return false;
    }
}

bool TokenReader::next(Token &token)
{
    if (!skipSeparators())
        return false;
    const char *const begin = m_buffer.data() + m_place;
    const char *const blockEnd = m_buffer.data() + m_end;
    const char *end = begin;
    bool ended = false;
    for (; end < blockEnd && !isSeparator(*end); ++end)
        ended = ended || *end == '\0';
    const auto size = static_cast<std::size_t>(end - begin);
    if (end == blockEnd || size > m_longest)
        return nextAcrossBlocks(token);
    m_place += size + 1;
    token.text = {begin, ended ? static_cast<std::size_t>(std::find(begin, end, '\0') - begin) : size};
    token.tooLong = false;
    return true;
}

bool TokenReader::nextAcrossBlocks(Token &token)
{
    m_text.clear();
    token.tooLong = false;
    bool ended = false;
    while (m_place < m_end || refill()) {
        const char c = m_buffer[m_place++];
        if (isSeparator(c))
            break;
        ended = ended || c == '\0';
        if (ended || keep(c))
            continue;
        token.tooLong = true;
        if (c < '0' || c > '9')
            m_text.back() = c; // what is no number is none however long it is
    }
    token.text = m_text;
    return true;
}

bool TokenReader::keep(char c)
{
    if (m_text.size() >= m_longest) {
        const std::size_t zeros = m_text.starts_with('+') ? 1 : 0;
        const std::size_t rest = std::min(m_text.find_first_not_of('0', zeros), m_text.size());
        if (rest > zeros + 1)
            m_text.erase(zeros + 1, rest - zeros - 1); // one stays: 000 is a number
    }
    if (m_text.size() >= m_longest)
        return false;
    m_text.push_back(c);
    return true;
}

} // namespace openloop::factor_command
