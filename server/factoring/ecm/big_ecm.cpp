// SPDX-License-Identifier: GPL-3.0-or-later
// The curves over plain residues of GMP; a single product asks whether to stop.
#include "server/factoring/ecm/big_ecm.h"

#include "server/factoring/arithmetic/wide_montgomery.h"
#include "server/factoring/ecm/long_ecm.h"

#include <mutex>

namespace openloop::factoring {

namespace {

/// Plain residues of any length. A single product takes so long that each asks whether to stop.
class BigModulus
{
public:
    using Word = mpz_class;
    struct Stopped {
    };

    explicit BigModulus(mpz_class n, const Stop *stop = nullptr) : m_n(std::move(n)), m_stop(stop) { }

    const Word &modulus() const { return m_n; }
    Word one() const { return 1; }
    Word fromNumber(unsigned x) const { return x; }
    Word divisorOf(const Word &x) const { return gcd(x, m_n); }

    Word add(const Word &a, const Word &b) const
    {
        Word sum = a + b;
        if (sum >= m_n)
            sum -= m_n;
        return sum;
    }
    Word sub(const Word &a, const Word &b) const
    {
        Word difference = a - b;
        if (difference < 0)
            difference += m_n;
        return difference;
    }
    /// Throws Stopped, which must not leave this file.
    Word mul(const Word &a, const Word &b) const
    {
        if (m_stop && m_stop->requested())
            throw Stopped();
        Word product = a * b;
        product %= m_n;
        return product;
    }
    Word sqr(const Word &a) const { return mul(a, a); }

private:
    mpz_class m_n;
    const Stop *m_stop;
};

template <typename Modulus>
class SeriesOfCurves : public BigCurves
{
public:
    SeriesOfCurves(const Modulus &modulus, unsigned skipped) : m_modulus(modulus), m_series(modulus)
    {
        for (unsigned curve = 0; curve < skipped; ++curve)
            m_series.next();
    }

protected:
    auto nextParameter()
    {
        const std::lock_guard lock(m_mutex);
        return m_series.next();
    }

    const Modulus m_modulus;

private:
    std::mutex m_mutex;
    CurveSeries<Modulus> m_series; ///< guarded by m_mutex
};

template <std::size_t limbs>
class WideCurves : public SeriesOfCurves<WideMontgomery<limbs>>
{
public:
    using SeriesOfCurves<WideMontgomery<limbs>>::SeriesOfCurves;

    mpz_class runNext(const LongEcmPlan &plan, const Stop &stop) override
    {
        const auto parameter = this->nextParameter();
        return toMpz(LongCurve<WideMontgomery<limbs>>(this->m_modulus).run(plan, parameter, stop));
    }
};

class AnyCurves : public SeriesOfCurves<BigModulus>
{
public:
    using SeriesOfCurves::SeriesOfCurves;

    mpz_class runNext(const LongEcmPlan &plan, const Stop &stop) override
    {
        const auto parameter = nextParameter();
        try {
            return LongCurve<BigModulus>(BigModulus(m_modulus.modulus(), &stop)).run(plan, parameter, stop);
        } catch (const BigModulus::Stopped &) {
            return 1;
        }
    }
};

template <std::size_t limbs>
std::unique_ptr<BigCurves> wideCurves(const mpz_class &n, unsigned skipped)
{
    return std::make_unique<WideCurves<limbs>>(WideMontgomery<limbs>(toWide<limbs>(n)), skipped);
}

} // namespace

std::unique_ptr<BigCurves> makeBigCurves(const mpz_class &n, unsigned skipped)
{
    const std::size_t limbs = mpz_size(n.get_mpz_t());
    return limbs <= 8 ? wideCurves<8>(n, skipped)
        : limbs <= 12 ? wideCurves<12>(n, skipped)
        : limbs <= 16 ? wideCurves<16>(n, skipped)
                      : std::make_unique<AnyCurves>(BigModulus(n), skipped);
}

} // namespace openloop::factoring
