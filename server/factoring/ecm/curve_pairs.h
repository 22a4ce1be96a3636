// SPDX-License-Identifier: GPL-3.0-or-later
// The second stage's arithmetic: many points are brought together, and pairs of them multiplied up.
#pragma once

#include <cstddef>
#include <cstdint>

namespace openloop::factoring {

/// Scales all x so that every z is the product of the old ones, which is returned: then a pair costs one
/// multiplication, and no inverse is needed. before, after: room for count words.
template <typename Modulus, typename Word>
Word toCommonDenominator(const Modulus &m, Word *xs, const Word *zs, Word *before, Word *after, std::size_t count)
{
    Word prefix = m.one(), suffix = prefix; // side by side: neither waits for the other
    for (std::size_t i = 0, j = count; j-- > 0; ++i) {
        before[i] = prefix;
        after[j] = suffix;
        prefix = m.mul(prefix, zs[i]);
        suffix = m.mul(suffix, zs[j]);
    }
    for (std::size_t i = 0; i < count; ++i)
        xs[i] = m.mul(xs[i], m.mul(before[i], after[i]));
    return prefix;
}

/// The product of giant - baby over the pairs of so many giants; `pair` is left at those of the next giant.
/// Four products side by side: one alone would wait for each multiplication to end.
template <typename Modulus, typename Word>
Word productOfPairs(const Modulus &m, const Word *babies, const Word *giant, std::size_t giants,
                    const std::uint16_t *&pair)
{
    Word a = m.one(), b = a, c = a, d = a;
    for (const Word *const last = giant + giants; giant != last; ++giant) {
        const Word x = *giant;
        const std::uint16_t *const end = pair + 1 + *pair;
        for (++pair; end - pair >= 4; pair += 4) {
            a = m.mul(a, m.sub(x, babies[pair[0]]));
            b = m.mul(b, m.sub(x, babies[pair[1]]));
            c = m.mul(c, m.sub(x, babies[pair[2]]));
            d = m.mul(d, m.sub(x, babies[pair[3]]));
        }
        for (; pair != end; ++pair)
            a = m.mul(a, m.sub(x, babies[*pair]));
    }
    return m.mul(m.mul(a, b), m.mul(c, d));
}

} // namespace openloop::factoring
