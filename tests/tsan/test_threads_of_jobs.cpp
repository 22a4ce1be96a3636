// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs between loop, database and pool, all in the test's own process, where ThreadSanitizer sees every thread.
#include "server/jobs/jobs.h"
#include "tests/support/ending.h"
#include "tests/support/numbers.h"
#include "tests/support/patience.h"

#include <QDeadlineTimer>
#include <QTemporaryDir>

using namespace openloop;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

/// What the service has, without its routes.
struct Service {
    explicit Service(const QString &path)
        : store(u"sqlite:"_s + path, 2), pool({.threads = 2, .queue = 100, .timeout = 600s}), factorizer(store, pool),
          jobs(store, factorizer, {})
    {
        jobs.start();
    }

    Store store;
    FactoringPool pool;
    Factorizer factorizer;
    Jobs jobs;
};

} // namespace

class TestThreadsOfJobs : public QObject
{
    Q_OBJECT

private slots:
    void jobsAreDoneBesideRequestsAndWatched()
    {
        Service service(m_folder.filePath(u"done"_s));
        QStringList ids;
        for (int i = 0; i < 12; ++i) {
            const auto accepted = await(service.jobs.accept(m_numbers.semiprime(i % 4 == 0 ? 120 : 60), {}), patience);
            QCOMPARE(accepted.status(), 200);
            ids.append(idText(accepted.value->id));
        }
        std::vector<std::shared_ptr<Ending<Factors>>> requests;
        for (int i = 0; i < 40; ++i) {
            const FactoringPool::Ask ask{u"client"_s, 600s, {}};
            requests.push_back(follow(service.factorizer.factors(m_numbers.semiprime(60), ask)));
        }
        for (const auto &id : ids) {
            Jobs::Watch watch(service.jobs, id);
            for (const QDeadlineTimer deadline(patience);;) {
                const auto job = await(watch.read({}), patience);
                QCOMPARE(job.status(), 200);
                QVERIFY(service.jobs.progress(*job.value).fraction >= 0);
                if (job.value->isOver())
                    break;
                QVERIFY(!deadline.hasExpired());
                QVERIFY(await(watch.next(1s, {}), patience).over);
            }
            QCOMPARE(await(service.jobs.find(id, {}), patience).got().state, JobState::Done);
        }
        for (const auto &request : requests)
            TRY_COMPARE(request->status(), 200);
        QCOMPARE(await(service.jobs.list({}, {}), patience).got().size(), ids.size());
        TRY_COMPARE(service.pool.load().busy, 0);
    }

    void aRunningJobIsCancelledAndAnotherOneOutlivesItsService()
    {
        const auto path = m_folder.filePath(u"stopped"_s);
        QString cancelled; // either takes minutes here
        QString left;
        const auto isRunning = [](Service &service, const QString &id) {
            const auto job = await(service.jobs.find(id, {}), patience);
            return job.value && job.value->state == JobState::Running && service.pool.load().lanes[1].running == 1;
        };
        {
            Service service(path);
            cancelled = idText(await(service.jobs.accept(m_numbers.semiprime(220), {}), patience).got().id);
            TRY_VERIFY(isRunning(service, cancelled));
            QCOMPARE(await(service.jobs.cancel(cancelled), patience).status(), 200);
            TRY_COMPARE(service.pool.load().busy, 0); // what runs from here on is the other
            left = idText(await(service.jobs.accept(m_numbers.semiprime(220), {}), patience).got().id);
            TRY_VERIFY(isRunning(service, left));
        }
        Service service(path);
        TRY_VERIFY(isRunning(service, left));
        QCOMPARE(await(service.jobs.find(cancelled, {}), patience).got().state, JobState::Cancelled);
        QCOMPARE(await(service.jobs.cancel(left), patience).status(), 200);
        TRY_COMPARE(service.pool.load().busy, 0);
    }

private:
    QTemporaryDir m_folder;
    openloop::test::Numbers m_numbers{2};
};

QTEST_GUILESS_MAIN(TestThreadsOfJobs)
#include "test_threads_of_jobs.moc"
