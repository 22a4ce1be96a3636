// SPDX-License-Identifier: GPL-3.0-or-later
// A bound for what the bodies that are still arriving take together, whoever sends them.
#pragma once

#include <QtGlobal>

#include <utility>

namespace openloop::http {

/// One connection's part in it. The thread of the loop.
class BodyRoom
{
public:
    /// all: bytes of long bodies that the connections of one loop hold.
    explicit BodyRoom(qsizetype &all) : m_all(all) { }

    /// So many bytes of its body are there now, none of which count up to `free` of them. False: there are more than
    /// `most` of all connections.
    bool holds(qsizetype bytes, qsizetype free, qsizetype most)
    {
        const qsizetype counted = bytes > free ? bytes : 0;
        m_all += counted - std::exchange(m_counted, counted);
        return counted == 0 || m_all <= most;
    }
    void leave() { m_all -= std::exchange(m_counted, 0); }

private:
    qsizetype &m_all; // not touched at the end: who goes with its loop leaves no room to anybody
    qsizetype m_counted = 0;
};

} // namespace openloop::http
