// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers from standard input: words between blanks, tabs and newlines, in bounded memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace openloop::factor_command {

struct Token {
    /// At most as long as was asked for; ends before the first NUL, as for GNU factor. Valid until the next is read.
    std::string_view text;
    /// The rest was skipped; if not all of that are digits, the text ends with one that is none.
    bool tooLong = false;
};

/// Cuts bytes into tokens. One thread.
class TokenReader
{
public:
    /// Reads at most `size` bytes to `buffer`: how many, 0 at the end, below 0 on an error.
    using Read = std::function<long(char *buffer, std::size_t size)>;

    /// longest: bytes of one token that are kept; where they do not suffice, zeros at its head make room.
    TokenReader(Read read, std::size_t longest);

    /// False at the end of the input, or when reading failed.
    bool next(Token &token);

private:
    bool refill();
    bool skipSeparators();
    bool nextAcrossBlocks(Token &token);
    bool keep(char c);

    Read m_read;
    std::size_t m_longest;
    std::vector<char> m_buffer;
    std::size_t m_place = 0;
    std::size_t m_end = 0;
    bool m_atEnd = false; ///< of the input
    std::string m_text; ///< of a token that spans blocks
};

} // namespace openloop::factor_command
