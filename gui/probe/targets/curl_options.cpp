// SPDX-License-Identifier: GPL-3.0-or-later
// The table of names, from the manual of curl 7.88.
#include "gui/probe/targets/curl_options.h"

#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

const QHash<QByteArray, CurlOption> &longCurlOptions()
{
    static const QHash<QByteArray, CurlOption> options{
        {"request", CurlOption::Request},
        {"header", CurlOption::Header},
        {"data", CurlOption::Data},
        {"data-raw", CurlOption::DataRaw},
        {"data-binary", CurlOption::Data},
        {"data-ascii", CurlOption::Data},
        {"data-urlencode", CurlOption::DataUrlencode},
        {"url-query", CurlOption::UrlQuery},
        {"json", CurlOption::Json},
        {"form", CurlOption::Form},
        {"form-string", CurlOption::FormString},
        {"get", CurlOption::Get},
        {"user", CurlOption::User},
        {"user-agent", CurlOption::UserAgent},
        {"referer", CurlOption::Referer},
        {"cookie", CurlOption::Cookie},
        {"head", CurlOption::Head},
        {"insecure", CurlOption::Insecure},
        {"compressed", CurlOption::Compressed},
        {"location", CurlOption::Location},
        {"http2", CurlOption::Http2},
        {"proxy", CurlOption::Proxy},
        {"cacert", CurlOption::CaCert},
        {"cert", CurlOption::Cert},
        {"key", CurlOption::Key},
        {"resolve", CurlOption::Resolve},
        {"max-time", CurlOption::MaxTime},
        {"url", CurlOption::Url},
        {"globoff", CurlOption::Globoff},
        {"connect-timeout", CurlOption::IgnoredWithValue},
        {"output", CurlOption::IgnoredWithValue},
        {"write-out", CurlOption::IgnoredWithValue},
        {"retry", CurlOption::IgnoredWithValue},
        {"basic", CurlOption::IgnoredFlag},
        {"silent", CurlOption::IgnoredFlag},
        {"show-error", CurlOption::IgnoredFlag},
        {"fail", CurlOption::IgnoredFlag},
        {"fail-with-body", CurlOption::IgnoredFlag},
        {"include", CurlOption::IgnoredFlag},
        {"verbose", CurlOption::IgnoredFlag},
        {"no-buffer", CurlOption::IgnoredFlag},
        {"progress-bar", CurlOption::IgnoredFlag},
        {"no-progress-meter", CurlOption::IgnoredFlag},
        {"http1.1", CurlOption::Http11},
    };
    return options;
}

const QHash<char, QByteArray> &shortCurlOptions()
{
    static const QHash<char, QByteArray> options{
        {'X', "request"},    {'H', "header"},  {'d', "data"},      {'G', "get"},       {'u', "user"},
        {'A', "user-agent"}, {'e', "referer"}, {'b', "cookie"},    {'I', "head"},      {'k', "insecure"},
        {'m', "max-time"},   {'o', "output"},  {'w', "write-out"}, {'s', "silent"},    {'S', "show-error"},
        {'f', "fail"},       {'i', "include"}, {'v', "verbose"},   {'g', "globoff"},   {'L', "location"},
        {'F', "form"},       {'x', "proxy"},   {'E', "cert"},      {'N', "no-buffer"}, {'#', "progress-bar"}};
    return options;
}

bool takesValue(CurlOption option)
{
    switch (option) {
    case CurlOption::Get:
    case CurlOption::Head:
    case CurlOption::Insecure:
    case CurlOption::Compressed:
    case CurlOption::Location:
    case CurlOption::Http11:
    case CurlOption::Http2:
    case CurlOption::Globoff:
    case CurlOption::IgnoredFlag: return false;
    default: return true;
    }
}

bool isPatternOfUrls(const QString &url)
{
    static const QRegularExpression pattern(u"\\{(?!semiprime:)|(?<!//|@)\\["_s); // a host may have brackets
    return pattern.match(url).hasMatch();
}

} // namespace openloop::probe
