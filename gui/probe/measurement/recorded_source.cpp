// SPDX-License-Identifier: GPL-3.0-or-later
// Turns what a recording holds into what was known at a moment: an answer that came later was still open then.
#include "gui/probe/measurement/recorded_source.h"

#include "gui/probe/measurement/event.h"

#include <algorithm>
#include <functional>

namespace openloop::probe {

RecordedSource::RecordedSource(const QString &path, std::optional<qint64> session) : m_reader(path)
{
    const auto sessions = m_reader.sessions();
    m_hasSession = !sessions.isEmpty();
    if (!m_hasSession)
        return;
    const auto wanted = std::ranges::find(sessions, session.value_or(sessions.last().id), &SessionReader::Summary::id);
    m_session = wanted == sessions.end() ? sessions.last() : *wanted;
    m_log = m_reader.log(m_session.id);
    for (const auto &entry : std::as_const(m_log)) {
        if (kindOf(entry.kind) != EventKind::Trust)
            continue;
        auto &trust = m_trust[entry.at];
        trust.level = entry.text.isEmpty() ? TrustLevel::Trustworthy : TrustLevel::HostBusy;
        trust.reason = entry.text;
    }
}

void RecordedSource::loadSamples(const QString &name, Instant from, Instant until, Series &into) const
{
    m_reader.loadSamples(m_session.id, name, from, until, into);
}

void RecordedSource::loadControlSamples(Instant from, Instant until, Series &into) const
{
    m_reader.loadControlSamples(m_session.id, from, until, into);
}

Batch RecordedSource::moment(Instant from, Instant now) const
{
    auto batch = m_reader.batch(m_session.id, from, now);
    for (auto &target : batch.targets) {
        std::ranges::stable_sort(target.samples, {}, &Sample::done);
        const auto late = std::ranges::upper_bound(target.samples, now, {}, &Sample::done);
        std::transform(late, target.samples.end(), std::back_inserter(target.open), std::mem_fn(&Sample::due));
        std::ranges::sort(target.open);
        target.samples.erase(late, target.samples.end());
    }
    if (const auto next = m_trust.upper_bound(now); next != m_trust.begin())
        batch.trust = std::prev(next)->second;
    return batch;
}

} // namespace openloop::probe
