// SPDX-License-Identifier: GPL-3.0-or-later
// The last line of a dialog that is taken or left.
#pragma once

class QDialog;
class QDialogButtonBox;

namespace openloop::gui {

/// OK and Cancel, which accept and reject `dialog`; to be placed in it. Ctrl+Return is OK, wherever the focus is.
QDialogButtonBox *okAndCancel(QDialog &dialog);

} // namespace openloop::gui
