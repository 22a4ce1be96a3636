// SPDX-License-Identifier: GPL-3.0-or-later
// One elliptic curve, or one per lane, to bounds that take milliseconds: in pieces, so that it can be stopped.
#pragma once

#include "server/factoring/ecm/curve_pairs.h"
#include "server/factoring/ecm/edwards_curve.h"
#include "server/factoring/job.h"

#include <algorithm>
#include <memory>

namespace openloop::factoring {

/// Modulus: as for EdwardsCurve. Immutable.
template <typename Modulus>
class LongCurve
{
public:
    using Word = typename Modulus::Word;
    using Divisor = decltype(std::declval<Modulus>().divisorOf(std::declval<Word>()));

    explicit LongCurve(const Modulus &modulus) : m(modulus), m_curve(modulus) { }

    /// A divisor of the modulus, often 1 and at times the modulus itself; 1 when a stop came.
    Divisor run(const LongEcmPlan &plan, const CurveParameter<Word> &parameter, const Stop &stop) const
    {
        Point point = m_curve.pointOf(parameter);
        for (const EcmChain &chain : plan.chains) {
            if (stop.requested())
                return 1;
            m_curve.multiply(chain, point);
            m_curve.extend(point);
        }
        const Divisor divisor = m.divisorOf(point.x);
        return divisor == 1 ? stage2(plan, point, stop) : divisor;
    }

private:
    using Point = typename EdwardsCurve<Modulus>::Point;
    using Line = typename EdwardsCurve<Modulus>::Line;

    static constexpr std::size_t giantsAtOnce = 64;

    Divisor stage2(const LongEcmPlan &plan, Point point, const Stop &stop) const
    {
        const std::size_t babies = plan.babies.size();
        const std::size_t most = std::max(babies, giantsAtOnce);
        // A plain new, as what the standard library would do with vectors is not compiled for them.
        const std::unique_ptr<Word[]> room(new Word[2 * babies + 3 * most + giantsAtOnce]);
        Word *const baby = room.get(), *const scaled = baby + babies, *const zs = scaled + babies;
        Word *const before = zs + most, *const after = before + most, *const giant = after + most;
        m_curve.babySteps(plan.babies, point, baby, zs);
        const Word babyZ = toCommonDenominator(m, baby, zs, before, after, babies);

        m_curve.multiplySmall(point, plan.step / 6);
        const Line step = m_curve.line(point);
        m_curve.doublePoint(point);
        Line current = step, next = m_curve.line(point);
        Word product = babyZ;
        const std::uint16_t *pairs = plan.pairs.data();
        for (std::size_t left = plan.giants; left > 0;) {
            if (stop.requested())
                return 1;
            const std::size_t count = std::min(left, giantsAtOnce);
            left -= count;
            for (std::size_t i = 0; i < count; ++i) {
                giant[i] = current.x;
                zs[i] = current.z;
                const Line afterNext = m_curve.addLines(next, step, current);
                current = next;
                next = afterNext;
            }
            // Both sides over the product of all z.
            const Word giantZ = toCommonDenominator(m, giant, zs, before, after, count);
            for (std::size_t i = 0; i < count; ++i)
                giant[i] = m.mul(giant[i], babyZ);
            for (std::size_t i = 0; i < babies; ++i)
                scaled[i] = m.mul(baby[i], giantZ);
            const Word pairProduct = productOfPairs(m, scaled, giant, count, pairs);
            product = m.mul(m.mul(product, giantZ), pairProduct);
        }
        return m.divisorOf(product);
    }

    const Modulus m;
    const EdwardsCurve<Modulus> m_curve;
};

} // namespace openloop::factoring
