// SPDX-License-Identifier: GPL-3.0-or-later
// Elliptic curves over one- and two-word moduli: the fastest known way to split the hard numbers below 2^128 or so.
#pragma once

#include "server/factoring/arithmetic/montgomery.h"
#include "server/factoring/ecm/curve_pairs.h"
#include "server/factoring/ecm/curve_series.h"
#include "server/factoring/ecm/edwards_curve.h"
#include "server/factoring/ecm/micro_ecm_plan.h"

#include <array>

namespace openloop::factoring {

/// One curve, or one per lane, to small bounds: nothing of it leaves the processor's nearest cache. Immutable.
template <typename Modulus>
class EllipticCurve
{
public:
    using Word = typename Modulus::Word;

    explicit EllipticCurve(const Modulus &modulus) : m(modulus), m_curve(modulus) { }

    /// A divisor of the modulus, often 1 and at times the modulus itself.
    auto run(const MicroEcmPlan &plan, const CurveParameter<Word> &parameter) const
    {
        Point point = m_curve.pointOf(parameter);
        m_curve.multiply(plan, point);
        const auto divisor = m.divisorOf(point.x);
        return divisor != 1 || plan.giants == 0 ? divisor : stage2(plan, point);
    }

private:
    using Point = typename EdwardsCurve<Modulus>::Point;
    using Line = typename EdwardsCurve<Modulus>::Line;
    using Words = std::array<Word, MicroEcmPlan::mostBabies + MicroEcmPlan::mostGiants>;

    auto stage2(const MicroEcmPlan &plan, Point point) const
    {
        m_curve.extend(point);
        Words xs, zs, before, after;
        const std::size_t babies = plan.babies.size();
        m_curve.babySteps(plan.babies, point, xs.data(), zs.data());
        m_curve.multiplySmall(point, plan.step / 6);
        giantSteps(plan, point, xs.data() + babies, zs.data() + babies);
        const Word common =
            toCommonDenominator(m, xs.data(), zs.data(), before.data(), after.data(), babies + plan.giants);
        const std::uint16_t *pairs = plan.pairs.data();
        return m.divisorOf(m.mul(common, productOfPairs(m, xs.data(), xs.data() + babies, plan.giants, pairs)));
    }

    // The multiples 1, 2, 3, ... of the point.
    void giantSteps(const MicroEcmPlan &plan, Point point, Word *xs, Word *zs) const
    {
        const Line step = m_curve.line(point);
        m_curve.doublePoint(point);
        Line before = step, giant = m_curve.line(point);
        xs[0] = step.x;
        zs[0] = step.z;
        for (unsigned i = 1; i < plan.giants; ++i) {
            xs[i] = giant.x;
            zs[i] = giant.z;
            const Line next = m_curve.addLines(giant, step, before);
            before = giant;
            giant = next;
        }
    }

    const Modulus m;
    const EdwardsCurve<Modulus> m_curve;
};

/// Curve after curve modulo one number. One thread at a time.
template <typename Modulus>
class MicroEcm
{
public:
    using Word = typename Modulus::Word;

    explicit MicroEcm(const Modulus &modulus) : m_series(modulus), m_curve(modulus) { }

    /// Runs the next curve: a divisor of the modulus, often 1 and at times the modulus itself.
    Word runCurve(const MicroEcmPlan &plan) { return m_curve.run(plan, m_series.next()); }

private:
    CurveSeries<Modulus> m_series;
    EllipticCurve<Modulus> m_curve;
};

} // namespace openloop::factoring
