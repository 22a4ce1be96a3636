// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for a URL or a command, and keeps what was refused until it is mended.
#pragma once

#include <QDialog>
#include <QPlainTextEdit>

#include <functional>

namespace openloop::gui {

/// A text as high as it needs to be, and broken wherever a line ends: all of it is seen, up to half of the screen.
class WholeText : public QPlainTextEdit
{
    Q_OBJECT
public:
    /// No lower than so many lines.
    explicit WholeText(int leastLines, QWidget *parent = nullptr);

signals:
    /// Return, where a shell would not ask for another line.
    void entered();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void fit();

    int m_leastLines;
};

/// One field, and below it why what is in it can't be taken. GUI thread.
class PasteDialog : public QDialog
{
    Q_OBJECT
public:
    /// Does what is to be done with the text; why it can't be, or nothing.
    using Take = std::function<QString(const QString &text)>;

    PasteDialog(const QString &title, const QString &wanted, const QString &text, Take take, QWidget *parent);

    QString text() const;
    void accept() override;

private:
    Take m_take;
    WholeText *m_field = nullptr;
    WholeText *m_reason = nullptr;
};

} // namespace openloop::gui
