// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the URL of the first target apart.
#include "gui/models/target_address.h"

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

bool isLocal(const QList<probe::Target> &targets)
{
    const QString host = urlOf(targets).host();
    return host == u"127.0.0.1"_s || host == u"localhost"_s || host == u"::1"_s;
}

quint16 portOf(const QList<probe::Target> &targets)
{
    return static_cast<quint16>(urlOf(targets).port(8080));
}

} // namespace openloop::gui
