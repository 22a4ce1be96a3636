// SPDX-License-Identifier: GPL-3.0-or-later
// Spares the way through another router for what it has answered before, or would answer for certain.
#pragma once

#include "server/http/router.h"

#include <QHash>
#include <QList>

#include <memory>

namespace openloop::http {

/// Answers as `asked` does. Of a path that needs no decoding it remembers where it led, if the pattern has no `<arg>`,
/// and finds by itself the patterns that have; the rest is asked for each time. So it never remembers more than there
/// are patterns, whatever clients ask for. The thread of the event loop.
class RememberingRouter final : public Router
{
public:
    explicit RememberingRouter(std::unique_ptr<Router> asked) : m_asked(std::move(asked)) { }

    void add(const QString &pattern, int route) override;
    std::optional<Target> resolve(QByteArrayView path) override;

private:
    struct Pattern {
        QByteArrayList segments; ///< split at each '/'
        int route = nowhere;
    };

    std::optional<Target> find(QByteArrayView path) const;

    const std::unique_ptr<Router> m_asked;
    QList<Pattern> m_patterns; ///< in the order in which they were added
    QHash<QByteArray, Target> m_remembered; ///< by paths
};

} // namespace openloop::http
