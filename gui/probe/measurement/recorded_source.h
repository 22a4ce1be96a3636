// SPDX-License-Identifier: GPL-3.0-or-later
// The past: a session of a recording, and what was known at each of its moments.
#pragma once

#include "gui/probe/measurement/source.h"

#include <map>

namespace openloop::probe {

/// One session of a file. Reads single samples only where they are asked for.
class RecordedSource : public Source
{
    Q_OBJECT

public:
    /// session: its id; without one, or with an unknown one, the last.
    explicit RecordedSource(const QString &path, std::optional<qint64> session = {});

    QString error() const { return m_reader.error(); } ///< of the file; empty: readable
    bool hasSession() const { return m_hasSession; }

    bool isLive() const override { return false; }
    QList<Target> targets() const override { return m_session.targets; }
    Instant origin() const override { return m_session.origin; }
    Instant end() const override { return std::max(m_session.origin + std::chrono::seconds(1), m_session.until); }
    WallClock wallClock() const override { return m_session.wall; }
    Series series(const QString &name) const override { return m_reader.series(m_session.id, name); }
    Series controlSeries() const override { return m_reader.controlSeries(m_session.id); }
    QList<LogEntry> log() const override { return m_log; }
    void loadSamples(const QString &name, Instant from, Instant until, Series &into) const override;
    void loadControlSamples(Instant from, Instant until, Series &into) const override;
    Batch moment(Instant from, Instant now) const override;

private:
    SessionReader m_reader;
    SessionReader::Summary m_session;
    bool m_hasSession = false;
    QList<LogEntry> m_log;
    std::map<Instant, Trust> m_trust; ///< by the moment from which on it held
};

} // namespace openloop::probe
