// SPDX-License-Identifier: GPL-3.0-or-later
// Chunks are joined, lines taken for fields, and an empty line for an event, if it has data (WHATWG HTML, 9.2.6).
#include "tests/support/jobs/event_reader.h"

#include <QTest>

namespace openloop::test {

EventReader::EventReader(quint16 port, const QByteArray &path, const QByteArray &lastEventId, const QByteArray &method)
    : m_client(port)
{
    m_client.send(method + ' ' + path + "/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                  + (lastEventId.isNull() ? QByteArray() : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n");
    m_head = m_client.read(longest, true).value_or(Answer());
}

QByteArrayList EventReader::retries() const
{
    QByteArrayList found;
    for (const QByteArray &line : m_text.split('\n')) {
        if (line.startsWith("retry: "))
            found << line.sliced(7);
    }
    return found;
}

// For a computation of the tests; a stream that goes on without its end must not be read for ever.
QDeadlineTimer EventReader::deadline()
{
    return QDeadlineTimer(2 * longest);
}

Event EventReader::next(const QDeadlineTimer &deadline)
{
    for (;;) {
        for (qsizetype end; (end = m_text.indexOf("\n\n", m_read)) >= 0;) {
            Event event;
            for (const QByteArray &line : m_text.sliced(m_read, end - m_read).split('\n')) {
                const qsizetype colon = line.indexOf(": ");
                const QByteArray field = line.first(std::max<qsizetype>(colon, 0));
                if (field == "event")
                    event.name = line.sliced(colon + 2);
                else if (field == "id")
                    event.id = line.sliced(colon + 2);
                else if (field == "data")
                    event.data += line.sliced(colon + 2);
            }
            m_read = end + 2;
            if (!event.data.isEmpty())
                return event;
        }
        if (!readMore(deadline))
            return {};
    }
}

Event EventReader::nextOf(const QByteArray &name)
{
    const auto until = deadline();
    Event event = next(until);
    while (!event.name.isEmpty() && event.name != name)
        event = next(until);
    return event;
}

bool EventReader::hears(const QByteArray &words)
{
    const auto until = deadline();
    while (!m_text.contains(words)) {
        if (!readMore(until))
            return false;
    }
    return true;
}

bool EventReader::endsProperly()
{
    const auto until = deadline();
    while (readMore(until)) { }
    return m_ended && m_read == m_text.size();
}

// False: no more will come, or not in time.
bool EventReader::readMore(const QDeadlineTimer &deadline)
{
    while (!m_ended && !deadline.hasExpired()) {
        const qsizetype line = m_in.indexOf("\r\n");
        const qsizetype length = line < 0 ? 0 : m_in.first(line).toLongLong(nullptr, 16);
        if (line >= 0 && m_in.size() >= line + 2 + length + 2) {
            m_text += m_in.sliced(line + 2, length);
            m_in.remove(0, line + 2 + length + 2);
            m_ended = length == 0;
            if (!m_ended)
                return true;
        } else {
            const QByteArray more = m_client.readSome(longest);
            if (more.isEmpty())
                return false;
            m_in += more;
        }
    }
    return false;
}

} // namespace openloop::test

char *toString(const openloop::test::Event &event)
{
    return QTest::toString("'" + event.name + "' with id '" + event.id + "'");
}
