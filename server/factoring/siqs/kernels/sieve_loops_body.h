// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of the sieve, and the matrix's one: included inside a namespace that defines Lanes16, Lanes32, Lanes64,
// Bytes and Bits. No include guard and no includes: each instruction set compiles it once, in its own region.

inline Lanes64::V montgomery(Lanes64::V product, Lanes64::V p, Lanes64::V negatedInverse)
{
    using L = Lanes64;
    const L::V m = L::multiply(product, negatedInverse);
    return L::reduce(L::high(L::add(product, L::multiply(m, p))), p);
}

// Montgomery, Math. Comp. 44, 1985, with R = 2^32; the inverse of A by Fermat, for it runs in lanes.
inline void setup(const SetupJob &job)
{
    using L = Lanes64;
    for (std::size_t i = 0; i < job.count; i += L::lanes) {
        const L::V p = L::load(job.modulus + i);
        const L::V inv = L::load(job.negatedInverse + i);
        const L::V r2 = L::load(job.rSquared + i);
        const auto times = [&](L::V x, L::V y) { return montgomery(L::multiply(x, y), p, inv); };
        const L::V one = montgomery(r2, p, inv);
        const L::V base = times(L::splat(1U << SetupJob::wordBits), r2);

        L::V power[SetupJob::maxWords];
        power[0] = one;
        for (unsigned j = 1; j < job.words; ++j)
            power[j] = times(power[j - 1], base);
        const auto value = [&](const std::uint32_t *words) {
            L::V sum = L::zero();
            for (unsigned j = 0; j < job.words; ++j)
                sum = L::add(sum, L::multiply(L::splat(words[j]), power[j]));
            return montgomery(sum, p, inv);
        };

        const L::V a = times(value(job.a), r2);
        const L::V exponent = L::difference(p, L::splat(2), L::zero());
        L::V inverse = one;
        for (unsigned bit = job.exponentBits; bit-- > 0;) {
            inverse = times(inverse, inverse);
            inverse = times(inverse, L::ifBit(exponent, bit, a, one));
        }
        for (unsigned j = 0; j < job.words; ++j)
            power[j] = times(power[j], inverse);

        L::V sum = L::zero();
        for (unsigned part = 0; part < job.partCount; ++part) {
            const L::V delta = value(job.parts + part * job.words);
            L::store(job.delta + part * job.deltaStride + i, delta);
            sum = L::add(sum, delta);
        }
        const L::V b = times(sum, one);
        const L::V r = times(L::load(job.rootOfN + i), inverse);
        const L::V offset = times(L::splat(job.offset), one);
        const auto place = [&](L::V twice) {
            const L::V odd = L::ifBit(twice, 0, p, L::zero());
            return L::reduce(L::add(L::halve(L::add(twice, odd)), offset), p);
        };
        const L::V negatedR = L::reduce(L::difference(L::zero(), r, p), p);
        L::store(job.root1 + i, place(L::reduce(L::difference(r, b, p), p)));
        L::store(job.root2 + i, place(L::reduce(L::difference(negatedR, b, p), p)));
    }
}

template <class L>
inline typename L::V moved(typename L::V root, typename L::V delta, typename L::V p, bool down)
{
    // Wrapping makes the wrong one of the two huge, so the smaller one is right.
    const typename L::V to = down ? L::add(root, delta) : L::sub(root, delta);
    return L::min(to, down ? L::sub(to, p) : L::add(to, p));
}

inline void stepMedium(const MediumStep &job)
{
    using L = Lanes16;
    for (std::size_t i = 0; i < job.count; i += L::lanes) {
        const L::V p = L::load(job.modulus + i);
        const L::V delta = L::load(job.delta + i);
        const L::V root1 = moved<L>(L::load(job.root1 + i), delta, p, job.down);
        const L::V root2 = moved<L>(L::load(job.root2 + i), delta, p, job.down);
        L::store(job.root1 + i, root1);
        L::store(job.root2 + i, root2);
        L::store(job.work1 + i, root1);
        L::store(job.work2 + i, root2);
    }
}

/// Hits of one root in all blocks of one polynomial. As p is larger than a block, there is at most one in
/// each.
inline void emit(Lanes32::V root, Lanes32::V p, Lanes32::V tag, std::uint32_t **cursor, unsigned blocks)
{
    using L = Lanes32;
    const L::V size = L::splat(blockSize);
    for (unsigned block = 0; block < blocks; ++block) {
        const L::M inside = L::below(root, size);
        L::storePacked(cursor[block], L::either(root, tag), inside);
        cursor[block] += L::count(inside);
        root = L::sub(L::addWhere(inside, root, p), size);
    }
}

// Several polynomials at once, so that roots and moduli are loaded once for all of them (the idea of
// Kleinjung, "Quadratic sieving", Math. Comp. 85, 2016, in its simplest form).
inline void fillFromDense(const FillJob &job, std::size_t begin, std::size_t end)
{
    using L = Lanes32;
    const L::V tagStep = L::splat(L::lanes << blockBits);
    L::V tag = L::add(L::splat(std::uint32_t(begin) << blockBits), L::ascending(blockBits));
    for (std::size_t i = begin; i < end; i += L::lanes, tag = L::add(tag, tagStep)) {
        const L::V p = L::load(job.modulus + i);
        L::V root1 = L::load(job.root1 + i);
        L::V root2 = L::load(job.root2 + i);
        for (unsigned j = 0; j < job.polynomials; ++j) {
            std::uint32_t **cursor = job.cursor + j * job.blocks;
            emit(root1, p, tag, cursor, job.blocks);
            emit(root2, p, tag, cursor, job.blocks);
            const FillJob::Move &move = job.moves[j];
            if (move.delta == nullptr)
                continue;
            const L::V delta = L::load(move.delta + i);
            root1 = moved<L>(root1, delta, p, move.down);
            root2 = moved<L>(root2, delta, p, move.down);
        }
        L::store(job.root1 + i, root1);
        L::store(job.root2 + i, root2);
    }
}

// A prime that is larger than the whole interval hits it once or, mostly, not at all. What does hit is gathered first,
// of several polynomials at a time, so that roots are loaded and stored once for them; then it is dealt out to the
// blocks in vectors that are full. Polynomials from..from+together-1; begin..end: at most a chunk.
template <unsigned together>
inline void fillFromSparse(const FillJob &job, std::size_t begin, std::size_t end, unsigned from)
{
    using L = Lanes32;
    constexpr unsigned locationBits = 21; // one more than the longest interval has
    constexpr std::uint32_t locations = (1U << locationBits) - 1;
    static_assert(maxBlocks * blockSize <= locations && FillJob::chunk <= 1U << (32 - locationBits));
    std::uint32_t gathered[together][2 * FillJob::chunk + 2 * L::lanes];
    std::uint32_t *to[together];
    for (unsigned j = 0; j < together; ++j)
        to[j] = gathered[j];
    const FillJob::Move *const moves = job.moves + from;
    const L::V length = L::splat(job.blocks * blockSize);
    const L::V placeStep = L::splat(L::lanes << locationBits);
    L::V place = L::ascending(locationBits);
    for (std::size_t i = begin; i < end; i += L::lanes, place = L::add(place, placeStep)) {
        const L::V p = L::load(job.modulus + i);
        L::V root1 = L::load(job.root1 + i);
        L::V root2 = L::load(job.root2 + i);
#pragma GCC unroll 4
        for (unsigned j = 0; j < together; ++j) {
            const auto gather = [&](L::V root) {
                const L::M inside = L::below(root, length);
                L::storePacked(to[j], L::either(root, place), inside);
                to[j] += L::count(inside);
            };
            gather(root1);
            gather(root2);
            if (moves[j].delta == nullptr)
                continue;
            const L::V by = L::load(moves[j].delta + i);
            root1 = moved<L>(root1, by, p, moves[j].down);
            root2 = moved<L>(root2, by, p, moves[j].down);
        }
        L::store(job.root1 + i, root1);
        L::store(job.root2 + i, root2);
    }
    const L::V far = L::splat(1U << 25);
    const L::V firstTag = L::splat(std::uint32_t(begin) << blockBits);
    const L::V tags = L::splat((std::uint32_t(FillJob::chunk) - 1) << blockBits);
    for (unsigned j = 0; j < together; ++j) {
        L::store(to[j], L::splat(locations)); // fills the last vector up with what no block has
        for (const std::uint32_t *at = gathered[j]; at < to[j]; at += L::lanes) {
            const L::V hits = L::load(at);
            const L::V tag = L::add(firstTag, L::both(L::lower<locationBits - blockBits>(hits), tags));
            emit(L::both(hits, L::splat(locations)), far, tag, job.cursor + (from + j) * job.blocks, job.blocks);
        }
    }
}

inline void fillFromSparse(const FillJob &job, std::size_t begin, std::size_t end)
{
    unsigned from = 0;
    for (; from + 4 <= job.polynomials; from += 4)
        fillFromSparse<4>(job, begin, end, from);
    for (; from < job.polynomials; ++from)
        fillFromSparse<1>(job, begin, end, from);
}

inline void fill(const FillJob &job)
{
    const unsigned buckets = job.polynomials * job.blocks;
    for (std::size_t begin = 0; begin < job.count; begin += FillJob::chunk) {
        const std::size_t end = begin + FillJob::chunk < job.count ? begin + FillJob::chunk : job.count;
        std::uint32_t *before[FillJob::maxPolynomials * maxBlocks];
        for (unsigned i = 0; i < buckets; ++i)
            before[i] = job.cursor[i];
        if (job.blocks == 1 || job.modulus[begin] < job.blocks * blockSize) // one block has nothing to deal out
            fillFromDense(job, begin, end);
        else
            fillFromSparse(job, begin, end);
        for (unsigned i = 0; i < buckets; ++i) {
            if (job.cursor[i] > job.limit[i])
                job.cursor[i] = before[i]; // nearly full: these hits are given up, there is room for the next
        }
    }
}

inline unsigned matchMedium(const MatchJob &job, std::uint32_t *places)
{
    using L = Lanes16;
    unsigned found = 0;
    const L::V distance = L::splat(job.distance);
    const L::V zero = L::splat(0);
    for (std::size_t i = job.begin; i < job.end; i += L::lanes) {
        const L::V p = L::load(job.modulus + i);
        const L::V quotient = L::mulHigh(distance, L::load(job.reciprocal + i)); // right, or one too small
        L::V rest = L::sub(distance, L::mulLow(quotient, p));
        rest = L::min(rest, L::sub(rest, p));
        const L::V wanted = L::min(L::sub(p, rest), L::sub(zero, rest));
        std::uint32_t mask = L::equalEither(wanted, L::load(job.root1 + i), L::load(job.root2 + i));
        for (; mask != 0; mask &= mask - 1)
            places[found++] = std::uint32_t(i) + (std::uint32_t(__builtin_ctz(mask)) >> L::maskShift);
    }
    return found;
}

inline unsigned matchBucket(const std::uint32_t *entries, std::size_t count, std::uint32_t location,
                            std::uint32_t *places)
{
    using L = Lanes32;
    unsigned found = 0;
    const L::V mask = L::splat(blockSize - 1);
    const L::V wanted = L::splat(location);
    std::size_t i = 0;
    for (; i + L::lanes <= count; i += L::lanes) {
        std::uint32_t equal = L::equal(L::both(L::load(entries + i), mask), wanted);
        for (; equal != 0; equal &= equal - 1)
            places[found++] = entries[i + std::uint32_t(__builtin_ctz(equal))] >> blockBits;
    }
    for (; i < count; ++i) {
        if ((entries[i] & (blockSize - 1)) == location)
            places[found++] = entries[i] >> blockBits;
    }
    return found;
}

inline unsigned scan(const std::uint8_t *block, std::uint32_t size, std::uint16_t *locations)
{
    unsigned found = 0;
    for (std::uint32_t at = 0; at < size; at += 64) {
        if (!Bytes::anySign(block + at))
            continue;
        for (std::uint32_t i = at; i < at + 64; i += Bytes::lanes) {
            for (std::uint64_t mask = Bytes::signs(block + i); mask != 0; mask &= mask - 1)
                locations[found++] = std::uint16_t(i + std::uint32_t(__builtin_ctzll(mask)));
        }
    }
    return found;
}

inline void addEight(std::uint64_t *row, const std::uint64_t *const *tables, std::size_t count)
{
    using L = Bits;
    for (std::size_t i = 0; i < count; i += L::lanes) {
        L::V sum = L::load(row + i);
        for (unsigned t = 0; t < 8; ++t)
            sum = L::exclusive(sum, L::load(tables[t] + i));
        L::store(row + i, sum);
    }
}

const Kernels kernels{setup, stepMedium, fill, matchMedium, matchBucket, scan, addEight};
