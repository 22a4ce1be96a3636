// SPDX-License-Identifier: GPL-3.0-or-later
// A keyboard and nothing else: keys go to the window that has the focus, and from there where Qt sends them.
#pragma once

#include "tests/support/patience.h"

#include <QApplication>
#include <QTest>
#include <QWidget>
#include <QWindow>

namespace openloop::test {

/// Presses a key in whatever window has the focus; fails the test where none has.
inline void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    TRY_VERIFY(QGuiApplication::focusWindow());
    QTest::keyClick(QGuiApplication::focusWindow(), key, modifiers);
}

/// Types a text there.
inline void type(const QString &text)
{
    TRY_VERIFY(QGuiApplication::focusWindow());
    for (const QChar letter : text)
        QTest::sendKeyEvent(QTest::Click, QGuiApplication::focusWindow(), Qt::Key_unknown, letter, Qt::NoModifier);
}

/// The window of this type, or of this title where one is given, that has come to the front; null if none does.
template <typename Window>
Window *inFront(const QString &title = {})
{
    Window *found = nullptr;
    const auto isThere = [&] {
        found = qobject_cast<Window *>(QApplication::activeWindow());
        return found && found->isVisible() && (title.isEmpty() || found->windowTitle() == title);
    };
    return QTest::qWaitFor(isThere, patience) ? found : nullptr;
}

/// Waits until no dialog is left, and does what a window manager does then, of which there is none here.
inline bool isBackIn(QWidget &window)
{
    if (!QTest::qWaitFor([] { return !QApplication::activeModalWidget(); }, patience))
        return false;
    window.activateWindow();
    return QTest::qWaitForWindowActive(&window, patience);
}

/// What hears the keys.
inline QWidget *focused()
{
    return QApplication::focusWidget();
}

/// Presses Tab until a widget has the focus for which this holds; false where none of them all does.
template <typename Condition>
bool tabTo(Condition condition)
{
    QList<QWidget *> seen;
    while (focused() && !seen.contains(focused())) {
        if (condition(focused()))
            return true;
        seen << focused();
        press(Qt::Key_Tab);
    }
    return false;
}

} // namespace openloop::test
