// SPDX-License-Identifier: GPL-3.0-or-later
// Speaks the desktop's notification interface over D-Bus, and the tray icon where there is none.
#include "gui/views/notifier.h"

#include "gui/models/words.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QPainter>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

Notifier::Notifier(QObject *parent) : QObject(parent)
{
    connect(&m_tray, &QSystemTrayIcon::activated, this, &Notifier::windowWanted);
}

void Notifier::setState(State state, const QString &sentence, const Palette &palette)
{
    if (!QSystemTrayIcon::isSystemTrayAvailable())
        return;
    m_tray.setToolTip(sentence);
    if (state == m_state && m_tray.isVisible())
        return;
    m_state = state;
    QPixmap picture(64, 64);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    paintState(painter, palette, state, QPointF(32, 32), 56);
    painter.end();
    m_tray.setIcon(QIcon(picture));
    m_tray.show();
}

void Notifier::notify(const Event &event)
{
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    const QString title = event.target.isEmpty() ? u"openloop"_s : u"openloop: /%1"_s.arg(event.target);
    auto call = QDBusMessage::createMethodCall(u"org.freedesktop.Notifications"_s, u"/org/freedesktop/Notifications"_s,
                                               u"org.freedesktop.Notifications"_s, u"Notify"_s);
    // Replacing the last one: a flapping service must not fill the screen.
    call.setArguments({u"openloop"_s, m_lastId, u"openloop-monitor"_s, title,
                       withoutTarget(event.text, event.target).toHtmlEscaped(), QStringList(), QVariantMap(), -1});
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<uint> reply = *watcher;
        if (!reply.isError())
            m_lastId = reply.value();
    });
}

} // namespace openloop::gui
