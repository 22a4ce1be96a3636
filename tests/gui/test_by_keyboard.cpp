// SPDX-License-Identifier: GPL-3.0-or-later
// A day's work with the window by keys alone: no click, no call of what a key should have done.
#include "gui/models/default_rules.h"
#include "gui/probe/measurement/profile.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/window/experiments.h"
#include "tests/gui/keys.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/ticks.h"

#include <QAccessible>
#include <QFileDialog>
#include <QTemporaryDir>

using namespace openloop;
using namespace openloop::test;

class ByKeyboardTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init()
    {
        serveUsual();
        auto targets = *probe::targetsFromArguments({base() + u"/health"_s, base() + u"/factorize"_s});
        targets[0].interval = 20ms;
        WindowFixture::open(targets, defaultRules(targets));
        probe::IsolationConfig config; // which a user has no need to shorten
        config.baseline = config.loaded = config.recovery = 1200ms;
        config.settle = 100ms;
        m_window->experiments().setIsolationConfig(config);
        m_window->session().record(m_folder.filePath(u"first.sqlite"_s));
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get(), patience));
        QVERIFY(hasMore(m_window->session(), u"health"_s, 50));
        m_window->session().record(m_folder.filePath(u"second.sqlite"_s));
    }

    void cleanup() { endAll(); }

    void fromATargetToARecording()
    {
        addATarget();
        editIt();
        runTheIsolationTest();
        changeTheRules();
        compare();
        exportIt();
        saveTheProfile();
        openTheRecording();
    }

private:
    void addATarget()
    {
        press(Qt::Key_N, Qt::ControlModifier);
        QVERIFY(inFront<QDialog>());
        press(Qt::Key_A, Qt::ControlModifier);
        type(u"late=%1/late"_s.arg(base()));
        press(Qt::Key_Return);
        TRY_COMPARE(m_window->session().targets().size(), 3);
        isBack();
    }

    void editIt()
    {
        press(Qt::Key_1, Qt::ControlModifier);
        QVERIFY(tabTo([](QWidget *widget) { return widget->accessibleName() == u"late"_s; }));
        press(Qt::Key_F2);
        QVERIFY(inFront<QDialog>());
        QVERIFY(tabTo([](QWidget *widget) {
            auto *said = QAccessible::queryAccessibleInterface(widget);
            return said && said->text(QAccessible::Name).remove(u'&') == u"Interval"_s;
        }));
        press(Qt::Key_A, Qt::ControlModifier);
        type(u"30 ms"_s);
        press(Qt::Key_Return, Qt::ControlModifier);
        TRY_VERIFY(m_window->session().targets().last().interval == 30ms);
        isBack();
    }

    void runTheIsolationTest()
    {
        press(Qt::Key_R, Qt::ControlModifier);
        TRY_VERIFY(m_window->experimentPanel().verdict().has_value());
        QVERIFY(m_window->experimentPanel().verdict()->find(u"late"_s));
    }

    void changeTheRules()
    {
        press(Qt::Key_L, Qt::ControlModifier);
        QVERIFY(inFront<QDialog>());
        press(Qt::Key_End, Qt::ControlModifier);
        press(Qt::Key_Return);
        type(u"late: p99<3s over 10s"_s);
        press(Qt::Key_Return, Qt::ControlModifier);
        TRY_COMPARE(m_window->session().rules().size(), 2);
        isBack();
    }

    void compare()
    {
        press(Qt::Key_D, Qt::ControlModifier);
        nameTheFile(u"first.sqlite"_s);
        TRY_VERIFY(m_window->comparePanel().comparison().rowCount() > 0);
        isBack();
    }

    void exportIt()
    {
        press(Qt::Key_E);
        nameTheFile(u"report.html"_s);
        TRY_VERIFY(QFile::exists(m_folder.filePath(u"report.html"_s)));
        isBack();
    }

    void saveTheProfile()
    {
        press(Qt::Key_S, Qt::ControlModifier);
        nameTheFile(u"kept.json"_s);
        TRY_VERIFY(QFile::exists(m_folder.filePath(u"kept.json"_s)));
        QCOMPARE(probe::loadProfile(m_folder.filePath(u"kept.json"_s))->targets.size(), 3);
        isBack();
    }

    void openTheRecording()
    {
        press(Qt::Key_F10); // by the menu, this time
        TRY_VERIFY(QApplication::activePopupWidget());
        for (int i = 0; i < 6; ++i)
            press(Qt::Key_Down);
        press(Qt::Key_Return);
        nameTheFile(u"first.sqlite"_s);
        TRY_VERIFY(m_window->session().isReplay());
        isBack();
        press(Qt::Key_Home); // nothing is asked of whoever only looks
        QVERIFY(m_window->session().figures(u"health"_s, 0, 1e12).n > 0);
    }

    void nameTheFile(const QString &name)
    {
        QVERIFY(inFront<QFileDialog>());
        press(Qt::Key_A, Qt::ControlModifier);
        type(m_folder.filePath(name));
        press(Qt::Key_Return);
    }

    void isBack() { QVERIFY(isBackIn(*m_window)); }

    QTemporaryDir m_folder;
};

QTEST_MAIN(ByKeyboardTest)
#include "test_by_keyboard.moc"
