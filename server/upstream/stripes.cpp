// SPDX-License-Identifier: GPL-3.0-or-later
// Picks the lowest stripe with room, and makes its manager when it is first needed.
#include "server/upstream/stripes.h"

#include <QNetworkProxy>
#include <QNetworkRequest>

#include <algorithm>

#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
#include <QHttp1Configuration>
#endif

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
constexpr int connectionsPerStripe = 255; // the most that QHttp1Configuration takes
#else
constexpr int connectionsPerStripe = 6;
#endif
constexpr size_t mostManagers = 64; // threads; beyond it calls queue inside Qt, under our deadline all the same

QNetworkRequest requestFor(const QUrl &url)
{
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setRawHeader("Accept", "application/json");
    request.setRawHeader("Accept-Encoding", "identity"); // Qt decodes what it asks for itself: a small body may explode
    request.setRawHeader("User-Agent", "openloop/" OPENLOOP_VERSION);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    QHttp1Configuration http1;
    http1.setNumberOfConnectionsPerHost(connectionsPerStripe);
    request.setHttp1Configuration(http1);
#endif
    return request;
}

} // namespace

UpstreamStripes::UpstreamStripes(const QUrl &url, int concurrency) : m_url(url)
{
    const size_t stripes = size_t((concurrency + connectionsPerStripe - 1) / connectionsPerStripe);
    m_calls.resize(encrypted() ? std::min(stripes, mostManagers) : stripes);
    m_managers.resize(encrypted() ? m_calls.size() : 1);
}

size_t UpstreamStripes::take()
{
    auto chosen = std::ranges::find_if(m_calls, [](int calls) { return calls < connectionsPerStripe; });
    if (chosen == m_calls.end())
        chosen = std::ranges::min_element(m_calls);
    ++*chosen;
    return size_t(chosen - m_calls.begin());
}

QNetworkReply *UpstreamStripes::get(size_t stripe)
{
    QNetworkRequest request = requestFor(m_url);
    // Qt keeps connections apart by this name, and uses it for nothing else unless the connection is encrypted.
    if (!encrypted())
        request.setPeerVerifyName(u"stripe-%1"_s.arg(stripe));
    return managerOf(stripe).get(request);
}

QNetworkAccessManager &UpstreamStripes::managerOf(size_t stripe)
{
    auto &manager = m_managers[encrypted() ? stripe : 0];
    if (!manager) {
        manager = std::make_unique<QNetworkAccessManager>();
        manager->setProxy(QNetworkProxy::NoProxy);
    }
    return *manager;
}

bool UpstreamStripes::encrypted() const
{
    return m_url.scheme() == "https"_L1;
}

} // namespace openloop
