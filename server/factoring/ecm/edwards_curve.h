// SPDX-License-Identifier: GPL-3.0-or-later
// The group law that every elliptic curve of ours is run with, whatever the arithmetic below it.
#pragma once

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/ecm/curve_series.h"
#include "server/factoring/ecm/micro_ecm_plan.h"

#include <array>
#include <cstddef>

namespace openloop::factoring {

/// One curve, or one per lane: -x^2 + y^2 = 1 + d x^2 y^2 with a group order divisible by 12.
/// The parameters give the curves of Suyama's family whose twisted Edwards form has a = -1 (Bernstein, Birkner,
/// Lange, "Starfish on strike", 2010); doublings and additions: Hisil, Wong, Carter, Dawson (Asiacrypt 2008).
/// Modulus: Montgomery64, Montgomery128 or their like, of an odd number prime to 3; at most two additions or
/// subtractions stand between two multiplications. Immutable.
template <typename Modulus>
class EdwardsCurve
{
public:
    using Word = typename Modulus::Word;

    struct Point {
        Word x, y, z, t; ///< extended coordinates: x y = z t
    };
    struct Line {
        Word x, z; ///< on the Montgomery form: only x / z matters
    };

    explicit EdwardsCurve(const Modulus &modulus) : m(modulus) { }

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

    /// The point doubled so many times, 1 or more.
    void doublePoint(Point &p, unsigned times = 1) const
    {
        const Modulus own = m;
        Word x = p.x, y = p.y, z = p.z;
        for (;;) {
            const Word a = own.sqr(x);
            const Word b = own.sqr(y);
            const Word zz = own.sqr(z);
            const Word xy = own.mul(x, y);
            const Word g = own.sub(b, a);
            const Word h = own.add(a, b);
            const Word e = own.add(xy, xy);
            const Word f = own.sub(own.add(zz, zz), g);
            x = own.mul(e, f);
            y = own.mul(g, h);
            z = own.mul(f, g);
            if (--times == 0) {
                p = {x, y, z, own.mul(e, h)};
                return;
            }
        }
    }

    /// p times the number that the chain stands for; leaves no t.
    void multiply(const EcmChain &chain, Point &p) const
    {
        std::array<Addend, (EcmChain::largestDigit + 1) / 2> table;
        const Point start = p;
        Point multiple = p;
        table[0] = addend(p);
        if (chain.first == 1)
            p = start;
        if (chain.digits > 1) {
            doublePoint(multiple);
            const Addend two = addend(multiple);
            multiple = start;
            for (unsigned i = 1; i < chain.digits; ++i) {
                addPoint<true>(multiple, two, false);
                table[i] = addend(multiple);
                if (chain.first == 2 * i + 1)
                    p = multiple;
            }
        }
        for (const EcmChain::Link &link : chain.links) {
            doublePoint(p, link.doublings);
            if (link.digit != 0) {
                const bool minus = link.digit < 0;
                addPoint<false>(p, table[static_cast<unsigned>(minus ? -link.digit : link.digit) / 2], minus);
            }
        }
    }

    /// Gives the point its t, at the price of a common factor.
    void extend(Point &p) const
    {
        p.t = m.mul(p.x, p.y);
        p.x = m.mul(p.x, p.z);
        p.y = m.mul(p.y, p.z);
        p.z = m.sqr(p.z);
    }

    /// From 6 times a point to `sixes` times that.
    void multiplySmall(Point &point, unsigned sixes) const
    {
        const Addend six = addend(point);
        for (unsigned bit = bitLength(std::uint64_t{sixes}) - 1; bit-- > 0;) {
            doublePoint(point);
            if ((sixes >> bit) & 1)
                addPoint<true>(point, six, false);
        }
    }

    Line line(const Point &p) const { return {m.add(p.z, p.y), m.sub(p.z, p.y)}; }

    Line addLines(const Line &p, const Line &q, const Line &difference) const
    {
        const Word a = m.mul(m.sub(p.x, p.z), m.add(q.x, q.z));
        const Word b = m.mul(m.add(p.x, p.z), m.sub(q.x, q.z));
        return {m.mul(difference.z, m.sqr(m.add(a, b))), m.mul(difference.x, m.sqr(m.sub(a, b)))};
    }

    /// The point times all of `wanted`, which are prime to 6 and ascending; leaves 6 times the point.
    void babySteps(const std::vector<std::uint16_t> &wanted, Point &point, Word *xs, Word *zs) const
    {
        const Line one = line(point);
        const Addend first = addend(point);
        doublePoint(point);
        addPoint<false>(point, first, false);
        doublePoint(point);
        const Line six = line(point);
        Point five = point;
        addPoint<false>(five, first, true);

        Line up = one, upBefore = line(five); // 1 = 6 - 5: the multiple before 1 is -5, of the same x as 5
        Line down = line(five), downBefore = one;
        std::size_t kept = 0;
        for (unsigned multiple = 1; kept < wanted.size(); multiple += 6) {
            if (wanted[kept] == multiple) {
                xs[kept] = up.x;
                zs[kept++] = up.z;
            }
            if (kept < wanted.size() && wanted[kept] == multiple + 4) {
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

private:
    struct Addend {
        Word sum, difference, z2, t2; ///< y + x, y - x, 2 z, 2 t
    };

    Word times(unsigned number, const Word &a) const { return m.mul(m.fromNumber(number), a); }

    Word twice(const Word &a) const { return m.add(a, a); }

    Addend addend(const Point &p) const { return {m.add(p.y, p.x), m.sub(p.y, p.x), twice(p.z), twice(p.t)}; }

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

    const Modulus m;
};

} // namespace openloop::factoring
