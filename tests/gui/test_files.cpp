// SPDX-License-Identifier: GPL-3.0-or-later
// The window's files: targets kept as a profile, recordings that come by a drop or as an argument, what is offered.
#include "gui/models/default_rules.h"
#include "gui/probe/measurement/profile.h"
#include "gui/window/recordings.h"
#include "tests/gui/keys.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/child_process.h"
#include "tests/support/ticks.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QListView>
#include <QMessageBox>
#include <QMimeData>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QUrl>

#include <algorithm>
#include <csignal>

using namespace openloop;
using namespace openloop::test;

class FilesTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init()
    {
        serve([](int, const QByteArray &) { return answerAfter(2ms); });
        auto targets = *probe::targetsFromArguments({u"a=%1/a"_s.arg(base()), u"b=%1/b"_s.arg(base())});
        targets[1].method = "POST";
        targets[1].interval = 250ms;
        WindowFixture::open(targets, {*probe::parseRule(u"a: p99<2s over 10s"_s)});
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get(), patience));
    }

    void cleanup() { endAll(); }

    void targetsAndRulesAreSavedAsTheProfileThatHeadlessRunsRead()
    {
        const QString path = m_folder.filePath(u"kept"_s);
        press(Qt::Key_S, Qt::ControlModifier);
        auto *dialog = inFront<QFileDialog>();
        QVERIFY(dialog);
        press(Qt::Key_A, Qt::ControlModifier);
        type(path);
        press(Qt::Key_Return);
        TRY_VERIFY(QFile::exists(path + u".json"_s)); // an ending is given
        const auto profile = probe::loadProfile(path + u".json"_s, probe::UnknownKeys::Refused);
        QVERIFY2(profile, qPrintable(profile.error));
        QVERIFY(profile->targets == m_window->session().targets());
        QCOMPARE(profile->rules.size(), 1);
        QCOMPARE(profile->rules.front().text(), m_window->session().rules().front().text());
        QVERIFY(profile->window.isEmpty());
    }

    void aProfileThatCannotBeWrittenIsSaid()
    {
        press(Qt::Key_S, Qt::ControlModifier);
        QVERIFY(inFront<QFileDialog>());
        press(Qt::Key_A, Qt::ControlModifier);
        type(m_folder.filePath(u"none/kept.json"_s));
        press(Qt::Key_Return);
        auto *box = inFront<QMessageBox>();
        QVERIFY(box);
        QVERIFY2(box->text().contains(u"none"_s), qPrintable(box->text()));
    }

    void aDroppedRecordingIsOpened()
    {
        const QString path = recording(u"dropped.sqlite"_s);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QVERIFY(drop(data));
        TRY_VERIFY(m_window->session().isReplay());
        QCOMPARE(m_window->session().targets().size(), 2);
    }

    void whatIsNoRecordingIsNotOpened()
    {
        QMimeData text, two;
        text.setText(u"hello"_s);
        QVERIFY(!drop(text));
        two.setUrls({QUrl::fromLocalFile(u"/a"_s), QUrl::fromLocalFile(u"/b"_s)});
        QVERIFY(!drop(two));
        QFile file(m_folder.filePath(u"no.sqlite"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no database") > 0);
        file.close();
        QMimeData other;
        other.setUrls({QUrl::fromLocalFile(file.fileName())});
        QVERIFY(drop(other));
        QVERIFY(inFront<QMessageBox>()); // says why
        QVERIFY(!m_window->session().isReplay());
    }

    void companionsOfADatabaseAreNotOffered()
    {
        const QString path = recording(u"seen.sqlite"_s);
        for (const auto &ending : {u"-wal"_s, u"-shm"_s, u"-journal"_s}) {
            QFile file(path + ending);
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        press(Qt::Key_O, Qt::ControlModifier);
        auto *dialog = inFront<QFileDialog>();
        QVERIFY(dialog);
        QStringList all;
        dialog->setDirectory(m_folder.path());
        for (const auto &kind : dialog->nameFilters()) {
            dialog->selectNameFilter(kind);
            auto *view = dialog->findChild<QListView *>(u"listView"_s);
            const auto names = [view] {
                QStringList found;
                for (int row = 0; row < view->model()->rowCount(view->rootIndex()); ++row)
                    found << view->model()->index(row, 0, view->rootIndex()).data().toString();
                return found;
            };
            TRY_VERIFY(names().contains(u"seen.sqlite"_s));
            all << names();
        }
        for (const auto &name : all)
            QVERIFY2(!name.contains(u".sqlite-"_s), qPrintable(all.join(u' ')));
        press(Qt::Key_Escape);
    }

    void aRecordingIsOpenedFromTheCommandLine()
    {
        const QString path = recording(u"argument.sqlite"_s);
        QProcess monitor;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_DATA_HOME"_s, m_folder.path());
        environment.insert(u"XDG_CONFIG_HOME"_s, m_folder.path());
        monitor.setProcessEnvironment(environment);
        // What went wrong would be said in its window, so what it does is seen from outside: the file is open.
        endWithTest(monitor);
        monitor.start(QStringLiteral(OPENLOOP_MONITOR), {path});
        QVERIFY(monitor.waitForStarted(patience));
        // Before it minds any signal it looks at what its arguments name.
        const QString process = u"/proc/%1/"_s.arg(monitor.processId());
        const auto isShown = [&] {
            QFile status(process + u"status"_s);
            static const QRegularExpression caught(u"SigCgt:\t([0-9a-f]+)"_s);
            const auto said = QString::fromLatin1(status.open(QIODevice::ReadOnly) ? status.readAll() : QByteArray());
            const auto handled = caught.match(said).captured(1).toULongLong(nullptr, 16);
            const auto open = QDir(process + u"fd"_s).entryInfoList(QDir::System | QDir::Files);
            return (((handled >> (SIGTERM - 1)) & 1) != 0
                    && std::ranges::find(open, path, &QFileInfo::symLinkTarget) != open.end())
                || monitor.state() != QProcess::Running;
        };
        TRY_VERIFY(isShown());
        QCOMPARE(monitor.state(), QProcess::Running);
        monitor.terminate();
        QVERIFY(monitor.waitForFinished(patience));
        QCOMPARE(monitor.exitCode(), 0);
        const auto said = monitor.readAllStandardError(); // Qt's warnings are none of ours
        QVERIFY2(!said.contains("openloop-monitor: "), said.constData());
    }

private:
    /// A recording of what the window has measured so far.
    QString recording(const QString &name)
    {
        const QString path = m_folder.filePath(name);
        m_window->session().record(path);
        QTest::qVerify(hasMore(m_window->session(), u"a"_s, 20), "hasMore", "", __FILE__, __LINE__);
        m_window->session().record(m_folder.filePath(u"other-"_s + name));
        return path;
    }

    /// Drags this over the middle of the window and lets it go, if the window takes it.
    bool drop(const QMimeData &data)
    {
        const QPoint middle = m_window->rect().center();
        QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter);
        if (!enter.isAccepted())
            return false;
        QDropEvent event(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &event);
        return event.isAccepted();
    }

    QTemporaryDir m_folder;
};

QTEST_MAIN(FilesTest)
#include "test_files.moc"
