// SPDX-License-Identifier: GPL-3.0-or-later
// Click a point, read why it took so long: its phases, and who is to blame.
#pragma once

#include "gui/models/session.h"
#include "gui/probe/judgement/blame.h"
#include "gui/theme/palette.h"

#include <QFrame>

namespace openloop::gui {

/// One request: when, how long, where the time went, the verdict of the control probe. Closes with a click or Escape.
class SamplePopup : public QFrame
{
    Q_OBJECT
public:
    /// The sample of any target nearest to a place in the chart, if there is one within `tolerance` seconds.
    struct Found {
        QString target;
        probe::Sample sample;
        probe::Blame blame;
    };
    static std::optional<Found> nearest(const Session &session, double seconds, double milliseconds, double tolerance);
    /// What the service said of itself at that time (ServerWatch::around).
    void setServer(const QString &clause);
    /// Who is to blame by what the service's list of stalls adds (probe::blameOnStall).
    void setBlame(const QString &sentence);

    SamplePopup(const Found &found, const QString &time, const Palette &palette, QWidget *parent);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString explanation() const;
    void tell();

    Found m_found;

    QString m_time;
    QString m_server;
    const Palette *m_palette;
};

} // namespace openloop::gui
