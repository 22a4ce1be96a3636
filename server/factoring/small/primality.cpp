// SPDX-License-Identifier: GPL-3.0-or-later
// Strong probable prime tests for words, and for longer numbers BPSW in steps between which a stop is seen.
#include "server/factoring/small/primality.h"

#include "server/factoring/arithmetic/montgomery.h"

#include <algorithm>
#include <array>

namespace openloop::factoring {

namespace {

// From here on GMP's own test may take longer than a stop may wait.
constexpr unsigned bitsToTestInPieces = 1800;

template <std::size_t Count>
using Bases = std::array<std::uint64_t, Count>;

// Strong probable prime to all bases at once: the powers do not wait for each other.
template <typename Modulus, std::size_t Count>
bool isStrongProbablePrime(const Modulus &m, const Bases<Count> &bases)
{
    using Word = typename Modulus::Word;
    const Word n = m.modulus();
    const unsigned twos = trailingZeros(n - 1);
    const Word odd = (n - 1) >> twos;
    std::array<Word, Count> base, power;
    for (std::size_t i = 0; i < Count; ++i)
        base[i] = power[i] = m.fromWord(bases[i] % n);
    for (unsigned bit = bitLength(odd) - 1; bit-- > 0;) {
        const bool set = (odd >> bit) & 1;
        for (std::size_t i = 0; i < Count; ++i) {
            power[i] = m.sqr(power[i]);
            if (set)
                power[i] = m.mul(power[i], base[i]);
        }
    }
    const Word one = m.one(), minusOne = n - one;
    for (std::size_t i = 0; i < Count; ++i) {
        bool passed = base[i] == 0 || power[i] == one || power[i] == minusOne;
        for (unsigned j = 1; j < twos && !passed; ++j) {
            power[i] = m.sqr(power[i]);
            passed = power[i] == minusOne;
        }
        if (!passed)
            return false;
    }
    return true;
}

std::optional<bool> powersPass(const mpz_class &n, const Stop &stop);
std::optional<bool> lucasPasses(const mpz_class &n, const Stop &stop);

} // namespace

bool isPrimeWord(std::uint64_t n)
{
    if (n < 4)
        return n >= 2;
    if (n % 2 == 0 || (n % 3 == 0 && n != 3))
        return false;
    if (n < 25)
        return true;
    const Montgomery64 m(n);
    if (n >= 2047 && n < 4'759'123'141) // Jaeschke (Math. Comp. 61, 1993)
        return isStrongProbablePrime(m, Bases<3>{2, 7, 61});
    if (!isStrongProbablePrime(m, Bases<1>{2}))
        return false;
    if (n < 2047)
        return true;
    return isStrongProbablePrime(m, Bases<6>{325, 9375, 28178, 450775, 9780504, 1795265022});
}

bool isPrimeWord(uint128 n)
{
    if (high64(n) == 0)
        return isPrimeWord(low64(n));
    if (n % 2 == 0 || !isStrongProbablePrime(Montgomery128(n), Bases<1>{2}))
        return false;
    return mpz_probab_prime_p(toMpz(n).get_mpz_t(), 24) > 0;
}

std::optional<bool> isPrimeUnlessStopped(const mpz_class &n, const Stop &stop)
{
    if (n < 2)
        return false;
    const unsigned bits = bitLength(n);
    if (bits <= 64)
        return isPrimeWord(toUint64(n));
    if (bits <= 128)
        return isPrimeWord(toUint128(n));
    if (bits < bitsToTestInPieces)
        return mpz_probab_prime_p(n.get_mpz_t(), 24) > 0;
    if (mpz_even_p(n.get_mpz_t()) || mpz_perfect_square_p(n.get_mpz_t()))
        return false;
    const std::optional<bool> strong = powersPass(n, stop);
    return strong == true ? lucasPasses(n, stop) : strong;
}

namespace {

// Strong probable prime to base 2, by squarings that can be left.
std::optional<bool> powersPass(const mpz_class &n, const Stop &stop)
{
    const mpz_class minusOne = n - 1;
    const mp_bitcnt_t twos = mpz_scan1(minusOne.get_mpz_t(), 0);
    const mpz_class odd = minusOne >> twos;
    mpz_class power = 1;
    for (mp_bitcnt_t bit = mpz_sizeinbase(odd.get_mpz_t(), 2); bit-- > 0;) {
        power *= power;
        if (mpz_tstbit(odd.get_mpz_t(), bit))
            power *= 2;
        power %= n;
        if (stop.requested())
            return std::nullopt;
    }
    bool passed = power == 1 || power == minusOne;
    for (mp_bitcnt_t i = 1; i < twos && !passed; ++i) {
        power = power * power % n;
        passed = power == minusOne;
        if (stop.requested())
            return std::nullopt;
    }
    return passed;
}

void halve(mpz_class &x, const mpz_class &n)
{
    if (mpz_odd_p(x.get_mpz_t()))
        x += n;
    x >>= 1;
    x %= n;
}

// Strong Lucas test with Selfridge's parameters: D the first of 5, -7, 9, ... with (D/n) = -1, P = 1.
std::optional<bool> lucasPasses(const mpz_class &n, const Stop &stop)
{
    long d = 5;
    for (;; d = d > 0 ? -(d + 2) : 2 - d) {
        const int symbol = mpz_si_kronecker(d, n.get_mpz_t());
        if (symbol == -1)
            break;
        if (symbol == 0 && mpz_cmpabs_ui(n.get_mpz_t(), static_cast<unsigned long>(std::abs(d))) != 0)
            return false;
    }
    const mpz_class q = (1 - d) / 4;
    const mpz_class above = n + 1;
    const mp_bitcnt_t twos = mpz_scan1(above.get_mpz_t(), 0);
    const mpz_class odd = above >> twos;
    mpz_class u = 1, v = 1, qk = q, next;
    for (mp_bitcnt_t bit = mpz_sizeinbase(odd.get_mpz_t(), 2) - 1; bit-- > 0;) {
        u = u * v % n;
        v = (v * v - 2 * qk) % n;
        qk = qk * qk % n;
        if (mpz_tstbit(odd.get_mpz_t(), bit)) {
            next = u + v;
            v += u * d;
            u = next;
            halve(u, n);
            halve(v, n);
            qk = qk * q % n;
        }
        if (stop.requested())
            return std::nullopt;
    }
    bool passed = u % n == 0 || v % n == 0;
    for (mp_bitcnt_t i = 1; i < twos && !passed; ++i) {
        v = (v * v - 2 * qk) % n;
        qk = qk * qk % n;
        passed = v == 0;
        if (stop.requested())
            return std::nullopt;
    }
    return passed;
}

} // namespace

} // namespace openloop::factoring
