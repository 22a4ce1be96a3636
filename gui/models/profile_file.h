// SPDX-License-Identifier: GPL-3.0-or-later
// The user's settings and targets between two runs of the window.
#pragma once

#include "gui/probe/measurement/profile.h"

#include <QCoreApplication>
#include <QJsonObject>

namespace openloop::gui {

/// The user's profile on disk. What people wrote into it by hand is never lost: a file that cannot be read is moved
/// aside, members that are unknown here are written again.
class ProfileFile
{
    Q_DECLARE_TR_FUNCTIONS(ProfileFile)
public:
    /// Reads the file; none is an empty profile.
    explicit ProfileFile(const QString &path);

    const probe::Profile &profile() const { return m_profile; }
    /// True if it lists rules, be it none at all; otherwise there may be default ones.
    bool hasRules() const { return m_written.contains(QStringLiteral("rules")); }
    /// What is wrong with the file and where it is now; empty: nothing.
    const QString &problem() const { return m_problem; }
    /// Replaces the file; returns an empty text, or what went wrong. Writes nothing over a file that could be neither
    /// read nor moved.
    QString save(const probe::Profile &profile) const;

private:
    void setAside(const QString &problem);

    QString m_path;
    probe::Profile m_profile;
    QJsonObject m_written; ///< as it was read
    QString m_problem;
    bool m_mayWrite = true;
};

} // namespace openloop::gui
