// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a service that is not on this machine may be loaded.
#pragma once

#include "gui/probe/targets/target.h"

#include <QCoreApplication>
#include <QSet>

#include <functional>

class QWidget;

namespace openloop::gui {

/// Asks once for each host. GUI thread.
class Consent
{
    Q_DECLARE_TR_FUNCTIONS(Consent)
public:
    /// Calls `go` at once where the load meets this machine, or a host that was allowed before; else asks above
    /// `owner`, and calls it when that is allowed. What `go` refers to lives as long as `owner`; things may be
    /// different by then.
    void ask(QWidget *owner, const probe::Target &target, int requests, const std::function<void()> &go);

private:
    QSet<QString> m_allowed; ///< hosts
};

} // namespace openloop::gui
