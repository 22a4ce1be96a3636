// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the URL of the first target apart.
#include "gui/models/target_address.h"

#include <QRegularExpression>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QUrl urlOf(const QList<probe::Target> &targets)
{
    return targets.isEmpty() ? QUrl() : QUrl(targets.first().url);
}

} // namespace

QString baseUrlOf(const QList<probe::Target> &targets)
{
    return urlOf(targets).adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment).toString();
}

QString addressOf(const QList<probe::Target> &targets)
{
    const QUrl url = urlOf(targets);
    return url.port() > 0 ? u"%1:%2"_s.arg(url.host()).arg(url.port()) : url.host();
}

bool isThisMachine(const QString &host)
{
    static const QRegularExpression loopback(u"\\A(127(\\.[0-9]{1,3}){3}|::1|(.*\\.)?localhost)\\z"_s);
    return loopback.match(host).hasMatch();
}

bool isLocal(const QList<probe::Target> &targets)
{
    return isThisMachine(urlOf(targets).host());
}

quint16 portOf(const QList<probe::Target> &targets)
{
    return static_cast<quint16>(urlOf(targets).port(8080));
}

} // namespace openloop::gui
