// SPDX-License-Identifier: GPL-3.0-or-later
// Which of its patterns a path fits: all that an App needs of what finds routes.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>

namespace openloop::http {

/// Knows patterns, not what is behind them. The thread of the event loop.
class Router
{
public:
    static constexpr int nowhere = -1;

    struct Target {
        int route = nowhere; ///< what add() was given
        QStringList arguments; ///< of the pattern's `<arg>` places, decoded
    };

    Router() = default;
    virtual ~Router() = default;
    Q_DISABLE_COPY_MOVE(Router)

    /// pattern: a path, decoded; `<arg>`, as often as it is wanted, stands for one whole segment that is not empty.
    /// route: 0 or more.
    virtual void add(const QString &pattern, int route) = 0;

    /// The first pattern that the path (percent-encoded) fits, in the order in which they were added. Calls nobody, and
    /// depends on path and patterns alone, so that it may be remembered. Nothing: it can't be found out.
    virtual std::optional<Target> resolve(QByteArrayView path) = 0;
};

} // namespace openloop::http
