// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings: nothing lost but the last moment, whatever happens to the program or the file.
#include "gui/probe/headless/run.h"
#include "gui/probe/recording/store.h"
#include "tests/support/patience.h"
#include "tests/support/rows.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QSignalSpy>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QtEndian>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <ctime>
#include <limits>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace openloop::probe;
using openloop::test::patience;
using openloop::test::rows;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

const Instant origin{1000h};
const WallClock wall(origin, WallClock::Wall(1'700'000'000s));

QList<Target> targets()
{
    return serviceTargets(u"http://h:1"_s);
}

Batch batchAt(Nanoseconds from, int perTarget)
{
    Batch batch;
    batch.from = origin + from;
    batch.until = batch.from + 100ms * perTarget;
    for (const auto &target : targets()) {
        TargetBatch of;
        of.name = target.name;
        for (int i = 0; i < perTarget; ++i) {
            Sample sample;
            sample.due = sample.sent = batch.from + i * 100ms;
            sample.done = sample.firstByte = sample.due + 1ms + (i % 100) * 10us;
            sample.status = 200;
            of.samples.append(sample);
        }
        batch.targets.append(of);
    }
    batch.control = batch.targets.first().samples;
    return batch;
}

class BegunRecorder : public SessionRecorder
{
public:
    explicit BegunRecorder(const QString &path, const Options &options = {}) : SessionRecorder(path, options)
    {
        begin(targets(), origin, wall);
    }
};

/// Makes layers of the first pages of a table, each page of which is all the children of the one before, as a fault of
/// the disk may have it: SQLite walks through them in ever more ways.
bool makeMaze(const QString &path, const QString &table)
{
    quint32 root = 0;
    {
        auto database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"root"_s);
        database.setDatabaseName(path);
        QSqlQuery query(database.open() ? database : QSqlDatabase());
        if (query.exec(u"SELECT rootpage FROM sqlite_master WHERE name = '%1'"_s.arg(table)) && query.next())
            root = query.value(0).toUInt();
    }
    QSqlDatabase::removeDatabase(u"root"_s);
    QFile file(path);
    if (root == 0 || !file.open(QIODevice::ReadWrite))
        return false;
    auto bytes = file.readAll();
    const qsizetype size = qFromBigEndian<quint16>(bytes.constData() + 16);
    char *const first = bytes.data() + (root - 1) * size;
    const auto childAt = [](char *page, int cell) {
        return page + qFromBigEndian<quint16>(page + 12 + 2 * cell); // where its number stands
    };
    const int cells = qFromBigEndian<quint16>(first + 3);
    const int layers = std::min(cells, 12);
    std::vector<quint32> pages;
    for (int cell = 0; cell < layers; ++cell)
        pages.push_back(qFromBigEndian<quint32>(childAt(first, cell)));
    const QByteArray inner(first, size);
    for (int layer = 0; layer + 1 < layers; ++layer) {
        char *const page = layer == 0 ? first : bytes.data() + (pages[layer] - 1) * size;
        std::memcpy(page, inner.constData(), size);
        qToBigEndian(pages[layer + 1], page + 8);
        for (int cell = 0; cell < cells; ++cell)
            qToBigEndian(pages[layer + 1], childAt(page, cell));
    }
    const bool isInner = inner[0] == 2 || inner[0] == 5;
    return isInner && layers >= 8 && file.seek(0) && file.write(bytes) == bytes.size();
}

/// Runs SQL on a file as another program would.
bool execOn(const QString &path, const QString &sql)
{
    bool done = false;
    {
        auto database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"another"_s);
        database.setDatabaseName(path);
        done = database.open() && QSqlQuery(database).exec(sql);
        database.close();
    }
    QSqlDatabase::removeDatabase(u"another"_s);
    return done;
}

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

qint64 ticksIn(const QString &path)
{
    const SessionReader reader(path);
    const auto sessions = reader.sessions();
    if (sessions.isEmpty())
        return -1;
    return reader.series(sessions.first().id, u"health"_s).quantiles(origin, origin + 1000h).n;
}

/// ns that this thread computed for it: what others do beside does not count.
template <typename Work>
qint64 processorTimeOf(Work work)
{
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
    };
    const auto before = now();
    work();
    return now() - before;
}

/// A disk on which no file grows beyond so many bytes, for as long as this lives: without root and on any machine.
class FullDisk
{
public:
    explicit FullDisk(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit tight{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }
    Q_DISABLE_COPY(FullDisk)

private:
    rlimit m_before{};
};

} // namespace

class TestSessionStore : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString fresh(const QString &name) const { return m_folder.filePath(name); }

private slots:
    void aRecordingComesBackWhole()
    {
        const auto path = fresh(u"whole"_s);
        {
            BegunRecorder recorder(path);
            recorder.add(batchAt(0s, 600));
            recorder.flush();
            auto second = batchAt(60s, 300);
            second.gaps = {{GapReason::Suspended, origin + 50s, origin + 50s + 1ms, 3h}};
            recorder.add(second);
            recorder.add(LogEntry{origin + 5s, u"note"_s, {}, u"hello"_s});
        }
        const SessionReader reader(path);
        QCOMPARE(reader.error(), QString());
        const auto sessions = reader.sessions();
        QCOMPARE(sessions.size(), 1);
        const auto &session = sessions.first();
        QVERIFY(session.targets == targets());
        QVERIFY(session.origin == origin);
        QVERIFY(session.until == origin + 89'902ms); // behind the last answer
        QVERIFY(session.wall.at(origin + 51s) == wall.at(origin + 51s) + 3h);
        auto series = reader.series(session.id, u"health"_s);
        QCOMPARE(series.quantiles(origin, origin + 90s).n, 900);
        QVERIFY(!series.quantiles(origin, origin + 90s).exact);
        QCOMPARE(series.gaps().size(), 1);
        reader.loadSamples(session.id, u"health"_s, origin + 10s, origin + 20s, series);
        QVERIFY(series.quantiles(origin + 10s, origin + 20s).exact);
        QCOMPARE(series.samples(origin, origin + 90s).size(), std::size_t(100));
        QCOMPARE(reader.log(session.id).first().text, u"hello"_s);
        const auto replayed = reader.batch(session.id, origin + 1s, origin + 2s);
        QCOMPARE(replayed.targets.size(), 4);
        QCOMPARE(replayed.find(u"health"_s)->samples.size(), 10);
        QCOMPARE(replayed.control.size(), 10);
    }

    void aRecordingIsReadableWhileItIsWritten()
    {
        const auto path = fresh(u"live"_s);
        BegunRecorder recorder(path);
        recorder.add(batchAt(0s, 50));
        recorder.flush();
        QCOMPARE(ticksIn(path), 50);
        recorder.add(batchAt(5s, 50));
        recorder.flush();
        QCOMPARE(ticksIn(path), 100);
    }

    void twoSessionsInOneFileStayApart()
    {
        const auto path = fresh(u"two"_s);
        SessionRecorder recorder(path);
        for (int i = 1; i <= 2; ++i) {
            recorder.begin(targets(), origin, wall);
            recorder.add(batchAt(0s, 10 * i));
        }
        recorder.flush();
        const SessionReader reader(path);
        QCOMPARE(reader.sessions().size(), 2);
        QCOMPARE(reader.series(reader.sessions()[1].id, u"health"_s).quantiles(origin, origin + 1h).n, 20);
    }

    void killedAtAnyMomentItHoldsAllThatWasFlushed()
    {
        const auto path = fresh(u"killed"_s);
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const auto child = ::fork(); // before this process has a recorder: no thread is lost by the fork
        if (child == 0) {
            BegunRecorder recorder(path);
            for (int i = 0;; ++i) {
                recorder.add(batchAt(i * 10s, 100));
                recorder.flush();
                [[maybe_unused]] const auto size = ::write(ready[1], "x", 1);
            }
        }
        ::close(ready[1]); // a child that dies is an end of the file
        int flushed = 0;
        pollfd readable{ready[0], POLLIN, 0};
        const QDeadlineTimer deadline(patience);
        for (char byte = 0; flushed < 45; ++flushed) { // past one compaction
            if (::poll(&readable, 1, static_cast<int>(deadline.remainingTime())) != 1
                || ::read(ready[0], &byte, 1) != 1)
                break;
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(ready[0]);
        QCOMPARE(flushed, 45);
        QVERIFY(ticksIn(path) >= 4500);
        QCOMPARE(ticksIn(path) % 100, 0);
    }

    void aFileCutShortGivesWhatItStillHolds()
    {
        const auto path = fresh(u"cut"_s);
        {
            BegunRecorder recorder(path);
            for (int i = 0; i < 70; ++i) {
                recorder.add(batchAt(i * 30s, 300));
                recorder.flush();
            }
        }
        QFile file(path);
        const auto whole = ticksIn(path);
        QCOMPARE(whole, 21'000);
        for (const double part : {0.9, 0.5, 0.2, 0.01}) {
            QVERIFY(file.resize(static_cast<qint64>(static_cast<double>(file.size()) * part)));
            QVERIFY(ticksIn(path) <= whole); // and does not crash
        }
        QVERIFY(!SessionReader(fresh(u"none"_s)).error().isEmpty());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("no database");
        file.close();
        QVERIFY(!SessionReader(path).error().isEmpty());
    }

    void whatHasNoEndIsNotReadForEver()
    {
        const auto path = fresh(u"maze"_s);
        {
            BegunRecorder recorder(path);
            recorder.add(batchAt(0s, 300));
        }
        const auto numbers =
            u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1) INSERT INTO "_s;
        QVERIFY(execOn(path, numbers.arg(3000) + u"log SELECT 1, i, 'load', 'health', 'begun' FROM n"_s));
        QVERIFY(execOn(path, numbers.arg(400) + u"rollups SELECT 1, i + 1000, zeroblob(100) FROM n"_s));
        QVERIFY(execOn(path, u"DELETE FROM rollups WHERE target <> 1"_s));
        const auto whole = SessionReader(path).sessions().value(0).id;
        QCOMPARE(SessionReader(path).log(whole).size(), 3000);

        QVERIFY(makeMaze(path, u"rollups"_s)); // too large to be looked at as a whole
        QCOMPARE(SessionReader(path).error(), QString());
        SessionReader(path).series(whole, u"health"_s); // comes to an end

        QVERIFY(makeMaze(path, u"log"_s));
        QVERIFY2(SessionReader(path).error().contains(u"linked twice"), qPrintable(SessionReader(path).error()));
        QVERIFY(SessionRecorder::problemWith(path).contains(u"linked twice"));

        const auto viewed = fresh(u"viewed"_s);
        BegunRecorder(viewed).flush();
        QVERIFY(execOn(viewed, u"DROP TABLE gap"_s));
        QVERIFY(execOn(viewed,
                       u"CREATE VIEW gap AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                       "SELECT 1 AS session, 1 AS reason, i AS first, i AS last, 1 AS lost FROM n"_s));
        QVERIFY2(SessionReader(viewed).error().contains(u"no recording"), qPrintable(SessionReader(viewed).error()));
    }

    void whatIsNoRecordingIsRefusedAndStaysAsItIs_data()
    {
        rows<QString>({"sql"},
                      {
                          {"text", {}}, // which is no database
                          {"tables", u"CREATE TABLE invoice (id INTEGER PRIMARY KEY)"_s},
                          {"another version", u"PRAGMA user_version = 7"_s},
                          {"our version", u"PRAGMA user_version = 1"_s},
                          {"another program", u"PRAGMA application_id = 7"_s},
                      });
    }
    void whatIsNoRecordingIsRefusedAndStaysAsItIs()
    {
        QFETCH(QString, sql);
        const auto path = fresh(u"foreign-%1"_s.arg(QLatin1StringView(QTest::currentDataTag())));
        QFile file(path);
        if (sql.isEmpty())
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no database, but a long enough text") > 0);
        else
            QVERIFY(execOn(path, sql));
        file.close();
        const auto before = bytesOf(path);
        QVERIFY(SessionRecorder::problemWith(path).startsWith(path + u": "_s));
        QVERIFY(!SessionReader(path).error().isEmpty());
        QCOMPARE(bytesOf(path), before);
        QVERIFY(!QFile::exists(path + u"-wal"_s));
        QVERIFY(SessionRecorder::problemWith(fresh(u"none/x"_s)).contains(u"No such file"));
        QVERIFY(!SessionRecorder::problemWith(m_folder.path()).isEmpty());
    }

    void aRecordingOfBeforeThereWasAnApplicationIdOpens()
    {
        const auto path = fresh(u"old"_s);
        {
            BegunRecorder recorder(path);
            recorder.add(batchAt(0s, 10));
        }
        QVERIFY(execOn(path, u"PRAGMA application_id = 0"_s));
        QCOMPARE(ticksIn(path), 10);
        QCOMPARE(SessionRecorder::problemWith(path), QString());
        QCOMPARE(ticksIn(path), 10);
    }

    void aRecordingIsForItsOwnerAlone()
    {
        const auto path = fresh(u"private"_s);
        QCOMPARE(SessionRecorder::problemWith(path), QString());
        const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QVERIFY(!(QFile::permissions(path) & others));
    }

    void everyLoadOfARunIsRecordedWithItsEnd()
    {
        const auto path = fresh(u"loads"_s);
        const auto request =
            parseHeadlessArguments({u"openloop-monitor"_s, u"--headless"_s, u"a=http://127.0.0.1:1/"_s,
                                    u"b=http://127.0.0.1:1/"_s, u"--load"_s, u"a=4"_s, u"--load"_s, u"b=4"_s,
                                    u"--duration"_s, u"200ms"_s, u"--quiet"_s, u"--record"_s, path});
        QVERIFY2(request, qPrintable(request.error));
        const auto loadsIn = [&path] {
            QStringList loads;
            const SessionReader reader(path);
            if (!reader.sessions().isEmpty()) {
                for (const auto &entry : reader.log(reader.sessions().first().id)) {
                    if (entry.kind == u"load"_s)
                        loads.append(entry.target + u'=' + entry.text);
                }
            }
            loads.sort();
            return loads;
        };
        HeadlessRun run(*request->options);
        run.start();
        TRY_COMPARE(loadsIn(), (QStringList{u"a=0"_s, u"a=4"_s, u"b=0"_s, u"b=4"_s}));
    }

    void aFullDiskIsToldOnceAndNothingIsLostWhenThereIsRoomAgain()
    {
        const auto path = fresh(u"full"_s);
        SessionRecorder recorder(path);
        QSignalSpy failed(&recorder, &SessionRecorder::failed);
        QSignalSpy recovered(&recorder, &SessionRecorder::recovered);
        recorder.begin(targets(), origin, wall);
        recorder.add(batchAt(0s, 100));
        QCOMPARE(recorder.flush(), QString());
        {
            const FullDisk full(256 * 1024);
            for (int i = 1; i < 40; ++i) {
                recorder.add(batchAt(i * 10s, 100));
                recorder.flush();
            }
            QVERIFY2(recorder.flush().startsWith(path + u": "_s), qPrintable(recorder.flush()));
            TRY_COMPARE(failed.size(), 1);
            QCOMPARE(failed.first().first().toString(), recorder.flush());
        }
        QCOMPARE(recorder.flush(), QString());
        TRY_COMPARE(recovered.size(), 1);
        QCOMPARE(failed.size(), 1);
        QCOMPARE(ticksIn(path), 4000);
    }

    void whatWasGivenUpOnAFullDiskIsToldToTheEnd()
    {
        const auto path = fresh(u"given-up"_s);
        SessionRecorder::Options options;
        options.keptWhileBroken = 1000;
        BegunRecorder recorder(path, options);
        recorder.add(batchAt(0s, 100));
        QCOMPARE(recorder.flush(), QString());
        {
            const FullDisk full(0);
            for (int i = 1; i < 10; ++i)
                recorder.add(batchAt(i * 10s, 100));
            QVERIFY(!recorder.flush().isEmpty());
        }
        const auto problem = recorder.flush(); // there is room again, and 900 of 5 x 900 were not kept for it
        QVERIFY2(problem.startsWith(path + u": "_s) && problem.contains(u"3500 samples"), qPrintable(problem));
        QCOMPARE(ticksIn(path), 300);
    }

    void aRecordingIsBounded()
    {
        const auto path = fresh(u"bounded"_s);
        SessionRecorder::Options options;
        options.maxBytes = 1 << 20;
        {
            BegunRecorder recorder(path, options);
            for (int i = 0; i < 120; ++i) {
                recorder.add(batchAt(i * 30s, 300));
                recorder.flush();
            }
        }
        const auto size = QFile(path).size();
        QVERIFY2(size < 3 << 20, qPrintable(QString::number(size))); // 4.3 MB of samples went in
        QCOMPARE(ticksIn(path), 36'000); // the rollups still know of all
    }

    void soAreTheRollupsOfMonths()
    {
        const auto path = fresh(u"months"_s);
        SessionRecorder::Options options;
        options.maxBytes = 1 << 20;
        {
            BegunRecorder recorder(path, options);
            recorder.flush();
        }
        {
            BegunRecorder recorder(path, options); // beside the session of an earlier run
            for (int hour = 0; hour < 40; ++hour) {
                for (int i = 0; i < 30; ++i) { // as often as is compacted
                    for (int of = 0; of < 4; ++of)
                        recorder.add(batchAt(1h * hour + (i * 4 + of) * 30s, 100));
                    recorder.add(LogEntry::load(origin + 1h * hour, u"health"_s, 1));
                    recorder.flush();
                }
            }
        }
        const auto size = QFile(path).size();
        QVERIFY2(size < 4 << 20, qPrintable(QString::number(size))); // 25 MB of rollups went in, and 30 s come at once
        const SessionReader reader(path);
        const auto last = reader.series(reader.sessions().last().id, u"health"_s);
        QCOMPARE(last.quantiles(origin + 39h, origin + 40h).n, 12'000); // the latest are there, the first are not
        QCOMPARE(last.quantiles(origin, origin + 1h).n, 0);
    }

    void hoursOfManyTargetsOpenQuickly()
    {
        const auto path = fresh(u"hours"_s);
        {
            BegunRecorder recorder(path);
            for (int i = 0; i < 60; ++i) { // an hour of 4 targets at 10 Hz
                recorder.add(batchAt(i * 60s, 600));
                recorder.flush();
            }
        }
        // 24 h of 20 targets are 120 times this and are to take 2 s on an idle machine. On any machine: opening reads
        // the rollups, which costs less than reading the single samples. The best of each in turn: caches are warm.
        const auto open = [&path] {
            const SessionReader reader(path);
            for (const auto &target : targets())
                QCOMPARE(reader.series(reader.sessions().first().id, target.name).quantiles(origin, origin + 1h).n,
                         36'000);
        };
        const auto readSamples = [&path] {
            const SessionReader reader(path);
            for (const auto &target : targets()) {
                Series series(origin);
                reader.loadSamples(reader.sessions().first().id, target.name, origin, origin + 1h, series);
                QCOMPARE(series.samples(origin, origin + 1h).size(), 36'000U);
            }
        };
        qint64 fromRollups = std::numeric_limits<qint64>::max();
        qint64 fromSamples = fromRollups;
        for (int turn = 0; turn < 5; ++turn) {
            fromRollups = std::min(fromRollups, processorTimeOf(open));
            fromSamples = std::min(fromSamples, processorTimeOf(readSamples));
        }
        qInfo("an hour of 4 targets opened in %.1f ms, its samples read in %.1f ms", double(fromRollups) / 1e6,
              double(fromSamples) / 1e6);
        QVERIFY2(fromRollups < fromSamples, qPrintable(QString::number(double(fromRollups) / double(fromSamples))));
    }
};

QTEST_GUILESS_MAIN(TestSessionStore)
#include "test_session_store.moc"
