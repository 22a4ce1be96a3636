// SPDX-License-Identifier: GPL-3.0-or-later
// The window on real servers that share a PostgreSQL: who they are, who works on which job, and who was lost.
#include "gui/models/default_rules.h"
#include "gui/theme/theme.h"
#include "gui/views/panels/fleet_panel.h"
#include "gui/window/main_window.h"
#include "tests/support/clients/crowd.h"
#include "tests/support/jobs/job_client.h"
#include "tests/support/patience.h"
#include "tests/support/peers/fleet.h"
#include "tests/support/peers/peers.h"

#include <QClipboard>
#include <QDockWidget>
#include <QGuiApplication>
#include <QTemporaryFile>
#include <QTest>

using namespace openloop;
using namespace openloop::test;
using namespace Qt::Literals::StringLiterals;
using gui::FleetTable;
using gui::FleetWatch;

class FleetPanelTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<gui::Theme> m_theme;
    std::unique_ptr<gui::MainWindow> m_window;

    void open(const QList<probe::Target> &targets)
    {
        m_theme = std::make_unique<gui::Theme>();
        m_window = std::make_unique<gui::MainWindow>(*m_theme, targets, gui::defaultRules(targets));
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get(), patience));
        m_window->goTo(m_window->findChild<QDockWidget *>(u"fleet"_s));
    }

    QAbstractItemModel &table() { return *m_window->fleetPanel().model(); }

    /// The first row of a kind whose first column says so; none: -1.
    int rowOf(FleetTable::Kind kind, const QString &text)
    {
        for (int row = 0; row < table().rowCount(); ++row) {
            const auto index = table().index(row, 0);
            if (index.data(FleetTable::KindRole).toInt() == static_cast<int>(kind) && index.data().toString() == text)
                return row;
        }
        return -1;
    }
    QString textOf(const QString &node, FleetTable::Column column)
    {
        const int row = rowOf(FleetTable::Kind::Node, node);
        return row < 0 ? QString() : table().index(row, column).data().toString();
    }

private slots:
    void cleanup()
    {
        m_window.reset();
        m_theme.reset();
    }

    void aFleetIsSeenWithWhoWorksOnWhat()
    {
        if (peersAreLeftOut())
            QSKIP("PostgreSQL is left out here");
        Fleet fleet(QStringLiteral(TEST_SERVER));
        const auto urlOf = [&fleet](const QString &name) {
            return u"%1=http://127.0.0.1:%2/health"_s.arg(name).arg(fleet[name].port());
        };
        fleet.start(u"A"_s, {}, Fleet::Computes::Held);
        fleet.start(u"B"_s, {u"--jobs"_s, u"off"_s});
        const QByteArray path = accept(fleet[u"B"_s].port(), semiprime(150));
        const QString id = QString::fromLatin1(path.split('/').last());
        fleet.start(u"C"_s, {u"--jobs"_s, u"off"_s});
        open(*probe::targetsFromArguments({urlOf(u"A"_s), urlOf(u"B"_s)}));
        TRY_VERIFY(rowOf(FleetTable::Kind::Job, id) >= 0);
        const auto parts = [&] {
            return table().index(rowOf(FleetTable::Kind::Job, id), 0).data(FleetTable::PartsRole).toStringList();
        };
        TRY_COMPARE(parts().value(2), u"sieving"_s);
        TRY_VERIFY(parts().value(1).startsWith(QString::number(semiprime(150).size())));
        QCOMPARE(rowOf(FleetTable::Kind::Job, id), rowOf(FleetTable::Kind::Node, u"A"_s) + 1); // A works on it
        TRY_VERIFY(textOf(u"A"_s, FleetTable::Busy).startsWith(u"1 of "_s));
        TRY_VERIFY(textOf(u"B"_s, FleetTable::Busy).startsWith(u"0 of "_s));
        TRY_VERIFY(textOf(u"B"_s, FleetTable::Lag).startsWith(u"≤ "_s));
        QCOMPARE(textOf(u"C"_s, FleetTable::Busy), u"–"_s); // no target leads there
        QCOMPARE(textOf(u"C"_s, FleetTable::StateColumn), u"alive"_s);
        const auto groups = [&] {
            int count = 0;
            for (int row = 0; row < table().rowCount(); ++row)
                count += table().index(row, 0).data(FleetTable::KindRole).toInt() == 0;
            return count;
        };
        QCOMPARE(groups(), 1);

        auto &panel = m_window->fleetPanel();
        panel.setCurrentIndex(table().index(rowOf(FleetTable::Kind::Job, id), 0));
        QTest::keyClick(&panel, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), id);

        fleet.kill(u"A"_s); // B is asked then
        TRY_COMPARE(textOf(u"A"_s, FleetTable::StateColumn), u"lost"_s);
        TRY_COMPARE(textOf(u"A"_s, FleetTable::Busy), u"–"_s);
        TRY_COMPARE(rowOf(FleetTable::Kind::Job, id), -1);
        QCOMPARE(groups(), 1);
    }

    void aServerAloneIsAskedWithTheTokenOfItsTarget()
    {
        QTemporaryFile tokens;
        QVERIFY(tokens.open());
        tokens.write("0123456789abcdef0123456789abcdef\n");
        tokens.close();
        ServerProcess server(QStringLiteral(TEST_SERVER), {u"--token-file"_s, tokens.fileName()});
        QVERIFY(server.waitUntilReady());
        auto targets = *probe::targetsFromArguments({u"http://127.0.0.1:%1/health"_s.arg(server.port())});
        open(targets);
        auto &watch = m_window->fleetPanel().watch();
        TRY_VERIFY2(watch.problem().contains(u"HTTP 401"_s), qPrintable(watch.problem()));
        targets.first().headers << *probe::parseHeader(u"Authorization: Bearer 0123456789abcdef0123456789abcdef"_s);
        m_window->session().setTargets(targets);
        TRY_COMPARE(watch.fleets().size(), 1);
        QCOMPARE(watch.fleets().first().nodes.size(), 1);
        TRY_VERIFY(watch.fleets().first().nodes.first().figures);
        QCOMPARE(watch.fleets().first().nodes.first().address, u"127.0.0.1:%1"_s.arg(server.port()));
    }
};

QTEST_MAIN(FleetPanelTest)
#include "test_fleet_panel.moc"
