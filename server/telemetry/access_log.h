// SPDX-License-Identifier: GPL-3.0-or-later
// A line for each request that somebody may ask about, and never more of them than anybody could read.
#pragma once

#include "server/http/finished.h"
#include "server/settings/options.h"

#include <QBasicTimer>
#include <QObject>

#include <mutex>
#include <vector>

namespace openloop {

/// Writes what --access-log wants. Slow: requests of more than a second and those with a status of 400 and above, each
/// with its ids, but no streams. Of those that are alike (route, method, status) 30 in a second have a line, and 60
/// altogether: the others are counted, and told in one line for all that are alike, 20 of these at most. Made on a
/// thread with an event loop, whose timer tells the seconds.
class AccessLog : public QObject
{
public:
    explicit AccessLog(AccessLines wanted);
    ~AccessLog() override;

    /// A request was answered, or refused before it was whole. Any thread.
    void note(const http::Finished &finished);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    struct Alike {
        QString route;
        QByteArray method;
        int status = 0;
        int written = 0;
        qint64 unwritten = 0;
    };

    bool mayBeWritten(const http::Finished &finished);
    Alike &alikeOf(const http::Finished &finished);
    void tellUnwritten();

    const AccessLines m_wanted;
    QBasicTimer m_second;
    std::mutex m_mutex; ///< guards what follows
    std::vector<Alike> m_alike; ///< of this second; the last one for all that had no room
    int m_written = 0; ///< lines, in this second
};

} // namespace openloop
