// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a curl command: what is taken is a sound target, and the command made of that asks for the same.
#include "gui/probe/targets/curl_command.h"
#include "gui/probe/targets/url_template.h"
#include "tests/fuzz/fuzz.h"

using namespace openloop;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto target = probe::targetFromCurlCommand(QString::fromUtf8(fuzz::bytesOf(data, size)));
    require(bool(target) == target.error.isEmpty());
    if (!target)
        return 0;
    require(probe::problemOf(*target).isEmpty());
    const auto url = probe::UrlTemplate::parse(target->url);
    require(bool(url));
    if (!url->isConstant())
        return 0;
    const auto again = probe::targetFromCurlCommand(probe::toCurlCommand(*target));
    require(bool(again));
    require(again->method == target->method && again->headers == target->headers && again->body == target->body);
    require(again->verifyTls == target->verifyTls);
    require(probe::UrlTemplate::parse(again->url)->text() == url->text());
    return 0;
}
