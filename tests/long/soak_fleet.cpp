// SPDX-License-Identifier: GPL-3.0-or-later
// Several servers on one database for longer than a test may take: kills,
// crowds of watchers, chaos, the release before. usage: openloop-soak-fleet
// [kills] [watchers] [chaos] [openloop-server of the release before]; what is
// named, or all but the release before. SEED and JOBS are of the chaos. Exits 1
// when something was not as it must be.
#include "tests/server/jobs/fleet/chaos.h"
#include "tests/server/jobs/fleet/kills.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/control.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"

#include <QCoreApplication>
#include <QTest>

#include <cstdio>
#include <random>
#include <sys/resource.h>

using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QString testServer = QStringLiteral(TEST_SERVER);

bool say(bool isRight, const QString &what)
{
    std::printf("%s   %s\n", isRight ? "right" : "WRONG", qUtf8Printable(what));
    std::fflush(stdout);
    return isRight;
}

bool kill(const QString &databaseUrl, int servers)
{
    Kills kills(servers, [&](int) {
        const QStringList options{u"--database"_s, databaseUrl, u"--heartbeat"_s, u"1"_s};
        return std::make_unique<ServerProcess>(testServer, options);
    });
    const bool went = kills.killAgainAndAgain(20);
    const QString wrong = kills.firstWrong();
    return say(
        went && wrong.isEmpty(),
        u"20 kills of %1 server(s), %2 jobs accepted and done %3"_s.arg(servers).arg(kills.accepted()).arg(wrong));
}

bool killOnEachDatabase()
{
    const QTemporaryDir folder;
    const bool right = kill(u"sqlite:"_s + folder.filePath(u"kills.sqlite"_s), 1);
    Postgres postgres;
    return kill(postgres.databaseUrl(u"kills"_s), 2) && right;
}

// 30,000 in all and 5,000 at once, each of one of the newest jobs: it waits,
// runs, is about to end, or has ended. Jobs are asked for as fast as they are
// done, else most of the watched would be the last of a long queue; and who
// watches comes as fast as the servers greet, else all that is measured is how
// long a queue of clients can be.
bool watch()
{
    constexpr int inAll = 30'000;
    constexpr int atOnce = 5000;
    constexpr int unfinished = 100;
    constexpr int atTheDoor = 100;
    Fleet fleet(testServer);
    const std::array<quint16, 2> ports{fleet.start(u"A"_s).port(), fleet.start(u"B"_s).port()};
    const Control control(ports[0]);
    std::mt19937 random(1); // NOLINT: the same in every run
    const auto below = [&](qsizetype bound) { return qsizetype(random() % std::size_t(bound)); };
    Watchers watchers;
    QByteArrayList paths;
    int mostOpen = 0;
    int came = 0;
    const QString left = u"SELECT count(*) FROM tasks WHERE state IN ('queued', 'held', 'running')"_s;
    const auto hasRoom = [&] {
        if (fleet.row(left).value(0).toInt() < unfinished)
            paths << accept(ports[below(2)], semiprime(110 + unsigned(below(60)), unsigned(paths.size())));
        return watchers.open() < atOnce && came - watchers.greeted() < atTheDoor;
    };
    while (came < inAll) {
        if (!QTest::qWaitFor(hasRoom, patience))
            return say(false, u"%1 watchers are open, and told nothing"_s.arg(watchers.open()));
        const qsizetype newest = std::min<qsizetype>(paths.size(), 2 * unfinished);
        for (auto more = std::min<qsizetype>(below(60), inAll - came); more > 0 && watchers.open() < atOnce; --more) {
            watchers.add(ports[below(2)], paths[paths.size() - 1 - below(newest)]);
            ++came;
        }
        mostOpen = std::max(mostOpen, watchers.open());
    }
    const auto areTold = [&] { return watchers.open() == 0; };
    const bool all = QTest::qWaitFor(areTold, 10 * patience);
    const std::vector<Watchers::Told> told = watchers.take();
    const auto latest = fleet.latest(told);
    return say(all && int(told.size()) == inAll && latest <= control.longest(2s),
               u"%1 watchers, up to %2 at once, of %3 jobs; the last was told %4 ms after its end (%5 allowed here)"_s
                   .arg(told.size())
                   .arg(mostOpen)
                   .arg(paths.size())
                   .arg(latest.count())
                   .arg(control.longest(2s).count()));
}

unsigned long fromEnvironment(const char *name, unsigned long otherwise)
{
    const QByteArray text = qgetenv(name);
    return text.isEmpty() ? otherwise : text.toULong();
}

bool fall()
{
    const unsigned long seed = fromEnvironment("SEED", 1);
    const auto jobs = int(fromEnvironment("JOBS", 2000));
    std::printf("        chaos with SEED=%lu, %d jobs at least\n", seed, jobs);
    std::fflush(stdout);
    Chaos chaos(QStringLiteral(SERVER), seed, {.kills = 30, .freezes = 10, .restarts = 5, .jobs = jobs, .clients = 24});
    const QStringList wrong = chaos.run();
    return say(wrong.isEmpty(),
               u"chaos with SEED=%1: %2 %3"_s.arg(QString::number(seed), chaos.figures(), wrong.join(u'\n')));
}

// It made the tables and began a job; ours goes on with that; then it comes
// back.
bool meetReleaseBefore(const QString &program)
{
    Fleet fleet(testServer);
    const QStringList options{u"--database"_s, fleet.databaseUrl()};
    QByteArray path;
    {
        ServerProcess before(program, options);
        if (!before.waitUntilReady())
            return say(false, u"the release before does not start"_s);
        path = accept(before.port(), semiprime(290)); // minutes
        const auto runs = [&] { return stateOf(before.port(), path) == u"running"_s; };
        if (!QTest::qWaitFor(runs, patience))
            return say(false, u"the release before computes nothing"_s);
        before.process().kill();
        before.process().waitForFinished();
    }
    fleet.start(u"A"_s, {}, Fleet::Computes::Held);
    const auto goesOn = [&] { return fleet.task(path).state == u"running"_s; };
    const bool went = QTest::qWaitFor(goesOn, patience);
    const Fleet::Task task = fleet.task(path);
    ServerProcess again(program, options);
    const bool started = again.waitUntilReady();
    again.process().waitForFinished();
    const QByteArray said = again.standardError();
    const bool inOneLine = said.startsWith("openloop-server: ") && said.indexOf('\n') == said.size() - 1
        && said.contains("a newer openloop-server has taken over this database");
    return say(went && task.deaths == 0 && !started && again.process().exitCode() == 1 && inOneLine
                   && fleet.task(path) == task,
               u"the release before, started again beside its job: %1"_s.arg(QString::fromUtf8(said.trimmed())));
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QStringList parts = QCoreApplication::arguments().mid(1);
    if (parts.isEmpty())
        parts << u"kills"_s << u"watchers"_s << u"chaos"_s;
    raiseDescriptorLimit();
    bool right = true;
    for (const QString &part : std::as_const(parts)) {
        if (part == u"kills"_s)
            right = killOnEachDatabase() && right;
        else if (part == u"watchers"_s)
            right = watch() && right;
        else if (part == u"chaos"_s)
            right = fall() && right;
        else
            right = meetReleaseBefore(part) && right;
    }
    return right ? 0 : 1;
}
