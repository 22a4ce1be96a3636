// SPDX-License-Identifier: GPL-3.0-or-later
// What a window keeps and shows again: recordings, replays, exports; and a disk that is full.
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/panels/fleet_panel.h"
#include "gui/views/verdict_bar.h"
#include "gui/window/exports.h"
#include "gui/window/recordings.h"
#include "gui/window/targets.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/ticks.h"

#include <QFile>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageBox>
#include <QScopeGuard>
#include <QTemporaryDir>

#include <csignal>
#include <sys/resource.h>

using namespace openloop;
using namespace openloop::test;

class WindowRecordingsTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init() { serveUsual(); }
    void cleanup() { endAll(); }

    void theVisibleRangeIsExportedInEveryFormat()
    {
        openOnService();
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
        openOnService();
        m_window->session().record(path);
        QVERIFY(hasMore(m_window->session(), u"health"_s, 60));
        m_window.reset();
        openOnService();
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

    void aReplayIsNotLiveAndOnlyPointsHaveTwoScales()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        recordTargets(path, {u"other"_s});
        openOnService();
        const auto isEnabled = [this](const QString &text) {
            for (const auto *button : m_window->findChildren<QAbstractButton *>()) {
                if (button->text() == text)
                    return button->isEnabled();
            }
            return false;
        };
        QVERIFY(isEnabled(u"Live"_s) && isEnabled(u"Log"_s));
        m_window->timeWindow().setSpan(300);
        m_window->recordings().show(path);
        QVERIFY(!isEnabled(u"Live"_s) && !isEnabled(u"Pause"_s));
        QCOMPARE(m_window->savedState()[u"span_s"_s].toDouble(), 300.0); // not that of the recording
        m_window->recordings().close();
        QCOMPARE(m_window->timeWindow().span(), 300.0);
        QVERIFY(isEnabled(u"Live"_s) && isEnabled(u"Pause"_s));
        m_window->chartPanel().setMode(ChartMode::Phases);
        QVERIFY(!isEnabled(u"Log"_s) && !isEnabled(u"Lin"_s));
        m_window->chartPanel().setMode(ChartMode::Points);
        QVERIFY(isEnabled(u"Log"_s) && isEnabled(u"Lin"_s));
    }

    void ofSeveralRecordedSessionsOneIsChosen()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        recordTargets(path, {u"older"_s});
        recordTargets(path, {u"newer"_s, u"beside"_s});
        openOnService();
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

    void aRecordingsTargetsAreNotTheUsers()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        recordTargets(path, {u"other"_s});
        openOnService();
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
        openOnService();
        m_window->recordings().show(path);
        QCOMPARE(m_window->targets().addFromText(u"late="_s + m_server->url(u"/health"_s)), QString());
        QCOMPARE(m_window->session().targets().size(), 1); // a recording holds what it holds
        QCOMPARE(m_window->session().liveTargets().size(), 5);
        QVERIFY(m_window->findChild<QMessageBox *>()); // says when it will be seen
        m_window->recordings().close();
        QCOMPARE(m_window->session().targets().last().name, u"late"_s);
        QVERIFY(hasMore(m_window->session(), u"late"_s, 1));
    }

    void aFullDiskIsSaidWhereItIsSeenUntilThereIsRoom()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"session.sqlite"_s);
        openOnService();
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
        openOnService();
        const auto &badge = m_window->verdictBar().recordingBadge();
        m_window->session().record(folder.filePath(u"none/session.sqlite"_s));
        TRY_VERIFY(badge.isVisible());
        QVERIFY2(badge.toolTip().contains(u"No such file"_s), qPrintable(badge.toolTip()));
        m_window->recordings().show(folder.filePath(u"other.sqlite"_s)); // nothing is to be recorded meanwhile
        QVERIFY(!badge.isVisible());
        m_window->recordings().close();
        TRY_VERIFY(badge.isVisible());
    }

private:
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
};

QTEST_MAIN(WindowRecordingsTest)
#include "test_window_recordings.moc"
