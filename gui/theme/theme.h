// SPDX-License-Identifier: GPL-3.0-or-later
// Light, dark or as the desktop says: decides which palette is in force and tells the views when it changes.
#pragma once

#include "gui/theme/palette.h"

#include <QObject>

class QDBusVariant;

namespace openloop::gui {

/// The colour scheme in force. GUI thread only; outlives the views that refer to it.
class Theme : public QObject
{
    Q_OBJECT
public:
    enum class Mode { System, Light, Dark };
    Q_ENUM(Mode)

    /// Sets Fusion as the application's style and follows the desktop until told otherwise.
    explicit Theme(QObject *parent = nullptr);

    Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    const Palette &palette() const { return paletteFor(m_dark); }

signals:
    /// The palette changed; the application's QPalette and style sheet already have.
    void changed();

private slots:
    void portalSettingChanged(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void followDesktop();
    void apply();

    Mode m_mode = Mode::System;
    bool m_systemDark = false;
    bool m_dark = false;
};

} // namespace openloop::gui
