// SPDX-License-Identifier: GPL-3.0-or-later
// Elliptic curves over one- and two-word moduli: the fastest known way to split the hard numbers below 2^128 or so.
#pragma once

#include "server/factoring/micro_ecm_plan.h"
#include "server/factoring/montgomery.h"

#include <array>

namespace openloop::factoring {

/// A series of curves modulo one number, each -x^2 + y^2 = 1 + d x^2 y^2 with a group order divisible by 12.
/// The curves and their points come from the multiples of (12, 24) on y^2 = x^3 - x^2 - 120 x + 432, which
/// parametrise the curves of Suyama's family whose twisted Edwards form has a = -1 (Bernstein, Birkner, Lange,
/// "Starfish on strike", 2010); doublings and additions: Hisil, Wong, Carter, Dawson (Asiacrypt 2008).
/// Modulus: Montgomery64, Montgomery128 or their like, of an odd number prime to 3. One thread at a time.
template <typename Modulus>
class MicroEcm
{
public:
    using Word = typename Modulus::Word;

    explicit MicroEcm(const Modulus &modulus)
        : m(modulus)
        , m_x(number(13))
        , m_y(negative(number(30)))
        , m_z(m.one())
        , m_12(number(12))
        , m_24(m.add(m_12, m_12))
    {
    }

    /// Runs the next curve: a divisor of the modulus, often 1 and at times the modulus itself.
    Word runCurve(const MicroEcmPlan &plan)
    {
        Point point = nextPoint();
        stage1(plan, point);
        const Word divisor = gcdWithOdd(point.x, m.modulus());
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

    Word number(Word x) const { return m.fromWord(x % m.modulus()); }
    Word negative(Word x) const { return m.sub(0, x); }

    Point nextPoint()
    {
        const Point point = pointOnCurve();
        advance();
        return point;
    }

    // With (x, y) a multiple of (12, 24): X = 2 x (x - 24) y / (e f) and Y = 54 (x - 4) g / (e h), where
    // e = (x - 12)(x + 6), f = x^2 - 8 x + 96, g = x^4 - 12 x^3 + 6912, h = g + 864 x^2 - 6912 x + 13824.
    Point pointOnCurve() const
    {
        const Word z12 = m.mul(m_z, m_12);
        const Word z24 = m.add(z12, z12);
        const Word z6 = m.mul(m_z, number(6));
        const Word z4 = m.add(m_z, m.add(m_z, m.add(m_z, m_z)));
        const Word xx = m.sqr(m_x);
        const Word zz = m.sqr(m_z);
        const Word xz = m.mul(m_x, m_z);
        const Word xz8 = twice(twice(twice(xz)));
        const Word zz96 = m.mul(zz, number(96));
        const Word zz864 = m.mul(zz, number(864));
        const Word e = m.mul(m.sub(m_x, z12), m.add(m_x, z6));
        const Word f = m.add(m.sub(xx, xz8), zz96);
        const Word xx_12xz = m.sub(xx, m.mul(xz, m_12));
        const Word g = m.add(m.mul(xx, xx_12xz), m.mul(zz864, twice(twice(twice(zz)))));
        const Word h = m.add(g, m.mul(zz864, m.add(m.sub(xx, xz8), m.mul(zz, number(16)))));
        const Word numeratorX = m.mul(m.mul(twice(m_x), m.sub(m_x, z24)), m.mul(m_y, m_z));
        const Word numeratorY = m.mul(m.mul(number(54), m.mul(m.sub(m_x, z4), m_z)), g);

        Point point;
        point.x = m.mul(m.mul(e, numeratorX), h);
        point.y = m.mul(m.mul(e, numeratorY), f);
        point.z = m.mul(m.mul(m.sqr(e), f), h);
        point.t = m.mul(numeratorX, numeratorY);
        return point;
    }

    // Adds (12, 24) to the projective point on the parametrising curve.
    void advance()
    {
        const Word u = m.sub(m_y, m.mul(m_24, m_z));
        const Word v = m.sub(m_x, m.mul(m_12, m_z));
        const Word vv = m.sqr(v);
        const Word vvv = m.mul(v, vv);
        const Word vvx = m.mul(vv, m_x);
        // x3 = (u/v)^2 + 1 - x - 12 over the common denominator v^2 z.
        const Word a = m.sub(m.add(m.mul(m.sqr(u), m_z), m.sub(m.mul(vv, m_z), vvx)),
                             m.mul(m.mul(vv, m_z), m_12));
        const Word y = m.sub(m.mul(u, m.sub(vvx, a)), m.mul(vvv, m_y));
        m_x = m.mul(v, a);
        m_y = y;
        m_z = m.mul(vvv, m_z);
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

    Word stage2(const MicroEcmPlan &plan, Point point) const
    {
        std::array<Line, MicroEcmPlan::mostBabies + MicroEcmPlan::mostGiants> lines;
        point.t = m.mul(point.x, point.y); // stage 1 leaves none
        point.x = m.mul(point.x, point.z);
        point.y = m.mul(point.y, point.z);
        point.z = m.sqr(point.z);
        const std::size_t babies = plan.babies.size();
        const std::size_t count = babies + plan.giants;
        babySteps(plan, point, lines.data());
        giantSteps(plan, point, lines.data() + babies);
        const Word common = toCommonDenominator(lines.data(), count);
        return gcdWithOdd(m.mul(common, productOfPairs(plan, lines.data())), m.modulus());
    }

    // All multiples by numbers prime to 6, in steps of 6; those prime to the step are kept. Leaves 6 times the
    // point in `point`.
    void babySteps(const MicroEcmPlan &plan, Point &point, Line *babies) const
    {
        const Line one = line(point);
        // p + 5 p = 6 p and so on need the difference, so 5 p is made of 6 p - p.
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
            if (plan.babies[kept] == multiple)
                babies[kept++] = up;
            if (kept < plan.babies.size() && plan.babies[kept] == multiple + 4)
                babies[kept++] = down;
            const Line nextUp = addLines(up, six, upBefore);
            const Line nextDown = addLines(down, six, downBefore);
            upBefore = up;
            downBefore = down;
            up = nextUp;
            down = nextDown;
        }
    }

    // From 6 times the point: the multiples by step, 2 step, 3 step, ...
    void giantSteps(const MicroEcmPlan &plan, Point point, Line *giants) const
    {
        const Addend six = addend(point);
        const unsigned sixes = plan.step / 6;
        for (unsigned bit = bitLength(std::uint64_t {sixes}) - 1; bit-- > 0;) {
            doublePoint<true>(point);
            if ((sixes >> bit) & 1)
                addPoint<true>(point, six, false);
        }
        giants[0] = line(point);
        doublePoint<false>(point);
        giants[1] = line(point);
        for (unsigned i = 2; i < plan.giants; ++i)
            giants[i] = addLines(giants[i - 1], giants[0], giants[i - 2]);
    }

    // Scales all x so that every z is the product of the old ones, which is returned: then a pair costs one
    // multiplication, and no inverse is needed.
    Word toCommonDenominator(Line *lines, std::size_t count) const
    {
        std::array<Word, MicroEcmPlan::mostBabies + MicroEcmPlan::mostGiants> after;
        Word suffix = m.one();
        for (std::size_t i = count; i-- > 0;) {
            after[i] = suffix;
            suffix = m.mul(suffix, lines[i].z);
        }
        Word prefix = m.one();
        for (std::size_t i = 0; i < count; ++i) {
            lines[i].x = m.mul(lines[i].x, m.mul(prefix, after[i]));
            prefix = m.mul(prefix, lines[i].z);
        }
        return suffix;
    }

    // Four products side by side: one alone would wait for each multiplication to end.
    Word productOfPairs(const MicroEcmPlan &plan, const Line *lines) const
    {
        std::array<Word, 4> product {m.one(), m.one(), m.one(), m.one()};
        const Line *giant = lines + plan.babies.size();
        const std::uint16_t *pair = plan.pairs.data();
        for (unsigned i = 0; i < plan.giants; ++i, ++giant) {
            const std::uint16_t *end = pair + 1 + *pair;
            ++pair;
            for (; end - pair >= 4; pair += 4) {
                for (unsigned lane = 0; lane < 4; ++lane)
                    product[lane] = m.mul(product[lane], m.sub(giant->x, lines[pair[lane]].x));
            }
            for (unsigned lane = 0; pair != end; ++pair, ++lane)
                product[lane] = m.mul(product[lane], m.sub(giant->x, lines[*pair].x));
        }
        return m.mul(m.mul(product[0], product[1]), m.mul(product[2], product[3]));
    }

    const Modulus m;
    Word m_x, m_y, m_z; ///< the projective point on the parametrising curve
    Word m_12, m_24;
};

} // namespace openloop::factoring
