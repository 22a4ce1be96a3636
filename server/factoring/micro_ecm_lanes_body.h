// SPDX-License-Identifier: GPL-3.0-or-later
// The text of the curves in lanes; included inside a namespace that defines Vector. No include guard and no includes:
// each instruction set compiles it once, in its own region.

// Signed digits of `digitBits` bits, each a double of its own weight; digit i of a number stands for itself times
// 2^(digitBits (i - digits)), so that the product of two numbers has the weight of its Montgomery residue. A product of
// two digits is taken apart by a fused multiplication: rounded to a multiple of the next digit's weight, then what is
// missing, which is exact (Dekker, Numer. Math. 18, 1971). Sums are not carried and not reduced.
template <unsigned digits>
struct DigitLanes {
    Vector::V digit[digits];
};

/// Residues x * 2^(digits digitBits) modulo an odd number, one per lane. Bounds, for a modulus at least four bits
/// shorter than the digits: a product comes back below the modulus in absolute value, its lower digits normalised, if
/// those of the two factors together have had at most seven additions (a sum of 2 times one of 4, for instance).
/// Base: Montgomery64 or Montgomery128.
template <unsigned digits, typename Base>
class LanesModulus
{
public:
    using Lanes = DigitLanes<digits>;
    using Word = Lanes;
    using Number = typename Base::Word;

    // The rounding constant must hold a product of two digits times eight, and the middle column of three digits is
    // the sum of more of them.
    static constexpr int digitBits = digits == 2 ? 50 : 48;
    static constexpr unsigned mostBits = digits * digitBits - 4;

    explicit LanesModulus(const Base &base)
        : m_base(base)
    {
        for (int column = 0; column < columns; ++column)
            m_round[column] = Vector::splat(1.5 * std::ldexp(1.0, 52 + digitBits * (column + 1 - columns)));
        const auto n = digitsOf(base.modulus());
        for (unsigned i = 0; i < digits; ++i)
            m_n[i] = Vector::splat(std::ldexp(n[i], digitBits * static_cast<int>(i)));
        const std::uint64_t negated = 0 - inverseOfOdd(low64(base.modulus()));
        m_negatedInverse = Vector::splat(static_cast<double>(lowestDigit(static_cast<std::int64_t>(negated))));
        const Number r = powerOfTwo(digits * digitBits);
        m_one = constant(base.toWord(r));
        m_square = constant(base.toWord(base.sqr(r)));
    }

    Lanes one() const { return m_one; }
    Lanes fromNumber(unsigned x) const { return mul(constant(x), m_square); }

    Lanes fromWords(const std::array<Number, Vector::lanes> &words) const
    {
        double parts[digits][Vector::lanes];
        for (unsigned lane = 0; lane < Vector::lanes; ++lane) {
            const auto own = digitsOf(words[lane]);
            for (unsigned i = 0; i < digits; ++i)
                parts[i][lane] = own[i] * weights[i];
        }
        Lanes lanes;
        for (unsigned i = 0; i < digits; ++i)
            lanes.digit[i] = Vector::load(parts[i]);
        return mul(lanes, m_square);
    }

    [[gnu::always_inline]] Lanes add(const Lanes &a, const Lanes &b) const
    {
        Lanes sum;
        for (unsigned i = 0; i < digits; ++i)
            sum.digit[i] = Vector::add(a.digit[i], b.digit[i]);
        return sum;
    }
    [[gnu::always_inline]] Lanes sub(const Lanes &a, const Lanes &b) const
    {
        Lanes difference;
        for (unsigned i = 0; i < digits; ++i)
            difference.digit[i] = Vector::sub(a.digit[i], b.digit[i]);
        return difference;
    }

    [[gnu::always_inline]] Lanes mul(const Lanes &a, const Lanes &b) const
    {
        Columns sum;
        for (unsigned i = 0; i < digits; ++i)
            split(a.digit[i], b.digit[i], 2 * i, sum.of[2 * i + 1], sum.of[2 * i]);
#pragma GCC unroll 4
        for (unsigned i = 0; i < digits; ++i) {
#pragma GCC unroll 4
            for (unsigned j = 0; j < digits; ++j) {
                if (i != j)
                    addProduct(sum, i + j, a.digit[i], b.digit[j]);
            }
        }
        return reduced(sum);
    }

    // The products off the diagonal are the same twice: taken once, of the doubled digit.
    [[gnu::always_inline]] Lanes sqr(const Lanes &a) const
    {
        Columns sum;
        for (unsigned i = 0; i < digits; ++i)
            split(a.digit[i], a.digit[i], 2 * i, sum.of[2 * i + 1], sum.of[2 * i]);
#pragma GCC unroll 4
        for (unsigned i = 0; i + 1 < digits; ++i) {
            const Vector::V doubled = Vector::add(a.digit[i], a.digit[i]);
#pragma GCC unroll 4
            for (unsigned j = i + 1; j < digits; ++j)
                addProduct(sum, i + j, doubled, a.digit[j]);
        }
        return reduced(sum);
    }

    // The product of all lanes decides: one gcd instead of one per lane.
    Number divisorOf(const Lanes &a) const
    {
        std::array<Number, Vector::lanes> words;
        Number product = m_base.one();
        const Number nextWeight = powerOfTwo(digitBits);
        for (unsigned lane = 0; lane < Vector::lanes; ++lane) {
            words[lane] = wordOf(a, lane, nextWeight);
            product = m_base.mul(product, words[lane]);
        }
        const Number divisor = m_base.divisorOf(product);
        if (divisor != m_base.modulus())
            return divisor;
        for (const Number word : words) {
            if (const Number own = m_base.divisorOf(word); own != 1 && own != m_base.modulus())
                return own;
        }
        return m_base.modulus();
    }

private:
    static constexpr int columns = 2 * digits;
    struct Columns {
        Vector::V of[columns];
    };

    static constexpr double powerOfTwoAsDouble(int exponent)
    {
        double power = 1;
        for (int i = 0; i < exponent; ++i)
            power *= 2;
        for (int i = 0; i > exponent; --i)
            power /= 2;
        return power;
    }
    static constexpr auto weights = [] {
        std::array<double, digits> found {};
        for (unsigned i = 0; i < digits; ++i)
            found[i] = powerOfTwoAsDouble(digitBits * (static_cast<int>(i) - static_cast<int>(digits)));
        return found;
    }();
    static std::int64_t lowestDigit(std::int64_t x)
    {
        return x << (64 - digitBits) >> (64 - digitBits); // signed
    }
    static std::array<double, digits> digitsOf(uint128 x)
    {
        std::array<double, digits> found;
        for (double &digit : found) {
            const std::int64_t lowest = lowestDigit(static_cast<std::int64_t>(low64(x)));
            digit = static_cast<double>(lowest);
            x = (x >> digitBits) + (lowest < 0); // the bits of a negative one count as 2^digitBits too many
        }
        return found;
    }
    static Lanes constant(Number x)
    {
        const auto own = digitsOf(x);
        Lanes lanes;
        for (unsigned i = 0; i < digits; ++i)
            lanes.digit[i] = Vector::splat(own[i] * weights[i]);
        return lanes;
    }

    // In the Montgomery form of the base.
    Number powerOfTwo(unsigned exponent) const
    {
        Number power = m_base.one();
        for (unsigned bit = bitLength(std::uint64_t {exponent}); bit-- > 0;) {
            power = m_base.sqr(power);
            if ((exponent >> bit) & 1)
                power = m_base.add(power, power);
        }
        return power;
    }

    // Digit by digit from the highest: the number itself may be negative and longer than a word.
    Number wordOf(const Lanes &a, unsigned lane, Number nextWeight) const
    {
        Number word = 0;
        for (unsigned i = digits; i-- > 0;) {
            double parts[Vector::lanes];
            Vector::store(parts, a.digit[i]);
            const auto own = static_cast<std::int64_t>(parts[lane] / weights[i]);
            const Number magnitude = static_cast<std::uint64_t>(own < 0 ? -own : own);
            const Number part = magnitude < m_base.modulus() ? magnitude : magnitude % m_base.modulus();
            word = m_base.mul(word, nextWeight);
            word = own < 0 ? m_base.sub(word, part) : m_base.add(word, part);
        }
        return word;
    }

    [[gnu::always_inline]] void split(Vector::V a, Vector::V b, unsigned column, Vector::V &high, Vector::V &low) const
    {
        high = Vector::sub(Vector::multiplyAdd(a, b, m_round[column]), m_round[column]);
        low = Vector::multiplySubtract(a, b, high);
    }
    [[gnu::always_inline]] void addProduct(Columns &sum, unsigned column, Vector::V a, Vector::V b) const
    {
        Vector::V high, low;
        split(a, b, column, high, low);
        sum.of[column] = Vector::add(sum.of[column], low);
        sum.of[column + 1] = Vector::add(sum.of[column + 1], high);
    }

    // A multiple of n makes one column after the other vanish; what it leaves there is exactly a multiple of the next
    // weight.
    [[gnu::always_inline]] Lanes reduced(Columns &sum) const
    {
#pragma GCC unroll 4
        for (unsigned k = 0; k < digits; ++k) {
            Vector::V high, multiple;
            split(sum.of[k], m_negatedInverse, k, high, multiple);
            const Vector::V carry = Vector::multiplyAdd(multiple, m_n[0], sum.of[k]);
#pragma GCC unroll 4
            for (unsigned j = 1; j < digits; ++j)
                addProduct(sum, k + j, multiple, m_n[j]);
            sum.of[k + 1] = Vector::add(sum.of[k + 1], carry);
        }
        Lanes result;
#pragma GCC unroll 4
        for (unsigned i = 0; i + 1 < digits; ++i) {
            const Vector::V round = m_round[digits + i];
            const Vector::V carry = Vector::sub(Vector::add(sum.of[digits + i], round), round);
            result.digit[i] = Vector::sub(sum.of[digits + i], carry);
            sum.of[digits + i + 1] = Vector::add(sum.of[digits + i + 1], carry);
        }
        result.digit[digits - 1] = sum.of[columns - 1];
        return result;
    }

    const Base m_base;
    Vector::V m_round[columns];
    Vector::V m_n[digits];
    Vector::V m_negatedInverse;
    Lanes m_one, m_square;
};

template <unsigned digits, typename Base>
typename Base::Word runCurves(const Base &base, const MicroEcmPlan &plan,
                              const std::array<CurveParameter<typename Base::Word>, curveLanes> &parameters)
{
    using Number = typename Base::Word;
    const LanesModulus<digits, Base> m(base);
    const EllipticCurve<LanesModulus<digits, Base>> curve(m);
    Number divisor = 1;
    for (unsigned first = 0; first < curveLanes && (divisor == 1 || divisor == base.modulus()); first += Vector::lanes) {
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
