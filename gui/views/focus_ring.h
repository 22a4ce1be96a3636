// SPDX-License-Identifier: GPL-3.0-or-later
// Shows who hears the keys, once somebody uses them.
#pragma once

#include <QPointer>
#include <QWidget>

namespace openloop::gui {

/// A line around the widget that has the focus, in whatever window of the program it is: seen from the first key on,
/// gone with the first click. One for all widgets, since each style sheet rule leaves out some. GUI thread.
class FocusRing : public QObject
{
    Q_OBJECT
public:
    explicit FocusRing(QObject *parent = nullptr);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    class Line;

    void setKeysAreUsed(bool used);
    void follow();

    QPointer<Line> m_line; ///< a part of the window in which the focus is, and gone with it
    bool m_keysAreUsed = false;
    bool m_isLate = false; ///< follow() is to be called
};

} // namespace openloop::gui
