// SPDX-License-Identifier: GPL-3.0-or-later
// See style_sheet.h. Rules name a property ("role"), so that a widget says what it is and not how it looks. What one
// types into has no colour here but that of the QPalette: Qt 6.4 would make placeholders half of it, too faint to read.
#include "gui/theme/style_sheet.h"

#include "gui/theme/palette.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

const QString rules = uR"(
QToolTip { color: @text; background: @raised; border: 1px solid @border; padding: 4px; }
QMainWindow::separator { background: @page; width: 6px; height: 6px; }
QMainWindow::separator:hover { background: @accent; }

QPushButton, QToolButton, QComboBox, QSpinBox, QLineEdit {
    background: @raised; border: 1px solid @border; border-radius: 5px; padding: 4px 10px; min-height: 18px; outline: none; }
QPushButton, QToolButton, QComboBox, QSpinBox { color: @text; }
QPushButton:hover, QToolButton:hover, QComboBox:hover { border-color: @accent; }
QPushButton:pressed, QToolButton:pressed { background: @border; }
QPushButton:focus, QToolButton:focus, QComboBox:focus, QSpinBox:focus, QLineEdit:focus { border: 1px solid @accent; }
QPushButton:checked, QToolButton:checked { background: @accent; color: @onAccent; border-color: @accent; }
QPushButton:disabled, QToolButton:disabled { background: @raised; color: @faint; border-color: @border; }
QPushButton[role="primary"] { background: @accent; color: @onAccent; border-color: @accent; font-weight: bold; }
QPushButton[role="primary"]:hover { background: @accentHover; }
QPushButton[role="primary"]:focus { border: 1px solid @text; }
QPushButton[role="primary"]:disabled { background: @raised; color: @faint; border-color: @border; }
QPushButton[role="stop"] { background: @error; color: @surface; border-color: @error; font-weight: bold; }
QToolButton { padding: 4px 8px; }
QToolButton[role="segment"] { border-radius: 0; margin-left: -1px; padding: 3px 4px; }
QToolButton[role="segmentFirst"] { border-top-right-radius: 0; border-bottom-right-radius: 0; padding: 3px 4px; }
QToolButton[role="segmentLast"] { border-top-left-radius: 0; border-bottom-left-radius: 0; margin-left: -1px; padding: 3px 4px; }
QToolButton::menu-indicator { image: none; }
QSpinBox { padding-right: 2px; }
QSpinBox::up-button, QSpinBox::down-button { width: 16px; border: none; background: transparent; }
QSpinBox::up-arrow { image: url(:/icons/up.svg); width: 12px; height: 12px; }
QSpinBox::down-arrow, QComboBox::down-arrow { image: url(:/icons/down.svg); width: 12px; height: 12px; }
QComboBox::drop-down { border: none; width: 18px; }

QCheckBox::indicator, QListView::indicator, QTableView::indicator { width: 13px; height: 13px; background: @raised; border: 1px solid @muted; border-radius: 3px; }
QCheckBox::indicator:focus, QCheckBox::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked, QListView::indicator:checked, QTableView::indicator:checked { background: @accent; border-color: @accent; image: url(:/icons/check.svg); }

QFrame[role="panel"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
QLabel[role="heading"] { font-weight: bold; color: @text; }
QLabel[role="muted"] { color: @muted; }
QWidget[role="page"], QScrollArea[role="page"] { background: transparent; border: none; }

QDockWidget { color: @muted; font-weight: bold; }
QDockWidget::title { background: @page; padding: 5px 8px; text-align: left; }
QMainWindow > QTabBar { background: @page; }
QTabBar QToolButton { padding: 0; min-height: 0; border-radius: 3px; }
QTabBar::tab { background: transparent; color: @muted; padding: 5px 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:hover { color: @text; }

QTableView, QTreeView, QListView, QTextBrowser, QPlainTextEdit {
    background: @surface; border: 1px solid @border; border-radius: 8px; gridline-color: @grid;
    selection-background-color: @selection; selection-color: @text; }
QTableView, QTreeView, QListView, QTextBrowser { color: @text; }
QPlainTextEdit[role="reason"] { background: transparent; color: @error; border: none; }
QHeaderView::section { background: @surface; color: @muted; border: none; border-bottom: 1px solid @border; padding: 4px 6px; }
QTableView[role="figures"]::item, QTreeView::item { padding: 3px 6px; }
QHeaderView { background: @surface; }

QMenu { background: @surface; color: @text; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 20px; border-radius: 4px; }
QMenu::item:selected { background: @selection; }
QMenu::separator { height: 1px; background: @border; margin: 4px 6px; }

QProgressBar { background: @grid; border: none; border-radius: 4px; height: 8px; text-align: center; color: @text; }
QProgressBar::chunk { background: @accent; border-radius: 4px; }

QScrollBar:vertical { background: transparent; width: 9px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 9px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 4px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)"_s;

} // namespace

QString styleSheetFor(const Palette &palette)
{
    // Longer names first: "@accent" is a prefix of "@accentHover".
    const QList<std::pair<QString, QColor>> colours{
        {u"@accentHover"_s, palette.dark ? palette.accent.lighter(110) : palette.accent.darker(112)},
        {u"@onAccent"_s, palette.onAccent},
        {u"@selection"_s, withAlpha(palette.accent, palette.dark ? 0.3 : 0.16)},
        {u"@surface"_s, palette.surface},
        {u"@accent"_s, palette.accent},
        {u"@border"_s, palette.border},
        {u"@raised"_s, palette.raised},
        {u"@error"_s, palette.error},
        {u"@faint"_s, withAlpha(palette.muted, 0.75)},
        {u"@muted"_s, palette.muted},
        {u"@grid"_s, palette.grid},
        {u"@page"_s, palette.page},
        {u"@text"_s, palette.text},
    };
    QString sheet = rules;
    for (const auto &[name, colour] : colours)
        sheet.replace(name, colour.name(QColor::HexArgb));
    return sheet;
}

} // namespace openloop::gui
