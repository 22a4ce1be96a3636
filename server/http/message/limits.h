// SPDX-License-Identifier: GPL-3.0-or-later
// What a client may take of the server: every bound of the wire in one value, so that tests can shrink them.
#pragma once

#include <QtGlobal>

#include <chrono>

namespace openloop::http {

struct Limits {
    qsizetype head = 16 * 1024; ///< bytes of request line and fields, and of the trailers of a chunked body
    qsizetype fields = 100; ///< header fields
    qsizetype body = 1024 * 1024; ///< bytes after decoding
    qsizetype shortBody = 16 * 1024; ///< bytes of one that arrives whatever the others do
    qsizetype bodies = 64 * 1024 * 1024; ///< bytes of the longer ones that arrive at a loop at a time; beyond it: 503
    int connections = 10'000; ///< beyond it: 503 and close
    int refusals = 256; ///< connections at a time that are told so; beyond it: close
    std::chrono::milliseconds headTime{10'000}; ///< from a head's first byte to its last
    std::chrono::milliseconds bodyTime{30'000}; ///< from a head's last byte to the body's
    std::chrono::milliseconds idleTime{60'000}; ///< without a byte of a next request
    std::chrono::milliseconds lingerTime{2'000}; ///< to read what is still under way after a refusal
    qint64 streamBuffer = 64 * 1024; ///< bytes of a stream that wait for the client; beyond it the stream waits
    std::chrono::milliseconds streamStall{30'000}; ///< for a client to take anything of a stream
    int slowestReader = 10 * 1024; ///< bytes a second that a client must take of an answer, after 30 s

    std::chrono::seconds timeToTake(qsizetype bytes) const
    {
        return std::chrono::seconds(30) + std::chrono::seconds(bytes / slowestReader);
    }
};

} // namespace openloop::http
