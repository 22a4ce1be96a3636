// SPDX-License-Identifier: GPL-3.0-or-later
// From a file that a person chooses to the session that the window shows.
#include "gui/window/recordings.h"

#include "gui/models/format.h"
#include "gui/views/dialogs/choose_file.h"
#include "gui/views/dialogs/message.h"
#include "gui/views/panels/compare_panel.h"
#include "gui/views/replay_bar.h"
#include "gui/views/verdict_bar.h"

#include <QFileInfo>
#include <QInputDialog>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

Recordings::Recordings(Session &session, TimeWindow &window, ReplayBar &bar, ComparePanel &panel, QWidget &owner)
    : m_session(session), m_window(window), m_bar(bar), m_panel(panel), m_owner(owner)
{
    connect(&bar, &ReplayBar::liveWanted, this, &Recordings::close);
    connect(&panel, &ComparePanel::fileWanted, this, &Recordings::compare);
}

void Recordings::askForFile(const QString &title, const std::function<void(const QString &)> &use)
{
    chooseFile(&m_owner,
               {.title = title,
                .kinds = {tr("Recordings (*.sqlite *.sqlite3 *.db)"), tr("All files (*)")},
                .path = QFileInfo(probe::SessionRecorder::defaultPath()).path()},
               use);
}

void Recordings::open()
{
    askForFile(tr("Open recording"), [this](const QString &path) { show(path); });
}

void Recordings::withSession(const QString &path, const std::function<void(std::optional<qint64>)> &use)
{
    const auto sessions = probe::SessionReader(path).sessions();
    if (sessions.size() < 2)
        return use({});
    QStringList lines; // newest first; their numbers make them differ
    for (qsizetype i = sessions.size(); i-- > 0;) {
        const auto &one = sessions[i];
        lines << u"%1:  %2, %3, %4"_s.arg(i + 1).arg(
            one.startedAt.toString(u"yyyy-MM-dd HH:mm:ss"_s),
            formatSpan(std::chrono::duration<double>(one.until - one.origin).count()),
            VerdictBar::tr("%n target(s)", nullptr, static_cast<int>(one.targets.size())));
    }
    auto *dialog = new QInputDialog(&m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Open recording"));
    dialog->setLabelText(tr("The file holds several sessions:"));
    dialog->setOption(QInputDialog::UseListViewForComboBoxItems);
    dialog->setComboBoxItems(lines);
    dialog->setTextValue(lines.first());
    connect(dialog, &QInputDialog::textValueSelected, this, [sessions, lines, use](const QString &line) {
        use(sessions[sessions.size() - 1 - lines.indexOf(line)].id);
    });
    dialog->open();
}

void Recordings::show(const QString &path)
{
    withSession(path, [this, path](std::optional<qint64> session) { showSession(path, session); });
}

void Recordings::showSession(const QString &path, std::optional<qint64> session)
{
    emit presentEnds();
    m_liveSpan = liveSpan();
    if (const QString problem = m_session.openRecording(path, session); !problem.isEmpty()) {
        complain(&m_owner, tr("Open recording"), problem);
        return;
    }
    m_window.setBeginning(m_session.beginning());
    m_window.setNow(m_session.now());
    m_window.showAll();
    m_bar.restart();
    emit sessionChanged();
}

void Recordings::close()
{
    m_session.closeRecording();
    m_bar.restart();
    m_window.setBeginning(m_session.beginning());
    m_window.setNow(m_session.now());
    m_window.setSpan(m_liveSpan);
    m_window.goLive();
    emit sessionChanged();
}

void Recordings::compare()
{
    emit panelWanted(&m_panel);
    askForFile(tr("Compare with a recording"), [this](const QString &path) {
        withSession(path, [this, path](std::optional<qint64> session) {
            if (const QString problem = m_panel.compareWith(path, session); !problem.isEmpty())
                complain(&m_owner, tr("Compare with a recording"), problem);
        });
    });
}

} // namespace openloop::gui
