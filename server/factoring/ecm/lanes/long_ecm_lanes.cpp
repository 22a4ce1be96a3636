// SPDX-License-Identifier: GPL-3.0-or-later
// The choice at run time, and the curves for processors without lanes.
#include "server/factoring/ecm/lanes/long_ecm_lanes.h"

#include "server/factoring/arithmetic/wide_montgomery.h"
#include "server/factoring/ecm/long_ecm.h"

namespace openloop::factoring {

namespace {

template <std::size_t limbs>
LongWord runOneByOne(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters, const Stop &stop)
{
    using Modulus = WideMontgomery<limbs>;
    using Word = typename Modulus::Word;
    const Modulus m{Word(n)};
    const LongCurve<Modulus> curve(m);
    Word divisor = 1;
    for (const auto &parameter : parameters) {
        const auto inside = [&](const LongWord &x) { return m.fromWord(Word(x)); };
        divisor = curve.run(plan, {inside(parameter.x), inside(parameter.y), inside(parameter.z)}, stop);
        if ((divisor != 1 && divisor != m.modulus()) || stop.requested())
            break;
    }
    return LongWord(divisor);
}

} // namespace

LongWord scalar::runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters,
                               const Stop &stop)
{
    return n.limb[5] != 0 ? runOneByOne<6>(n, plan, parameters, stop)
        : n.limb[4] != 0  ? runOneByOne<5>(n, plan, parameters, stop)
        : n.limb[3] != 0  ? runOneByOne<4>(n, plan, parameters, stop)
                          : runOneByOne<3>(n, plan, parameters, stop);
}

LongWord runLongCurves(const LongWord &n, const LongEcmPlan &plan, const LongParameters &parameters, const Stop &stop)
{
#if defined(__x86_64__) && defined(__GNUC__)
    static const RunLongCurves widest = __builtin_cpu_supports("avx512f") ? avx512::runLongCurves
        : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2::runLongCurves
                                                                          : scalar::runLongCurves;
    return widest(n, plan, parameters, stop);
#else
    return scalar::runLongCurves(n, plan, parameters, stop);
#endif
}

} // namespace openloop::factoring
