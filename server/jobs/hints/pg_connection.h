// SPDX-License-Identifier: GPL-3.0-or-later
// A connection of libpq itself, for what QtSql cannot do: to wait for what nobody has asked for.
#pragma once

#include "server/store/sql_location.h"

#include <QByteArrayList>

#include <chrono>
#include <optional>

namespace openloop::hints {

struct Libpq;

/// Blocks the calling thread, one and the same.
class PgConnection
{
public:
    using Clock = std::chrono::steady_clock;

    /// Throws StartFailure if Qt has not loaded libpq.
    PgConnection();
    ~PgConnection();
    Q_DISABLE_COPY_MOVE(PgConnection)

    /// Takes as long as connect_timeout says, for each host and address. mark: see socketMark. False: see error().
    bool open(const SqlLocation &location, int mark);
    void close();

    /// Runs statements that return nothing. False: the database refuses, says nothing for that long, or is gone.
    bool command(const QByteArray &text, std::chrono::milliseconds patience);

    /// Returns when something has come, when the descriptor can be read, or at that time. False: the connection is
    /// gone.
    bool waitFor(int descriptor, Clock::time_point until);

    /// The payloads of what other connections have said and has come so far.
    QByteArrayList takeNotifications();

    QString error() const;

private:
    const Libpq &m_libpq;
    void *m_connection = nullptr; // PGconn
    std::optional<OpenSocket> m_socket; // while it is open
};

} // namespace openloop::hints
