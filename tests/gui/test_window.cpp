// SPDX-License-Identifier: GPL-3.0-or-later
// The real window on a real service: what a person sees and can do, by clicks and keys.
#include "common/stop_signals.h"
#include "gui/models/default_rules.h"
#include "gui/probe/measurement/profile.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/chart/latency_chart.h"
#include "gui/views/chart/timeline.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/dialogs/target_dialog.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/panels/fleet_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/top_bar.h"
#include "gui/views/verdict_bar.h"
#include "gui/window/experiments.h"
#include "gui/window/exports.h"
#include "gui/window/recordings.h"
#include "gui/window/targets.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/free_port.h"
#include "tests/support/ticks.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QDockWidget>
#include <QFile>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QScopeGuard>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTranslator>

#include <csignal>
#include <sys/resource.h>

using namespace openloop;
using namespace openloop::test;

namespace {

/// A service whose /health takes 2 ms and whose /factorize takes 60 ms.
Reaction usual(int, const QByteArray &path)
{
    Reaction reaction;
    reaction.latency = path.startsWith("/factorize") ? 60ms : 2ms;
    return reaction;
}

QList<probe::Target> targetsAt(const QString &base)
{
    auto targets = *probe::targetsFromArguments({base});
    for (auto &target : targets)
        target.interval = 20ms;
    return targets;
}

} // namespace

class WindowTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init() { serve(usual); }
    void cleanup() { endAll(); }

    void cardsShowTheFiguresOfTheService()
    {
        open();
        auto &cards = m_window->targetsPanel().cards();
        TRY_VERIFY(cards.front()->figures().hasTail());
        const auto &health = cards.front()->figures();
        QCOMPARE(health.name, u"health"_s);
        QVERIFY(health.p50 && health.p95 && health.p99);
        QVERIFY(*health.p50 >= 2); // and as much more as the machine is busy
        QVERIFY(*health.p99 >= *health.p95 && *health.p95 >= *health.p50);
        QCOMPARE(health.errors, 0);
        QCOMPARE(cards.front()->headlineLabel(), u"p99"_s);
        QVERIFY(cards.front()->stretch().startsWith(u"last "_s));
        QVERIFY(cards.back()->figures().isControl);
        QVERIFY(cards.front()->accessibleDescription().contains(u"p50"_s));
    }

    void aFirstRunWithoutServiceOffersThreeWaysOn()
    {
        m_window = std::make_unique<MainWindow>(*m_theme, targetsAt(u"http://127.0.0.1:%1"_s.arg(freePort())),
                                                QList<probe::Rule>());
        m_window->show();
        TRY_VERIFY(m_window->firstRun().headline().startsWith(u"No service at 127.0.0.1:"_s));
        QVERIFY(m_window->showsFirstRun());
        QCOMPARE(m_window->firstRun().findChildren<QPushButton *>().size(), 3);
        TRY_COMPARE(m_window->verdictBar().verdict().state, State::Down);
        m_window->findChild<QPushButton *>(u"copyCurl"_s)->click();
        QVERIFY(QApplication::clipboard()->text().startsWith(u"curl "_s));
    }

    void theChartReplacesTheFirstRunWithTheFirstAnswer()
    {
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
    }

    void oneButtonSaturatesAndStops()
    {
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        auto *button = m_window->findChild<QPushButton *>(u"load"_s);
        m_window->findChild<QSpinBox *>()->setValue(5);
        const int before = m_server->connections();
        button->click();
        QCOMPARE(m_window->session().loadedTarget(), u"factorize"_s);
        TRY_VERIFY(m_server->connections() >= before + 5);
        QCOMPARE(button->text(), u"Stop load"_s);
        QCOMPARE(m_window->session().loadSize(), 5);
        button->click();
        TRY_VERIFY(m_window->session().loadedTarget().isEmpty());
        QVERIFY(m_window->session().loads().back().to.has_value());
    }

    void theNumberOfParallelRequestsIsCapped()
    {
        open();
        auto *count = m_window->findChild<QSpinBox *>();
        count->setValue(100'000);
        QCOMPARE(count->value(), probe::Engine::maxLoad);
    }

    void aDeadServiceIsSaidToBeDown()
    {
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_server.reset();
        TRY_COMPARE(m_window->verdictBar().verdict().state, State::Down);
        QVERIFY(m_window->verdictBar().verdict().word.startsWith(u"DOWN"_s));
        QVERIFY(!m_window->showsFirstRun());
        TRY_VERIFY(m_window->session().log().rowCount() > 0);
    }

    void theThemeSwitchesTheWholeApplication()
    {
        open();
        m_theme->setMode(Theme::Mode::Dark);
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 40);
        const QImage dark = m_window->grab().toImage();
        m_theme->setMode(Theme::Mode::Light);
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() > 200);
        QVERIFY(m_window->grab().toImage().pixelColor(3, 3).lightness() > dark.pixelColor(3, 3).lightness());
    }

    void theKeyboardAloneIsEnough()
    {
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->activateWindow();
        auto &chart = m_window->chartPanel();
        chart.chart().setFocus();
        QTest::keyClick(&chart.chart(), Qt::Key_Space);
        QVERIFY(!m_window->timeWindow().isLive());
        QTest::keyClick(&chart.chart(), Qt::Key_L);
        QVERIFY(m_window->timeWindow().isLive());
        QTest::keyClick(&chart.chart(), Qt::Key_2);
        QCOMPARE(m_window->timeWindow().span(), 300.0);
        QTest::keyClick(&chart.chart(), Qt::Key_6);
        QVERIFY(m_window->timeWindow().showsAll());
        QTest::keyClick(&chart.chart(), Qt::Key_G);
        QVERIFY(!chart.chart().isLogarithmic());
        QTest::keyClick(&chart.chart(), Qt::Key_H);
        QCOMPARE(chart.chart().mode(), ChartMode::Heatmap);
        QTest::keyClick(&chart.chart(), Qt::Key_B);
        QCOMPARE(m_window->session().loadedTarget(), u"factorize"_s);
        QTest::keyClick(&chart.chart(), Qt::Key_B);
        TRY_VERIFY(m_window->session().loadedTarget().isEmpty());
    }

    void everyButtonCanBeReachedAndIsNamed()
    {
        open();
        for (const auto *button : m_window->findChildren<QAbstractButton *>()) {
            if (!button->isVisible() || button->objectName().startsWith(u"qt_"_s))
                continue;
            QVERIFY2(!button->text().isEmpty() || !button->accessibleName().isEmpty(), qPrintable(button->toolTip()));
        }
    }

    void theIsolationTestEndsWithAVerdict()
    {
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        probe::IsolationConfig config;
        config.baseline = config.loaded = config.recovery = 1200ms;
        config.settle = 100ms;
        m_window->experiments().setIsolationConfig(config);
        m_window->experiments().toggleTest();
        QVERIFY(!m_window->experimentPanel().verdict());
        const auto &cards = m_window->targetsPanel().cards();
        const auto isMuted = [&cards] { return cards[3]->figures().isMuted; };
        TRY_VERIFY(isMuted());
        QVERIFY(cards[3]->accessibleDescription().contains(u"NOT PROBED"_s));
        QVERIFY(cards[3]->note().contains(u"not probed"_s));
        TRY_VERIFY(m_window->experimentPanel().said().endsWith(u" left"_s));
        TRY_VERIFY(m_window->experimentPanel().verdict().has_value());
        const auto *health = m_window->experimentPanel().verdict()->find(u"health"_s);
        QVERIFY(health && health->before.n > 0 && health->during.n > 0);
        QCOMPARE(m_window->session().engine().load(u"factorize"_s), 0);
        TRY_VERIFY(!isMuted());
    }

    void anIsolationTestOfASingleTargetSaysAtOnceWhyThereIsNoVerdict()
    {
        auto targets = *probe::targetsFromArguments({u"api="_s + m_server->url(u"/health"_s)});
        targets.front().interval = 20ms;
        m_window = std::make_unique<MainWindow>(*m_theme, targets, defaultRules(targets));
        m_window->show();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->experiments().toggleTest();
        TRY_VERIFY(m_window->experimentPanel().verdict().has_value());
        QVERIFY(m_window->experimentPanel().verdict()->sentence.startsWith(u"No verdict: api is the only target"_s));
        QVERIFY(m_window->session().loads().empty());
        QVERIFY(std::ranges::any_of(m_window->session().events(), [](const Event &event) {
            return event.kind == Event::Kind::Experiment && event.text.startsWith(u"No verdict"_s);
        }));
        QVERIFY(hasMore(m_window->session(), u"api"_s, 1)); // not muted
    }

    void theVisibleRangeIsExportedInEveryFormat()
    {
        open();
        TRY_VERIFY(m_window->session().figures(u"health"_s, 0, 1e12).n > 20);
        const QTemporaryDir folder;
        const auto written = [&](const QString &name) {
            const QString path = folder.filePath(name);
            if (const QString problem = m_window->exports().exportTo(path); !problem.isEmpty())
                return problem.toUtf8();
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QVERIFY(written(u"a.png"_s).startsWith("\x89PNG"));
        QVERIFY(written(u"a.pdf"_s).startsWith("%PDF"));
        const QByteArray svg = written(u"a.svg"_s);
        QVERIFY(svg.contains("<svg") && svg.contains("<path"));
        const QByteArray csv = written(u"a.csv"_s);
        QVERIFY(csv.startsWith("target,due,response_ms,outcome,status\n\"health\","));
        QVERIFY(csv.count('\n') > 20);
        const auto json = QJsonDocument::fromJson(written(u"a.json"_s)).object();
        QCOMPARE(json[u"targets"_s].toArray().first().toObject()[u"name"_s].toString(), u"health"_s);
        const QByteArray page = written(u"a.html"_s);
        QVERIFY(page.contains("<svg") && page.contains("class='verdict'"));
        QVERIFY(!page.contains("src=") && !page.contains("<?xml"));
        QVERIFY(!m_window->exports().exportTo(folder.filePath(u"a.xyz"_s)).isEmpty());
    }

    void aRecordingIsReopenedAsItWas()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.openloop"_s);
        open();
        m_window->session().record(path);
        QVERIFY(hasMore(m_window->session(), u"health"_s, 60));
        m_window.reset();
        open();
        m_window->recordings().show(path);
        QVERIFY(m_window->session().isReplay());
        QVERIFY(!m_window->showsFirstRun());
        QCOMPARE(m_window->verdictBar().verdict().word, u"RECORDING"_s);
        const auto figures =
            m_window->session().figures(u"health"_s, m_window->timeWindow().from(), m_window->timeWindow().to());
        QVERIFY2(figures.n >= 60, qPrintable(QString::number(figures.n)));
        QCOMPARE(figures.n, m_window->session().figures(u"health"_s, 0, 1e12).n); // up to the last
        QVERIFY(figures.p50 && *figures.p50 >= 2);
    }

    void aFullDiskIsSaidWhereItIsSeenUntilThereIsRoom()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        const auto &bar = m_window->verdictBar();
        QVERIFY(!bar.recordingBadge().isVisible());
        const auto events = [this](Event::Kind kind) {
            QStringList texts;
            for (const auto &event : m_window->session().events()) {
                if (event.kind == kind && event.target.isEmpty())
                    texts << event.text;
            }
            return texts;
        };
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit full{64 * 1024, before.rlim_max}; // room for an empty recording
        setrlimit(RLIMIT_FSIZE, &full);
        const auto roomAgain = qScopeGuard([&before] { setrlimit(RLIMIT_FSIZE, &before); });
        m_window->session().record(path);
        TRY_VERIFY(bar.recordingBadge().isVisible());
        QCOMPARE(bar.recordingBadge().text(), u"not recorded"_s);
        const auto said = bar.recordingBadge().toolTip();
        QVERIFY2(said.startsWith(u"Not recorded: "_s + path + u": "_s) && said.contains(u"Measuring goes on"_s),
                 qPrintable(said));
        QCOMPARE(events(Event::Kind::Alert), QStringList{said});
        setrlimit(RLIMIT_FSIZE, &before);
        TRY_VERIFY(!bar.recordingBadge().isVisible());
        QCOMPARE(events(Event::Kind::Alert).size(), 1);
        QCOMPARE(events(Event::Kind::Recovery), QStringList{u"Recorded again, with what was missing"_s});
    }

    void aRecordingThatCannotBeginIsSaidAndForgottenWithIt()
    {
        const QTemporaryDir folder;
        recordTargets(folder.filePath(u"other.sqlite"_s), {u"other"_s});
        open();
        const auto &badge = m_window->verdictBar().recordingBadge();
        m_window->session().record(folder.filePath(u"none/session.sqlite"_s));
        TRY_VERIFY(badge.isVisible());
        QVERIFY2(badge.toolTip().contains(u"No such file"_s), qPrintable(badge.toolTip()));
        m_window->recordings().show(folder.filePath(u"other.sqlite"_s)); // nothing is to be recorded meanwhile
        QVERIFY(!badge.isVisible());
        m_window->recordings().close();
        TRY_VERIFY(badge.isVisible());
    }

    void aRecordingsTargetsAreNotTheUsers()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        recordTargets(path, {u"other"_s});
        open();
        const auto measured = m_window->session().targets();
        m_window->recordings().show(path);
        QCOMPARE(m_window->session().targets().size(), 1);
        QVERIFY(m_window->session().liveTargets() == measured);
        QVERIFY(m_window->fleetPanel().watch().problem().startsWith(u"A recording does not hold"_s));
        m_window->recordings().show(path);
        QVERIFY(m_window->session().liveTargets() == measured);
        m_window->recordings().close();
        QVERIFY(m_window->session().targets() == measured);
    }

    void whatIsAddedWhileARecordingIsShownIsMeasuredAfterIt()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        recordTargets(path, {u"other"_s});
        open();
        m_window->recordings().show(path);
        QCOMPARE(m_window->targets().addFromText(u"late="_s + m_server->url(u"/health"_s)), QString());
        QCOMPARE(m_window->session().targets().size(), 1); // a recording holds what it holds
        QCOMPARE(m_window->session().liveTargets().size(), 5);
        QVERIFY(m_window->findChild<QMessageBox *>()); // says when it will be seen
        m_window->recordings().close();
        QCOMPARE(m_window->session().targets().last().name, u"late"_s);
        QVERIFY(hasMore(m_window->session(), u"late"_s, 1));
    }

    void aRemovedTargetLeavesNoRuleAndNoSelectionBehind()
    {
        open();
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
        open();
        auto &panel = m_window->targetsPanel();
        QTest::mouseClick(panel.cards()[1], Qt::LeftButton);
        const QString second = panel.selected();
        emit panel.removeWanted(u"health"_s);
        QCOMPARE(panel.selected(), second);
        QVERIFY(panel.cards()[0]->isSelected());
        QVERIFY(!panel.cards()[1]->isSelected());
    }

    void ofSeveralRecordedSessionsOneIsChosen()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        recordTargets(path, {u"older"_s});
        recordTargets(path, {u"newer"_s, u"beside"_s});
        open();
        m_window->recordings().show(path);
        QVERIFY(!m_window->session().isReplay());
        auto *dialog = m_window->findChild<QInputDialog *>();
        QVERIFY(dialog);
        QCOMPARE(dialog->comboBoxItems().size(), 2);
        QVERIFY2(dialog->textValue().contains(u"2 target"_s), qPrintable(dialog->textValue()));
        dialog->setTextValue(dialog->comboBoxItems().last());
        dialog->accept();
        QVERIFY(m_window->session().isReplay());
        QCOMPARE(m_window->session().targets().first().name, u"older"_s);
    }

    void aReplayIsNotLiveAndOnlyPointsHaveTwoScales()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        recordTargets(path, {u"other"_s});
        open();
        const auto isEnabled = [this](const QString &text) {
            for (const auto *button : m_window->findChildren<QAbstractButton *>()) {
                if (button->text() == text)
                    return button->isEnabled();
            }
            return false;
        };
        QVERIFY(isEnabled(u"Live"_s) && isEnabled(u"Log"_s));
        m_window->recordings().show(path);
        QVERIFY(!isEnabled(u"Live"_s) && !isEnabled(u"Pause"_s));
        m_window->recordings().close();
        QVERIFY(isEnabled(u"Live"_s) && isEnabled(u"Pause"_s));
        m_window->chartPanel().setMode(ChartMode::Phases);
        QVERIFY(!isEnabled(u"Log"_s) && !isEnabled(u"Lin"_s));
        m_window->chartPanel().setMode(ChartMode::Points);
        QVERIFY(isEnabled(u"Log"_s) && isEnabled(u"Lin"_s));
    }

    void namesStandBesideTheDataWhereTimeRunsToTheEdge()
    {
        open();
        TRY_VERIFY(m_window->session().figures(u"health"_s, 0, 1e12).n > 5);
        auto &panel = m_window->chartPanel();
        panel.setMode(ChartMode::Points);
        const int needed = panel.fontMetrics().horizontalAdvance(u"/call_other_service"_s);
        QVERIFY(panel.chart().plot().rightSpace() > std::min(needed, panel.chart().plot().width() / 5));
        panel.setMode(ChartMode::Histogram);
        QCOMPARE(panel.chart().plot().rightSpace(), PlotView::rightMargin);
    }

    void aStopSignalClosesTheWindow()
    {
        open();
        const StopSignals onStop([this] { m_window->close(); });
        QCOMPARE(std::raise(SIGTERM), 0);
        QVERIFY(m_window->isVisible());
        TRY_VERIFY(!m_window->isVisible());
    }

    void theCopiedCommandMeasuresTheSame()
    {
        open();
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

    void theLayoutAndChoicesSurviveTheWindow()
    {
        open();
        m_window->chartPanel().chooseSpan(2);
        m_window->chartPanel().setLogarithmic(false);
        m_window->findChild<QSpinBox *>()->setValue(3);
        m_theme->setMode(Theme::Mode::Dark);
        const auto state = m_window->savedState();
        m_window.reset();
        m_theme = std::make_unique<Theme>();
        open();
        m_window->restoreState(state);
        QCOMPARE(m_window->timeWindow().span(), 600.0);
        QVERIFY(!m_window->chartPanel().chart().isLogarithmic());
        QCOMPARE(m_window->topBar().load().requests(), 3);
        QCOMPARE(m_theme->mode(), Theme::Mode::Dark);
    }

    void aPanelThatASavedLayoutDoesNotKnowIsBesideTheOthers()
    {
        open();
        m_window->findChild<QDockWidget *>(u"fleet"_s)->setObjectName(u"of another version"_s);
        const auto state = m_window->savedState();
        m_window.reset();
        open();
        m_window->restoreState(state);
        auto *fleet = m_window->findChild<QDockWidget *>(u"fleet"_s);
        QVERIFY(m_window->tabifiedDockWidgets(fleet).contains(m_window->findChild<QDockWidget *>(u"jobs"_s)));
        QVERIFY(!fleet->isFloating());
        m_window->goTo(fleet);
        TRY_VERIFY(!fleet->visibleRegion().isEmpty());
    }

    void aPastedCurlCommandBecomesATarget()
    {
        open();
        const auto command = u"curl -X POST http://127.0.0.1:%1/things -H 'X-A: b'"_s.arg(m_server->port());
        QCOMPARE(m_window->targets().addFromText(command), QString());
        QCOMPARE(m_window->session().targets().size(), 5);
        QCOMPARE(m_window->session().targets().last().method, QByteArray("POST"));
        QCOMPARE(m_window->targetsPanel().cards().size(), 6U);
    }

    void theWindowSpeaksGerman()
    {
        QTranslator german;
        QVERIFY(german.load(QLocale(QLocale::German), u"openloop"_s, u"_"_s, u":/translations"_s));
        QCoreApplication::installTranslator(&german);
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        QCOMPARE(m_window->findChild<QPushButton *>(u"load"_s)->text(), u"/factorize auslasten"_s);
        QCOMPARE(m_window->targets().addFromText(u"curl -X"_s), u"Zu -X fehlt der Wert"_s); // a reason, too
        QCoreApplication::removeTranslator(&german);
    }

    void belowEveryChartTargetsAreNamedInFull()
    {
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->resize(1280, 800);
        const auto *chart = m_window->findChild<LatencyChart *>();
        const auto *timeline = m_window->findChild<Timeline *>();
        QVERIFY(chart && timeline);
        for (const auto mode : {ChartMode::Points, ChartMode::Heatmap, ChartMode::Phases}) {
            m_window->chartPanel().setMode(mode);
            TRY_VERIFY(chart->plot().rightSpace() >= timeline->roomForNames());
        }
    }

    void aWindowWhoseTargetsWereAllRemovedCanStillBeUsed()
    {
        open();
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

    void anAbortedIsolationTestLeavesNoLoad()
    {
        open();
        TRY_VERIFY(!m_window->showsFirstRun());
        probe::IsolationConfig config;
        config.baseline = 100ms;
        m_window->experiments().setIsolationConfig(config);
        m_window->experiments().toggleTest();
        TRY_VERIFY(m_window->session().engine().load(u"factorize"_s) > 0);
        m_window->experiments().toggleTest();
        QCOMPARE(m_window->session().engine().load(u"factorize"_s), 0);
        QVERIFY(!m_window->experimentPanel().verdict());
    }

private:
    /// Appends a session of one second to the file.
    static void recordTargets(const QString &path, const QStringList &names)
    {
        QStringList arguments;
        for (const auto &name : names)
            arguments << name + u"=http://127.0.0.1:9/"_s;
        const auto targets = *probe::targetsFromArguments(arguments);
        const auto origin = probe::Instant(1000h);
        probe::SessionRecorder recorder(path);
        recorder.begin(targets, origin, probe::WallClock(origin, probe::WallClock::Wall(1'700'000'000s)));
        probe::Batch batch;
        batch.from = origin;
        batch.until = origin + 1s;
        for (const auto &target : targets) {
            probe::Sample sample;
            sample.due = sample.sent = origin;
            sample.done = sample.firstByte = origin + 1ms;
            batch.targets << probe::TargetBatch{target.name, {sample}, {}, 0, 0};
        }
        recorder.add(batch);
    }

    void open()
    {
        const auto targets = targetsAt(base());
        WindowFixture::open(targets, defaultRules(targets));
    }
};

QTEST_MAIN(WindowTest)
#include "test_window.moc"
