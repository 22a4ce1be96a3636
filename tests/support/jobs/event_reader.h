// SPDX-License-Identifier: GPL-3.0-or-later
// A job's events read as a browser's EventSource reads them, but byte for byte.
#pragma once

#include "tests/support/patience.h"
#include "tests/support/raw_client.h"

#include <QByteArrayList>
#include <QDeadlineTimer>

namespace openloop::test {

/// One that a page would be given. Events are equal if they tell the same version under the same name.
struct Event {
    QByteArray name; ///< empty: none came
    QByteArray id;
    QByteArray data;

    bool operator==(const Event &other) const { return name == other.name && id == other.id; }
};

/// One answer of `PATH/events`. Every wait ends at a deadline, whatever else comes meanwhile. One thread.
class EventReader
{
public:
    /// path: of the job. lastEventId: null sends none.
    EventReader(quint16 port, const QByteArray &path, const QByteArray &lastEventId = {},
                const QByteArray &method = "GET");

    /// Its status is 0 where none came.
    const Answer &head() const { return m_head; }
    /// The body so far, without its chunks.
    const QByteArray &text() const { return m_text; }
    /// What came in fields `retry` so far.
    QByteArrayList retries() const;
    Event next() { return next(deadline()); }
    /// Leaves out those of other names.
    Event nextOf(const QByteArray &name);
    /// Whether the text has that, or will.
    bool hears(const QByteArray &words);
    /// Whether nothing more comes but the end of the body.
    bool endsProperly();
    RawClient &client() { return m_client; }

private:
    static QDeadlineTimer deadline();
    Event next(const QDeadlineTimer &deadline);
    bool readMore(const QDeadlineTimer &deadline);

    RawClient m_client;
    Answer m_head;
    QByteArray m_in; ///< chunks that are not whole
    QByteArray m_text;
    qsizetype m_read = 0; ///< of the text, as events
    bool m_ended = false;
};

} // namespace openloop::test

// For QCOMPARE.
char *toString(const openloop::test::Event &event);
