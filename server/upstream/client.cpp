// SPDX-License-Identifier: GPL-3.0-or-later
// Makes one request of the URL, and answers it from the pool unless HTTP/2 is wanted.
#include "server/upstream/client.h"

#include "common/start_failure.h"

#include <QNetworkProxy>
#include <QSslCertificate>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr int httpPort = 80;
constexpr int httpsPort = 443;

QUrl withoutLogin(QUrl url)
{
    url.setUserInfo({});
    return url;
}

QNetworkRequest requestFor(const QUrl &url)
{
    QNetworkRequest request(withoutLogin(url));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setRawHeader("Accept", "application/json");
    request.setRawHeader("Accept-Encoding", "identity"); // Qt decodes what it asks for itself: a small body may explode
    request.setRawHeader("User-Agent", "openloop/" OPENLOOP_VERSION);
    const QString login = url.userName(QUrl::FullyDecoded) + u':' + url.password(QUrl::FullyDecoded);
    if (login.size() > 1)
        request.setRawHeader("Authorization", "Basic " + login.toUtf8().toBase64());
    return request;
}

QByteArray hostOf(const QUrl &url)
{
    return url.host(QUrl::FullyEncoded).toLatin1();
}

/// As it goes over the wire, RFC 9112 section 3.
QByteArray textOf(const QNetworkRequest &request)
{
    QUrl url = request.url();
    if (url.path().isEmpty())
        url.setPath(u"/"_s);
    QByteArray host = hostOf(url);
    if (host.contains(':'))
        host = '[' + host.first(host.contains('%') ? host.indexOf('%') : host.size()) + ']';
    if (url.port() >= 0)
        host += ':' + QByteArray::number(url.port());
    constexpr auto target = QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::RemoveFragment;
    QByteArray text = "GET " + url.toEncoded(target | QUrl::FullyEncoded) + " HTTP/1.1\r\nHost: " + host + "\r\n";
    for (const QByteArray &name : request.rawHeaderList())
        text += name + ": " + request.rawHeader(name) + "\r\n";
    return text + "\r\n";
}

} // namespace

QSslConfiguration UpstreamClient::signedBy(QString certificates)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    if (certificates.isEmpty())
        certificates = qEnvironmentVariable("SSL_CERT_FILE"); // as OpenSSL's own programs do
    if (certificates.isEmpty())
        return tls;
    const QList<QSslCertificate> trusted = QSslCertificate::fromPath(certificates, QSsl::Pem);
    if (trusted.isEmpty())
        throw StartFailure(u"no certificate is in %1"_s.arg(certificates));
    tls.setCaCertificates(trusted);
    return tls;
}

UpstreamClient::UpstreamClient(const Settings &settings)
    : m_request(requestFor(settings.url)), m_http2(settings.http2 && settings.url.scheme() == "https"_L1)
{
    const bool encrypted = settings.url.scheme() == "https"_L1;
    QSslConfiguration tls = encrypted ? settings.tls : QSslConfiguration();
    setProxy(QNetworkProxy::NoProxy);
    m_request.setAttribute(QNetworkRequest::Http2AllowedAttribute, m_http2);
    if (encrypted) {
        m_request.setSslConfiguration(tls);
        tls.setAllowedNextProtocols({QByteArray("http/1.1")});
    }
    const QByteArray host = hostOf(settings.url);
    const auto port = quint16(settings.url.port(encrypted ? httpsPort : httpPort));
    http1::AddressBook::Source source = settings.addresses;
    if (!source.ask)
        source.ask = [host, port] { return http1::lookUp(host, port); };
    m_book = settings.book ? settings.book : std::make_shared<http1::AddressBook>(source);
    m_pool = std::make_unique<http1::Pool>(
        http1::Destination{host, encrypted, tls, *m_book, std::make_shared<http::Poller>()}, settings.bounds);
}

QNetworkReply *UpstreamClient::ask(const QList<http::Field> &fields)
{
    QNetworkRequest request = m_request;
    for (const http::Field &field : fields)
        request.setRawHeader(field.name, field.value);
    return get(request);
}

QNetworkReply *UpstreamClient::createRequest(Operation operation, const QNetworkRequest &request, QIODevice *body)
{
    const bool isOurs = !m_http2 && operation == GetOperation && request.url().scheme() == m_request.url().scheme()
        && request.url().authority() == m_request.url().authority();
    if (!isOurs) {
        QNetworkReply *const reply = QNetworkAccessManager::createRequest(operation, request, body);
        connect(reply, &QNetworkReply::metaDataChanged, this, [this, reply] {
            m_http2 = m_http2 && reply->attribute(QNetworkRequest::Http2WasUsedAttribute).toBool();
        });
        return reply;
    }
    auto *const reply = new http1::Reply(request, textOf(request), this);
    m_pool->ask(reply);
    return reply;
}

} // namespace openloop
