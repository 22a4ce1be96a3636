// SPDX-License-Identifier: GPL-3.0-or-later
// What SIGHUP is for: certificates and tokens have an end, and the service goes on beyond it.
#pragma once

#include "server/http/replaceable.h"
#include "server/settings/tokens.h"

#include <QString>

#include <memory>

namespace openloop {

namespace http {
class TlsContext;
}
struct Options;

/// Certificate, key and tokens, as they were read last. Each is replaced by what its files hold now, or stays where
/// that is not sound. Made and read again on the main thread; the values are for every loop.
class ReadingAgain
{
public:
    /// options: outlive this. Throws StartFailure for a certificate or key that is none.
    explicit ReadingAgain(const Options &options);

    /// Reads the files again; the log says what was taken, and warns of what was not. Open connections keep their
    /// certificate. Blocks for as long as the files take. Returns what was wrong, one line; empty: nothing.
    QString now();

    /// Null: in the clear.
    const std::shared_ptr<http::Replaceable<http::TlsContext>> &certificate() const { return m_certificate; }
    /// Null: none are asked for.
    const std::shared_ptr<http::Replaceable<Tokens>> &tokens() const { return m_tokens; }

private:
    const Options &m_options;
    std::shared_ptr<http::Replaceable<http::TlsContext>> m_certificate;
    std::shared_ptr<http::Replaceable<Tokens>> m_tokens;
};

} // namespace openloop
