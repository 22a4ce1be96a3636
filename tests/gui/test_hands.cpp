// SPDX-License-Identifier: GPL-3.0-or-later
// The window under the hands of somebody without a mouse: where Tab leads, what keys do, what is seen of the focus.
#include "gui/models/default_rules.h"
#include "gui/theme/palette.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "tests/gui/keys.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/ticks.h"

#include <QAbstractItemView>
#include <QDockWidget>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTabBar>

#include <cmath>

using namespace openloop;
using namespace openloop::test;

namespace {

/// Of WCAG 2.2: 1 to 21.
double contrast(const QColor &one, const QColor &other)
{
    const auto luminance = [](const QColor &colour) {
        const auto linear = [](double share) {
            return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
    };
    const auto [dark, light] = std::minmax({luminance(one), luminance(other)});
    return (light + 0.05) / (dark + 0.05);
}

/// A line of 2 pixels around the widget, or around what can be seen of it, in a colour that stands out: the share of
/// its pixels that do.
double shareOfRing(QWidget &widget, const Palette &palette)
{
    auto *window = widget.window();
    QRect seen(widget.mapTo(window, QPoint()), widget.size());
    for (auto *part = widget.parentWidget(); part && part != window; part = part->parentWidget())
        seen &= QRect(part->mapTo(window, QPoint()), part->size());
    const QImage picture = window->grab().toImage();
    const QRect around = seen.adjusted(-3, -3, 3, 3) & window->rect();
    int all = 0, marked = 0;
    const auto look = [&](int x, int y) {
        ++all;
        for (int depth = 0; depth < 3; ++depth) { // two pixels of the line, one that the corners' rounding takes
            const QPoint centre = around.center();
            const QPoint at(x < centre.x() ? x + depth : x - depth, y < centre.y() ? y + depth : y - depth);
            if (picture.pixelColor(std::clamp(at.x(), 0, picture.width() - 1),
                                   std::clamp(at.y(), 0, picture.height() - 1))
                == palette.accent) {
                ++marked;
                return;
            }
        }
    };
    for (int x = around.left() + 8; x < around.right() - 8; ++x) {
        look(x, around.top());
        look(x, around.bottom());
    }
    return all == 0 ? 0 : double(marked) / all;
}

bool contains(const QWidget *outer, const QWidget *inner)
{
    return outer && inner && (outer == inner || outer->isAncestorOf(inner));
}

} // namespace

class HandsTest : public WindowFixture
{
    Q_OBJECT
private slots:
    void init()
    {
        serveUsual();
        auto targets = *probe::targetsFromArguments({base()});
        for (auto &one : targets)
            one.interval = 50ms;
        WindowFixture::open(targets, defaultRules(targets));
        TRY_VERIFY(!m_window->showsFirstRun());
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get(), patience));
    }

    void cleanup() { endAll(); }

    void tabMovesOnInEveryFieldOfTheWindow()
    {
        for (auto *dock : m_window->findChildren<QDockWidget *>()) {
            dock->raise();
            moveThrough(*dock);
        }
        moveThrough(m_window->chartPanel());
    }

    void tabMovesOnInEveryFieldOfADialog_data()
    {
        QTest::addColumn<Qt::Key>("key");
        QTest::addColumn<Qt::KeyboardModifiers>("modifiers");
        QTest::newRow("add") << Qt::Key_N << Qt::KeyboardModifiers(Qt::ControlModifier);
        QTest::newRow("rules") << Qt::Key_L << Qt::KeyboardModifiers(Qt::ControlModifier);
        QTest::newRow("edit") << Qt::Key_F2 << Qt::KeyboardModifiers();
        QTest::newRow("shortcuts") << Qt::Key_F1 << Qt::KeyboardModifiers();
    }

    void tabMovesOnInEveryFieldOfADialog()
    {
        QFETCH(Qt::Key, key);
        QFETCH(Qt::KeyboardModifiers, modifiers);
        press(key, modifiers);
        auto *dialog = inFront<QDialog>();
        QVERIFY(dialog);
        moveThrough(*dialog);
        press(Qt::Key_Escape);
        QVERIFY(isBackIn(*m_window));
    }

    void ctrlReturnTakesWhatADialogHolds()
    {
        press(Qt::Key_N, Qt::ControlModifier);
        QVERIFY(inFront<QDialog>());
        press(Qt::Key_A, Qt::ControlModifier);
        type(u"late="_s + m_server->url(u"/health"_s));
        press(Qt::Key_Return, Qt::ControlModifier);
        TRY_COMPARE(m_window->session().targets().size(), 5);
        QVERIFY(isBackIn(*m_window));
        press(Qt::Key_L, Qt::ControlModifier);
        QVERIFY(inFront<QDialog>());
        press(Qt::Key_A, Qt::ControlModifier);
        type(u"late: p99<5s over 10s"_s);
        press(Qt::Key_Return, Qt::ControlModifier);
        TRY_COMPARE(m_window->session().rules().size(), 1);
        QCOMPARE(m_window->session().rules().front().target, u"late"_s);
    }

    void returnTakesAPasteUnlessTheShellWouldReadOn()
    {
        press(Qt::Key_N, Qt::ControlModifier);
        QVERIFY(inFront<QDialog>());
        press(Qt::Key_A, Qt::ControlModifier);
        type(u"curl -H 'X-A: b' \\"_s);
        press(Qt::Key_Return);
        type(m_server->url(u"/later"_s));
        press(Qt::Key_Return);
        TRY_COMPARE(m_window->session().targets().size(), 5);
        QCOMPARE(m_window->session().targets().last().headers.size(), 1);
    }

    void aRefusedPasteStaysWithTheReasonBelowIt()
    {
        const QString pasted = u"curl --http3 'https://localhost/"_s + QString(700, u'x') + u"'"_s;
        press(Qt::Key_N, Qt::ControlModifier);
        auto *dialog = inFront<QDialog>();
        QVERIFY(dialog);
        press(Qt::Key_A, Qt::ControlModifier);
        type(pasted);
        press(Qt::Key_Return, Qt::ControlModifier);
        auto *reason = dialog->findChild<QPlainTextEdit *>(u"reason"_s);
        QVERIFY(reason);
        TRY_VERIFY(reason->isVisible());
        auto *field = qobject_cast<QPlainTextEdit *>(focused()); // ready to be mended
        QVERIFY(field && field != reason);
        QCOMPARE(field->toPlainText(), pasted);
        QVERIFY2(reason->toPlainText().contains(u"HTTP/3"_s), qPrintable(reason->toPlainText()));
        QVERIFY(reason->y() > field->y());
        QVERIFY(dialog->width() >= 500 && dialog->width() <= 700);
        for (const auto *text : {field, reason}) { // all of it is seen
            TRY_COMPARE(text->verticalScrollBar()->maximum(), 0);
            QCOMPARE(text->horizontalScrollBar()->maximum(), 0);
        }
        reason->setPlainText(u"“"_s + pasted + u"” is no URL"_s); // no word of it fits a line
        TRY_COMPARE(reason->verticalScrollBar()->maximum(), 0);
        QCOMPARE(reason->horizontalScrollBar()->maximum(), 0);
        QVERIFY(dialog->width() <= 700);
    }

    void whatWasPastedIsNotThrownAway()
    {
        press(Qt::Key_N, Qt::ControlModifier);
        QVERIFY(inFront<QDialog>());
        press(Qt::Key_A, Qt::ControlModifier);
        type(u"curl http://127.0.0.1:1/a"_s);
        press(Qt::Key_Backtab, Qt::ShiftModifier);
        press(Qt::Key_Return); // Cancel, which is before the first field
        QVERIFY(isBackIn(*m_window));
        QCOMPARE(m_window->session().targets().size(), 4);
        press(Qt::Key_N, Qt::ControlModifier);
        QVERIFY(inFront<QDialog>());
        QCOMPARE(qobject_cast<QPlainTextEdit *>(focused())->toPlainText(), u"curl http://127.0.0.1:1/a"_s);
    }

    void theMenuOpensWithTheKeyThatItsButtonNames()
    {
        press(Qt::Key_F10);
        TRY_VERIFY(qobject_cast<QMenu *>(QApplication::activePopupWidget()));
        QVERIFY(qobject_cast<QMenu *>(QApplication::activePopupWidget())->activeAction());
        press(Qt::Key_Escape);
        TRY_VERIFY(!QApplication::activePopupWidget());
    }

    void arrowsWalkTheTabsOfTheDocks()
    {
        const auto isTabBar = [](QWidget *widget) { return qobject_cast<QTabBar *>(widget) != nullptr; };
        press(Qt::Key_Tab);
        QVERIFY(tabTo(isTabBar));
        auto *tabs = qobject_cast<QTabBar *>(focused());
        QVERIFY(!tabs->accessibleName().isEmpty());
        const int before = tabs->currentIndex();
        press(Qt::Key_Right);
        QCOMPARE(tabs->currentIndex(), before + 1);
        QVERIFY(m_window->timeWindow().isLive()); // and the chart stays where it is
        press(Qt::Key_Left);
        QCOMPARE(tabs->currentIndex(), before);
        QVERIFY(tabs->hasFocus());
        press(Qt::Key_0, Qt::ControlModifier);
        for (int i = 0; i < 6; ++i)
            press(Qt::Key_Plus); // there is a past then
        QVERIFY(hasMore(m_window->session(), u"health"_s, 60));
        press(Qt::Key_Left);
        QVERIFY(!m_window->timeWindow().isLive());
    }

    void tabDoesNotLeadBehindAnotherPanel()
    {
        press(Qt::Key_Tab);
        QVERIFY(!tabTo([](QWidget *widget) {
            const auto *window = widget->window();
            return !window->rect().intersects(QRect(widget->mapTo(window, QPoint()), widget->size()));
        }));
    }

    void ctrlAndADigitGoToAPanel()
    {
        const QStringList panels{u"targets"_s, u"events"_s, u"experiment"_s, u"limit"_s,
                                 u"server"_s,  u"jobs"_s,   u"compare"_s,    u"fleet"_s};
        m_window->findChild<QDockWidget *>(u"limit"_s)->close(); // which is opened again
        for (int i = 0; i < panels.size(); ++i) {
            press(static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
            auto *dock = m_window->findChild<QDockWidget *>(panels[i]);
            TRY_VERIFY2(contains(dock, focused()), qPrintable(panels[i]));
            QVERIFY(!dock->visibleRegion().isEmpty());
        }
        press(Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(focused(), static_cast<QWidget *>(m_window->targetsPanel().cards().front()));
        press(Qt::Key_0, Qt::ControlModifier);
        QCOMPARE(focused(), static_cast<QWidget *>(&m_window->chartPanel().chart()));
    }

    void everyFocusIsSeen_data()
    {
        QTest::addColumn<Theme::Mode>("mode");
        QTest::newRow("light") << Theme::Mode::Light;
        QTest::newRow("dark") << Theme::Mode::Dark;
    }

    void everyFocusIsSeen()
    {
        QFETCH(Theme::Mode, mode);
        m_theme->setMode(mode);
        const auto &palette = m_theme->palette();
        QVERIFY(contrast(palette.accent, palette.page) >= 3 && contrast(palette.accent, palette.surface) >= 3);
        seeEachFocus(palette);
        for (const auto &[key, modifiers] : {std::pair(Qt::Key_N, Qt::ControlModifier), {Qt::Key_F2, Qt::NoModifier}}) {
            press(key, modifiers);
            QVERIFY(inFront<QDialog>());
            seeEachFocus(palette);
            press(Qt::Key_Escape);
            QVERIFY(isBackIn(*m_window));
        }
    }

    void whoUsesTheMouseSeesNoRing()
    {
        press(Qt::Key_Tab);
        auto *ring = m_window->findChild<QWidget *>(u"focusRing"_s);
        QVERIFY(ring && ring->isVisible());
        QTest::mouseClick(m_window->targetsPanel().cards().front(), Qt::LeftButton);
        QVERIFY(!ring->isVisible());
    }

    void f1ListsEveryShortcut()
    {
        press(Qt::Key_F1);
        auto *dialog = inFront<QDialog>();
        QVERIFY(dialog);
        QString shown;
        for (auto *view : dialog->findChildren<QAbstractItemView *>()) {
            for (int row = 0; row < view->model()->rowCount(); ++row)
                shown += view->model()->index(row, 0).data().toString() + u'|'
                    + view->model()->index(row, 1).data().toString() + u'\n';
        }
        int keys = 0;
        for (const auto *action : m_window->actions()) {
            if (action->shortcut().isEmpty())
                continue;
            ++keys;
            const QString line = action->shortcut().toString(QKeySequence::NativeText) + u'|'
                + QString(action->text()).remove(u'…') + u'\n';
            QVERIFY2(!action->text().isEmpty() && shown.contains(line), qPrintable(line + shown));
        }
        QVERIFY(keys > 30);
        for (const auto &more : {u"Space|"_s, u"Left|"_s, u"Ctrl+Return|"_s})
            QVERIFY2(shown.contains(more), qPrintable(more));
    }

    void aServiceElsewhereIsLoadedOnlyAfterAQuestion()
    {
        auto far = *probe::targetsFromArguments({u"far="_s + m_server->url(u"/health"_s)});
        far.front().loadUrl = u"http://service.invalid/"_s; // answers, so that there is something to test
        m_window->session().setTargets(far);
        const auto &session = m_window->session();
        QVERIFY(hasMore(session, u"far"_s, 2));
        press(Qt::Key_B);
        auto *box = inFront<QMessageBox>();
        QVERIFY(box);
        QVERIFY2(box->text().contains(u"service.invalid"_s), qPrintable(box->text()));
        QVERIFY(session.loadedTarget().isEmpty());
        press(Qt::Key_Return); // the safe answer
        QVERIFY(isBackIn(*m_window));
        QVERIFY(session.loadedTarget().isEmpty());
        press(Qt::Key_R, Qt::ControlModifier); // so does an isolation test
        QVERIFY(inFront<QMessageBox>());
        press(Qt::Key_Escape);
        QVERIFY(isBackIn(*m_window));
        press(Qt::Key_B);
        QVERIFY(inFront<QMessageBox>());
        QVERIFY(tabTo([](QWidget *widget) {
            auto *button = qobject_cast<QPushButton *>(widget);
            return button && button->text().remove(u'&') == u"Load"_s;
        }));
        press(Qt::Key_Space);
        TRY_COMPARE(session.loadedTarget(), u"far"_s);
        QVERIFY(isBackIn(*m_window));
        press(Qt::Key_B);
        TRY_VERIFY(session.loadedTarget().isEmpty());
        press(Qt::Key_B); // asked once
        QCOMPARE(session.loadedTarget(), u"far"_s);
        QVERIFY(!qobject_cast<QMessageBox *>(QApplication::activeWindow()));
    }

    void aServiceOfThisMachineIsLoadedAtOnce()
    {
        press(Qt::Key_B);
        QCOMPARE(m_window->session().loadedTarget(), u"factorize"_s);
        QVERIFY(!m_window->findChild<QMessageBox *>());
    }

private:
    /// Tab leaves each part of this that it can reach, and changes no text.
    void moveThrough(QWidget &whole)
    {
        int fields = 0;
        for (auto *one : whole.findChildren<QWidget *>()) {
            if (!one->isVisible() || !one->isEnabled() || !(one->focusPolicy() & Qt::TabFocus) || one->focusProxy())
                continue;
            one->setFocus(Qt::TabFocusReason);
            if (!one->hasFocus())
                continue;
            ++fields;
            const auto *edit = qobject_cast<QPlainTextEdit *>(one);
            const QString before = edit ? edit->toPlainText() : QString();
            press(Qt::Key_Tab);
            const auto name = one->objectName() + u' ' + QString::fromLatin1(one->metaObject()->className());
            QVERIFY2(!one->hasFocus(), qPrintable(name));
            QVERIFY2(!edit || edit->toPlainText() == before, qPrintable(name));
        }
        QVERIFY2(fields > 0, qPrintable(whole.objectName()));
    }

    /// Goes around once by Tab, and looks at each stop.
    void seeEachFocus(const Palette &palette)
    {
        QList<QWidget *> seen;
        press(Qt::Key_Tab);
        while (focused() && !seen.contains(focused())) {
            // The ring follows a layout by an event.
            TRY_VERIFY2(shareOfRing(*focused(), palette) > 0.9,
                        qPrintable(u"%1 %2 %3: %4"_s.arg(
                            focused()->objectName(), QString::fromLatin1(focused()->metaObject()->className()),
                            focused()->accessibleName(), QString::number(shareOfRing(*focused(), palette)))));
            seen << focused();
            press(Qt::Key_Tab);
        }
        QVERIFY(seen.size() > 2);
    }
};

QTEST_MAIN(HandsTest)
#include "test_hands.moc"
