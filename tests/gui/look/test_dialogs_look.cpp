// SPDX-License-Identifier: GPL-3.0-or-later
// Every dialog and menu, looked at in both schemes and both languages, as it opens and as small as it can be made; and
// that the look finds what it is there to find.
#include "gui/views/chart/sample_popup.h"
#include "gui/views/dialogs/consent.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/dialogs/message.h"
#include "gui/views/top_bar.h"
#include "gui/window/recordings.h"
#include "gui/window/targets.h"
#include "tests/gui/look/look_fixture.h"
#include "tests/support/ticks.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDialog>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPlainTextEdit>
#include <QTableWidget>
#include <QTemporaryDir>

using namespace openloop;
using namespace openloop::test;

class DialogsLookTest : public LookFixture
{
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY(QDir::setCurrent(m_names.path())); } // a dialog shows the names of what lies there
    void init()
    {
        serve([](int, const QByteArray &path) {
            auto reaction = answerAfter(2ms);
            if (path == "/metrics")
                reaction.body = "# a service that is not ours\nnode_load1 0.42\nnode_memory_free_bytes 1048576\n"
                                "http_requests_total{code=\"200\",handler=\"/a/rather/long/path\"} 10\n";
            if (path == "/openapi.json")
                reaction.body = R"({"openapi":"3.1.0","paths":{"/version":{"get":{}},"/things":{"get":{}}}})";
            return reaction;
        });
    }
    void cleanup() { endAll(); }

    void everyDialogIsWholeClearAndTranslated_data() { rowsInEachLanguage("dialog", dialogs); }

    void everyDialogIsWholeClearAndTranslated()
    {
        QFETCH(const QString, dialog);
        QFETCH(const QLocale::Language, language);
        speak(language);
        openOnService();
        QVERIFY(hasMore(m_window->session(), u"health"_s, 20));
        for (const auto &[name, open] : dialogs) {
            if (dialog == QLatin1StringView(name))
                (this->*open)();
        }
        TRY_VERIFY(!opened().isEmpty());
        for (auto *window : opened()) {
            QVERIFY(QTest::qWaitForWindowExposed(window, patience));
            look(*window, dialog, of(dialog));
            if (window->windowType() == Qt::Popup)
                continue;
            const auto there = window->screen()->availableGeometry().size();
            QVERIFY2(window->width() <= there.width() && window->height() <= there.height(), "larger than the screen");
            if (!window->inherits("QFileDialog")) { // which is Qt's, and of no use so small
                window->resize(window->minimumSizeHint());
                look(*window, dialog + u", small"_s, of(dialog));
            }
            window->close();
        }
        for (auto *window : opened())
            window->close();
    }

    /// Else all of the above would say nothing.
    void theLookFindsWhatIsWrong()
    {
        QWidget window;
        window.resize(400, 420);
        window.setStyleSheet(u"QWidget { background: white; color: black; }"_s);
        const auto complaintsAbout = [&](QWidget *part, const QRect &place) {
            part->setGeometry(place);
            part->show();
            QCoreApplication::processEvents();
            const auto complaints = complaintsOf(window).join(u'\n');
            delete part;
            return complaints;
        };
        const auto label = [&](const QString &text) { return new QLabel(text, &window); };
        window.show();
        QCOMPARE(complaintsAbout(label(u"Good words"_s), {20, 20, 200, 30}), QString());
        QVERIFY(complaintsAbout(label(u"Words that have no room"_s), {20, 20, 60, 30}).contains(u"cut"_s));
        QVERIFY(complaintsAbout(label(u"Words at the edge"_s), {350, 20, 200, 30}).contains(u"cut"_s));
        QVERIFY(complaintsAbout(label(u"Ljgy"_s), {20, 20, 60, 6}).contains(u"cut"_s));
        QVERIFY(complaintsAbout(label(u"Shortened though t…"_s), {20, 20, 300, 30}).isEmpty()); // what it is given
        auto *faint = label(u"Faint words"_s);
        faint->setStyleSheet(u"color: #999999;"_s);
        QVERIFY(complaintsAbout(faint, {20, 20, 200, 30}).contains(u"contrast 2.8"_s));
        auto *placeholder = new QLineEdit(&window);
        placeholder->setPlaceholderText(u"Faint as Qt makes it"_s);
        QVERIFY(complaintsAbout(placeholder, {20, 20, 200, 30}).contains(u"contrast"_s));
        auto *table = new QTableWidget(2, 3, &window);
        table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        QVERIFY(complaintsAbout(table, {20, 20, 150, 100}).contains(u"columns"_s));
        class Elided : public QWidget
        {
        public:
            using QWidget::QWidget;

        protected:
            void paintEvent(QPaintEvent *) override
            {
                QPainter painter(this);
                painter.drawText(0, 20, u"Shortened wi…"_s);
                painter.drawText(0, 60, u"Words over words"_s);
                painter.drawText(4, 64, u"words under words"_s);
            }
        };
        const auto complaints = complaintsAbout(new Elided(&window), {20, 20, 300, 100});
        QVERIFY(complaints.contains(u"shortened"_s));
        QVERIFY(complaints.contains(u"over “Words over words”"_s));
    }

    void englishIsFoundInGerman()
    {
        const auto saying = [](const QString &text) { return PaintedWords{text, {}, {}, {}, nullptr}; };
        QCOMPARE(englishIn({saying(u"Isolationstest starten"_s), saying(u"/health, p99 über 20 ms"_s)}), QStringList());
        QCOMPARE(englishIn({saying(u"Run isolation test"_s)}).size(), 2); // of three words, one is German, too
        QCOMPARE(englishIn({saying(u"gebrochen: no answer"_s)}).size(), 1);
    }

private:
    using Open = void (DialogsLookTest::*)();
    static const std::initializer_list<std::pair<const char *, Open>> dialogs;

    /// What was typed, why it can't be read (as the command line says it), how metrics are called, and Qt's own lists.
    static Words of(const QString &dialog)
    {
        const QStringList foreign{u"add a target, refused"_s, u"edit a target wrongly"_s, u"wrong rules"_s,
                                  u"figures of a service"_s,  u"no recording"_s,          u"no OpenAPI document"_s};
        return foreign.contains(dialog) ? Words::Foreign : Words::Ours;
    }

    /// What stands above the main window.
    QList<QWidget *> opened() const
    {
        QList<QWidget *> all;
        for (auto *window : QApplication::topLevelWidgets()) {
            if (window->isVisible() && window != m_window.get() && !window->inherits("QTipLabel"))
                all << window;
        }
        return all;
    }
    template <typename Part>
    Part *part(const QString &name = {}) const
    {
        for (auto *window : opened()) {
            if (auto *found = window->findChild<Part *>(name))
                return found;
        }
        return nullptr;
    }
    void trigger(const QString &keys) const
    {
        for (auto *action : m_window->actions()) {
            if (action->shortcut() == QKeySequence(keys))
                return action->trigger();
        }
        QFAIL("no such action");
    }

    void addTarget() { trigger(u"Ctrl+N"_s); }
    void addTargetRefused()
    {
        addTarget();
        part<QPlainTextEdit>(u"paste"_s)->setPlainText(u"curl --no-such-option --another https://example.org/"_s);
        static_cast<QDialog *>(opened().first())->accept();
        QVERIFY(part<QPlainTextEdit>(u"reason"_s)->isVisible());
    }
    void enterUrl() { QMetaObject::invokeMethod(&m_window->firstRun(), "urlWanted"); }
    void editTarget() { trigger(u"F2"_s); }
    void editTargetWrongly()
    {
        editTarget();
        part<QLineEdit>(u"status"_s)->setText(u"no status"_s);
        static_cast<QDialog *>(opened().first())->accept();
    }
    void rules() { trigger(u"Ctrl+L"_s); }
    void wrongRules()
    {
        rules();
        part<QPlainTextEdit>()->setPlainText(u"nobody: p99<20ms over 10s for 5s"_s);
    }
    void pick() { trigger(u"Ctrl+Shift+N"_s); }
    void figures() { m_window->chooseFigures(); }
    void keys() { trigger(u"F1"_s); }
    void openRecording() { trigger(u"Ctrl+O"_s); }
    void compareWith() { trigger(u"Ctrl+D"_s); }
    void exportRange() { trigger(u"E"_s); }
    void saveProfile() { trigger(u"Ctrl+S"_s); }
    void openApiFile() { m_window->targets().offerFromFile(); }
    void noRecording() { m_window->recordings().show(file("no recording")); }
    void noOpenApi() { m_window->targets().offerFile(file("no document")); }
    void severalSessions()
    {
        const auto path = m_folder.filePath(u"several-%1.sqlite"_s.arg(++m_files));
        for (int i = 0; i < 2; ++i) {
            m_window->session().record(path);
            QVERIFY(hasMore(m_window->session(), u"health"_s, 30));
            m_window->session().record(m_folder.filePath(u"other-%1.sqlite"_s.arg(++m_files)));
        }
        m_window->recordings().show(path);
    }
    void consent()
    {
        probe::Target far;
        far.name = u"far"_s;
        far.url = u"https://a-host-of-somebody-else.example.org/far"_s;
        m_consent.ask(m_window.get(), far, 8, [] { });
    }
    void settingsProblem() { complain(m_window.get(), u"openloop"_s, u"openloop.json: 3:14"_s); }
    void menu() { m_window->topBar().openMenu(); }
    void viewMenu() { submenu(0); }
    void placesMenu() { submenu(1); }
    void appearanceMenu() { submenu(2); }
    void submenu(int number)
    {
        const auto all =
            m_window->topBar().findChild<QAbstractButton *>() ? m_window->findChildren<QMenu *>() : QList<QMenu *>();
        QList<QMenu *> below;
        for (auto *one : all) {
            if (qobject_cast<QMenu *>(one->parentWidget()))
                below << one;
        }
        QVERIFY(number < below.size());
        below[number]->popup({10, 10});
    }
    void sample()
    {
        const auto &session = m_window->session();
        const auto found = SamplePopup::nearest(session, session.now() - 1, 2, 5);
        QVERIFY(found);
        auto *box = new SamplePopup(*found, u"12:34:56.789"_s, m_theme->palette(), m_window.get());
        box->show();
    }

    QString file(const QByteArray &content)
    {
        QFile file(m_folder.filePath(u"%1.file"_s.arg(++m_files)));
        if (file.open(QIODevice::WriteOnly))
            file.write(content);
        return file.fileName();
    }

    QTemporaryDir m_folder;
    QTemporaryDir m_names; ///< stays empty
    Consent m_consent;
    int m_files = 0;
};

const std::initializer_list<std::pair<const char *, DialogsLookTest::Open>> DialogsLookTest::dialogs{
    {"add a target", &DialogsLookTest::addTarget},
    {"add a target, refused", &DialogsLookTest::addTargetRefused},
    {"enter a URL", &DialogsLookTest::enterUrl},
    {"edit a target", &DialogsLookTest::editTarget},
    {"edit a target wrongly", &DialogsLookTest::editTargetWrongly},
    {"rules", &DialogsLookTest::rules},
    {"wrong rules", &DialogsLookTest::wrongRules},
    {"targets of a service", &DialogsLookTest::pick},
    {"figures of a service", &DialogsLookTest::figures},
    {"keys", &DialogsLookTest::keys},
    {"open a recording", &DialogsLookTest::openRecording},
    {"compare with a recording", &DialogsLookTest::compareWith},
    {"export", &DialogsLookTest::exportRange},
    {"save a profile", &DialogsLookTest::saveProfile},
    {"OpenAPI file", &DialogsLookTest::openApiFile},
    {"no recording", &DialogsLookTest::noRecording},
    {"no OpenAPI document", &DialogsLookTest::noOpenApi},
    {"several sessions", &DialogsLookTest::severalSessions},
    {"load elsewhere", &DialogsLookTest::consent},
    {"message", &DialogsLookTest::settingsProblem},
    {"menu", &DialogsLookTest::menu},
    {"menu of views", &DialogsLookTest::viewMenu},
    {"menu of places", &DialogsLookTest::placesMenu},
    {"menu of appearances", &DialogsLookTest::appearanceMenu},
    {"sample", &DialogsLookTest::sample},
};

QTEST_MAIN(DialogsLookTest)
#include "test_dialogs_look.moc"
