// SPDX-License-Identifier: GPL-3.0-or-later
// The socket that all loops accept from: bound here, or handed over by whoever has started the program.
#pragma once

#include "server/http/message/listen_address.h"

#include <memory>

namespace openloop::http {

/// Listens, and does not block. Closed by the destructor at the latest. One thread at a time.
class ListeningSocket
{
public:
    /// Binds and listens. port: 0: any free one; of no meaning to a Unix socket, whose file is made with mode 0660 and
    /// removed by close(): one that a dead server has left there is replaced, whatever else is there stays. Waits for 2
    /// s at most for others that begin at the same path. Throws StartFailure: `cannot listen on ...`.
    ListeningSocket(const ListenAddress &address, quint16 port);
    /// Takes over a descriptor, TCP or Unix; a file that belongs to it stays. Throws StartFailure if it does not listen
    /// for connections; the descriptor is closed then.
    explicit ListeningSocket(int descriptor);
    ~ListeningSocket();
    ListeningSocket(ListeningSocket &&other) noexcept;
    ListeningSocket &operator=(ListeningSocket &&) = delete;

    /// The same socket under another number, which is the caller's: it goes on when this one is closed. Throws
    /// std::system_error.
    int share() const;

    /// Nobody finds the way here any more; who has found it is waiting for whoever shares the socket.
    void close();

    /// Whoever handed it over keeps it open: who is waiting there will be served by the next program that gets it.
    bool isHandedOver() const { return m_isHandedOver; }

    const ListenAddress &address() const { return m_address; }
    quint16 port() const { return m_port; } ///< 0 of a Unix socket

private:
    struct File; ///< that was made for a Unix socket

    void bindUnix();
    void removeFile();

    int m_descriptor = -1;
    ListenAddress m_address;
    quint16 m_port = 0;
    bool m_isHandedOver = false;
    std::unique_ptr<File> m_file; ///< null: there is none to be removed
};

} // namespace openloop::http
