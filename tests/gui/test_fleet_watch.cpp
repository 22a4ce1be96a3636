// SPDX-License-Identifier: GPL-3.0-or-later
// Servers of one queue: how their list is read, which services make a group, who of them is asked, and what is said.
#include "gui/models/watches/fleet_table.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/programmed_server.h"
#include "tests/support/rows.h"

#include <QSignalSpy>
#include <QTest>

#include <array>
#include <memory>

using namespace openloop;
using namespace openloop::gui;
using namespace Qt::Literals::StringLiterals;

namespace {

const QString first = u"00000000000000a1"_s;
const QString second = u"00000000000000a2"_s;
const QString third = u"00000000000000a3"_s;

QByteArray nodeText(const QString &id, const QByteArray &more = {})
{
    return "{\"id\":\"" + id.toLatin1()
        + "\",\"name\":\"node\",\"state\":\"alive\",\"version\":\"1.0\",\"beat_age\":0.5,"
        + "\"heartbeat\":5,\"jobs\":[" + more + "]}";
}

QByteArray listOf(const QList<QByteArray> &nodes)
{
    return "{\"data\":[" + nodes.join(',') + "]}";
}

QByteArray jobText(const QByteArray &more = R"("phase":"sieving","progress":0.25,"eta":90)")
{
    return R"({"id":"0123456789abcdef",)" + more + "}";
}

/// Services of one or several queues, and who was asked for what.
class Servers
{
public:
    /// An openloop-server whose answer of /nodes names these servers.
    int add(const QString &self, const QList<QString> &nodes)
    {
        const auto index = m_servers.size();
        m_servers.push_back(std::make_unique<test::ProgrammedServer>([this, self, nodes,
                                                                      index](int, const QByteArray &path) {
            test::Reaction reaction;
            if (path == "/metrics") {
                reaction.body = "openloop_build_info{version=\"1\"} 1\nopenloop_pool_busy 1\nopenloop_pool_threads 2\n"
                                "openloop_node_info{id=\""
                    + self.toLatin1() + "\",name=\"node\"} 1\nopenloop_jobs{state=\"queued\"} 3\n"
                    + "openloop_jobs{state=\"held\"} 1\nopenloop_jobs{state=\"running\"} 9\n";
            } else if (path == "/nodes") {
                ++m_asked[index];
                QList<QByteArray> all;
                for (const auto &node : nodes)
                    all << nodeText(node, jobText());
                reaction.body = listOf(all);
            } else if (path.startsWith("/factorizations?state=running")) {
                ++m_pages;
                reaction.body = R"({"data":[{"id":"0123456789abcdef","n":"1234567"}],"next":null})";
            } else {
                reaction.status = 404;
            }
            return reaction;
        }));
        return static_cast<int>(index);
    }
    void end(int server) { m_servers[static_cast<std::size_t>(server)].reset(); }
    int asked(int server) const { return m_asked[static_cast<std::size_t>(server)]; }
    int pages() const { return m_pages; }
    QList<probe::Target> targets() const
    {
        QStringList urls;
        for (const auto &server : m_servers)
            urls << server->url(u"/health"_s);
        return *probe::targetsFromArguments(urls);
    }

private:
    std::array<std::atomic<int>, 4> m_asked{};
    std::atomic<int> m_pages = 0;
    std::vector<std::unique_ptr<test::ProgrammedServer>> m_servers; ///< last: they count in the others
};

QString textAt(const FleetTable &table, int row, int column, int role = Qt::DisplayRole)
{
    return table.index(row, column).data(role).toString();
}

} // namespace

class FleetWatchTest : public QObject
{
    Q_OBJECT
private slots:
    void aListOfServersIsReadAsItIsTold()
    {
        const auto nodes =
            parseNodes(listOf({nodeText(first, jobText()),
                               nodeText(second, jobText(R"("phase":null,"progress":0,"eta":null,"new":[])"))}));
        QVERIFY2(nodes, qPrintable(nodes.error));
        QCOMPARE(nodes->size(), 2);
        const Node &node = nodes->first();
        QCOMPARE(node.id, first);
        QCOMPARE(node.name, u"node"_s);
        QCOMPARE(node.version, u"1.0"_s);
        QVERIFY(node.state == Node::State::Alive && !node.isLate());
        QCOMPARE(node.beatAge, 0.5);
        const NodeJob &job = node.jobs.first();
        QCOMPARE(job.id, u"0123456789abcdef"_s);
        QCOMPARE(job.phase, u"sieving"_s);
        QCOMPARE(job.progress, 0.25);
        QCOMPARE(*job.eta, 90.0);
        const NodeJob &other = nodes->last().jobs.first();
        QVERIFY(other.phase.isEmpty() && !other.eta);
    }

    void whatIsWrongInAListOfServersIsNamed_data()
    {
        const auto with = [](const QByteArray &member, const QByteArray &other) {
            return listOf({nodeText(first), nodeText(second, jobText()).replace(member, other)});
        };
        test::rows<QByteArray, QString>(
            {"answer", "error"},
            {
                {"no JSON", "<html>", u"illegal value"_s},
                {"no list", "{}", u"data is no list"_s},
                {"no object", R"({"data":[7]})", u"data[0] is no object"_s},
                {"id", with("00000000000000a2", "A2"), u"data[1].id is not 16 hexadecimal digits"_s},
                {"name", with(R"("name":"node")", R"("name":7)"),
                 u"data[1].name is no text of at most 255 characters"_s},
                {"long name", with("node", QByteArray(300, 'x')),
                 u"data[1].name is no text of at most 255 characters"_s},
                {"state", with("alive", "well"), u"data[1].state is none of alive, left and dead"_s},
                {"version", with(R"("1.0")", "1"), u"data[1].version is no text of at most 255 characters"_s},
                {"beat", with("0.5", "-1"), u"data[1].beat_age is no number from 0 to 1000000000"_s},
                {"endless heartbeat", with(":5", ":1e300"), u"data[1].heartbeat is no number from 0 to 1000000000"_s},
                {"jobs", with(R"("jobs":[)", R"("jobs":3,"x":[)"), u"data[1].jobs is no list"_s},
                {"job", with(jobText(), "null"), u"data[1].jobs[0] is no object"_s},
                {"progress", with("0.25", "1.5"), u"data[1].jobs[0].progress is no number from 0 to 1"_s},
                {"eta", with("90", R"("soon")"), u"data[1].jobs[0].eta is no number from 0 to 1000000000"_s},
                {"too many", listOf(QList<QByteArray>(1001, nodeText(first))), u"more than 1000 servers"_s},
                {"too many jobs",
                 listOf({nodeText(first, QList<QByteArray>(6000, jobText()).join(',')),
                         nodeText(second, QList<QByteArray>(6000, jobText()).join(','))}),
                 u"more than 10000 jobs"_s},
                {"too long", QByteArray(longestNodes + 1, ' '), u"more than 4 MiB"_s},
            });
    }

    void whatIsWrongInAListOfServersIsNamed()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QString, error);
        const auto nodes = parseNodes(answer);
        QVERIFY(!nodes);
        QCOMPARE(nodes.error, error);
    }

    void aNameOfManyLinesIsOne()
    {
        const auto nodes = parseNodes(listOf({nodeText(first).replace("node", "a\\n\\tb\\u0000")}));
        QVERIFY2(nodes, qPrintable(nodes.error));
        QVERIFY(!nodes->first().name.contains(u'\n') && nodes->first().name.startsWith(u"a b"_s));
    }

    void digitsAreCountedOfWhatIsANumber()
    {
        const auto digits = digitsOfJobs(R"({"data":[{"id":"0123456789abcdef","n":"360"},{"id":"x","n":"1"},7,
            {"id":"0123456789abcde0","n":"-3"},{"id":"0123456789abcde1","n":""}]})");
        QCOMPARE(digits.size(), 1);
        QCOMPARE(digits[u"0123456789abcdef"_s], 3);
    }

    void servicesThatNameOneServerAlikeAreOneGroup()
    {
        const auto nodes = [](const QStringList &ids) {
            QList<Node> list;
            for (const auto &id : ids) {
                list << Node();
                list.last().id = id;
            }
            return list;
        };
        using Groups = QList<QList<qsizetype>>;
        QCOMPARE(fleetsOf({}), Groups());
        QCOMPARE(fleetsOf({{}, {}}), (Groups{{0}, {1}})); // who tells nothing is alone
        QCOMPARE(fleetsOf({{first, nodes({first, second})}, {second, {}}, {third, {}}}), (Groups{{0, 1}, {2}}));
        // The last one shows that the two before are of one.
        QCOMPARE(fleetsOf({{{}, nodes({first})}, {{}, nodes({second})}, {{}, nodes({first, second})}}),
                 (Groups{{0, 1, 2}}));
        QCOMPARE(fleetsOf({{first, {}}, {second, {}}, {first, {}}}), (Groups{{0, 2}, {1}}));
    }

    void oneOfAGroupIsAskedAndTheNextWhenItIsGone()
    {
        Servers servers;
        const QStringList all{first, second, third};
        for (const auto &self : all)
            servers.add(self, all);
        FleetWatch watch;
        watch.setTargets(servers.targets());
        QTest::qWait(1); // nobody has asked for it yet
        QCOMPARE(servers.asked(0) + servers.asked(1) + servers.asked(2), 0);
        watch.setWatched(true);
        TRY_VERIFY(servers.asked(0) >= 2);
        // Once each, before it is known that they are of one.
        QVERIFY2(servers.asked(1) <= 1 && servers.asked(2) <= 1,
                 qPrintable(u"%1 %2"_s.arg(servers.asked(1)).arg(servers.asked(2))));
        TRY_COMPARE(watch.fleets().size(), 1);
        const SeenFleet fleet = watch.fleets().first();
        QCOMPARE(fleet.nodes.size(), 3);
        QCOMPARE(fleet.nodes[1].node.id, second);
        QVERIFY(fleet.nodes[1].figures);
        QCOMPARE(*fleet.nodes[1].figures->threads, 2.0);
        QVERIFY(!fleet.nodes[1].address.isEmpty());
        QCOMPARE(*fleet.waiting, 4.0);
        TRY_COMPARE(watch.fleets().first().nodes.first().node.jobs.first().digits, 7);
        QCOMPARE(servers.pages(), 1); // once for each job
        const int before = servers.asked(1);
        servers.end(0);
        TRY_VERIFY(servers.asked(1) >= before + 2);
        QVERIFY(servers.asked(2) <= 1);
        QCOMPARE(watch.fleets().size(), 1);
        TRY_VERIFY(!watch.fleets().first().nodes.first().figures);
    }

    void twoQueuesAreTwoGroups()
    {
        Servers servers;
        servers.add(first, {first});
        servers.add(second, {second, third});
        FleetWatch watch;
        watch.setTargets(servers.targets());
        watch.setWatched(true);
        TRY_COMPARE(watch.fleets().size(), 2);
        QCOMPARE(watch.fleets().first().nodes.size(), 1);
        QCOMPARE(watch.fleets().last().nodes.size(), 2);
        QVERIFY(!watch.fleets().last().nodes.last().figures); // no target leads to the third
    }

    void whoIsNoneOfOursIsNotAskedForItsNodes()
    {
        std::atomic<int> asked = 0, metrics = 0;
        test::ProgrammedServer other([&asked, &metrics](int, const QByteArray &path) {
            ++(path == "/metrics" ? metrics : asked);
            test::Reaction reaction;
            reaction.body = "up 1\n";
            return reaction;
        });
        FleetWatch watch;
        QVERIFY2(watch.problem().endsWith(u"No target is an openloop-server."_s), qPrintable(watch.problem()));
        watch.setTargets(*probe::targetsFromArguments({other.url(u"/health"_s)}));
        watch.setWatched(true);
        QVERIFY2(watch.problem().endsWith(u"Nobody has answered yet."_s), qPrintable(watch.problem()));
        TRY_VERIFY2(watch.problem().endsWith(u"No target is an openloop-server."_s), qPrintable(watch.problem()));
        QCOMPARE(asked.load(), 0);
        QCOMPARE(metrics.load(), 1);
        watch.setTargets(std::nullopt);
        QCOMPARE(watch.problem(), u"A recording does not hold which servers shared a queue."_s);
    }

    void whoIsAwayIsSaidToBe()
    {
        FleetWatch watch;
        watch.setTargets(*probe::targetsFromArguments({u"http://user:secret@127.0.0.1:%1/x"_s.arg(test::freePort())}));
        watch.setWatched(true);
        TRY_VERIFY(watch.problem().contains(u"127.0.0.1:"_s));
        QVERIFY2(!watch.problem().contains(u"secret"_s), qPrintable(watch.problem()));
    }

    void aListThatCannotBeReadIsNamedWithItsPlace()
    {
        test::ProgrammedServer server([](int, const QByteArray &path) {
            test::Reaction reaction;
            reaction.body = path == "/metrics" ? "openloop_build_info{version=\"1\"} 1\n" : "{\"data\":[3]}";
            return reaction;
        });
        FleetWatch watch;
        watch.setTargets(*probe::targetsFromArguments({server.url(u"/health"_s)}));
        watch.setWatched(true);
        const QString said = u"127.0.0.1:%1/nodes: data[0] is no object"_s.arg(server.port());
        TRY_VERIFY2(watch.problem().endsWith(said), qPrintable(watch.problem()));
        const int asked = server.requests();
        TRY_VERIFY(server.requests() > asked); // its metrics are well
        QVERIFY2(watch.problem().endsWith(said), qPrintable(watch.problem()));
    }

    void theTableSaysWhoWorksOnWhat()
    {
        Node alive{first, u"one<b>"_s, Node::State::Alive, u"1.0"_s, 1, 5, {}};
        alive.jobs << NodeJob{u"0123456789abcdef"_s, u"sieving"_s, 0.256, 90, 77};
        const Node late{second, u"two"_s, Node::State::Alive, {}, 11, 5, {}};
        const Node dead{third, u"three"_s, Node::State::Dead, {}, 60, 5, {}};
        const Node longDead{u"00000000000000a4"_s, u"four"_s, Node::State::Dead, {}, 4000, 5, {}};
        const SeenFleet fleet{
            {{alive, NodeFigures{1, 2, 3, 0.5}, u"h:1"_s}, {late, {}, {}}, {dead, {}, {}}, {longDead, {}, {}}}, 4.0};
        FleetTable table;
        table.set({fleet});
        QCOMPARE(table.rowCount(), 5);
        QCOMPARE(textAt(table, 0, 0),
                 u"%1 · %2 · %3 · 4 wait"_s.arg(u"2 server(s) share(s) a queue"_s, u"1 gone"_s, u"1 job(s) run"_s));
        QVERIFY(textAt(table, 0, 0, Qt::ToolTipRole).startsWith(u"1 more"_s));
        for (const int row : {0, 2}) // a screen reader finds the cells that the first one covers
            QCOMPARE(textAt(table, row, FleetTable::Beat, Qt::AccessibleTextRole),
                     textAt(table, row, 0, Qt::AccessibleTextRole));
        QCOMPARE(textAt(table, 1, FleetTable::Server), u"one<b>"_s);
        QCOMPARE(textAt(table, 1, FleetTable::StateColumn), u"alive"_s);
        QCOMPARE(textAt(table, 1, FleetTable::Busy), u"1 of 2"_s);
        QCOMPARE(textAt(table, 1, FleetTable::Queue), u"3"_s);
        QCOMPARE(textAt(table, 1, FleetTable::Lag), u"≤ 0.5\u2009ms"_s);
        QCOMPARE(textAt(table, 1, FleetTable::Beat), u"1\u2009s"_s);
        QVERIFY(textAt(table, 1, 0, Qt::ToolTipRole).contains(u"one&lt;b&gt;"_s)); // not as markup
        QCOMPARE(textAt(table, 2, 0), u"0123456789abcdef"_s); // what Ctrl+C takes
        const auto parts = table.index(2, 0).data(FleetTable::PartsRole).toStringList();
        QCOMPARE(parts.join(u'|'), u"01234567…|77 digit(s)|sieving|25\u2009%|1\u2009min\u200930\u2009s left"_s);
        QVERIFY(textAt(table, 2, 0, Qt::AccessibleTextRole).startsWith(u"Job 0123456789abcdef at one<b>, 77"_s));
        QCOMPARE(textAt(table, 3, FleetTable::StateColumn), u"overdue"_s);
        QCOMPARE(textAt(table, 3, FleetTable::Busy), u"–"_s);
        QVERIFY(textAt(table, 3, FleetTable::Busy, Qt::ToolTipRole).contains(u"add one of its URLs"_s));
        QCOMPARE(textAt(table, 4, FleetTable::StateColumn), u"lost"_s);
    }

    void serversStandInTheOrderOfTheirNames()
    {
        const auto named = [](const QString &id, const QString &name, Node::State state = Node::State::Alive) {
            return SeenNode{{id, name, state, {}, 1, 5, {}}, {}, {}};
        };
        FleetTable table;
        table.set({{{named(first, u"n10"_s), named(second, u"n9"_s), named(third, u"n1"_s, Node::State::Left)}, {}}});
        QCOMPARE(textAt(table, 1, 0) + textAt(table, 2, 0) + textAt(table, 3, 0), u"n9n10n1"_s);
    }

    void aServerThatStaysKeepsItsRow()
    {
        const Node node{first, u"one"_s, Node::State::Alive, {}, 1, 5, {}};
        FleetTable table;
        table.set({{{{node, {}, {}}}, {}}});
        QSignalSpy reset(&table, &QAbstractItemModel::modelReset);
        QSignalSpy changed(&table, &QAbstractItemModel::dataChanged);
        table.set({{{{node, NodeFigures{1, 2, 3, 0.5}, {}}}, {}}});
        QCOMPARE(reset.size(), 0);
        QCOMPARE(changed.size(), 1);
        table.set({});
        QCOMPARE(reset.size(), 1);
        QCOMPARE(table.rowCount(), 0);
    }
};

QTEST_GUILESS_MAIN(FleetWatchTest)
#include "test_fleet_watch.moc"
