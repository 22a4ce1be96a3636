// SPDX-License-Identifier: GPL-3.0-or-later
// Seeded numbers for the factoring tests: the same in every run.
#pragma once

#include <gmpxx.h>

namespace openloop::test {

class Numbers
{
public:
    explicit Numbers(unsigned long seed) : m_random(gmp_randinit_mt) { m_random.seed(seed); }

    /// Exactly so many bits.
    mpz_class ofBits(unsigned bits)
    {
        mpz_class n = m_random.get_z_bits(bits);
        mpz_setbit(n.get_mpz_t(), bits - 1);
        return n;
    }
    mpz_class prime(unsigned bits)
    {
        mpz_class p;
        do {
            const mpz_class start = ofBits(bits);
            mpz_nextprime(p.get_mpz_t(), start.get_mpz_t());
        } while (mpz_sizeinbase(p.get_mpz_t(), 2) != bits);
        return p;
    }
    mpz_class semiprime(unsigned bits)
    {
        mpz_class n;
        do
            n = prime(bits / 2) * prime(bits - bits / 2);
        while (mpz_sizeinbase(n.get_mpz_t(), 2) != bits);
        return n;
    }
    unsigned long below(unsigned long bound) { return mpz_class(m_random.get_z_range(bound)).get_ui(); }

private:
    gmp_randclass m_random;
};

} // namespace openloop::test
