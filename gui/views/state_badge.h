// SPDX-License-Identifier: GPL-3.0-or-later
// A state in one word, with its shape and its colour.
#pragma once

#include "gui/theme/themed.h"

#include <QWidget>

namespace openloop::gui {

/// A word or figure with a state's shape before it.
class StateBadge : public QWidget, public Themed
{
    Q_OBJECT
public:
    explicit StateBadge(QWidget *parent = nullptr);
    void setState(State state, const QString &text);
    State state() const { return m_state; }
    QString text() const { return m_text; }
    /// Pixels of the shape; the text follows the widget's font.
    void setShapeSize(int size);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    State m_state = State::Unknown;
    QString m_text;
    int m_shape = 14;
};

} // namespace openloop::gui
