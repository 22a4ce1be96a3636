// SPDX-License-Identifier: GPL-3.0-or-later
// What the service tells Prometheus of itself.
#pragma once

#include "server/telemetry/loop_figures.h"

#include "common/exposition.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace openloop {

/// Gathers what the loops have counted, and looks at what is when it is asked: the process, and whatever figures it was
/// given. The thread of the app's own event loop.
class Metrics
{
public:
    enum class Kind { Gauge, Counter };

    /// One line of a family.
    struct Figure {
        double value = 0;
        std::vector<std::pair<std::string, std::string>> labels = {}; ///< name and value
    };

    Metrics();

    /// For one more loop to count in. Any thread.
    std::shared_ptr<LoopFigures> addLoop();

    /// Shows what `look` returns behind what was added before; whatever it refers to must outlive the last text().
    void add(Kind kind, const std::string &name, const std::string &help, std::function<std::vector<Figure>()> look);
    void add(Kind kind, const std::string &name, const std::string &help, std::function<double()> look);

    QByteArray text(Exposition::Format format) const;

private:
    struct Looked {
        Kind kind;
        std::string name;
        std::string help;
        std::function<std::vector<Figure>()> look;
    };

    mutable std::mutex m_mutex;
    std::vector<std::shared_ptr<LoopFigures>> m_loops; ///< guarded by the mutex
    std::vector<Looked> m_looked;
};

} // namespace openloop
