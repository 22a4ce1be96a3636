// SPDX-License-Identifier: GPL-3.0-or-later
// The text of a modulus in lanes, between numbers and digits; included after arithmetic_body.h, in the same
// namespace.

/// Residues x * 2^(digits digitBits) modulo an odd number, one per lane. Bounds, for a modulus at least four bits
/// shorter than the digits: a product comes back below the modulus in absolute value, its lower digits normalised, if
/// those of the two factors together have had at most seven additions (a sum of 2 times one of 4, for instance).
/// Base: Montgomery64, Montgomery128 or WideMontgomery.
template <unsigned digits, typename Base>
class LanesModulus
{
public:
    using Lanes = DigitLanes<digits>;
    using Word = Lanes;
    using Number = typename Base::Word;

    static constexpr int digitBits = LanesArithmetic<digits>::digitBits;
    static constexpr unsigned mostBits = digits * digitBits - 4;

    explicit LanesModulus(const Base &base)
        : m_base(base), m_arithmetic(digitsOf(base.modulus()), negatedInverse(base.modulus()))
    {
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
        if constexpr (inPlace)
            return m_arithmetic.product(a, b);
        Lanes result;
        productInto(result, a, b);
        return result;
    }
    [[gnu::always_inline]] Lanes sqr(const Lanes &a) const
    {
        if constexpr (inPlace)
            return m_arithmetic.square(a);
        Lanes result;
        squareInto(result, a);
        return result;
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
    // Longer ones have more operations than a call costs, and would fill the instruction cache.
    static constexpr bool inPlace = sizeof(Number) <= sizeof(uint128);

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
        std::array<double, digits> found{};
        for (unsigned i = 0; i < digits; ++i)
            found[i] = powerOfTwoAsDouble(digitBits * (static_cast<int>(i) - static_cast<int>(digits)));
        return found;
    }();
    static std::int64_t lowestDigit(std::int64_t x)
    {
        return x << (64 - digitBits) >> (64 - digitBits); // signed
    }
    static double negatedInverse(const Number &n)
    {
        return static_cast<double>(lowestDigit(static_cast<std::int64_t>(0 - inverseOfOdd(low64(n)))));
    }
    static std::array<double, digits> digitsOf(Number x)
    {
        std::array<double, digits> found;
        for (double &digit : found) {
            const std::int64_t lowest = lowestDigit(static_cast<std::int64_t>(low64(x)));
            digit = static_cast<double>(lowest);
            x = withoutLowBits(x, digitBits, lowest < 0); // the bits of a negative one count as 2^digitBits too many
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
        for (unsigned bit = bitLength(std::uint64_t{exponent}); bit-- > 0;) {
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
            const auto magnitude = static_cast<std::uint64_t>(own < 0 ? -own : own);
            const Number part = residueOf(magnitude, m_base.modulus());
            word = m_base.mul(word, nextWeight);
            word = own < 0 ? m_base.sub(word, part) : m_base.add(word, part);
        }
        return word;
    }

    [[gnu::noinline]] void productInto(Lanes &result, const Lanes &a, const Lanes &b) const
    {
        result = m_arithmetic.product(a, b);
    }
    [[gnu::noinline]] void squareInto(Lanes &result, const Lanes &a) const { result = m_arithmetic.square(a); }

    const Base m_base;
    const LanesArithmetic<digits> m_arithmetic;
    Lanes m_one, m_square;
};
