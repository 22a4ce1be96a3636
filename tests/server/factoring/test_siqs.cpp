// SPDX-License-Identifier: GPL-3.0-or-later
// The quadratic sieve from outside: it factors, it stops, it shares threads, and every instruction set
// agrees.
#include "server/factoring/siqs/siqs.h"
#include "tests/support/patience.h"
#include "tests/support/processor_time.h"
#include "tests/support/rows.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

using namespace openloop::factoring;
using openloop::test::columns;
using openloop::test::leastOfThree;
using openloop::test::onThisMachine;
using openloop::test::processorTime;
using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true; // ten times slower: smaller sets show the same
#else
constexpr bool sanitized = false;
#endif

/// Semiprimes of so many digits, the same in every run.
class Numbers
{
public:
    explicit Numbers(unsigned long seed) : m_random(gmp_randinit_default) { m_random.seed(seed); }

    mpz_class semiprime(unsigned digits)
    {
        while (true) {
            mpz_class n = prime(digits / 2) * prime(digits - digits / 2);
            if (n.get_str().size() == digits)
                return n;
        }
    }

private:
    mpz_class prime(unsigned digits)
    {
        mpz_class low, p;
        mpz_ui_pow_ui(low.get_mpz_t(), 10, digits - 1);
        p = 3 * low + m_random.get_z_range(7 * low);
        mpz_nextprime(p.get_mpz_t(), p.get_mpz_t());
        return p;
    }

    gmp_randclass m_random;
};

bool splits(const mpz_class &n, const std::optional<mpz_class> &divisor)
{
    return divisor && *divisor > 1 && *divisor < n && n % *divisor == 0;
}

/// Lends real threads; its destructor joins them.
class ThreadCrew : public Crew
{
public:
    bool tryRun(std::function<void()> work) override
    {
        if (crowded())
            return false;
        m_most = std::max(m_most.load(), ++m_lent - m_returned);
        m_threads.emplace_back([this, work = std::move(work)] {
            work();
            ++m_returned;
        });
        return true;
    }
    bool crowded() const override { return m_crowded; }
    void setCrowded(bool crowded) { m_crowded = crowded; }
    int lent() const { return m_lent; }
    int returned() const { return m_returned; }
    int most() const { return m_most; } ///< at a time

private:
    std::atomic<bool> m_crowded = false;
    std::atomic<int> m_lent = 0, m_returned = 0, m_most = 0;
    std::vector<std::jthread> m_threads;
};

/// Says yes and never comes, until it is destroyed.
class LateCrew : public Crew
{
public:
    ~LateCrew() override
    {
        for (const auto &work : m_work)
            work();
    }
    bool tryRun(std::function<void()> work) override
    {
        m_work.push_back(std::move(work));
        return true;
    }

private:
    std::vector<std::function<void()>> m_work;
};

/// Has done the work before it says that it took it.
class PromptCrew : public Crew
{
public:
    static constexpr int patience = 100;

    bool tryRun(std::function<void()> work) override
    {
        if (++m_asked > patience)
            return false;
        work();
        return true;
    }
    int asked() const { return m_asked; }

private:
    int m_asked = 0;
};

// What is still computed when a stop is asked for: others may hold the processor meanwhile.
std::chrono::nanoseconds computedAfterStop(const mpz_class &n, std::chrono::microseconds wait)
{
    std::stop_source source;
    std::chrono::nanoseconds asked{};
    std::jthread killer([&] {
        std::this_thread::sleep_for(wait); // any moment of the computation
        source.request_stop();
        asked = processorTime(); // by then it is told: what held this thread up before held up the word
    });
    siqsFactor(n, source.get_token());
    const auto end = processorTime();
    killer.join();
    return std::max(end - asked, {});
}

} // namespace

class TestSiqs : public QObject
{
    Q_OBJECT

private slots:
    void semiprimesOfEverySizeAreSplit_data()
    {
        columns<int, int>({"digits", "count"});
        for (int digits = 19; digits <= 44; ++digits)
            QTest::addRow("%d digits", digits) << digits << (sanitized ? 1 : digits < 36 ? 12 : 3);
        for (const int digits : {46, 48, 50, 53, 56, 58}) {
            if (sanitized)
                break;
            QTest::addRow("%d digits", digits) << digits << 1;
        }
    }

    void semiprimesOfEverySizeAreSplit()
    {
        QFETCH(int, digits);
        QFETCH(int, count);
        Numbers numbers(1000UL + unsigned(digits));
        for (int i = 0; i < count; ++i) {
            const mpz_class n = numbers.semiprime(unsigned(digits));
            QVERIFY2(splits(n, siqsFactor(n)), n.get_str().c_str());
        }
    }

    // Far too long for a test: that relations come, and how many are kept, is what shows that the sizes are sound.
    void numbersOfUpTo110DigitsFindRelations()
    {
        for (const unsigned digits : {97U, 103U, 110U}) {
            if (sanitized && digits > 97)
                continue; // minutes
            const mpz_class n = Numbers(digits).semiprime(digits);
            const auto bits = unsigned(mpz_sizeinbase(n.get_mpz_t(), 2));
            std::stop_source stop;
            siqs::Report report;
            const auto enough = [&](const Progress &progress) {
                if (progress.fraction > 0)
                    stop.request_stop();
            };
            siqs::factorWith(n, stop.get_token(), {}, enough, siqs::parametersFor(bits), siqs::bestSimd(), &report);
            QVERIFY(report.full > 0);
            QVERIFY(report.relations > report.full); // large primes, too
        }
    }

    void threePrimesAreSplitToo()
    {
        const mpz_class n = mpz_class("1000000000039") * mpz_class("1000000000061") * mpz_class("1000000000063");
        QVERIFY(splits(n, siqsFactor(n)));
    }

    void aPrimeOfTheFactorBaseIsFound()
    {
        const mpz_class n = mpz_class("170141183460469231731687303715884105727") * 31;
        QVERIFY(splits(n, siqsFactor(n)));
    }

    void evenAndTinyNumbersAreRefused()
    {
        QVERIFY(!siqsFactor(mpz_class("340282366920938463463374607431768211456")));
        QVERIFY(!siqsFactor(mpz_class(15)));
    }

    void instructionSetsFindTheSameRelations_data()
    {
        QTest::addColumn<int>("digits");
        QTest::addColumn<double>("doubleExponent");
        QTest::addRow("no bucket") << 36 << 0.0;
#if !defined(__SANITIZE_THREAD__) // takes minutes there, and one thread does it all
        QTest::addRow("buckets") << 46 << 0.0;
        QTest::addRow("two large primes") << 46 << 1.8;
#endif
    }

    void instructionSetsFindTheSameRelations()
    {
        QFETCH(int, digits);
        QFETCH(double, doubleExponent);
        const mpz_class n = Numbers(7).semiprime(unsigned(digits));
        auto sizes = siqs::parametersFor(unsigned(mpz_sizeinbase(n.get_mpz_t(), 2)));
        if (digits > 40) {
            sizes.factorBase = 4500; // reaches beyond a block
            sizes.blocks = 3;
        }
        sizes.doubleExponent = doubleExponent;
        siqs::Report reference;
        const auto divisor = siqs::factorWith(n, {}, {}, {}, sizes, siqs::Simd::Portable, &reference);
        QVERIFY(splits(n, divisor));
        for (const siqs::Simd simd : {siqs::Simd::Avx2, siqs::Simd::Avx512}) {
            if (simd > siqs::bestSimd())
                continue;
            siqs::Report report;
            QVERIFY(siqs::factorWith(n, {}, {}, {}, sizes, simd, &report) == divisor);
            QCOMPARE(report.polynomials, reference.polynomials);
            QCOMPARE(report.full, reference.full);
            QCOMPARE(report.cycles, reference.cycles);
            QCOMPARE(report.relations, reference.relations);
        }
    }

    void twoLargePrimesGiveAFactor()
    {
        const mpz_class n = Numbers(8).semiprime(sanitized ? 44 : 50);
        auto sizes = siqs::parametersFor(unsigned(mpz_sizeinbase(n.get_mpz_t(), 2)));
        sizes.doubleExponent = 1.8;
        siqs::Report report;
        QVERIFY(splits(n, siqs::factorWith(n, {}, {}, {}, sizes, siqs::bestSimd(), &report)));
        QVERIFY(report.cycles > 0);
    }

    void severalThreadsFindTheFactors_data()
    {
        QTest::addColumn<unsigned>("threads");
        for (const unsigned threads : {1U, 2U, 4U})
            QTest::addRow("%u threads", threads) << threads;
    }

    void severalThreadsFindTheFactors()
    {
        QFETCH(unsigned, threads);
        Numbers numbers(9);
        for (const unsigned digits : {25U, 40U, sanitized ? 44U : 50U}) {
            ThreadCrew crew;
            const mpz_class n = numbers.semiprime(digits);
            QVERIFY(splits(n, siqsFactor(n, {}, {&crew, threads, {}})));
            QVERIFY(crew.most() < int(threads) + 1); // one may be on its way out
        }
    }

    void nobodyIsAskedForWhatIsDone()
    {
        Numbers numbers(11);
        PromptCrew crew;
        const mpz_class n = numbers.semiprime(36);
        QVERIFY(splits(n, siqsFactor(n, {}, {&crew, 2, {}})));
        QVERIFY(crew.asked() < PromptCrew::patience);
    }

    void crowdedThreadsReturnAndAreAskedForAgain()
    {
        ThreadCrew crew;
        const mpz_class n = Numbers(10).semiprime(80);
        std::stop_source source;
        std::jthread run([&] { siqsFactor(n, source.get_token(), {&crew, 2, {}}); });
        TRY_COMPARE(crew.lent(), 1);
        crew.setCrowded(true);
        TRY_COMPARE(crew.returned(), 1);
        crew.setCrowded(false);
        TRY_COMPARE(crew.lent(), 2);
        source.request_stop();
        run.join();
        TRY_COMPARE(crew.returned(), 2);
    }

    void threadsThatComeTooLateDoNoHarm()
    {
        const mpz_class n = Numbers(11).semiprime(40);
        auto crew = std::make_unique<LateCrew>();
        QVERIFY(splits(n, siqsFactor(n, {}, {crew.get(), 3, {}})));
        crew.reset();
    }

    void aStopIsHeededInEveryPhase()
    {
        Numbers numbers(12);
        std::mt19937 random(12);
        const auto promise = onThisMachine(50ms);
        std::vector<std::chrono::nanoseconds> latencies;
        for (int i = 0; i < (sanitized ? 12 : 40); ++i) {
            const mpz_class n = numbers.semiprime(50 + 10 * unsigned(i % 4));
            const auto wait = std::chrono::microseconds(random() % (i % 4 == 0 ? 600000 : 250000));
            latencies.push_back(leastOfThree(promise, [&] { return computedAfterStop(n, wait); }));
        }
        std::ranges::sort(latencies);
        const std::chrono::duration<double, std::milli> worst = latencies.back();
        qInfo("worst of these stops: %.1f ms of CPU time", worst.count());
        QVERIFY(sanitized || worst <= promise);
    }

    void theDeadlineIsAStop()
    {
        const mpz_class n = Numbers(13).semiprime(85);
        const auto promise = 200ms + onThisMachine(50ms);
        bool heeded = true;
        const auto computed = leastOfThree(promise, [&] {
            Options options;
            const auto before = processorTime();
            options.deadline = std::chrono::steady_clock::now() + 200ms;
            const bool factored = siqsFactor(n, {}, options).has_value();
            heeded = heeded && !factored && std::chrono::steady_clock::now() >= options.deadline;
            return processorTime() - before;
        });
        QVERIFY(heeded);
        QVERIFY(sanitized || computed <= promise);
    }

    void aStopBeforeTheStartIsHeeded()
    {
        std::stop_source source;
        source.request_stop();
        QVERIFY(!siqsFactor(Numbers(14).semiprime(60), source.get_token()));
    }

    void progressComesFromTheCallerAndIsRare()
    {
        const mpz_class n = Numbers(15).semiprime(sanitized ? 46 : 56);
        const auto caller = std::this_thread::get_id();
        double last = 0;
        bool ascending = true, sameThread = true, inRange = true;
        ThreadCrew crew;
        const auto start = std::chrono::steady_clock::now();
        std::size_t calls = 0;
        const auto divisor = siqsFactor(n, {}, {&crew, 2, {}}, [&](const Progress &progress) {
            ++calls;
            sameThread &= std::this_thread::get_id() == caller;
            inRange &= progress.fraction >= 0 && progress.fraction <= 1;
            if (progress.phase == Phase::Sieving) {
                ascending &= progress.fraction >= last;
                last = progress.fraction;
            }
        });
        QVERIFY(splits(n, divisor));
        QVERIFY(sameThread && ascending && inRange && calls > 0);
        QVERIFY(calls <= std::size_t((std::chrono::steady_clock::now() - start) / 100ms) + 1);
    }
};

QTEST_GUILESS_MAIN(TestSiqs)
#include "test_siqs.moc"
