// SPDX-License-Identifier: GPL-3.0-or-later
// The text of the operations in lanes; included inside a namespace that defines Vector. No include guard and no
// includes: each instruction set compiles it, in its own region.

// Signed digits of `digitBits` bits, each a double of its own weight; digit i of a number stands for itself times
// 2^(digitBits (i - digits)), so that the product of two numbers has the weight of its Montgomery residue. A product of
// two digits is taken apart by a fused multiplication: rounded to a multiple of the next digit's weight, then what is
// missing, which is exact (Dekker, Numer. Math. 18, 1971). Sums are not carried and not reduced.
template <unsigned digits>
struct DigitLanes {
    Vector::V digit[digits];
};

/// What a product takes. n: the digits of the modulus, each of its own weight; negatedInverse: of n, its lowest digit.
template <unsigned digits>
class LanesArithmetic
{
public:
    using Lanes = DigitLanes<digits>;

    // The rounding constant must hold a product of two digits times eight, and the middle column is the sum of more of
    // them the more digits there are.
    static constexpr int digitBits = digits == 2 ? 50 : digits == 3 ? 48 : 47;

    LanesArithmetic(const std::array<double, digits> &n, double negatedInverse)
        : m_negatedInverse(Vector::splat(negatedInverse))
    {
        for (int column = 0; column < columns; ++column)
            m_round[column] = Vector::splat(1.5 * std::ldexp(1.0, 52 + digitBits * (column + 1 - columns)));
        for (unsigned i = 0; i < digits; ++i)
            m_n[i] = Vector::splat(std::ldexp(n[i], digitBits * static_cast<int>(i)));
    }

    [[gnu::always_inline]] Lanes product(const Lanes &a, const Lanes &b) const
    {
        Columns sum;
#pragma GCC unroll 8
        for (unsigned i = 0; i < digits; ++i)
            split(a.digit[i], b.digit[i], 2 * i, sum.of[2 * i + 1], sum.of[2 * i]);
#pragma GCC unroll 8
        for (unsigned i = 0; i < digits; ++i) {
#pragma GCC unroll 8
            for (unsigned j = 0; j < digits; ++j) {
                if (i != j)
                    addProduct(sum, i + j, a.digit[i], b.digit[j]);
            }
        }
        return reduced(sum);
    }

    // The products off the diagonal are the same twice: taken once, of the doubled digit.
    [[gnu::always_inline]] Lanes square(const Lanes &a) const
    {
        Columns sum;
#pragma GCC unroll 8
        for (unsigned i = 0; i < digits; ++i)
            split(a.digit[i], a.digit[i], 2 * i, sum.of[2 * i + 1], sum.of[2 * i]);
#pragma GCC unroll 8
        for (unsigned i = 0; i + 1 < digits; ++i) {
            const Vector::V doubled = Vector::add(a.digit[i], a.digit[i]);
#pragma GCC unroll 8
            for (unsigned j = i + 1; j < digits; ++j)
                addProduct(sum, i + j, doubled, a.digit[j]);
        }
        return reduced(sum);
    }

private:
    static constexpr int columns = 2 * digits;
    struct Columns {
        Vector::V of[columns];
    };

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
#pragma GCC unroll 8
        for (unsigned k = 0; k < digits; ++k) {
            Vector::V high, multiple;
            split(sum.of[k], m_negatedInverse, k, high, multiple);
            const Vector::V carry = Vector::multiplyAdd(multiple, m_n[0], sum.of[k]);
#pragma GCC unroll 8
            for (unsigned j = 1; j < digits; ++j)
                addProduct(sum, k + j, multiple, m_n[j]);
            sum.of[k + 1] = Vector::add(sum.of[k + 1], carry);
        }
        Lanes result;
#pragma GCC unroll 8
        for (unsigned i = 0; i + 1 < digits; ++i) {
            const Vector::V round = m_round[digits + i];
            const Vector::V carry = Vector::sub(Vector::add(sum.of[digits + i], round), round);
            result.digit[i] = Vector::sub(sum.of[digits + i], carry);
            sum.of[digits + i + 1] = Vector::add(sum.of[digits + i + 1], carry);
        }
        result.digit[digits - 1] = sum.of[columns - 1];
        return result;
    }

    Vector::V m_round[columns];
    Vector::V m_n[digits];
    Vector::V m_negatedInverse;
};
