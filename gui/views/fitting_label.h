// SPDX-License-Identifier: GPL-3.0-or-later
// A label that is whole or says less.
#pragma once

#include <QLabel>
#include <QStringList>

namespace openloop::gui {

/// Shows the first of its texts that has room, or nothing: half a word says nothing, and half an address is another
/// one. Takes what width its layout has left, and asks for none.
class FittingLabel : public QLabel
{
    Q_OBJECT

public:
    explicit FittingLabel(QWidget *parent);

    /// The longest first.
    void setTexts(const QStringList &texts);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void fit();

    QStringList m_texts;
};

} // namespace openloop::gui
