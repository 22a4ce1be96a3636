// SPDX-License-Identifier: GPL-3.0-or-later
// What the fuzz targets share: how a property is asserted, and how bytes are cut.
#pragma once

#include <QByteArray>

#include <cstdio>
#include <cstdlib>
#include <source_location>

/// Run by libFuzzer with its inventions, by replay.cpp with what is in the corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace openloop::fuzz {

/// Aborts, whatever the build, where a property does not hold: that is what a fuzzer takes for a find.
inline void require(bool holds, const std::source_location &place = std::source_location::current())
{
    if (holds)
        return;
    std::fprintf(stderr, "%s:%u: this does not hold\n", place.file_name(), place.line());
    std::abort();
}

/// A copy, so that reading past its end is seen.
inline QByteArray bytesOf(const std::uint8_t *data, std::size_t size)
{
    return QByteArray(reinterpret_cast<const char *>(data), qsizetype(size));
}

} // namespace openloop::fuzz
