// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a profile: what is taken is sound, and is the same after it was written and read again.
#include "gui/probe/measurement/profile.h"
#include "tests/fuzz/fuzz.h"

using namespace openloop;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    const auto profile = probe::profileFromJson(bytes);
    require(bool(profile) == profile.error.isEmpty());
    const auto strictly = probe::profileFromJson(bytes, probe::UnknownKeys::Refused);
    require(!strictly || profile);
    if (!profile)
        return 0;
    for (const auto &target : profile->targets) {
        require(probe::problemOf(target).isEmpty() && !target.method.contains('\n'));
        for (const auto &header : target.headers) // nothing is smuggled into a request
            require(!header.name.contains(u'\n') && !header.value.contains(u'\n'));
    }
    const QByteArray written = probe::toJson(*profile);
    const auto again = probe::profileFromJson(written, probe::UnknownKeys::Refused);
    require(bool(again));
    require(again->targets == profile->targets && again->window == profile->window);
    require(again->rules.size() == profile->rules.size());
    require(probe::toJson(*again) == written);
    return 0;
}
