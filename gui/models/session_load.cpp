// SPDX-License-Identifier: GPL-3.0-or-later
// Who is kept busy, since when and by how much. The rest of session.h.
#include "gui/models/session.h"

#include <algorithm>

namespace openloop::gui {

void Session::setLoad(const QString &name, int n)
{
    if (isReplay())
        return;
    const QString before = loadedTarget();
    if (!before.isEmpty() && before != name)
        m_engine.setLoad(before, 0);
    m_engine.setLoad(name, n);
    noticeLoad();
}

void Session::noticeLoad()
{
    // The engine is asked, because experiments set its load too.
    QString name;
    int n = 0;
    for (const auto &target : targets()) {
        if (const int wanted = m_engine.load(target.name); wanted > 0) {
            name = target.name;
            n = wanted;
        }
    }
    if (name == loadedTarget() && n == loadSize())
        return;
    if (const QString before = loadedTarget(); !before.isEmpty()) {
        m_loads.back().to = m_now;
        if (name != before)
            noteLoad(before, 0);
    }
    if (n > 0) {
        m_loads.push_back({name, n, m_now, {}});
        noteLoad(name, n);
    }
    m_loadState.reset();
    emit loadChanged();
}

void Session::noteLoad(const QString &target, int n)
{
    m_log.add({m_now, Event::Kind::Load, target, n > 0 ? tr("%1 requests kept in flight").arg(n) : tr("load ended")});
    if (m_recorder)
        m_recorder->add(probe::LogEntry::load(instantAt(m_now), target, n));
}

const LoadSpan *Session::load() const
{
    const auto running = std::ranges::find_if(
        m_loads, [this](const LoadSpan &span) { return span.from <= m_now && (!span.to || *span.to > m_now); });
    return running == m_loads.end() ? nullptr : &*running;
}

QString Session::loadedTarget() const
{
    const auto *running = load();
    return running ? running->target : QString();
}

int Session::loadSize() const
{
    const auto *running = load();
    return running ? running->size : 0;
}

} // namespace openloop::gui
