// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what a client sends: however they are cut into pieces, the same requests come out, and none breaks a
// bound.
#include "server/http/message/chunked_body.h"
#include "server/http/message/request_head.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <vector>

using namespace openloop::http;
using openloop::fuzz::require;

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

// As Connection reads: heads, then bodies, from what has arrived so far.
class Reader
{
public:
    explicit Reader(const Limits &limits) : m_limits(limits) { }

    void take(QByteArrayView bytes)
    {
        m_in.append(bytes);
        while (!m_told.refused && takeMessage())
            continue;
    }
    const Conversation &told() const { return m_told; }

private:
    bool takeMessage()
    {
        if (!m_head) {
            HeadReading reading = m_headReader.read(m_in, m_limits);
            require(m_headReader.examined() <= 2 * m_in.size());
            m_told.refused = reading.status != 0;
            if (!reading.head)
                return false;
            require(reading.status == 0 && reading.length > 0 && reading.length <= m_in.size());
            require(reading.length <= m_limits.head && reading.head->fieldCount() <= m_limits.fields);
            require(reading.head->contentLength >= 0 && reading.head->contentLength <= m_limits.body);
            require(reading.head->path().startsWith('/') || reading.head->path() == "*");
            m_head = std::move(reading.head);
            m_headReader = HeadReader();
            m_in.remove(0, reading.length);
            m_chunks.emplace(m_limits);
        }
        return m_head->chunked ? takeChunks() : takeBytes();
    }
    bool takeChunks()
    {
        const ChunkedBody::State state = m_chunks->read(m_in);
        require(m_chunks->body().size() <= m_limits.body);
        m_told.refused = state == ChunkedBody::State::Refused;
        if (state != ChunkedBody::State::Complete)
            return false;
        return tell(m_chunks->body());
    }
    bool takeBytes()
    {
        if (m_in.size() < m_head->contentLength)
            return false;
        const QByteArray body = m_in.first(m_head->contentLength);
        m_in.remove(0, body.size());
        return tell(body);
    }
    bool tell(const QByteArray &body)
    {
        m_told.messages.push_back({m_head->method().toByteArray(), m_head->path().toByteArray(), body});
        m_head.reset();
        return true;
    }

    const Limits m_limits;
    QByteArray m_in;
    HeadReader m_headReader;
    std::optional<RequestHead> m_head;
    std::optional<ChunkedBody> m_chunks;
    Conversation m_told;
};

Conversation readInPieces(QByteArrayView bytes, qsizetype piece)
{
    Limits small; // so that the fuzzer finds them
    small.head = 256;
    small.fields = 8;
    small.body = 128;
    Reader reader(small);
    for (qsizetype at = 0; at < bytes.size(); at += piece)
        reader.take(bytes.sliced(at, std::min(piece, bytes.size() - at)));
    return reader.told();
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
