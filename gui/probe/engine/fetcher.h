// SPDX-License-Identifier: GPL-3.0-or-later
// Single requests beside the measurement: /metrics, /openapi.json, jobs; never on the connections that are
// measured.
#pragma once

#include "gui/probe/targets/target.h"

#include <QObject>

#include <functional>
#include <memory>

namespace openloop::probe {

struct Fetched {
    int status = 0; ///< 0: no answer
    QByteArray body; ///< at most Fetcher::mostBytes, then cut
    QByteArray contentType;
    QByteArray location; ///< Location field
    QString error; ///< a sentence; empty when there was an answer of any status
};

/// Sends a target's request once, in a thread of its own. Lives in the caller's thread, which needs an event
/// loop.
class Fetcher : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void(const Fetched &)>;
    static constexpr qsizetype mostBytes = 16 << 20; ///< of a body

    explicit Fetcher(QObject *parent = nullptr);
    ~Fetcher() override; ///< drops what is in flight without calling back

    /// `done` is called in this object's thread, exactly once unless the Fetcher is destroyed first.
    void fetch(const Target &request, Done done);
    void get(const QString &url, Done done);

private:
    class Private;
    std::unique_ptr<Private> m_private;
};

} // namespace openloop::probe
