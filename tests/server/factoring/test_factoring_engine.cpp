// SPDX-License-Identifier: GPL-3.0-or-later
// The engine through its one entry: against PARI on seeded numbers of every class, on edge cases, and when stopped.
#include "server/factor_command/output.h"
#include "server/factor_command/thread_crew.h"
#include "server/factoring/factor.h"
#include "server/factoring/schedule.h"
#include "tests/support/numbers.h"
#include "tests/support/pari.h"
#include "tests/support/processor_time.h"
#include "tests/support/rows.h"

#include <algorithm>
#include <QTest>
#include <thread>

using namespace openloop::factoring;
using openloop::test::columns;
using namespace std::chrono_literals;
using openloop::factor_command::ThreadCrew;
using openloop::test::Numbers;
using Clock = std::chrono::steady_clock;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true; // ten times slower: smaller sets show the same
#else
constexpr bool sanitized = false;
#endif

QString lineOf(const mpz_class &n, const Result &result)
{
    std::string text;
    openloop::factor_command::appendLine(text, n, result, openloop::factor_command::Form::Plain);
    text.pop_back();
    return QString::fromStdString(text);
}

mpz_class productOf(const Result &result)
{
    mpz_class product = 1, power;
    for (const PrimePower &factor : result.factors) {
        mpz_pow_ui(power.get_mpz_t(), factor.prime.get_mpz_t(), factor.exponent);
        product *= power;
    }
    for (const mpz_class &composite : result.remaining)
        product *= composite;
    return product;
}

void compareWithPari(const std::vector<mpz_class> &numbers)
{
    if (!openloop::test::hasPari())
        QSKIP("gp (Debian package pari-gp) is not installed");
    const QStringList expected = openloop::test::factorsByPari(numbers);
    QCOMPARE(static_cast<std::size_t>(expected.size()), numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
        QCOMPARE(lineOf(numbers[i], factor(numbers[i])), expected[static_cast<int>(i)]);
}

double cpuMilliseconds()
{
    return std::chrono::duration<double, std::milli>(openloop::test::processorTime()).count();
}

struct Lateness {
    double wall = 0, cpu = 0; ///< ms from the request to the return; cpu: of all threads together
    bool right = false; ///< what came back multiplies to the number
};

Lateness latenessOfStop(const mpz_class &n, std::chrono::microseconds wait, const Options &options)
{
    std::stop_source stop;
    Clock::time_point asked;
    double cpuAsked = 0;
    Lateness late;
    Clock::time_point returned;
    double cpuReturned = 0;
    {
        std::jthread stopper([&] {
            std::this_thread::sleep_for(wait); // any moment of the computation
            stop.request_stop();
            cpuAsked = cpuMilliseconds(); // by then it is told: what held this thread up before held up the word
            asked = Clock::now();
        });
        const Result result = factor(n, stop.get_token(), options);
        returned = Clock::now();
        cpuReturned = cpuMilliseconds();
        late.right = productOf(result) == n;
    }
    late.wall = std::max(0.0, std::chrono::duration<double, std::milli>(returned - asked).count());
    late.cpu = std::max(0.0, cpuReturned - cpuAsked);
    return late;
}

} // namespace

class FactoringEngineTest : public QObject
{
    Q_OBJECT

private slots:
    void numbersOfEveryClassAgreeWithPari_data()
    {
        columns<QString, unsigned, int>({"kind", "bits", "count"});
        for (const unsigned bits : {20U, 32U, 48U, 63U, 64U, 65U, 80U, 96U})
            QTest::addRow("random %u", bits) << "random" << bits << 60;
        QTest::addRow("random 128") << "random" << 128U << 15;
        for (const unsigned bits : {24U, 32U, 40U, 44U, 46U, 50U, 52U, 56U, 58U, 60U, 62U, 64U, 66U, 72U, 78U, 84U})
            QTest::addRow("semiprime %u", bits) << "semiprime" << bits << 25;
        for (const unsigned bits : {92U, 98U, 100U, 104U, 112U})
            QTest::addRow("semiprime %u", bits) << "semiprime" << bits << 8;
        for (const unsigned bits : {126U, 128U, 130U, 133U})
            QTest::addRow("semiprime %u", bits) << "semiprime" << bits << 2;
    }
    void numbersOfEveryClassAgreeWithPari()
    {
        QFETCH(QString, kind);
        QFETCH(unsigned, bits);
        QFETCH(int, count);
        Numbers numbers(bits);
        std::vector<mpz_class> set;
        for (int i = 0; i < (sanitized ? std::min(count, 6) : count); ++i)
            set.push_back(kind == QStringLiteral("random") ? numbers.ofBits(bits) : numbers.semiprime(bits));
        compareWithPari(set);
    }

    void powersAndCloseFactorsAgreeWithPari()
    {
        Numbers numbers(9);
        std::vector<mpz_class> set;
        for (const unsigned bits : {11U, 16U, 21U, 31U, 32U, 33U, 40U}) {
            const mpz_class p = numbers.prime(bits);
            mpz_class q, r;
            mpz_nextprime(q.get_mpz_t(), p.get_mpz_t());
            mpz_nextprime(r.get_mpz_t(), q.get_mpz_t());
            set.insert(set.end(), {p, p * p, p * p * p, p * p * p * p * p, p * q, p * q * r, p * p * q, p * p * q * q});
        }
        compareWithPari(set);
    }

    void edgeCasesAgreeWithPari()
    {
        std::vector<mpz_class> set;
        for (unsigned k = 1; k <= 128; ++k) {
            const mpz_class power = mpz_class(1) << k;
            set.insert(set.end(), {power, power - 1, power + 1});
        }
        mpz_class factorial = 1, repunit = 1;
        for (unsigned k = 1; k <= 30; ++k) {
            set.insert(set.end(), {mpz_class(k), factorial *= k});
            if (k <= 20)
                set.push_back(repunit = repunit * 10 + 1);
        }
        for (const char *carmichael : {"561", "1105", "1729", "8911", "825265", "321197185", "1436697831295441"})
            set.emplace_back(carmichael);
        for (const char *border : {"1040400", "1042441", "1048576", "4294967296", "18446744073709551616",
                                   "340282366920938463463374607431768211456"}) {
            for (int offset = -2; offset <= 2; ++offset)
                set.push_back(mpz_class(border) + offset);
        }
        compareWithPari(set);
    }

    void oneHasNoFactors()
    {
        QVERIFY(factor(1).factors.empty());
        QVERIFY(factor(1).complete());
        QVERIFY(factor(0).factors.empty());
    }

    void squaresOfLargePrimesAreTakenApart()
    {
        const mpz_class p = Numbers(1).prime(400);
        const Result result = factor(p * p * 12);
        QVERIFY(result.complete());
        QVERIFY((result.factors == std::vector<PrimePower>{{2, 2}, {3, 1}, {p, 2}}));
    }

    // To prove that the power is no prime takes a hundred times as long as to find its root; both in this run.
    void aHighPowerCostsNoPrimalityTest()
    {
        const unsigned exponent = sanitized ? 301 : 701;
        mpz_class n;
        mpz_pow_ui(n.get_mpz_t(), mpz_class(1000000007).get_mpz_t(), exponent);
        const double before = cpuMilliseconds();
        const Result result = factor(n);
        const double factored = cpuMilliseconds();
        QVERIFY((result.factors == std::vector<PrimePower>{{1000000007, exponent}}));
        QVERIFY(!isPrime(n));
        QVERIFY(factored - before < cpuMilliseconds() - factored);
    }

    void closeFactorsNeedNoSieve()
    {
        const mpz_class p = Numbers(31).prime(300);
        mpz_class q = 3 * p;
        mpz_nextprime(q.get_mpz_t(), q.get_mpz_t());
        bool searched = false;
        const Result result = factor(p * q, {}, {}, [&](const Progress &progress) {
            searched = searched || progress.phase != Phase::TrialDivision;
        });
        QVERIFY((result.factors == std::vector<PrimePower>{{p, 1}, {q, 1}}));
        QVERIFY(!searched);
    }

    // Its order lies far beyond the bounds of the first curves, and a 45-digit prime is none that curves find before
    // the sieve. What is stopped here would go on for minutes.
    void aPrimeBesideASmoothNumberIsFoundAtOnce_data()
    {
        QTest::addColumn<int>("offset");
        QTest::addRow("p - 1") << 1;
        QTest::addRow("p + 1") << -1;
    }
    void aPrimeBesideASmoothNumberIsFoundAtOnce()
    {
        QFETCH(int, offset);
        Numbers numbers(32);
        mpz_class p;
        do { // p + 1 divisible by 3: a seed is sure to find it
            p = 6 * numbers.prime(20);
            while (mpz_sizeinbase(p.get_mpz_t(), 2) < 150)
                p *= numbers.prime(14);
            p += offset;
        } while (!isPrime(p));
        const mpz_class q = numbers.prime(150);
        std::stop_source stop;
        const Result result = factor(p * q, stop.get_token(), {}, [&](const Progress &progress) {
            if (progress.phase == Phase::Sieving || progress.fraction > 0.05)
                stop.request_stop();
        });
        QVERIFY(result.complete());
        QVERIFY((result.factors
                 == (p < q ? std::vector<PrimePower>{{p, 1}, {q, 1}} : std::vector<PrimePower>{{q, 1}, {p, 1}})));
    }

    void severalThreadsFindTheSameFactors()
    {
        Numbers numbers(12);
        const mpz_class n = numbers.semiprime(150) * numbers.prime(50);
        ThreadCrew crew(3);
        const Result alone = factor(n);
        for (const unsigned threads : {2U, 4U}) {
            const Result together = factor(n, {}, {&crew, threads, {}});
            QVERIFY(together.complete());
            QVERIFY(together.factors == alone.factors);
        }
    }

    void aDeadlineLeavesWhatWasFound()
    {
        Numbers numbers(13);
        const mpz_class hard = numbers.semiprime(300);
        bool isInTime = false;
        for (int attempt = 0; attempt < 3 && !isInTime; ++attempt) { // a machine may stand still
            const Clock::time_point start = Clock::now();
            Options options;
            options.deadline = start + 200ms;
            const Result result = factor(hard * 720, {}, options);
            isInTime = Clock::now() - start < 1s;
            QVERIFY((result.factors == std::vector<PrimePower>{{2, 4}, {3, 2}, {5, 1}}));
            QVERIFY(result.remaining == std::vector<mpz_class>{hard});
        }
        QVERIFY(isInTime);
    }

    void aDeadlineInThePastStillMultipliesBack()
    {
        const mpz_class n = Numbers(14).semiprime(200) * 6;
        Options options;
        options.deadline = Clock::now() - 1s;
        QVERIFY(productOf(factor(n, {}, options)) == n);
    }

    void progressIsToldByTheCallingThreadAtMostTenTimesASecond()
    {
        Options options;
        options.deadline = Clock::now() + 1s;
        std::vector<Clock::time_point> told;
        bool inRange = true, sameThread = true;
        const auto caller = std::this_thread::get_id();
        ThreadCrew crew(1);
        options.crew = &crew;
        options.threads = 2;
        factor(Numbers(15).semiprime(280), {}, options, [&](const Progress &progress) {
            told.push_back(Clock::now());
            inRange = inRange && progress.fraction >= 0 && progress.fraction <= 1;
            sameThread = sameThread && std::this_thread::get_id() == caller;
        });
        QVERIFY(inRange && sameThread);
        QVERIFY(told.size() >= 2 && told.size() <= 12);
    }

    void progressNeverFallsBackAndTellsTheTimeLeft()
    {
        for (const unsigned bits : {240U, 333U, 364U}) { // the last two were not sieved once, and had no time left
            std::stop_source stop;
            double last = 0;
            Phase phase = Phase::TrialDivision;
            bool rises = true, knows = true;
            int rounds = 0;
            factor(Numbers(17).semiprime(bits), stop.get_token(), {}, [&](const Progress &progress) {
                if (progress.phase == phase)
                    rises = rises && progress.fraction >= last;
                if (progress.phase != Phase::TrialDivision)
                    knows = knows && progress.timeLeft && progress.timeLeft->count() > 0;
                knows = knows && !progress.unsieved;
                phase = progress.phase;
                last = progress.fraction;
                if (++rounds == 12)
                    stop.request_stop();
            });
            QVERIFY(rises);
            QVERIFY(knows);
        }
    }

    void aStopTellsNoPrimeToBeComposite()
    {
        // Two close factors are found at once; while the composite one is worked on, the prime waits, in one of the two
        // orders.
        const mpz_class composite = Numbers(19).semiprime(330);
        mpz_class above = composite, below = composite;
        mpz_nextprime(above.get_mpz_t(), composite.get_mpz_t());
        while (!isPrime(below))
            --below;
        for (const mpz_class &prime : {above, below}) {
            std::stop_source stop;
            const Result result = factor(prime * composite, stop.get_token(), {}, [&](const Progress &progress) {
                if (progress.phase == Phase::Ecm)
                    stop.request_stop();
            });
            QVERIFY((result.factors == std::vector<PrimePower>{{prime, 1}}));
            QVERIFY(result.remaining == std::vector<mpz_class>{composite});
            QVERIFY(result.untested.empty());
        }
    }

    void whatIsTooLongToSieveIsSaidFromTheBeginning()
    {
        std::stop_source stop;
        bool endless = true, told = false;
        factor(Numbers(18).semiprime(420), stop.get_token(), {}, [&](const Progress &progress) {
            if (progress.phase != Phase::Ecm)
                return;
            told = true;
            endless = progress.unsieved && !progress.timeLeft;
            stop.request_stop();
        });
        QVERIFY(told && endless);
    }

    void whatIsTooLongToSieveIsLeftAfterTheStatedCurves()
    {
        const mpz_class n = Numbers(18).semiprime(420);
        Options options;
        options.mostCurves = 16;
        const Result result = factor(n * 8, {}, options);
        QVERIFY((result.factors == std::vector<PrimePower>{{2, 3}}));
        QVERIFY(result.remaining == std::vector<mpz_class>{n});
        for (const unsigned curves : {8U, 20'000U}) {
            unsigned run = 0, bound = 0;
            for (const EcmRound &round : ecmInstead(420, curves)) {
                QCOMPARE(round.before, run);
                QVERIFY(round.bound1 >= bound);
                run += round.curves;
                bound = round.bound1;
            }
            QCOMPARE(run, curves);
        }
        options.mostCurves = 64;
        double last = 0;
        bool rises = true, knows = false;
        factor(n, {}, options, [&](const Progress &progress) {
            if (progress.phase != Phase::Ecm)
                return;
            rises = rises && progress.fraction >= last;
            last = progress.fraction;
            knows = progress.unsieved && (last == 0 || progress.timeLeft);
        });
        QVERIFY(rises && knows && last > 0.5 && last <= 1);
        options.mostCurves = 0; // of what is sieved all curves are run
        QVERIFY(factor(Numbers(18).semiprime(170), {}, options).complete());
    }

    // 50 ms is the promise on a machine that is quiet, and no slower than the one of README. Here others may hold the
    // processor, so the work that is still done after a request is what counts; the wall clock is printed.
    void itStopsSoonAtAnyMoment_data()
    {
        QTest::addColumn<unsigned>("bits");
        QTest::addColumn<unsigned>("threads");
        for (const unsigned bits : {110U, 128U, 140U, 170U, 200U, 260U, 300U, 340U, 660U, 3300U, 12000U}) {
            for (const unsigned threads : {1U, 2U})
                QTest::addRow("%u bits, %u threads", bits, threads) << bits << threads;
        }
    }
    void itStopsSoonAtAnyMoment()
    {
        QFETCH(unsigned, bits);
        QFETCH(unsigned, threads);
        Numbers numbers(bits);
        ThreadCrew crew(1);
        const mpz_class n = bits < 400 ? numbers.semiprime(bits) : mpz_class(numbers.ofBits(bits) | 1);
        const std::chrono::duration<double, std::milli> promise = threads * openloop::test::onThisMachine(50ms);
        double worstWall = 0, worstCpu = 0;
        for (int i = 0; i < (sanitized ? 2 : 4); ++i) {
            const std::chrono::microseconds wait(numbers.below(100'000));
            bool right = true;
            const double cpu = openloop::test::leastOfThree(promise.count(), [&] {
                const Lateness late = latenessOfStop(n, wait, {&crew, threads, {}});
                right = right && late.right;
                worstWall = std::max(worstWall, late.wall);
                return late.cpu;
            });
            QVERIFY(right);
            worstCpu = std::max(worstCpu, cpu);
        }
        qInfo("worst of these stops: %.1f ms, %.1f ms of CPU time", worstWall, worstCpu);
        QVERIFY(sanitized || worstCpu < promise.count());
    }
};

QTEST_GUILESS_MAIN(FactoringEngineTest)
#include "test_factoring_engine.moc"
