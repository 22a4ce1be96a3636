// SPDX-License-Identifier: GPL-3.0-or-later
// What all TLS connections of a server have in common: certificate, key, rules, and the keys that seal its tickets.
#pragma once

#include "server/http/wire/ticket_keys.h"

#include <QString>

#include <openssl/ssl.h>

#include <memory>

namespace openloop::http {

/// TLS 1.2 and 1.3, http/1.1 alone, sessions that resume by tickets. Any thread once it is made.
class TlsContext
{
public:
    using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

    /// From two PEM files: the certificate's chain, and its key. Throws StartFailure if one of them can't be read or
    /// they don't belong together.
    TlsContext(const QString &certificatePath, const QString &keyPath);
    Q_DISABLE_COPY_MOVE(TlsContext)

    /// The server's end of a new connection, which must not outlive the context; null if there is no memory for it.
    Ssl begin() const;

private:
    TicketKeys m_ticketKeys;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> m_context;
};

} // namespace openloop::http
