// SPDX-License-Identifier: GPL-3.0-or-later
// A Fermat test first, for most are prime, then the small curves.
#include "server/factoring/siqs/cofactor.h"

#include "server/factoring/arithmetic/montgomery.h"
#include "server/factoring/small/word_factor.h"

#include <algorithm>

namespace openloop::factoring::siqs {

namespace {

bool passesFermat(std::uint64_t n)
{
    const Montgomery64 m(n);
    std::uint64_t power = m.one();
    for (unsigned bit = bitLength(n - 1); bit-- > 0;) {
        power = m.sqr(power);
        if ((n - 1) >> bit & 1U)
            power = m.add(power, power);
    }
    return power == m.one();
}

} // namespace

std::optional<std::pair<std::uint64_t, std::uint64_t>> splitCofactor(std::uint64_t n)
{
    if (passesFermat(n))
        return std::nullopt;
    const std::uint64_t divisor = divisorOfRoughWord(n);
    return std::minmax(divisor, n / divisor);
}

} // namespace openloop::factoring::siqs
