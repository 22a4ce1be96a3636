// SPDX-License-Identifier: GPL-3.0-or-later
// QNetworkAccessManager, held to HTTP/1.1 by a wire of our own; see resources/decisions/12-a-strict-wire-upstream.md.
#pragma once

#include "server/http/message/field.h"
#include "server/upstream/http1/pool.h"

#include <QNetworkAccessManager>
#include <QSslConfiguration>
#include <QUrl>

#include <functional>
#include <memory>

namespace openloop {

/// Asks one service. Over HTTP/1.1 the replies come from http1::Pool, over HTTP/2 from Qt. Redirects, cookies, proxies
/// and codings are left alone: what is returned is what the upstream sent. One thread.
class UpstreamClient : public QNetworkAccessManager
{
public:
    struct Settings {
        QUrl url; ///< its user and password are sent as Basic
        bool http2 = false; ///< over https, where the upstream speaks it
        QSslConfiguration tls{}; ///< as signedBy() returns it; used over https
        http1::Pool::Bounds bounds;
        http1::AddressBook::Source addresses{}; ///< empty: the system's resolver
        std::shared_ptr<http1::AddressBook> book{}; ///< another client's, of the same URL; empty: one of its own
    };

    /// certificates: PEM file of those who may sign the upstream's; empty: SSL_CERT_FILE, the system's.
    /// Throws StartFailure if there is no certificate in the file.
    static QSslConfiguration signedBy(QString certificates);

    /// Throws std::system_error when there is no descriptor left.
    explicit UpstreamClient(const Settings &settings);

    const std::shared_ptr<http1::AddressBook> &book() const { return m_book; }

    /// GET of the URL, with these fields beside those of every request.
    QNetworkReply *ask(const QList<http::Field> &fields);

protected:
    QNetworkReply *createRequest(Operation operation, const QNetworkRequest &request, QIODevice *body) override;

private:
    QNetworkRequest m_request;
    std::shared_ptr<http1::AddressBook> m_book;
    std::unique_ptr<http1::Pool> m_pool;
    bool m_http2; ///< wanted, and the upstream has not shown that it does not speak it
};

} // namespace openloop
