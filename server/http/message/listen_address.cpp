// SPDX-License-Identifier: GPL-3.0-or-later
// A path is taken as it stands; a relative one would lead elsewhere whenever the program is started elsewhere.
#include "server/http/message/listen_address.h"

#include <QFile>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

const QString scheme = u"unix:"_s;

} // namespace

ListenAddress ListenAddress::unixSocket(const QByteArray &path)
{
    ListenAddress address;
    address.m_path = path;
    return address;
}

std::optional<ListenAddress> ListenAddress::read(const QString &text)
{
    if (!text.startsWith(scheme)) {
        const QHostAddress host(text == u"localhost" ? u"127.0.0.1"_s : text);
        return host.isNull() ? std::nullopt : std::optional(ListenAddress(host));
    }
    const QString path = text.sliced(scheme.size());
    const QByteArray name = QFile::encodeName(path);
    const bool isPrintable =
        std::ranges::all_of(path, [](QChar each) { return each.category() != QChar::Other_Control; });
    const bool isPath = path.startsWith(u'/') && !path.endsWith(u'/') && isPrintable;
    return isPath && name.size() <= longestPath ? std::optional(unixSocket(name)) : std::nullopt;
}

QString ListenAddress::toString() const
{
    return isUnix() ? scheme + QFile::decodeName(m_path) : m_host.toString();
}

} // namespace openloop::http
