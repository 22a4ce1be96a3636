// SPDX-License-Identifier: GPL-3.0-or-later
// Elliptic curves over one- and two-word moduli: the fastest known way to split the hard numbers below 2^128 or so.
#pragma once

#include "server/factoring/curve_series.h"
#include "server/factoring/micro_ecm_plan.h"
#include "server/factoring/montgomery.h"

#include <array>
#include <cstddef>

namespace openloop::factoring {

/// One curve, or one per lane: -x^2 + y^2 = 1 + d x^2 y^2 with a group order divisible by 12.
/// The parameters give the curves of Suyama's family whose twisted Edwards form has a = -1 (Bernstein, Birkner,
/// Lange, "Starfish on strike", 2010); doublings and additions: Hisil, Wong, Carter, Dawson (Asiacrypt 2008).
/// Modulus: Montgomery64, Montgomery128 or their like, of an odd number prime to 3; at most two additions or
/// subtractions stand between two multiplications. Immutable.
template <typename Modulus>
class EllipticCurve
{
public:
    using Word = typename Modulus::Word;

    explicit EllipticCurve(const Modulus &modulus)
        : m(modulus)
    {
    }

    /// A divisor of the modulus, often 1 and at times the modulus itself.
    auto run(const MicroEcmPlan &plan, const CurveParameter<Word> &parameter) const
    {
        Point point = pointOf(parameter);
        stage1(plan, point);
        const auto divisor = m.divisorOf(point.x);
        return divisor != 1 || plan.giants == 0 ? divisor : stage2(plan, point);
    }

private:
    struct Point {
        Word x, y, z, t; ///< extended coordinates: x y = z t
    };
    struct Addend {
        Word sum, difference, z2, t2; ///< y + x, y - x, 2 z, 2 t
    };
    struct Line {
        Word x, z; ///< on the Montgomery form: only x / z matters
    };
    using Words = std::array<Word, MicroEcmPlan::mostBabies + MicroEcmPlan::mostGiants>;

    Word times(unsigned number, const Word &a) const { return m.mul(m.fromNumber(number), a); }

    // With (x, y) the parameter: X = 2 x (x - 24) y / (e f) and Y = 54 (x - 4) g / (e h), where
    // e = (x - 12)(x + 6), f = x^2 - 8 x + 96, g = x^4 - 12 x^3 + 6912, h = g + 864 (x - 4)^2.
    Point pointOf(const CurveParameter<Word> &p) const
    {
        const Word xx = m.sqr(p.x);
        const Word zz = m.sqr(p.z);
        const Word xz = m.mul(p.x, p.z);
        const Word x_4z = m.sub(p.x, times(4, p.z));
        const Word e = m.mul(m.sub(p.x, times(12, p.z)), m.add(p.x, times(6, p.z)));
        const Word f = m.add(m.sub(xx, times(8, xz)), times(96, zz));
        const Word g = m.add(m.mul(xx, m.sub(xx, times(12, xz))), times(6912, m.sqr(zz)));
        const Word h = m.add(g, times(864, m.mul(zz, m.sqr(x_4z))));
        const Word numeratorX = times(2, m.mul(m.mul(p.x, m.sub(p.x, times(24, p.z))), m.mul(p.y, p.z)));
        const Word numeratorY = times(54, m.mul(m.mul(x_4z, p.z), g));

        Point point;
        point.x = m.mul(m.mul(e, numeratorX), h);
        point.y = m.mul(m.mul(e, numeratorY), f);
        point.z = m.mul(m.mul(m.sqr(e), f), h);
        point.t = m.mul(numeratorX, numeratorY);
        return point;
    }

    Word twice(Word a) const { return m.add(a, a); }

    template <bool WithT>
    void doublePoint(Point &p) const
    {
        const Word a = m.sqr(p.x);
        const Word b = m.sqr(p.y);
        const Word c = twice(m.sqr(p.z));
        const Word e = twice(m.mul(p.x, p.y));
        const Word g = m.sub(b, a);
        const Word h = m.add(a, b);
        const Word f = m.sub(c, g);
        p.x = m.mul(e, f);
        p.y = m.mul(g, h);
        p.z = m.mul(f, g);
        if constexpr (WithT)
            p.t = m.mul(e, h);
    }

    Addend addend(const Point &p) const
    {
        return {m.add(p.y, p.x), m.sub(p.y, p.x), twice(p.z), twice(p.t)};
    }

    template <bool WithT>
    void addPoint(Point &p, const Addend &q, bool minus) const
    {
        const Word a = m.mul(m.sub(p.y, p.x), minus ? q.difference : q.sum);
        const Word b = m.mul(m.add(p.y, p.x), minus ? q.sum : q.difference);
        const Word c = m.mul(p.z, q.t2);
        const Word d = m.mul(p.t, q.z2);
        const Word sum = m.add(d, c);
        const Word difference = m.sub(d, c);
        const Word e = minus ? difference : sum;
        const Word h = minus ? sum : difference;
        const Word f = m.sub(b, a);
        const Word g = m.add(b, a);
        p.x = m.mul(e, f);
        p.y = m.mul(g, h);
        p.z = m.mul(f, g);
        if constexpr (WithT)
            p.t = m.mul(e, h);
    }

    void stage1(const MicroEcmPlan &plan, Point &p) const
    {
        std::array<Addend, (MicroEcmPlan::largestDigit + 1) / 2> table;
        const Point start = p;
        Point multiple = p;
        table[0] = addend(p);
        if (plan.first == 1)
            p = start;
        if (plan.digits > 1) {
            doublePoint<true>(multiple);
            const Addend two = addend(multiple);
            multiple = start;
            for (unsigned i = 1; i < plan.digits; ++i) {
                addPoint<true>(multiple, two, false);
                table[i] = addend(multiple);
                if (plan.first == 2 * i + 1)
                    p = multiple;
            }
        }
        for (const MicroEcmPlan::Link &link : plan.chain) {
            for (int i = 1; i < link.doublings; ++i)
                doublePoint<false>(p);
            doublePoint<true>(p);
            if (link.digit != 0) {
                const bool minus = link.digit < 0;
                addPoint<false>(p, table[static_cast<unsigned>(minus ? -link.digit : link.digit) / 2], minus);
            }
        }
    }

    Line line(const Point &p) const { return {m.add(p.z, p.y), m.sub(p.z, p.y)}; }

    Line addLines(const Line &p, const Line &q, const Line &difference) const
    {
        const Word a = m.mul(m.sub(p.x, p.z), m.add(q.x, q.z));
        const Word b = m.mul(m.add(p.x, p.z), m.sub(q.x, q.z));
        return {m.mul(difference.z, m.sqr(m.add(a, b))), m.mul(difference.x, m.sqr(m.sub(a, b)))};
    }

    auto stage2(const MicroEcmPlan &plan, Point point) const
    {
        point.t = m.mul(point.x, point.y); // stage 1 leaves none
        point.x = m.mul(point.x, point.z);
        point.y = m.mul(point.y, point.z);
        point.z = m.sqr(point.z);
        Words xs, zs;
        const std::size_t babies = plan.babies.size();
        babySteps(plan, point, xs.data(), zs.data());
        giantSteps(plan, point, xs.data() + babies, zs.data() + babies);
        const Word common = toCommonDenominator(xs.data(), zs.data(), babies + plan.giants);
        return m.divisorOf(m.mul(common, productOfPairs(plan, xs.data())));
    }

    // All multiples by numbers prime to 6, in steps of 6; those prime to the step are kept. Leaves 6 times the
    // point in `point`.
    void babySteps(const MicroEcmPlan &plan, Point &point, Word *xs, Word *zs) const
    {
        const Line one = line(point);
        const Addend first = addend(point);
        doublePoint<true>(point);
        addPoint<false>(point, first, false);
        doublePoint<true>(point);
        const Line six = line(point);
        Point five = point;
        addPoint<false>(five, first, true);

        Line up = one, upBefore = line(five); // 1 = 6 - 5: the multiple before 1 is -5, of the same x as 5
        Line down = line(five), downBefore = one;
        std::size_t kept = 0;
        for (unsigned multiple = 1; kept < plan.babies.size(); multiple += 6) {
            if (plan.babies[kept] == multiple) {
                xs[kept] = up.x;
                zs[kept++] = up.z;
            }
            if (kept < plan.babies.size() && plan.babies[kept] == multiple + 4) {
                xs[kept] = down.x;
                zs[kept++] = down.z;
            }
            const Line nextUp = addLines(up, six, upBefore);
            const Line nextDown = addLines(down, six, downBefore);
            upBefore = up;
            downBefore = down;
            up = nextUp;
            down = nextDown;
        }
    }

    // From 6 times the point: the multiples by step, 2 step, 3 step, ...
    void giantSteps(const MicroEcmPlan &plan, Point point, Word *xs, Word *zs) const
    {
        const Addend six = addend(point);
        const unsigned sixes = plan.step / 6;
        for (unsigned bit = bitLength(std::uint64_t {sixes}) - 1; bit-- > 0;) {
            doublePoint<true>(point);
            if ((sixes >> bit) & 1)
                addPoint<true>(point, six, false);
        }
        const Line step = line(point);
        doublePoint<false>(point);
        Line before = step, giant = line(point);
        xs[0] = step.x;
        zs[0] = step.z;
        for (unsigned i = 1; i < plan.giants; ++i) {
            xs[i] = giant.x;
            zs[i] = giant.z;
            const Line next = addLines(giant, step, before);
            before = giant;
            giant = next;
        }
    }

    // Scales all x so that every z is the product of the old ones, which is returned: then a pair costs one
    // multiplication, and no inverse is needed.
    Word toCommonDenominator(Word *xs, const Word *zs, std::size_t count) const
    {
        Words after;
        Word suffix = m.one();
        for (std::size_t i = count; i-- > 0;) {
            after[i] = suffix;
            suffix = m.mul(suffix, zs[i]);
        }
        Word prefix = m.one();
        for (std::size_t i = 0; i < count; ++i) {
            xs[i] = m.mul(xs[i], m.mul(prefix, after[i]));
            prefix = m.mul(prefix, zs[i]);
        }
        return suffix;
    }

    // Four products side by side: one alone would wait for each multiplication to end.
    Word productOfPairs(const MicroEcmPlan &plan, const Word *xs) const
    {
        Word a = m.one(), b = a, c = a, d = a;
        const Word *giant = xs + plan.babies.size();
        const std::uint16_t *pair = plan.pairs.data();
        for (unsigned i = 0; i < plan.giants; ++i, ++giant) {
            const Word x = *giant;
            const std::uint16_t *end = pair + 1 + *pair;
            for (++pair; end - pair >= 4; pair += 4) {
                a = m.mul(a, m.sub(x, xs[pair[0]]));
                b = m.mul(b, m.sub(x, xs[pair[1]]));
                c = m.mul(c, m.sub(x, xs[pair[2]]));
                d = m.mul(d, m.sub(x, xs[pair[3]]));
            }
            for (; pair != end; ++pair)
                a = m.mul(a, m.sub(x, xs[*pair]));
        }
        return m.mul(m.mul(a, b), m.mul(c, d));
    }

    const Modulus m;
};

/// Curve after curve modulo one number. One thread at a time.
template <typename Modulus>
class MicroEcm
{
public:
    using Word = typename Modulus::Word;

    explicit MicroEcm(const Modulus &modulus)
        : m_series(modulus)
        , m_curve(modulus)
    {
    }

    /// Runs the next curve: a divisor of the modulus, often 1 and at times the modulus itself.
    Word runCurve(const MicroEcmPlan &plan) { return m_curve.run(plan, m_series.next()); }

private:
    CurveSeries<Modulus> m_series;
    EllipticCurve<Modulus> m_curve;
};

} // namespace openloop::factoring
