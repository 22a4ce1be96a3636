// SPDX-License-Identifier: GPL-3.0-or-later
// Which small elliptic curves are run, one after another: the same ones whatever the arithmetic.
#pragma once

namespace openloop::factoring {

/// A point (x : y : z) on the curve that parametrises the curves.
template <typename Word>
struct CurveParameter {
    Word x, y, z;
};

/// The multiples 2, 3, 4, ... of (12, 24) on y^2 = x^3 - x^2 - 120 x + 432. Modulus: Montgomery64 or Montgomery128.
template <typename Modulus>
class CurveSeries
{
public:
    using Word = typename Modulus::Word;

    explicit CurveSeries(const Modulus &modulus)
        : m(modulus), m_point{m.fromNumber(13), m.sub(0, m.fromNumber(30)), m.one()}, m_12(m.fromNumber(12)),
          m_24(m.fromNumber(24))
    {
    }

    CurveParameter<Word> next()
    {
        const CurveParameter<Word> point = m_point;
        const Word u = m.sub(point.y, m.mul(m_24, point.z));
        const Word v = m.sub(point.x, m.mul(m_12, point.z));
        const Word vv = m.sqr(v);
        const Word vvv = m.mul(v, vv);
        const Word vvx = m.mul(vv, point.x);
        const Word vvz = m.mul(vv, point.z);
        // The new x is (u/v)^2 + 1 - x - 12, here over the common denominator v^2 z.
        const Word a = m.sub(m.add(m.mul(m.sqr(u), point.z), m.sub(vvz, vvx)), m.mul(vvz, m_12));
        m_point.x = m.mul(v, a);
        m_point.y = m.sub(m.mul(u, m.sub(vvx, a)), m.mul(vvv, point.y));
        m_point.z = m.mul(vvv, point.z);
        return point;
    }

private:
    const Modulus m;
    CurveParameter<Word> m_point;
    Word m_12, m_24;
};

} // namespace openloop::factoring
