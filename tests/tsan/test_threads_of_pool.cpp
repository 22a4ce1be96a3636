// SPDX-License-Identifier: GPL-3.0-or-later
// The pool inside the test's own process, where ThreadSanitizer sees its threads and the loop's side by side.
#include "server/compute/factoring/factoring_pool.h"
#include "tests/support/ending.h"
#include "tests/support/numbers.h"
#include "tests/support/patience.h"

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

using Answer = std::shared_ptr<Ending<factoring::Result>>;

/// The shortest semiprime that has to queue for a thread.
mpz_class longNumber(openloop::test::Numbers &numbers)
{
    for (unsigned bits = 80;; bits += 4) {
        mpz_class n = numbers.semiprime(bits);
        if (FactoringPool::laneOf(n) == Lane::Long)
            return n;
    }
}

mpz_class productOf(const factoring::Result &result)
{
    mpz_class product = 1;
    for (const auto &[prime, exponent] : result.factors) {
        for (auto i = exponent; i > 0; --i)
            product *= prime;
    }
    return product;
}

} // namespace

class TestThreadsOfPool : public QObject
{
    Q_OBJECT

private slots:
    void manyClientsAndJobsOfBothLanesAreAllAnswered()
    {
        FactoringPool pool({.threads = 3, .queue = 200, .timeout = 600s});
        std::vector<mpz_class> asked;
        std::vector<Answer> answers;
        for (int i = 0; i < 80; ++i) {
            asked.push_back(i % 10 == 0 ? longNumber(m_numbers) : m_numbers.semiprime(40));
            const bool isJob = i % 20 == 0;
            const auto timing = isJob ? nullptr : std::make_shared<http::Timing>();
            const FactoringPool::Ask ask{u"client %1"_s.arg(i % 4), 600s, {}, timing, isJob};
            answers.push_back(follow(pool.factorize(asked.back(), ask)));
        }
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const auto looked = [&] { // at what the pool's threads write meanwhile
                const auto load = pool.load();
                pool.progress(asked[i]);
                pool.refusal(asked[i] + 1, u"another"_s);
                return load.threads == 3 && !pool.isFull() && answers[i]->over;
            };
            TRY_VERIFY_WITHIN(looked(), 10 * patience);
            QCOMPARE(answers[i]->status(), 200);
            QCOMPARE(productOf(*answers[i]->value), asked[i]);
        }
    }

    void whoLeavesOrComesTooLateIsToldAtOnce()
    {
        FactoringPool pool({.threads = 2, .queue = 8, .timeout = 600s});
        for (int i = 0; i < 8; ++i) {
            const mpz_class n = m_numbers.semiprime(220); // takes minutes here
            std::stop_source client;
            const auto leaving = follow(pool.factorize(n, {u"a"_s, 600s, client.get_token()}));
            const auto late = follow(pool.factorize(n + 2, {u"b"_s, 1ms, {}}));
            TRY_VERIFY(late->over);
            client.request_stop();
            TRY_VERIFY(leaving->over);
            QCOMPARE(leaving->status(), 499);
        }
        TRY_COMPARE(pool.load().lanes[1].running, 0);
    }

    void aPoolThatEndsStopsWhatItComputes()
    {
        for (int i = 0; i < 5; ++i) {
            FactoringPool pool({.threads = 2, .queue = 8, .timeout = 600s});
            std::stop_source client;
            const auto answer = follow(pool.factorize(m_numbers.semiprime(220), {u"a"_s, 600s, client.get_token()}));
            TRY_COMPARE(pool.load().lanes[1].running, 1);
            client.request_stop();
            TRY_VERIFY(answer->over);
        }
    }

private:
    openloop::test::Numbers m_numbers{1};
};

QTEST_GUILESS_MAIN(TestThreadsOfPool)
#include "test_threads_of_pool.moc"
