// SPDX-License-Identifier: GPL-3.0-or-later
// More connections to one host than QNetworkAccessManager opens by itself.
#pragma once

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QUrl>

#include <memory>
#include <vector>

namespace openloop {

/// A QNetworkAccessManager keeps 6 connections to a host (Qt 6.4) and queues the other calls without telling. Calls are
/// therefore spread over stripes, none of which is given more than it has connections for. The lowest free one is
/// taken: its connections are warm, and those of the others are closed by Qt after two idle minutes.
/// One thread.
class UpstreamStripes
{
public:
    /// concurrency: calls in flight, 1 or more
    UpstreamStripes(const QUrl &url, int concurrency);

    /// A stripe for one call; give it back when the call has ended.
    size_t take();
    void giveBack(size_t stripe) { --m_calls[stripe]; }

    /// GET url. No redirects, no cookies, no proxy, no decoding: what is returned is what the upstream sent.
    QNetworkReply *get(size_t stripe);

private:
    QNetworkAccessManager &managerOf(size_t stripe);
    bool encrypted() const;

    const QUrl m_url;
    std::vector<int> m_calls; // in flight, by stripe
    std::vector<std::unique_ptr<QNetworkAccessManager>> m_managers; // each has a thread: made when first needed
};

} // namespace openloop
