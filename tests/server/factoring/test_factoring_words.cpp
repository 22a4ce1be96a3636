// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's parts for one and two words, each against GMP or against its portable twin.
#include "server/factoring/ecm/lanes/micro_ecm_lanes.h"
#include "server/factoring/ecm/micro_ecm.h"
#include "server/factoring/factor.h"
#include "server/factoring/small/close_factors.h"
#include "server/factoring/small/perfect_power.h"
#include "server/factoring/small/pollard_brent.h"
#include "server/factoring/small/primality.h"
#include "server/factoring/small/trial_division.h"
#include "server/factoring/small/word_factor.h"
#include "tests/support/numbers.h"
#include "tests/support/rows.h"

#include <numeric>
#include <QTest>
#include <random>

using namespace openloop::factoring;
using openloop::test::Numbers;
using openloop::test::rows;

namespace {

// Words with long runs of ones and zeros, where carries go wrong.
class HardWords
{
public:
    uint128 next()
    {
        uint128 word = (static_cast<uint128>(m_random()) << 64) | m_random();
        if (m_random() % 4 == 0)
            word |= ~uint128{0} << 64;
        if (m_random() % 4 == 0)
            word |= ~std::uint64_t{0};
        return word >> (m_random() % 8 == 0 ? m_random() % 120 : 0);
    }
    // Odd, from 3.
    uint128 modulus()
    {
        uint128 n = 0;
        while (n < 3)
            n = next() | 1;
        return n;
    }
    // Below n, and often at its ends.
    uint128 below(uint128 n)
    {
        switch (m_random() % 8) {
        case 0: return 0;
        case 1: return n - 1;
        default: return next() % n;
        }
    }

private:
    std::mt19937_64 m_random{7};
};

mpz_class inverseOfRadix(unsigned bits, const mpz_class &n)
{
    mpz_class radix = 1, inverse;
    radix <<= bits;
    mpz_invert(inverse.get_mpz_t(), radix.get_mpz_t(), n.get_mpz_t());
    return inverse;
}

template <typename Modulus>
bool splitsSemiprimes(unsigned bits, const MicroEcmPlan &plan)
{
    Numbers numbers(bits);
    for (int i = 0; i < 20; ++i) {
        const auto n = static_cast<typename Modulus::Word>(toUint128(numbers.semiprime(bits)));
        MicroEcm<Modulus> curves{Modulus(n)};
        typename Modulus::Word divisor = 1;
        for (int curve = 0; curve < 400 && (divisor == 1 || divisor == n); ++curve) {
            divisor = curves.runCurve(plan);
            if (n % divisor != 0)
                return false;
        }
        if (divisor == 1 || divisor == n)
            return false;
    }
    return true;
}

} // namespace

class FactoringWordsTest : public QObject
{
    Q_OBJECT

private slots:
    void portableProductsAgreeWithGmp()
    {
        HardWords words;
        for (int i = 0; i < 20'000; ++i) {
            const uint128 n = words.modulus();
            const uint128 a = words.below(n), b = words.below(n);
            const mpz_class big = toMpz(n);
            const mpz_class expected = toMpz(a) * toMpz(b) * inverseOfRadix(128, big) % big;
            QVERIFY(toMpz(portable::multiply(a, b, n, inverseOfOdd(low64(n)))) == expected);
            QVERIFY(toMpz(portable::add(a, b, n)) == (toMpz(a) + toMpz(b)) % big);
            const std::uint64_t n0 = low64(n) | 1, a0 = low64(a) % n0, b0 = low64(b) % n0;
            const mpz_class small = toMpz(n0);
            QVERIFY(toMpz(portable::multiply(a0, b0, n0, inverseOfOdd(n0)))
                    == toMpz(a0) * toMpz(b0) * inverseOfRadix(64, small) % small);
            QVERIFY(toMpz(portable::add(a0, b0, n0)) == (toMpz(a0) + toMpz(b0)) % small);
        }
    }

    void assemblyAgreesWithThePortableForms()
    {
#ifdef OPENLOOP_MULX
        HardWords words;
        for (int i = 0; i < 300'000; ++i) {
            const uint128 n = words.modulus();
            const uint128 a = words.below(n), b = words.below(n);
            const std::uint64_t inverse = inverseOfOdd(low64(n));
            if (hasMulx())
                QVERIFY(x86::multiplyMulx(a, b, n, inverse) == portable::multiply(a, b, n, inverse));
            QVERIFY(x86::add(a, b, n) == portable::add(a, b, n));
            QVERIFY(x86::subtract(a, b, n) == portable::subtract(a, b, n));
            const std::uint64_t n0 = low64(n) | 1, a0 = low64(a) % n0, b0 = low64(b) % n0;
            QVERIFY(x86::multiply(a0, b0, n0, inverse) == portable::multiply(a0, b0, n0, inverse));
            QVERIFY(x86::add(a0, b0, n0) == portable::add(a0, b0, n0));
            QVERIFY(x86::subtract(a0, b0, n0) == portable::subtract(a0, b0, n0));
        }
#else
        QSKIP("no assembly on this architecture");
#endif
    }

    void primalityAgreesWithGmp()
    {
        for (unsigned n = 0; n < 100'000; ++n)
            QCOMPARE(isPrimeWord(std::uint64_t{n}), mpz_probab_prime_p(mpz_class(n).get_mpz_t(), 24) > 0);
        Numbers numbers(3);
        for (unsigned bits = 17; bits <= 128; ++bits) {
            for (int i = 0; i < 40; ++i) {
                const mpz_class n = i % 4 == 0 ? numbers.prime(bits) : numbers.ofBits(bits);
                QCOMPARE(isPrimeWord(toUint128(n)), mpz_probab_prime_p(n.get_mpz_t(), 24) > 0);
            }
        }
    }

    void strongPseudoprimesAreComposite()
    {
        for (const char *text : {"2047", "1373653", "25326001", "3215031751", "2152302898747", "3474749660383",
                                 "341550071728321", "3825123056546413051", "318665857834031151167461",
                                 "3317044064679887385961981", "1195068768795265792518361315725116351898245581"})
            QVERIFY2(!isPrime(mpz_class(text)), text);
    }

    void longPrimesPassInPieces()
    {
        const mpz_class mersenne = (mpz_class(1) << 2203) - 1; // prime since Robinson, 1952
        QVERIFY(isPrime(mersenne));
        QVERIFY(!isPrime(mersenne * ((mpz_class(1) << 127) - 1)));
        QVERIFY(!isPrime(mersenne + 2));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!isPrimeUnlessStopped(mersenne, Stop(stop.get_token())).has_value());
    }

    void trialDivisionLeavesARoughNumber()
    {
        Numbers numbers(4);
        for (int i = 0; i < 2000; ++i) {
            const std::uint64_t n = toUint64(numbers.ofBits(1 + static_cast<unsigned>(i) % 64));
            std::uint64_t rest = n, product = 1;
            WordPrimes small;
            std::vector<std::uint64_t> big;
            divideSmallPrimes(rest, small);
            mpz_class bigRest = toMpz(n);
            divideSmallPrimes(bigRest, static_cast<unsigned>(wordTrialBound), big, Stop());
            for (const std::uint64_t prime : small) {
                QVERIFY(isPrimeWord(prime));
                product *= prime;
            }
            QCOMPARE(product * rest, n);
            QVERIFY(std::equal(big.begin(), big.end(), small.begin()));
            QVERIFY(rest == 1 || bigRest == toMpz(rest));
            QVERIFY(rest == 1 || rest >> 32 != 0); // shorter ones are finished
            for (std::uint64_t d = 2; d < 1024; ++d)
                QVERIFY(rest % d != 0);
        }
    }

    void powersAreSeen()
    {
        Numbers numbers(5);
        for (const unsigned exponent : {2U, 3U, 5U, 7U, 11U}) {
            const mpz_class root = numbers.prime(70);
            mpz_class n;
            mpz_pow_ui(n.get_mpz_t(), root.get_mpz_t(), exponent);
            const auto power = asPower(n, 10, Stop());
            QVERIFY(power && power->root == root && power->exponent == exponent);
            QVERIFY(!asPower(n + 2, 10, Stop()));
        }
    }

    void closeFactorsAreSeen()
    {
        Numbers numbers(6);
        for (const unsigned bits : {65U, 120U, 200U, 400U}) {
            const mpz_class p = numbers.prime(bits);
            for (const unsigned u : {1U, 2U, 7U, 10U, 16U}) {
                for (const unsigned v : {1U, 3U, 15U}) {
                    if (std::gcd(u, v) != 1)
                        continue;
                    mpz_class q = p / v * u;
                    mpz_nextprime(q.get_mpz_t(), q.get_mpz_t());
                    const auto divisor = divisorOfCloseFactors(p * q, Stop());
                    QVERIFY(divisor == p || divisor == q);
                }
            }
            QVERIFY(!divisorOfCloseFactors(p * numbers.prime(bits), Stop()));
        }
    }

    void rhoSplitsWhatItShould()
    {
        for (const std::uint64_t n : {1027ULL * 1031, 1031ULL * 1031, 65537ULL * 65539, 4294967291ULL * 1009}) {
            const std::uint64_t divisor = pollardBrent(Montgomery64(n), ~std::uint64_t{0}, Stop());
            QVERIFY(divisor > 1 && divisor < n && n % divisor == 0);
        }
    }

    void curvesSplitSemiprimesInEveryArithmetic()
    {
        QVERIFY(splitsSemiprimes<Montgomery64>(48, makeMicroEcmPlan(55, 1925, 90)));
        QVERIFY(splitsSemiprimes<Montgomery64>(64, makeMicroEcmPlan(240, 11000, 210)));
        QVERIFY(splitsSemiprimes<Montgomery128>(72, makeMicroEcmPlan(488, 24400, 420)));
#ifdef OPENLOOP_MULX
        if (hasMulx())
            QVERIFY(splitsSemiprimes<Montgomery128Mulx>(80, makeMicroEcmPlan(705, 24675, 420)));
#endif
    }

    void curvesInLanesFindWhatCurvesFind_data()
    {
        rows<bool>({"widest"}, {{"narrow lanes", false}, {"widest lanes", true}});
    }
    void curvesInLanesFindWhatCurvesFind()
    {
        QFETCH(bool, widest);
        const CurvesInLanes *lanes = lanesToTest(widest);
        if (!lanes)
            QSKIP("this processor has neither AVX-512 nor AVX2");
        for (const unsigned bits : {34U, 49U, 50U, 51U, 63U, 64U})
            compareLanes<Montgomery64>(bits, lanes->oneWord);
        for (const unsigned bits : {66U, 72U, 90U, 95U, 96U, 97U, 110U, 127U, 128U})
            compareLanes<Montgomery128>(bits, lanes->twoWords);
    }

    void everyNumberBelowAMillionMultipliesBack()
    {
        // With the table of smallest factors and without, which each number must not see.
        std::vector<WordPower> without, with;
        std::vector<std::vector<WordPower>> all;
        for (std::uint64_t n = 1; n < 1'100'000; ++n) {
            factor(n, without);
            std::uint64_t product = 1;
            for (const WordPower &power : without) {
                for (unsigned i = 0; i < power.exponent; ++i)
                    product *= power.prime;
                QVERIFY(isPrimeWord(power.prime));
            }
            QCOMPARE(product, n);
            if (n % 16 == 15)
                all.push_back(without);
        }
        prepareForManyWords();
        for (std::size_t i = 0; i < all.size(); ++i) {
            factor(16 * i + 15, with);
            QCOMPARE(with, all[i]);
        }
    }

private:
    static const CurvesInLanes *lanesToTest(bool widest)
    {
#ifdef OPENLOOP_MULX
        if (!widest && curvesInLanes())
            return &avx2::curves; // every processor with AVX-512 has these too
#endif
        return curvesInLanes();
    }

    // Lane by lane the same curves as one after another, so the divisors must be the same too.
    template <typename Modulus, typename RunCurves>
    static void compareLanes(unsigned bits, RunCurves runCurves)
    {
        using Word = typename Modulus::Word;
        const MicroEcmPlan plan = makeMicroEcmPlan(200, 8000, 210);
        Numbers numbers(21);
        int split = 0;
        for (int i = 0; i < 30; ++i) {
            const unsigned shorter = bits < 66 ? bits / 2 : 24 + bits % 8;
            const auto n = static_cast<Word>(toUint128(numbers.prime(shorter) * numbers.prime(bits - 1 - shorter)));
            const Modulus m(n);
            CurveSeries<Modulus> series(m), again(m);
            const EllipticCurve<Modulus> curve(m);
            LaneParameters<Word> parameters;
            bool one = true, all = false;
            for (auto &parameter : parameters) {
                const auto point = series.next();
                parameter = {m.toWord(point.x), m.toWord(point.y), m.toWord(point.z)};
                const Word divisor = curve.run(plan, again.next());
                one = one && divisor == 1;
                all = all || divisor == n;
            }
            const Word divisor = runCurves(n, plan, parameters);
            QVERIFY(n % divisor == 0);
            QVERIFY(one ? divisor == 1 : divisor != 1 || all);
            split += divisor != 1 && divisor != n;
        }
        QVERIFY2(split >= (bits < 50 ? 5 : 15), qPrintable(QString::number(split)));
    }
};

QTEST_GUILESS_MAIN(FactoringWordsTest)
#include "test_factoring_words.moc"
