// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever may be wrong with a file is found before anything is replaced; a file that is half written is wrong.
#include "server/program/reading_again.h"

#include "common/start_failure.h"
#include "server/http/wire/tls_context.h"
#include "server/settings/options.h"
#include "server/settings/usage_error.h"

#include <QLoggingCategory>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.program")

} // namespace

ReadingAgain::ReadingAgain(const Options &options) : m_options(options)
{
    if (!options.tlsCertificate.isEmpty()) {
        m_certificate = std::make_shared<http::Replaceable<http::TlsContext>>(
            std::make_shared<http::TlsContext>(options.tlsCertificate, options.tlsKey));
    }
    if (!options.tokens.isEmpty())
        m_tokens = std::make_shared<http::Replaceable<Tokens>>(std::make_shared<Tokens>(options.tokens));
}

QString ReadingAgain::now()
{
    QStringList troubles;
    const auto attempt = [&troubles](auto read) {
        try {
            read();
        } catch (const std::runtime_error &error) {
            troubles.append(QString::fromUtf8(error.what()));
            qCWarning(log, "SIGHUP: %s; what was read before goes on", error.what());
        }
    };
    if (m_certificate) {
        attempt([this] {
            m_certificate->replace(std::make_shared<http::TlsContext>(m_options.tlsCertificate, m_options.tlsKey));
            qCInfo(log, "SIGHUP: new connections are given the certificate %s",
                   qUtf8Printable(m_options.tlsCertificate));
        });
    }
    if (m_tokens) {
        attempt([this] {
            try {
                m_tokens->replace(std::make_shared<Tokens>(Tokens::ofFile(m_options.tokenFile)));
            } catch (const UsageError &error) {
                throw UsageError(u"--token-file: "_s + QString::fromUtf8(error.what()));
            }
            const QStringList names = m_tokens->current()->names();
            qCInfo(log, "SIGHUP: tokens taken: %lld: %s", qint64(names.size()), qUtf8Printable(names.join(u", ")));
        });
    }
    if (!m_certificate && !m_tokens)
        qCInfo(log, "SIGHUP: neither a certificate nor tokens are to be read again");
    return troubles.join(u"; ");
}

} // namespace openloop
