// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for a file while measuring goes on.
#pragma once

#include <QString>
#include <QStringList>

#include <functional>

class QWidget;

namespace openloop::gui {

/// What is asked for.
struct WantedFile {
    enum class For { Reading, Writing };

    QString title;
    QStringList kinds; ///< "Recordings (*.sqlite)", the first one chosen
    For purpose = For::Reading;
    QString path{}; ///< folder or file to begin with; empty: where the program runs
    QString ending{}; ///< given to a name that has none, for writing: "json"
};

/// Asks above `owner` and calls `use` with what was chosen; that it waits for nobody is all the difference to
/// QFileDialog's own functions, besides that files which belong to a database beside them are not offered.
void chooseFile(QWidget *owner, const WantedFile &wanted, const std::function<void(const QString &path)> &use);

} // namespace openloop::gui
