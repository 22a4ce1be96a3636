// SPDX-License-Identifier: GPL-3.0-or-later
// See siqs_cofactor.h.
#include "server/factoring/siqs_cofactor.h"

#include "server/factoring/siqs_wide.h"

#include <bit>
#include <numeric>

namespace openloop::factoring::siqs
{

namespace
{

/// Arithmetic modulo n in Montgomery form, R = 2^64.
class Ring
{
public:
    explicit Ring(std::uint64_t n)
        : m_n(n)
        , m_inverse(inverse64(n))
        , m_one((0 - n) % n)
    {
    }

    std::uint64_t one() const { return m_one; }
    std::uint64_t add(std::uint64_t a, std::uint64_t b) const
    {
        const std::uint64_t sum = a + b;
        return sum >= m_n ? sum - m_n : sum;
    }
    std::uint64_t sub(std::uint64_t a, std::uint64_t b) const { return a >= b ? a - b : a + m_n - b; }
    std::uint64_t mul(std::uint64_t a, std::uint64_t b) const
    {
        const Word128 product = Word128(a) * b;
        const std::uint64_t quotient = std::uint64_t(product) * m_inverse;
        const auto high = std::uint64_t(product >> 64);
        const auto back = std::uint64_t(Word128(quotient) * m_n >> 64);
        return high >= back ? high - back : high + m_n - back;
    }

private:
    std::uint64_t m_n, m_inverse, m_one;
};

bool passesFermat(std::uint64_t n, const Ring &ring)
{
    std::uint64_t power = ring.one();
    for (int bit = 63 - std::countl_zero(n - 1); bit >= 0; --bit) {
        power = ring.mul(power, power);
        if ((n - 1) >> bit & 1U)
            power = ring.add(power, power);
    }
    return power == ring.one();
}

std::uint64_t brent(std::uint64_t n, const Ring &ring, std::uint64_t constant)
{
    constexpr unsigned batch = 64;
    constexpr unsigned longest = 1U << 17;
    std::uint64_t y = constant, x = y, saved = y, product = ring.one(), divisor = 1;
    const auto next = [&](std::uint64_t v) { return ring.add(ring.mul(v, v), constant); };
    for (unsigned length = 1; divisor == 1 && length < longest; length *= 2) {
        x = y;
        for (unsigned i = 0; i < length; ++i)
            y = next(y);
        for (unsigned done = 0; done < length && divisor == 1; done += batch) {
            saved = y;
            for (unsigned i = 0; i < batch && i < length - done; ++i) {
                y = next(y);
                product = ring.mul(product, ring.sub(x, y));
            }
            divisor = std::gcd(product, n);
        }
    }
    if (divisor == n) {
        do {
            saved = next(saved);
            divisor = std::gcd(ring.sub(x, saved), n);
        } while (divisor == 1);
    }
    return divisor;
}

} // namespace

std::optional<std::pair<std::uint64_t, std::uint64_t>> splitCofactor(std::uint64_t n)
{
    const Ring ring(n);
    if (passesFermat(n, ring))
        return std::nullopt;
    for (std::uint64_t constant = 1; constant < 6; ++constant) {
        const std::uint64_t divisor = brent(n, ring, constant);
        if (divisor > 1 && divisor < n)
            return std::minmax(divisor, n / divisor);
    }
    return std::nullopt;
}

} // namespace openloop::factoring::siqs
