// SPDX-License-Identifier: GPL-3.0-or-later
// The quadratic sieve from inside: each part against its definition.
#include "server/factoring/arithmetic/wide_word.h"
#include "server/factoring/arithmetic/word_operations.h"
#include "server/factoring/siqs/candidates.h"
#include "server/factoring/siqs/cofactor.h"
#include "server/factoring/siqs/collect.h"
#include "server/factoring/siqs/matrix/dense.h"
#include "server/factoring/siqs/matrix/filter.h"
#include "server/factoring/siqs/matrix/matrix.h"
#include "server/factoring/siqs/multiplier.h"
#include "server/factoring/siqs/sieve.h"
#include "tests/support/processor_time.h"
#include "tests/support/rows.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

using namespace openloop::factoring;
using namespace openloop::factoring::siqs;
using openloop::test::rows;
using namespace std::chrono_literals;

namespace {

const mpz_class number("366882436326251220917612517836493441499977060424887219631213"); // 60 digits

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true; // ten times slower: smaller sets show the same
#else
constexpr bool sanitized = false;
#endif

std::vector<Simd> available()
{
    std::vector<Simd> sets{Simd::Portable};
    for (const Simd simd : {Simd::Avx2, Simd::Avx512}) {
        if (simd <= bestSimd())
            sets.push_back(simd);
    }
    return sets;
}

SparseColumns randomColumns(std::uint32_t rows, std::size_t columns, std::size_t weight, unsigned seed)
{
    std::mt19937 random(seed);
    SparseColumns matrix(columns);
    for (auto &column : matrix) {
        std::set<std::uint32_t> chosen;
        // Small rows are crowded, as small primes are.
        while (chosen.size() < weight)
            chosen.insert(std::uint32_t(double(rows) * std::pow(double(random()) / 4294967296.0, 2.5)));
        column.assign(chosen.begin(), chosen.end());
    }
    return matrix;
}

/// Of the 64 vectors at once; how many are not zero, or nothing when one is not in the kernel.
std::optional<int> checkKernel(const SparseColumns &columns, std::uint32_t rows,
                               const std::vector<std::uint64_t> &kernel)
{
    std::vector<std::uint64_t> sums(rows);
    std::uint64_t used = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        used |= kernel[i];
        for (const std::uint32_t row : columns[i])
            sums[row] ^= kernel[i];
    }
    if (std::ranges::any_of(sums, [](std::uint64_t sum) { return sum != 0; }))
        return std::nullopt;
    return std::popcount(used);
}

} // namespace

class TestSiqsParts : public QObject
{
    Q_OBJECT

private slots:
    void multiplierMakesASquareModuloEight()
    {
        std::mt19937_64 random(1);
        for (int i = 0; i < 200; ++i) {
            const mpz_class n = mpz_class(std::to_string(random() | 1)) * mpz_class(std::to_string(random() | 1));
            const unsigned k = chooseMultiplier(n);
            QCOMPARE(mpz_fdiv_ui(mpz_class(n * k).get_mpz_t(), 8), 1UL);
            for (unsigned d = 2; d * d <= k; ++d)
                QVERIFY(k % (d * d) != 0);
        }
    }

    void rootsModuloPrimesAreRoots()
    {
        for (const std::uint32_t p : primesBelow(3000)) {
            if (p == 2)
                continue;
            for (std::uint32_t x = 1; x < std::min(p, 60U); ++x) {
                const std::uint32_t square = x * x % p;
                QVERIFY(isSquareModulo(square, p));
                const std::uint32_t root = squareRootModulo(square, p);
                QVERIFY(root == x || root == p - x);
            }
        }
    }

    void sizesGrowWithTheNumber()
    {
        unsigned before = 0;
        for (unsigned bits = 40; bits < 380; ++bits) {
            const Parameters sizes = parametersFor(bits);
            QVERIFY(sizes.factorBase >= before);
            QVERIFY(sizes.blocks >= 1 && sizes.blocks <= 32);
            before = sizes.factorBase;
        }
    }

    void wideArithmeticIsThatOfGmp()
    {
        gmp_randclass random(gmp_randinit_default);
        for (int i = 0; i < 500; ++i) {
            mpz_class a = random.get_z_bits(150) - random.get_z_bits(150);
            const long factor = long(i) * 7919 - 1000000;
            Wide wide = sum(product(toSignedWide<wideLimbs>(a), factor), toSignedWide<wideLimbs>(-5));
            mpz_class exact = a * factor - 5;
            QCOMPARE(isNegative(wide), exact < 0);
            if (isNegative(wide)) {
                wide = negated(wide);
                exact = -exact;
            }
            QVERIFY(wide == toSignedWide<wideLimbs>(exact));
            QCOMPARE(bitLength(wide), exact == 0 ? 0U : unsigned(mpz_sizeinbase(exact.get_mpz_t(), 2)));
            const bool divisible = mpz_divisible_ui_p(exact.get_mpz_t(), 7);
            QCOMPARE(divideExactly(wide, 7, inverseOfOdd(7)), divisible);
            QVERIFY(wide == toSignedWide<wideLimbs>(divisible ? mpz_class(exact / 7) : exact));

            const mpz_class all = (mpz_class(1) << 64 * wideLimbs) - 1;
            const mpz_class one = random.get_z_bits(64 * wideLimbs) | 1, other = random.get_z_bits(64 * wideLimbs);
            QVERIFY(toMpz(product(toWide<wideLimbs>(one), toWide<wideLimbs>(other))) == (one * other & all));
            QVERIFY((one * toMpz(inverseOfOdd(toWide<wideLimbs>(one))) & all) == 1);
        }
    }

    void leadingCoefficientsComeOnceAndAreRight()
    {
        for (const unsigned bits : {64U, 100U, 190U}) {
            const mpz_class n = (number >> (mpz_sizeinbase(number.get_mpz_t(), 2) - bits)) | 1;
            const mpz_class kn = n * chooseMultiplier(n);
            const Parameters sizes = parametersFor(bits);
            const FactorBase base = makeFactorBase(kn, sizes);
            LeadingSource source(kn, base, sizes);
            std::set<mpz_class> seen;
            for (int i = 0; i < (bits < 80 ? 5 : 300); ++i) {
                const auto leading = source.next();
                QVERIFY(leading);
                QVERIFY(seen.insert(leading->a).second);
                mpz_class b = leading->firstB();
                for (std::uint32_t to = 1; to <= leading->polynomials(); ++to) {
                    QVERIFY(mpz_odd_p(b.get_mpz_t()));
                    QVERIFY((b * b - kn) % (4 * leading->a) == 0);
                    if (to == leading->polynomials() || to > 40)
                        break;
                    const Step step = stepTo(to);
                    b += (step.down ? -2 : 2) * leading->parts[step.part];
                }
            }
        }
    }

    void everySmoothPlaceOfABlockIsSeenBySomeRoot_data()
    {
        rows<unsigned, unsigned, unsigned>({"digits", "primes", "blocks"},
                                           {{"a short block", 39, 0, 1},
                                            {"one block and buckets", 60, 6000, 1},
                                            {"three blocks and buckets", 60, 6000, 3}});
    }

    void everySmoothPlaceOfABlockIsSeenBySomeRoot()
    {
        QFETCH(unsigned, digits);
        QFETCH(unsigned, primes);
        QFETCH(unsigned, blocks);
        mpz_class n = number;
        while (mpz_sizeinbase(n.get_mpz_t(), 10) > digits)
            n /= 10;
        n |= 1;
        Parameters sizes = parametersFor(unsigned(mpz_sizeinbase(n.get_mpz_t(), 2)));
        if (primes > 0)
            sizes.factorBase = primes;
        sizes.blocks = blocks;
        const mpz_class kn = n * chooseMultiplier(n);
        const FactorBase base = makeFactorBase(kn, sizes);
        QCOMPARE(base.slices.empty(), primes == 0);
        QCOMPARE(sizes.span < blockSize, primes == 0);
        for (const Simd simd : available()) {
            LeadingSource source(kn, base, sizes);
            const auto leading = source.next();
            QVERIFY(leading);
            Sieve sieve(base, sizes, kernelsFor(simd), 60);
            sieve.begin(*leading);
            mpz_class b = leading->firstB();
            unsigned filled = 0;
            for (std::uint32_t polynomial = 0; polynomial < 3; ++polynomial) {
                if (polynomial == filled)
                    filled += sieve.fillBatch();
                QVERIFY(polynomial < filled);
                if (polynomial > 0) {
                    const Step step = stepTo(polynomial);
                    b += (step.down ? -2 : 2) * leading->parts[step.part];
                }
                sieve.startPolynomial();
                for (unsigned block = 0; block < sizes.blocks; ++block) {
                    sieve.sieveBlock(block);
                    for (std::uint32_t location = 3; location < sizes.span; location += 911)
                        compareDivisors(sieve, base, sizes, kn, *leading, b, block, std::uint16_t(location));
                    if (QTest::currentTestFailed())
                        return;
                }
            }
        }
    }

    void relationsAreCongruences_data() { rows<unsigned>({"digits"}, {{"values of two words", 39}, {"of more", 72}}); }

    void relationsAreCongruences()
    {
        QFETCH(unsigned, digits);
        const mpz_class n = mpz_class("1" + std::string(digits - 1, '0')) + 7;
        const Parameters sizes = parametersFor(unsigned(mpz_sizeinbase(n.get_mpz_t(), 2)));
        Job job(n, chooseMultiplier(n), sizes, bestSimd(), {});
        const Options options;
        const Stop stop;
        Collector collector(job, job.source, options, stop);
        QVERIFY(collector.collect(20, [](std::size_t) { }) == Collector::Outcome::Enough);
        const RelationStore &store = collector.relations();
        Relation relation;
        for (std::size_t i = 0; i < store.size(); ++i) {
            store.read(i, relation);
            WideWord<3> root;
            root.limb = relation.x;
            mpz_class right = mpz_class(4) * relation.large[0] * relation.large[1];
            for (const std::uint32_t index : relation.factors)
                right *= index == 0 ? mpz_class(-1) : mpz_class(job.base.prime[index]);
            QVERIFY((toMpz(root) * toMpz(root) - right) % job.kn == 0);
        }
    }

    void relationsSurvivePacking()
    {
        Relation first{{1, 2, 3}, {1, 1}, {70000, 0, 1, 1, 5, 300}};
        Relation second{{4, 5, 6}, {101, 103}, {2}};
        Relation same = first;
        RelationBatch batch;
        batch.append(first);
        batch.append(second);
        batch.append(same);
        RelationStore store;
        store.add(batch);
        QCOMPARE(store.size(), std::size_t(2));
        QCOMPARE(store.full(), std::size_t(1));
        Relation read;
        store.read(0, read);
        QVERIFY(read.factors == std::vector<std::uint32_t>({0, 1, 1, 5, 300, 70000}));
        store.read(1, read);
        QVERIFY(read.x == second.x && read.large == second.large);
    }

    void cyclesAreCountedAsTheyClose()
    {
        std::mt19937 random(3);
        CycleCounter counter;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
        std::size_t cycles = 0;
        for (int i = 0; i < 4000; ++i) {
            const auto from = std::uint32_t(random() % 3 == 0 ? 1 : 1000 + random() % 2000);
            const auto to = std::uint32_t(1000 + random() % 2000);
            edges.emplace_back(from, to);
            cycles += counter.connect(from, to);
        }
        std::set<std::uint32_t> vertices{1};
        std::map<std::uint32_t, std::uint32_t> label;
        for (const auto &[from, to] : edges)
            vertices.insert({from, to});
        for (const std::uint32_t vertex : vertices)
            label[vertex] = vertex;
        for (bool changed = true; changed;) {
            changed = false;
            for (const auto &[from, to] : edges) {
                const std::uint32_t low = std::min(label[from], label[to]);
                changed |= label[from] != low || label[to] != low;
                label[from] = label[to] = low;
            }
        }
        std::set<std::uint32_t> components;
        for (const auto &[vertex, component] : label)
            components.insert(component);
        QCOMPARE(cycles, edges.size() + components.size() - vertices.size());
    }

    void cofactorsAreSplitOrFoundPrime()
    {
        std::mt19937_64 random(4);
        mpz_class p, q;
        for (int i = 0; i < 300; ++i) {
            mpz_nextprime(p.get_mpz_t(), mpz_class(100000 + random() % 50000000).get_mpz_t());
            mpz_nextprime(q.get_mpz_t(), mpz_class(100000 + random() % 50000000).get_mpz_t());
            const auto split = splitCofactor(p.get_ui() * q.get_ui());
            QVERIFY(split);
            QCOMPARE(split->first, std::min(p.get_ui(), q.get_ui()));
            QCOMPARE(split->second, std::max(p.get_ui(), q.get_ui()));
            mpz_nextprime(p.get_mpz_t(), mpz_class(p * 100000).get_mpz_t());
            QVERIFY(!splitCofactor(p.get_ui()));
        }
    }

    void denseKernelsAreKernelsOnEveryInstructionSet()
    {
        for (const Simd simd : available()) {
            std::mt19937_64 random(5);
            for (const std::size_t size : {1U, 7U, 63U, 64U, 130U, 500U, 700U}) {
                DenseMatrix matrix(size, size + 20);
                QVERIFY(matrix.clear({}));
                SparseColumns columns(size + 20);
                for (std::size_t column = 0; column < size + 20; ++column) {
                    for (std::uint32_t row = 0; row < size; ++row) {
                        if (random() & 1) {
                            matrix.flip(row, column);
                            columns[column].push_back(row);
                        }
                    }
                }
                const auto kernel = matrix.kernel(kernelsFor(simd), {}, [](double) { });
                QVERIFY(kernel);
                QVERIFY(checkKernel(columns, std::uint32_t(size), *kernel).value_or(0) >= 20);
            }
        }
    }

    void sparseKernelsAreKernels_data()
    {
        QTest::addColumn<unsigned>("rows");
        QTest::addColumn<unsigned>("weight");
        for (const unsigned rows : {30U, 200U, 1500U, sanitized ? 3000U : 8000U})
            QTest::addRow("%u rows", rows) << rows << (rows < 100 ? 6U : 18U);
    }

    void sparseKernelsAreKernels()
    {
        QFETCH(unsigned, rows);
        QFETCH(unsigned, weight);
        const SparseColumns columns = randomColumns(rows, rows + 30, weight, rows);
        const auto kernel = kernelOf(columns, rows / 50 + 64, rows, kernelsFor(bestSimd()), {}, [](double) { });
        QVERIFY(kernel);
        QVERIFY(checkKernel(columns, rows, *kernel).value_or(0) >= 30);
    }

    void linearAlgebraStopsWhenTold()
    {
        const std::uint32_t rows = sanitized ? 4000 : 12000;
        const SparseColumns columns = randomColumns(rows, rows + 50, 20, 6);
        std::mt19937 random(6);
        const auto latencyAfter = [&](std::chrono::milliseconds wait) {
            std::stop_source source;
            std::chrono::nanoseconds asked{};
            std::jthread killer([&] {
                std::this_thread::sleep_for(wait); // any moment of the computation
                source.request_stop();
                asked = openloop::test::processorTime(); // by then it is told
            });
            const Stop stop(source.get_token(), {});
            kernelOf(columns, 256, rows, kernelsFor(bestSimd()), stop, [](double) { });
            const auto end = openloop::test::processorTime();
            killer.join();
            return end - asked;
        };
        const auto promise = openloop::test::onThisMachine(50ms);
        for (int i = 0; i < 6; ++i) {
            const std::chrono::milliseconds wait(random() % 600);
            const auto latency = openloop::test::leastOfThree(promise, [&] { return latencyAfter(wait); });
            QVERIFY(sanitized || latency <= promise);
        }
    }

private:
    static void compareDivisors(Sieve &sieve, const FactorBase &base, const Parameters &sizes, const mpz_class &kn,
                                const Leading &leading, const mpz_class &b, unsigned block, std::uint16_t location)
    {
        const long x = long(block * sizes.span + location) - long(sizes.length() / 2);
        const mpz_class c = (b * b - kn) / (4 * leading.a);
        const mpz_class value = (leading.a * x + b) * x + c;
        std::set<std::uint32_t> named;
        for (const std::uint32_t index : sieve.smallDivisors(location))
            named.insert(index);
        int struck = 0; // bits
        for (const std::uint32_t index : sieve.sievedDivisors(location)) {
            named.insert(index);
            if (std::ranges::find(leading.factors, index) == leading.factors.end())
                struck += base.log[index];
        }
        QCOMPARE(sieve.foundBits(location), struck);
        for (std::uint32_t index = 2; index < base.size(); ++index) {
            if (std::ranges::find(leading.factors, index) != leading.factors.end())
                continue;
            QCOMPARE(named.contains(index), mpz_divisible_ui_p(value.get_mpz_t(), base.prime[index]) != 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestSiqsParts)
#include "test_siqs_parts.moc"
