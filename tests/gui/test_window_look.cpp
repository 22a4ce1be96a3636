// SPDX-License-Identifier: GPL-3.0-or-later
// What eyes would complain of, found by a machine: words that are cut though there is room, that stand out too little,
// or that lie outside the window. In three widths, both schemes and both languages.
#include "gui/models/default_rules.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/figures_dialog.h"
#include "gui/views/dialogs/first_run.h"
#include "gui/views/panels/events_panel.h"
#include "gui/views/panels/server_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/views/verdict_bar.h"
#include "tests/gui/window_fixture.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QTableWidget>
#include <QTranslator>

#include <cmath>

using namespace openloop;
using namespace openloop::test;

namespace {

double luminance(QRgb colour)
{
    const auto linear = [](int part) {
        const double share = part / 255.0;
        return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(qRed(colour)) + 0.7152 * linear(qGreen(colour)) + 0.0722 * linear(qBlue(colour));
}

double contrast(double a, double b)
{
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

/// Of the words against what is behind them: the commonest colour against the one that differs most from it. `behind`:
/// what shows through.
double contrastOf(QWidget &part, const QColor &behind)
{
    QImage picture(part.size(), QImage::Format_RGB32);
    picture.fill(behind);
    part.render(&picture, {}, {}, QWidget::DrawChildren);
    QHash<QRgb, int> counts;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x)
            ++counts[picture.pixel(x, y)];
    }
    const auto commonest = std::max_element(counts.begin(), counts.end());
    double most = 1;
    for (auto one = counts.begin(); one != counts.end(); ++one)
        most = std::max(most, contrast(luminance(commonest.key()), luminance(one.key())));
    return most;
}

QString wordsOf(const QWidget &part)
{
    if (const auto *label = qobject_cast<const QLabel *>(&part))
        return label->text();
    if (const auto *button = qobject_cast<const QAbstractButton *>(&part))
        return button->text();
    return {};
}

bool isScrolled(const QWidget *part)
{
    for (; part; part = part->parentWidget()) {
        if (qobject_cast<const QAbstractScrollArea *>(part))
            return true;
    }
    return false;
}

/// Why the words of this part are cut; empty: they are not.
QString cutOf(const QWidget &part)
{
    if (const auto *label = qobject_cast<const QLabel *>(&part)) {
        if (label->textFormat() == Qt::RichText || label->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored)
            return {}; // gives way to all others
        const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().width();
        const int there = label->wordWrap() ? label->height() : label->width();
        return needed > there ? u"needs %1, has %2"_s.arg(needed).arg(there) : QString();
    }
    const int words = part.fontMetrics().size(Qt::TextShowMnemonic, wordsOf(part)).width();
    return words > part.width() ? u"needs %1, has %2"_s.arg(words).arg(part.width()) : QString();
}

/// All that is wrong with what is to be seen of the window.
QStringList complaintsOf(QWidget &window, const QColor &behind)
{
    QStringList complaints;
    for (auto *part : window.findChildren<QWidget *>()) {
        const auto words = wordsOf(*part);
        // A tab behind others is visible, says Qt, but stands elsewhere.
        if (!part->isVisible() || words.isEmpty() || part->window() != &window || part->visibleRegion().isEmpty())
            continue;
        const auto complain = [&](const QString &what) {
            complaints << u"%1 “%2”: %3"_s.arg(QString::fromLatin1(part->metaObject()->className()), words.left(60),
                                               what);
        };
        if (!isScrolled(part)) {
            const QRect place(part->mapTo(&window, QPoint()), part->size());
            if (!window.rect().contains(place))
                complain(u"at %1..%2, %3..%4 outside the window"_s.arg(place.left())
                             .arg(place.right())
                             .arg(place.top())
                             .arg(place.bottom()));
        }
        if (const auto cut = cutOf(*part); !cut.isEmpty())
            complain(cut);
        if (!part->isEnabled()) // not to be read now
            continue;
        if (const double reached = contrastOf(*part, behind); reached < 4.5)
            complain(u"contrast %1"_s.arg(reached));
    }
    return complaints;
}

} // namespace

class WindowLookTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init()
    {
        serve([](int, const QByteArray &path) {
            Reaction reaction;
            reaction.latency = path.startsWith("/factorize") ? 60ms : 2ms;
            if (path == "/metrics")
                reaction.body = "# a service that is not ours\nnode_load1 0.42\nnode_memory_free_bytes 1048576\n"
                                "http_requests_total{code=\"200\"} 10\nhttp_requests_total{code=\"500\"} 2\n";
            return reaction;
        });
    }
    void cleanup()
    {
        endAll();
        QCoreApplication::removeTranslator(&m_german);
    }

    void wordsAreWholeAndClearAndInside_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<bool>("german");
        for (const int width : {640, 1280, 2560}) {
            for (const bool dark : {false, true}) {
                for (const bool german : {false, true})
                    QTest::addRow("%d %s %s", width, dark ? "dark" : "light", german ? "German" : "English")
                        << width << dark << german;
            }
        }
    }

    void wordsAreWholeAndClearAndInside()
    {
        QFETCH(const int, width);
        QFETCH(const bool, dark);
        QFETCH(const bool, german);
        if (german) {
            QVERIFY(m_german.load(QLocale(QLocale::German), u"openloop"_s, u"_"_s, u":/translations"_s));
            QCoreApplication::installTranslator(&m_german);
        }
        open();
        m_theme->setMode(dark ? Theme::Mode::Dark : Theme::Mode::Light);
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->showsFirstRun(), patience);
        m_window->resize(width, 700);
        QCoreApplication::processEvents();
        QCOMPARE(m_window->width(), width); // 640 pixels are enough
        const auto behind = paletteFor(dark).surface;
        QVERIFY(!m_window->chartPanel().findChild<QAbstractButton *>()->visibleRegion().isEmpty());
        for (int mode = 0; mode < chartModes; ++mode) {
            m_window->chartPanel().setMode(static_cast<ChartMode>(mode));
            check(*m_window, behind, u"mode %1"_s.arg(mode));
        }
        for (auto *dock : m_window->findChildren<QDockWidget *>()) {
            dock->show();
            dock->raise();
            QTRY_VERIFY_WITH_TIMEOUT(!dock->visibleRegion().isEmpty(), patience);
            check(*m_window, behind, dock->objectName());
        }
    }

    void theFirstWindowLiesInsideTheScreen()
    {
        const auto isInside = [this] {
            const auto there = m_window->screen()->availableGeometry();
            if (!there.contains(m_window->geometry()))
                qInfo() << m_window->geometry() << "on" << there;
            return there.contains(m_window->geometry());
        };
        open();
        QVERIFY(isInside());
        m_window->resize(3000, 2000);
        const auto state = m_window->savedState();
        m_window->restoreState(state); // of a larger screen
        QVERIFY(isInside());
    }

    void aNarrowWindowHasItsEventsInATabAndAWideOneBesideTheOthers()
    {
        open();
        auto *events = m_window->findChild<QDockWidget *>(u"events"_s);
        const auto isTab = [&] { return !m_window->tabifiedDockWidgets(events).isEmpty(); };
        m_window->resize(1200, 700);
        QVERIFY(!isTab());
        m_window->resize(640, 700);
        QVERIFY(isTab());
        m_window->resize(1200, 700);
        QVERIFY(!isTab());
    }

    void eventsWrapAndNameTheirTargetOnce()
    {
        open();
        m_window->resize(1200, 800); // where the list is not behind others
        auto *events = m_window->findChild<EventsPanel *>();
        m_window->session().noteExperiment(u"short"_s);
        m_window->session().noteExperiment(QString(40, u'w') + u" and more "_s + QString(40, u'w'));
        QCoreApplication::processEvents();
        const auto heightOf = [&](int row) {
            return events->visualRect(events->model()->index(row, EventLog::Text)).height();
        };
        QTRY_VERIFY_WITH_TIMEOUT(heightOf(0) > heightOf(1), patience);
    }

    void heatmapAndPhasesNameTheirTargetAndTheirColours()
    {
        open();
        QTRY_VERIFY_WITH_TIMEOUT(m_window->session().figures(u"health"_s, 0, 1e12).n > 20, patience);
        auto &panel = m_window->chartPanel();
        panel.setMode(ChartMode::Points);
        QVERIFY(panel.key().isHidden());
        panel.setMode(ChartMode::Heatmap);
        QVERIFY2(panel.key().text().title.startsWith(u"/health: "_s), qPrintable(panel.key().text().title));
        QVERIFY(panel.key().text().title.contains(u"last "_s));
        QVERIFY(panel.key().text().most >= 1);
        QVERIFY(panel.key().isVisible());
        panel.chart().setSelected(u"factorize"_s);
        panel.refresh();
        QVERIFY(panel.key().text().title.startsWith(u"/factorize: "_s));
        panel.setMode(ChartMode::Phases);
        QVERIFY(panel.key().text().title.startsWith(u"/factorize: "_s));
        QCOMPARE(panel.key().text().entries.size(), std::size_t(6));
        panel.setMode(ChartMode::Histogram);
        QVERIFY(panel.key().text().title.contains(u"last "_s));
    }

    void figuresOfAForeignServiceAreChosenNamedAndKept()
    {
        open();
        auto *panel = m_window->findChild<ServerPanel *>();
        auto *button = panel->findChild<QAbstractButton *>(u"chooseFigures"_s);
        QTRY_VERIFY_WITH_TIMEOUT(!button->isHidden(), patience);
        button->click();
        auto *dialog = m_window->findChild<FiguresDialog *>();
        QVERIFY(dialog);
        auto *table = dialog->findChild<QTableWidget *>();
        QCOMPARE(table->rowCount(), 4);
        for (int row = 0; row < 2; ++row)
            table->item(row, 0)->setCheckState(Qt::Checked);
        table->item(0, 1)->setText(u"Load"_s);
        table->item(0, 2)->setText(u"processes"_s);
        dialog->accept();
        QVERIFY2(panel->accessibleName().contains(u"Load 0.420\u2009processes"_s), qPrintable(panel->accessibleName()));
        QVERIFY2(panel->accessibleName().contains(u"1.00\u2009MiB"_s), qPrintable(panel->accessibleName()));
        const auto state = m_window->savedState();
        m_window.reset();
        open();
        m_window->restoreState(state);
        panel = m_window->findChild<ServerPanel *>();
        QTRY_VERIFY_WITH_TIMEOUT(panel->accessibleName().contains(u"Load 0.420\u2009processes"_s), patience);
    }

private:
    void open()
    {
        auto targets = *probe::targetsFromArguments({base()});
        for (auto &target : targets)
            target.interval = 20ms;
        WindowFixture::open(targets, defaultRules(targets));
    }

    static void check(QWidget &window, const QColor &behind, const QString &where)
    {
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
        const auto complaints = complaintsOf(window, behind);
        if (!complaints.isEmpty())
            QTest::qFail(qPrintable(where + u":\n"_s + complaints.join(u'\n')), __FILE__, __LINE__);
    }

    QTranslator m_german;
};

QTEST_MAIN(WindowLookTest)
#include "test_window_look.moc"
