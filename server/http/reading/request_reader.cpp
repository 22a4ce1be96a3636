// SPDX-License-Identifier: GPL-3.0-or-later
// A head that is there at once is read on the stack; the memory of the request before is used again.
#include "server/http/reading/request_reader.h"

#include <optional>
#include <utility>

namespace openloop::http {

RequestReader::State RequestReader::read(QByteArray &in)
{
    if (m_state == State::Whole) {
        m_state = State::Idle;
        m_body.clear(); // of a request that was not taken
    }
    if (m_state == State::Idle && !in.isEmpty())
        m_state = State::Head;
    if (m_state == State::Head && readHead(in))
        m_state = State::Body;
    if (m_state == State::Body && readBody(in))
        m_state = State::Whole;
    return m_state;
}

bool RequestReader::readHead(QByteArray &in)
{
    std::optional<HeadReader> first;
    HeadReader &reader = m_headReader ? *m_headReader : first.emplace(std::exchange(m_head, {}));
    HeadReading reading = reader.read(in, m_limits);
    if (reading.status != 0) {
        m_head = std::move(reading.seen);
        refuse(reading.status, reading.reason);
        return false;
    }
    if (!reading.head) {
        if (!m_headReader)
            m_headReader = std::make_unique<HeadReader>(*std::move(first));
        return false;
    }
    m_head = *std::move(reading.head);
    m_headReader.reset();
    in.remove(0, reading.length);
    m_chunks = m_head.chunked ? std::make_unique<ChunkedBody>(m_limits) : nullptr;
    return true;
}

bool RequestReader::readBody(QByteArray &in)
{
    if (!m_chunks) {
        if (in.size() < m_head.contentLength)
            return false;
        m_body = in.first(m_head.contentLength);
        in.remove(0, m_head.contentLength);
        return true;
    }
    const ChunkedBody::State state = m_chunks->read(in);
    if (state == ChunkedBody::State::Refused)
        refuse(m_chunks->status(), m_chunks->reason());
    if (state != ChunkedBody::State::Complete)
        return false;
    m_body = m_chunks->body();
    return true;
}

void RequestReader::refuse(int status, const QString &reason)
{
    m_status = status;
    m_reason = reason;
    m_state = State::Refused;
}

} // namespace openloop::http
