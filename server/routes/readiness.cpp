// SPDX-License-Identifier: GPL-3.0-or-later
// Asks each part whether it is there, and says of the others why not.
#include "server/routes/readiness.h"

#include "server/services.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop {

Readiness readinessOf(const Services &use)
{
    Readiness readiness;
    const auto judge = [&](const QString &name, bool isReady, const QString &state) {
        if (!isReady)
            (use.options.readyNeeds.contains(name) ? readiness.missing : readiness.degraded)
                .append(name + u": "_s + state);
    };
    if (use.draining)
        readiness.missing.append(u"server: stopping"_s);
    judge(u"database"_s, use.store.ready(), use.store.state());
    judge(u"upstream"_s, use.upstream.ready(), use.upstream.state());
    judge(u"jobs"_s, use.jobs.isHeard(), u"its sign of life is not stored, other servers may take it for dead"_s);
    const Pool::Load load = use.pool.load();
    judge(u"pool"_s, load.stuck == 0, u"%1 of %2 threads do not stop"_s.arg(load.stuck).arg(load.threads));
    return readiness;
}

} // namespace openloop
