// SPDX-License-Identifier: GPL-3.0-or-later
// See theme.h. All that is known about how a desktop says "dark" is here: Qt from 6.5, the portal, the first palette.
#include "gui/theme/theme.h"

#include "gui/theme/style_sheet.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QStyleFactory>
#include <QStyleHints>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

const QString portalService = u"org.freedesktop.portal.Desktop"_s;
const QString portalPath = u"/org/freedesktop/portal/desktop"_s;
const QString portalInterface = u"org.freedesktop.portal.Settings"_s;
const QString appearance = u"org.freedesktop.appearance"_s;
const QString colorScheme = u"color-scheme"_s;

bool looksDark(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

// The portal wraps its answer in one variant more than its signal does.
uint schemeIn(QVariant value)
{
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value.toUInt();
}

} // namespace

Theme::Theme(QObject *parent) : QObject(parent), m_systemDark(looksDark(QApplication::palette()))
{
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    followDesktop();
    apply();
}

void Theme::setMode(Mode mode)
{
    if (mode == m_mode)
        return; // a style sheet makes every widget anew
    m_mode = mode;
    apply();
}

void Theme::followDesktop()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const auto follow = [this](Qt::ColorScheme scheme) {
        m_systemDark = scheme == Qt::ColorScheme::Dark;
        apply();
    };
    if (QGuiApplication::styleHints()->colorScheme() != Qt::ColorScheme::Unknown)
        m_systemDark = QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark;
    connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, follow);
#else
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(portalService, portalPath, portalInterface, u"SettingChanged"_s, this,
                SLOT(portalSettingChanged(QString, QString, QDBusVariant)));
    auto read = QDBusMessage::createMethodCall(portalService, portalPath, portalInterface, u"Read"_s);
    read.setArguments({appearance, colorScheme});
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(read, 2000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (!reply.isError())
            portalSettingChanged(appearance, colorScheme, reply.value());
    });
#endif
}

void Theme::portalSettingChanged(const QString &group, const QString &key, const QDBusVariant &value)
{
    if (group != appearance || key != colorScheme)
        return;
    const uint scheme = schemeIn(value.variant());
    if (scheme == 0)
        return;
    m_systemDark = scheme == 1;
    apply();
}

void Theme::apply()
{
    m_dark = m_mode == Mode::System ? m_systemDark : m_mode == Mode::Dark;
    QApplication::setPalette(palette().toQPalette());
    qApp->setStyleSheet(styleSheetFor(palette()));
    emit changed();
}

} // namespace openloop::gui
