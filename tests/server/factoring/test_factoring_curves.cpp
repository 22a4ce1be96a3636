// SPDX-License-Identifier: GPL-3.0-or-later
// The elliptic curves for numbers of three words and more: arithmetic against GMP, lanes against their scalar twin, and
// what a service that runs them for months would miss.
#include "server/factoring/arithmetic/wide_montgomery.h"
#include "server/factoring/ecm/ecm.h"
#include "server/factoring/ecm/lanes/long_ecm_lanes.h"
#include "tests/support/numbers.h"

#include <cmath>
#include <malloc.h>
#include <QTest>

using namespace openloop::factoring;
using openloop::test::Numbers;

namespace {

LongParameters oneCurveInAllLanes(CurveSeries<WideMontgomery<longWordLimbs>> &series,
                                  const WideMontgomery<longWordLimbs> &m)
{
    const auto point = series.next();
    LongParameters parameters;
    for (auto &parameter : parameters)
        parameter = {m.toWord(point.x), m.toWord(point.y), m.toWord(point.z)};
    return parameters;
}

std::vector<std::pair<const char *, RunLongCurves>> lanesHere()
{
    std::vector<std::pair<const char *, RunLongCurves>> lanes;
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        lanes.emplace_back("AVX2", avx2::runLongCurves);
    if (__builtin_cpu_supports("avx512f"))
        lanes.emplace_back("AVX-512", avx512::runLongCurves);
#endif
    return lanes;
}

template <std::size_t limbs>
void compareWithGmp(unsigned bits)
{
    Numbers numbers(bits);
    for (int i = 0; i < 500; ++i) {
        const mpz_class n =
            i % 5 == 0 ? mpz_class((mpz_class(1) << bits) - 1 - 2 * (i / 5)) : mpz_class(numbers.ofBits(bits) | 1);
        const mpz_class a = i % 7 == 0 ? mpz_class(n - 1) : mpz_class(numbers.ofBits(bits) % n);
        const mpz_class b = i % 11 == 0 ? mpz_class(n - 1) : mpz_class(numbers.ofBits(bits) % n);
        const WideMontgomery<limbs> m(toWide<limbs>(n));
        const auto inside = [&](const mpz_class &x) { return m.fromWord(toWide<limbs>(x)); };
        const auto outside = [&](const auto &x) { return toMpz(m.toWord(x)); };
        QVERIFY(outside(m.mul(inside(a), inside(b))) == a * b % n);
        QVERIFY(outside(m.sqr(inside(a))) == a * a % n);
        QVERIFY(outside(m.add(inside(a), inside(b))) == (a + b) % n);
        QVERIFY(outside(m.sub(inside(a), inside(b))) == (a - b + n) % n);
    }
}

} // namespace

class FactoringCurvesTest : public QObject
{
    Q_OBJECT

private slots:
    void wideProductsAgreeWithGmp()
    {
        compareWithGmp<3>(129);
        compareWithGmp<3>(192);
        compareWithGmp<4>(250);
        compareWithGmp<5>(320);
        compareWithGmp<16>(1024);
    }

    void lanesFindWhatTheScalarCurvesFind_data()
    {
        QTest::addColumn<unsigned>("bits");
        for (const unsigned bits : {129U, 140U, 141U, 184U, 185U, 231U, 232U, 278U, 279U, 325U, 326U, 372U})
            QTest::addRow("%u bits", bits) << bits;
    }
    void lanesFindWhatTheScalarCurvesFind()
    {
        QFETCH(unsigned, bits);
        const auto plan = longEcmPlan(200, Stop());
        Numbers numbers(bits);
        int split = 0;
        for (int i = 0; i < 12; ++i) {
            // Nothing short of the full length finds a bound that is a bit too tight.
            mpz_class n;
            while (mpz_sizeinbase(n.get_mpz_t(), 2) != bits)
                n = numbers.prime(24) * numbers.prime(bits - 24);
            const WideMontgomery<longWordLimbs> m(toWide<longWordLimbs>(n));
            CurveSeries<WideMontgomery<longWordLimbs>> series(m);
            const LongParameters parameters = oneCurveInAllLanes(series, m);
            const LongWord expected = scalar::runLongCurves(m.modulus(), *plan, parameters, Stop());
            split += expected != 1;
            for (const auto &[name, run] : lanesHere())
                QVERIFY2(run(m.modulus(), *plan, parameters, Stop()) == expected, name);
        }
        QVERIFY(split >= 3 && split < 12);
    }

    void everyLaneRunsItsOwnCurve()
    {
        const auto plan = longEcmPlan(100, Stop());
        Numbers numbers(31);
        for (int i = 0; i < 10; ++i) {
            const mpz_class n = numbers.prime(30) * numbers.prime(150);
            const WideMontgomery<longWordLimbs> m(toWide<longWordLimbs>(n));
            CurveSeries<WideMontgomery<longWordLimbs>> series(m);
            LongParameters parameters;
            for (auto &parameter : parameters)
                parameter = oneCurveInAllLanes(series, m)[0];
            const LongWord expected = scalar::runLongCurves(m.modulus(), *plan, parameters, Stop());
            for (const auto &[name, run] : lanesHere())
                QVERIFY2(run(m.modulus(), *plan, parameters, Stop()) == expected, name);
        }
    }

    void aRoundFindsAFactorOfItsSize()
    {
        Numbers numbers(32);
        for (const unsigned bits : {180U, 250U, 319U, 372U, 373U, 600U, 1024U, 1025U}) {
            const mpz_class p = numbers.prime(40), n = p * numbers.prime(bits - 40);
            const auto divisor = ecmFactor(n, {2'000, 80}, Stop(), {}, {});
            QVERIFY(divisor && (*divisor == p || *divisor == n / p));
        }
    }

    // A service factors for months: what a curve leaves behind is multiplied by a billion.
    void curvesLeaveNoMemoryBehind()
    {
        for (const unsigned bits : {150U, 319U, 400U, 1100U}) {
            const mpz_class n = Numbers(bits).semiprime(bits);
            const auto inUse = [&](unsigned curves) {
                ecmFactor(n, {100, curves}, Stop(), {}, {});
                return mallinfo2().uordblks;
            };
            const auto before = inUse(8); // makes the plan
            const auto after = inUse(160);
            QVERIFY2(after <= before + 4096, qPrintable(QString::number(after - before)));
        }
    }

    void aStopEndsACurve()
    {
        std::stop_source stop;
        stop.request_stop();
        for (const unsigned bits : {300U, 500U, 2000U})
            QVERIFY(!ecmFactor(Numbers(34).semiprime(bits), {250'000, 800}, Stop(stop.get_token()), {}, {}));
    }
};

QTEST_GUILESS_MAIN(FactoringCurvesTest)
#include "test_factoring_curves.moc"
