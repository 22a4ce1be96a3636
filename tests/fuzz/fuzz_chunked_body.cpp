// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a chunked body: however they are cut, the same body and the same rest; and what is written is read.
#include "server/http/reading/chunked_body.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace openloop::http;
using openloop::fuzz::require;

namespace {

constexpr Limits smallLimits()
{
    Limits limits; // small, so that the fuzzer finds them
    limits.head = 64;
    limits.body = 128;
    return limits;
}

struct Decoded {
    ChunkedBody::State state = ChunkedBody::State::Incomplete;
    int status = 0;
    QByteArray body, rest;
    bool operator==(const Decoded &) const = default;
};

Decoded decodeInPieces(QByteArrayView bytes, qsizetype piece, const Limits &limits)
{
    ChunkedBody reader(limits);
    Decoded decoded;
    for (qsizetype at = 0; at < bytes.size() && decoded.state == ChunkedBody::State::Incomplete; at += piece) {
        const qsizetype length = std::min(piece, bytes.size() - at);
        decoded.rest.append(bytes.sliced(at, length));
        decoded.state = reader.read(decoded.rest);
        require(reader.body().size() <= limits.body);
        if (decoded.state == ChunkedBody::State::Complete)
            decoded.rest.append(bytes.sliced(at + length)); // it belongs to the next request
    }
    decoded.status = reader.status();
    require((decoded.status != 0) == (decoded.state == ChunkedBody::State::Refused));
    if (decoded.state == ChunkedBody::State::Refused)
        return {decoded.state, decoded.status, {}, {}}; // what came before is not looked at
    decoded.body = reader.body();
    if (decoded.state == ChunkedBody::State::Incomplete)
        decoded.rest.clear(); // some of it may have been taken already
    return decoded;
}

QByteArray inChunksOf(qsizetype size, const QByteArray &body)
{
    QByteArray text;
    for (qsizetype at = 0; at < body.size(); at += size) {
        const QByteArray chunk = body.mid(at, size);
        text += QByteArray::number(chunk.size(), 16) + "\r\n" + chunk + "\r\n";
    }
    return text + "0\r\n\r\n";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = openloop::fuzz::bytesOf(data, size);
    const Decoded whole = decodeInPieces(bytes, std::max(bytes.size(), qsizetype(1)), smallLimits());
    for (const qsizetype piece : {1, 7})
        require(decodeInPieces(bytes, piece, smallLimits()) == whole);

    const QByteArray next = "GET / HTTP/1.1\r\n";
    const Decoded back = decodeInPieces(inChunksOf(5, bytes) + next, 11, Limits());
    require(back == Decoded{ChunkedBody::State::Complete, 0, bytes, next});
    return 0;
}
