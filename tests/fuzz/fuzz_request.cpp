// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what a client sends: however they are cut into pieces, the same requests come out, and none breaks a
// bound.
#include "server/http/message/trace.h"
#include "server/http/reading/request_reader.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <vector>

using namespace openloop::http;
using openloop::fuzz::require;
using State = RequestReader::State;

namespace {

struct Message {
    QByteArray method, path, body;
    bool operator==(const Message &) const = default;
};

struct Conversation {
    std::vector<Message> messages;
    bool refused = false;
    bool operator==(const Conversation &) const = default;
};

// Nothing that ends a line of the log or of an answer, or a string within it.
bool isSound(const Trace &trace)
{
    const auto isHarmless = [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; };
    return !trace.id().isEmpty() && trace.id().size() <= Trace::longestId && std::ranges::all_of(trace.id(), isHarmless)
        && std::ranges::all_of(trace.parent(), isHarmless);
}

// As Connection reads: heads, then bodies, from what has arrived so far.
Conversation readInPieces(QByteArrayView bytes, qsizetype piece)
{
    Limits small; // so that the fuzzer finds them
    small.head = 256;
    small.fields = 8;
    small.body = 128;
    RequestReader reader(small);
    Conversation told;
    QByteArray in;
    for (qsizetype at = 0; at < bytes.size() && !told.refused; at += piece) {
        in.append(bytes.sliced(at, std::min(piece, bytes.size() - at)));
        for (State state = reader.read(in); state == State::Whole; state = reader.read(in)) {
            const RequestHead &head = reader.head();
            require(head.fieldCount() <= small.fields && head.contentLength >= 0);
            require(head.path().startsWith('/') || head.path() == "*");
            require(isSound(Trace(head)));
            const QByteArray body = reader.takeBody();
            require(body.size() <= small.body && (head.chunked || body.size() == head.contentLength));
            told.messages.push_back({head.method().toByteArray(), head.path().toByteArray(), body});
        }
        told.refused = reader.state() == State::Refused;
        require(!told.refused || isSound(Trace(reader.head())));
        require(reader.state() != State::Head || in.size() <= small.head);
    }
    return told;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArrayView bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    const Conversation whole = readInPieces(bytes, std::max(bytes.size(), qsizetype(1)));
    for (const qsizetype piece : {1, 7})
        require(readInPieces(bytes, piece) == whole);
    return 0;
}
