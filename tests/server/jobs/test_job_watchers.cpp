// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever watches a job is told its end, at whatever moment it comes: within this process, so that a test can choose
// it.
#include "server/http/app.h"
#include "server/http/listener.h"
#include "server/jobs/queue/sqlite_statements.h"
#include "server/routes/job_routes.h"
#include "server/services.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/ending.h"
#include "tests/support/hold.h"
#include "tests/support/patience.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <list>
#include <thread>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int computedMs = 180'000; // that all jobs of a test take
constexpr int toldMs = 10'000; // 0.1 s usually; 20 ticks of the safety net on a busy machine

mpz_class numberOf(unsigned long seed)
{
    return mpz_class(semiprime(150, seed).toStdString());
}

/// A service whose computations wait while they are sieved.
struct Service {
    explicit Service(const QString &database, int threads = 1)
        : services{options, Upstream({QUrl(u"http://127.0.0.1:1/"_s), 1s, 1}), Store(database, 2),
                   FactoringPool({threads, 64, 600s, [this](const Moment &moment) { hold.pass(moment); }})}
    {
        hold.set("sieving");
        addJobRoutes(app, services);
        services.jobs.start();
        app.listen({http::ListenAddress(QHostAddress::LocalHost), 0});
    }

    quint16 port() { return app.port(); }

    /// The id of a new job; empty: it was not accepted.
    QByteArray newJob(unsigned long seed)
    {
        const auto accepted = await(services.jobs.accept(numberOf(seed), {}), patience);
        return accepted.value ? idText(accepted.value->id).toLatin1() : QByteArray();
    }

    Hold hold;
    Options options;
    Services services;
    http::App app;
};

/// What one watcher reads, on a thread of its own, until its stream ends.
class Watcher
{
public:
    Watcher(quint16 port, const QByteArray &path) : m_thread([this, port, path] { read(port, path); }) { }

    bool isOver() const { return m_over; }
    /// Once it is over.
    const QByteArray &stream() const { return m_stream; }

private:
    void read(quint16 port, const QByteArray &path)
    {
        RawClient client(port);
        client.ask(path);
        const auto end = Clock::now() + std::chrono::milliseconds(computedMs) + longest;
        while (!m_stream.endsWith("0\r\n\r\n") && Clock::now() < end) {
            const QByteArray more = client.readSome(longest);
            if (more.isEmpty())
                break;
            m_stream += more;
        }
        m_over = true;
    }

    QByteArray m_stream;
    std::atomic<bool> m_over = false;
    std::jthread m_thread;
};

/// Cancels a job at a watcher's suspension of that number, and only there.
struct Interruption {
    Jobs &jobs;
    QString id;
    int at;
    int count = 0;

    QCoro::Task<void> operator()()
    {
        if (count++ == at)
            co_await jobs.cancel(id);
    }
};

} // namespace

class TestJobWatchers : public QObject
{
    Q_OBJECT

private slots:
    void anEndThatComesAtAnySuspensionIsTold_data();
    void anEndThatComesAtAnySuspensionIsTold();
    void aJobThatNobodyAnnouncedIsDone();
    void aJobThatWasCancelledUnannouncedIsStoppedAndTold();
    void anEndThatAFailoverTookBackIsTold();
    void manyWatchersThatComeAtAnyTimeAreToldTheEnd();

private:
    QTemporaryDir m_folder;
};

void TestJobWatchers::anEndThatComesAtAnySuspensionIsTold_data()
{
    QTest::addColumn<int>("suspension");
    for (int i = 0; i < 9; ++i) // three rounds of: it was read, it was told, it was waited for
        QTest::addRow("the %dth", i) << i;
}

void TestJobWatchers::anEndThatComesAtAnySuspensionIsTold()
{
    QFETCH(int, suspension);
    Service service(u"sqlite:"_s + m_folder.filePath(QString::number(suspension)));
    QVERIFY(!service.newJob(1).isEmpty());
    TRY_COMPARE(service.hold.held(), 1);
    const QByteArray id = service.newJob(2); // waits behind the other, so that its end is announced just once
    QVERIFY(!id.isEmpty());
    Interruption interruption{service.services.jobs, QString::fromLatin1(id), suspension};
    const auto interrupt = [&interruption] { return interruption(); };
    service.services.jobs.setInterruption(interrupt);
    Watcher watcher(service.port(), "/factorizations/" + id + "/events");
    TRY_VERIFY(interruption.count > suspension);
    const auto isOver = [&watcher] { return watcher.isOver(); };
    const bool wasTold = QTest::qWaitFor(isOver, toldMs);
    service.services.jobs.stop(); // ends every stream
    TRY_VERIFY(watcher.isOver());
    service.services.jobs.setInterruption({});
    QVERIFY2(wasTold, watcher.stream().right(300).constData());
    QVERIFY(watcher.stream().contains("event: cancelled"));
}

// As after a write that was answered 504 and done all the same.
void TestJobWatchers::aJobThatNobodyAnnouncedIsDone()
{
    Service service(u"sqlite:"_s + m_folder.filePath(u"unannounced"_s));
    service.hold.release();
    queue::Request request;
    request.id = 0x0123456789abcdef;
    request.kind = jobKind;
    request.payload = payloadOf(numberOf(1));
    const auto store = [request](SqlConnection &sql) { return queue::SqliteQueue(sql).accept(request); };
    QCOMPARE(await(taskOf(service.services.store.write(store)), patience).status(), 200);
    const auto state = [&] {
        const auto found = await(service.services.jobs.find(idText(request.id), {}), patience);
        return found.value ? stateName(found.value->state) : QString();
    };
    TRY_COMPARE(state(), u"done"_s);
}

void TestJobWatchers::aJobThatWasCancelledUnannouncedIsStoppedAndTold()
{
    Service service(u"sqlite:"_s + m_folder.filePath(u"cancelled"_s));
    const QByteArray id = service.newJob(1);
    TRY_COMPARE(service.hold.held(), 1);
    Watcher watcher(service.port(), "/factorizations/" + id + "/events");
    const auto change = [id](SqlConnection &sql) {
        return queue::SqliteQueue(sql).cancel(*idOf(QString::fromLatin1(id)));
    };
    QCOMPARE(await(taskOf(service.services.store.write(change)), patience).status(), 200);
    TRY_COMPARE(service.hold.held(), 0);
    TRY_VERIFY(watcher.isOver());
    QVERIFY2(watcher.stream().contains("event: cancelled"), watcher.stream().right(300).constData());
}

// A look has seen an end, the database goes back to the state before it, and only then is the job read.
void TestJobWatchers::anEndThatAFailoverTookBackIsTold()
{
    Service service(u"sqlite:"_s + m_folder.filePath(u"failover"_s));
    QVERIFY(!service.newJob(1).isEmpty());
    TRY_COMPARE(service.hold.held(), 1);
    const QString id = QString::fromLatin1(service.newJob(2)); // waits behind the other
    const auto change = [&](const QString &columns) {
        const auto set = [text = u"UPDATE tasks SET %1 WHERE id = ?"_s.arg(columns), id](SqlConnection &sql) {
            return sql.change(text, {qint64(*idOf(id))});
        };
        return await(taskOf(service.services.store.write(set)), patience).status();
    };
    Jobs::Watch watch(service.services.jobs, id);
    const auto state = [&watch] {
        const auto job = await(watch.read({}), patience);
        return job.value ? stateName(job.value->state) : QString();
    };
    const auto waitForNews = [&watch] { return await(watch.next(std::chrono::milliseconds(toldMs), {}), patience); };
    const QString end = u"state = 'cancelled', version = version + 1"_s;
    QCOMPARE(state(), u"queued"_s);
    QCOMPARE(change(end), 200);
    waitForNews();
    QCOMPARE(change(u"state = 'queued', version = version - 1"_s), 200);
    QCOMPARE(state(), u"queued"_s);
    QCOMPARE(change(end), 200);
    waitForNews();
    QCOMPARE(state(), u"cancelled"_s);
}

void TestJobWatchers::manyWatchersThatComeAtAnyTimeAreToldTheEnd()
{
    constexpr unsigned long jobs = 12;
    constexpr int watchersOfAJob = 15;
    Service service(u"sqlite:"_s + m_folder.filePath(u"many"_s), 2);
    service.hold.release();
    std::list<Watcher> watchers;
    for (unsigned long seed = 1; seed <= jobs; ++seed) {
        const QByteArray id = service.newJob(seed);
        QVERIFY(!id.isEmpty());
        for (int i = 0; i < watchersOfAJob; ++i) // while the jobs before this one are computed, and end
            watchers.emplace_back(service.port(), "/factorizations/" + id + "/events");
    }
    const auto done = [&] {
        const auto found = await(service.services.jobs.list({.state = JobState::Done, .after = {}}, {}), patience);
        return found.value ? found.value->size() : 0;
    };
    TRY_COMPARE_WITHIN(done(), qsizetype(jobs), computedMs);
    const auto areOver = [&] { return std::ranges::all_of(watchers, &Watcher::isOver); };
    TRY_VERIFY(areOver());
    for (const Watcher &watcher : watchers)
        QVERIFY2(watcher.stream().contains("event: done"), watcher.stream().right(300).constData());
}

QTEST_GUILESS_MAIN(TestJobWatchers)
#include "test_job_watchers.moc"
