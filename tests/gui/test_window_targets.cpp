// SPDX-License-Identifier: GPL-3.0-or-later
// Targets in the window: added, edited, removed, and copied as a command that measures the same.
#include "gui/probe/measurement/profile.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/dialogs/target_dialog.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/verdict_bar.h"
#include "gui/window/experiments.h"
#include "gui/window/exports.h"
#include "gui/window/targets.h"
#include "tests/gui/window_fixture.h"

#include <QCheckBox>
#include <QFile>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSpinBox>
#include <QTemporaryDir>

using namespace openloop;
using namespace openloop::test;

class WindowTargetsTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init() { serveUsual(); }
    void cleanup() { endAll(); }

    void theCopiedCommandMeasuresTheSame()
    {
        openOnService();
        const auto targetsOf = [this](const QString &command) {
            const QTemporaryDir folder; // a program of that name that takes down what it is given
            QFile stand(folder.filePath(u"openloop-monitor"_s));
            if (!stand.open(QIODevice::WriteOnly))
                return QList<probe::Target>();
            stand.write("#!/bin/sh\nif [ \"$2\" = --profile ]; then exec cat \"$3\"; fi\nfor word; do printf '%s\\n' "
                        "\"$word\"; done\n");
            stand.close();
            stand.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
            QProcess shell;
            auto environment = QProcessEnvironment::systemEnvironment();
            environment.insert(u"PATH"_s, folder.path() + u':' + environment.value(u"PATH"_s));
            shell.setProcessEnvironment(environment);
            shell.start(u"sh"_s, {u"-c"_s, command});
            shell.waitForFinished(patience);
            const QByteArray said = shell.readAllStandardOutput();
            QFile file(folder.filePath(u"said.json"_s));
            if (file.open(QIODevice::WriteOnly) && file.write(said) == said.size())
                file.close();
            if (const auto profile = probe::loadProfile(file.fileName(), probe::UnknownKeys::Refused))
                return profile->targets;
            QStringList words = QString::fromUtf8(said).split(u'\n', Qt::SkipEmptyParts);
            words = words.mid(1, words.indexOf(u"--isolation-test"_s) - 1);
            return probe::targetsFromArguments(words).value.value_or(QList<probe::Target>());
        };
        m_window->session().setTargets(*probe::targetsFromArguments({u"http://127.0.0.1:9"_s}));
        QCOMPARE(m_window->experiments().commandLine(),
                 u"openloop-monitor --headless http://127.0.0.1:9 --isolation-test factorize=8"_s);
        m_window->session().setTargets(*probe::targetsFromArguments(
            {u"it's one=http://127.0.0.1:9/a?b&c"_s, u"factorize=http://127.0.0.1:9/d"_s}));
        QVERIFY2(targetsOf(m_window->experiments().commandLine()) == m_window->session().targets(),
                 qPrintable(m_window->experiments().commandLine()));
        auto special = m_window->session().targets();
        special[0].method = "POST";
        special[0].headers = {{u"X-Say"_s, u"\"it's $HOME\""_s}};
        special[0].body = "a\nb";
        special[0].timeout = 3s;
        special[0].interval = 250ms;
        special[0].verifyTls = false;
        m_window->session().setTargets(special);
        QVERIFY2(targetsOf(m_window->experiments().commandLine()) == special,
                 qPrintable(m_window->experiments().commandLine()));
    }

    void aPastedCurlCommandBecomesATarget()
    {
        openOnService();
        const auto command = u"curl -X POST http://127.0.0.1:%1/things -H 'X-A: b'"_s.arg(m_server->port());
        QCOMPARE(m_window->targets().addFromText(command), QString());
        QCOMPARE(m_window->session().targets().size(), 5);
        QCOMPARE(m_window->session().targets().last().method, QByteArray("POST"));
        QCOMPARE(m_window->targetsPanel().cards().size(), 6U);
    }

    void durationsOfATargetAreEditedAsPeopleSayThem()
    {
        probe::Target target;
        target.name = u"a"_s;
        target.url = u"https://127.0.0.1:9/"_s;
        target.timeout = 35s;
        target.interval = 1500us;
        TargetDialog dialog(target);
        QVERIFY(dialog.target() == target);
        auto *timeout = [&dialog] {
            const auto boxes = dialog.findChildren<QSpinBox *>();
            return *std::ranges::find(boxes, u"35 s"_s, &QSpinBox::text);
        }();
        timeout->selectAll();
        QTest::keyClicks(timeout, u"2.5 s"_s);
        QCOMPARE(timeout->value(), 2500);
        timeout->selectAll();
        QTest::keyClicks(timeout, u"40"_s);
        timeout->interpretText();
        QVERIFY(dialog.target().timeout == 40ms);
        dialog.findChild<QCheckBox *>(u"anyCertificate"_s)->setChecked(true);
        QVERIFY(!dialog.target().verifyTls);
        QVERIFY(dialog.target().interval == 1500us);
    }

    void whatIsExpectedOfATargetIsEdited()
    {
        probe::Target target;
        target.name = u"a"_s;
        target.url = u"https://127.0.0.1:9/"_s;
        target.headers = {*probe::parseHeader(u"X-Gone:"_s), *probe::parseHeader(u"X-Empty;"_s),
                          *probe::parseHeader(u"X-A: b"_s)};
        for (const auto &text : {u"status=2xx"_s, u"regex=^o"_s, u"json=/a"_s, u"json=/b=c=d"_s, u"json==1"_s,
                                 u"header=E"_s, u"header=F: g: h"_s})
            QCOMPARE(probe::addExpectation(text, target.expectation), QString());
        TargetDialog dialog(target);
        QVERIFY(dialog.target() == target);
        const auto lines = [&](const char *name) { return dialog.findChild<QPlainTextEdit *>(QLatin1String(name)); };
        lines("headers")->appendPlainText(u"X-C: d"_s);
        auto wanted = target;
        wanted.headers << *probe::parseHeader(u"X-C: d"_s);
        QVERIFY(dialog.target() == wanted); // those that take away or are empty stay what they are
        lines("expectedJson")->setPlainText(u"/x\n/y=true\n"_s);
        lines("expectedHeaders")->setPlainText(u"Server: nginx"_s);
        auto *pattern = dialog.findChild<QLineEdit *>(u"matches"_s);
        pattern->setText(u"a+"_s);
        wanted.expectation.json = {{u"/x"_s, {}}, {u"/y"_s, u"true"_s}};
        wanted.expectation.headers = {{u"Server"_s, u"nginx"_s}};
        wanted.expectation.bodyMatches = u"a+"_s;
        QVERIFY(dialog.target() == wanted);
        for (const auto &wrong : {u"("_s, u"a+"_s}) {
            pattern->setText(wrong);
            if (wrong == u"a+"_s)
                lines("expectedJson")->setPlainText(u"no pointer"_s);
            dialog.setResult(QDialog::Rejected);
            dialog.accept();
            QCOMPARE(dialog.result(), int(QDialog::Rejected));
        }
        lines("expectedJson")->clear();
        lines("headers")->setPlainText(u"nonsense"_s);
        dialog.accept();
        QCOMPARE(dialog.result(), int(QDialog::Rejected));
        lines("headers")->clear();
        dialog.accept();
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
    }

    void aRemovedTargetLeavesNoRuleAndNoSelectionBehind()
    {
        openOnService();
        auto &panel = m_window->targetsPanel();
        QCOMPARE(m_window->session().rules().size(), 1);
        QCOMPARE(m_window->session().rules().front().target, u"health"_s);
        QTest::mouseClick(panel.cards()[0], Qt::LeftButton);
        QCOMPARE(panel.selected(), u"health"_s);
        emit panel.removeWanted(u"health"_s);
        QCOMPARE(panel.selected(), QString());
        QVERIFY(std::ranges::none_of(panel.cards(), &Card::isSelected));
        QVERIFY(m_window->session().rules().isEmpty()); // one that names nobody could not be confirmed
    }

    void theSelectionStaysWithItsTarget()
    {
        openOnService();
        auto &panel = m_window->targetsPanel();
        QTest::mouseClick(panel.cards()[1], Qt::LeftButton);
        const QString second = panel.selected();
        emit panel.removeWanted(u"health"_s);
        QCOMPARE(panel.selected(), second);
        QVERIFY(panel.cards()[0]->isSelected());
        QVERIFY(!panel.cards()[1]->isSelected());
    }

    void aWindowWhoseTargetsWereAllRemovedCanStillBeUsed()
    {
        openOnService();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->session().setTargets({});
        QCOMPARE(m_window->verdictBar().verdict().word, u"NO TARGETS"_s);
        for (int mode = 0; mode < chartModes; ++mode) {
            m_window->chartPanel().setMode(static_cast<ChartMode>(mode));
            QVERIFY(!m_window->grab().isNull());
        }
        m_window->experiments().toggleTest();
        m_window->experiments().toggleSearch();
        const QTemporaryDir folder;
        for (const QString &ending : {u"csv"_s, u"json"_s, u"html"_s})
            QCOMPARE(m_window->exports().exportTo(folder.filePath(u"a."_s + ending)), QString());
        QCOMPARE(m_window->session().loadedTarget(), QString());
    }
};

QTEST_MAIN(WindowTargetsTest)
#include "test_window_targets.moc"
