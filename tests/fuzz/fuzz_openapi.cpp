// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an OpenAPI document: a hundred sound targets of one service at most, each under a name of its own.
#include "gui/probe/targets/openapi.h"
#include "tests/fuzz/fuzz.h"

#include <QSet>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto targets = probe::targetsFromOpenApi(fuzz::bytesOf(data, size), u"http://h:1/"_s);
    require(bool(targets) == targets.error.isEmpty());
    if (!targets)
        return 0;
    require(targets->size() <= 100);
    QSet<QString> names;
    for (const auto &target : *targets) {
        require(target.method == "GET" && target.body.isEmpty() && probe::problemOf(target).isEmpty());
        require(target.url.startsWith(u"http://h:1/") || target.url == u"http://h:1");
        names.insert(target.name);
    }
    require(names.size() == targets->size());
    return 0;
}
