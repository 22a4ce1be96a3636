// SPDX-License-Identifier: GPL-3.0-or-later
// The text of the small curves in lanes; included after lanes_modulus_body.h, in the same namespace.

template <unsigned digits, typename Base>
typename Base::Word runCurves(const Base &base, const MicroEcmPlan &plan,
                              const std::array<CurveParameter<typename Base::Word>, curveLanes> &parameters)
{
    using Number = typename Base::Word;
    const LanesModulus<digits, Base> m(base);
    const EllipticCurve<LanesModulus<digits, Base>> curve(m);
    Number divisor = 1;
    for (unsigned first = 0; first < curveLanes && (divisor == 1 || divisor == base.modulus());
         first += Vector::lanes) {
        std::array<Number, Vector::lanes> x, y, z;
        for (unsigned lane = 0; lane < Vector::lanes; ++lane) {
            x[lane] = parameters[first + lane].x;
            y[lane] = parameters[first + lane].y;
            z[lane] = parameters[first + lane].z;
        }
        divisor = curve.run(plan, {m.fromWords(x), m.fromWords(y), m.fromWords(z)});
    }
    return divisor;
}
