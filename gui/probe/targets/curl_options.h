// SPDX-License-Identifier: GPL-3.0-or-later
// The options of curl that a target can do, and those that make no difference to it.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>

namespace openloop::probe {

enum class CurlOption {
    Request,
    Header,
    Data,
    DataRaw,
    DataUrlencode,
    UrlQuery,
    Json,
    Form,
    FormString,
    Get,
    User,
    UserAgent,
    Referer,
    Cookie,
    Head,
    Insecure,
    Compressed,
    Location,
    Http11,
    Http2,
    Proxy,
    CaCert,
    Cert,
    Key,
    Resolve,
    MaxTime,
    Url,
    Globoff,
    IgnoredFlag, ///< what curl prints, and how often it tries, is not part of a request
    IgnoredWithValue
};

/// By their names without dashes.
const QHash<QByteArray, CurlOption> &longCurlOptions();
/// The letters, each with its long name.
const QHash<char, QByteArray> &shortCurlOptions();
bool takesValue(CurlOption option);
/// Whether curl takes this for a pattern of URLs ({a,b}, [1-9]; our own {semiprime:N} aside) unless it is given
/// --globoff.
bool isPatternOfUrls(const QString &url);

} // namespace openloop::probe
