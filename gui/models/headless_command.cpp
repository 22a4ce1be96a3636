// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses the shortest arguments that mean the same targets, and quotes them.
#include "gui/models/headless_command.h"

#include "gui/models/target_address.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QString quotedForShell(const QString &text)
{
    static const QRegularExpression plain(u"^[A-Za-z0-9_./:=@%+,-]+$"_s);
    return plain.match(text).hasMatch() ? text : u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\'';
}

} // namespace

QString headlessCommand(const QList<probe::Target> &targets, const QString &load, int n)
{
    QStringList words{u"openloop-monitor"_s, u"--headless"_s};
    QString profile;
    // The base URL says it all, what the load asks for included; others are told one by one, if names and URLs say all.
    QStringList arguments{baseUrlOf(targets)};
    if (targets != probe::serviceTargets(arguments.first())) {
        arguments.clear();
        for (const auto &one : targets)
            arguments << one.name + u'=' + one.url;
    }
    if (const auto meant = probe::targetsFromArguments(arguments); meant && *meant == targets) {
        for (const auto &argument : arguments)
            words << quotedForShell(argument);
    } else {
        QJsonArray list;
        for (const auto &one : targets)
            list << probe::toJson(one);
        const QByteArray json = QJsonDocument(QJsonObject{{u"targets"_s, list}}).toJson(QJsonDocument::Compact);
        profile = u"printf %s %1 | "_s.arg(quotedForShell(QString::fromUtf8(json)));
        words << u"--profile"_s << u"/dev/stdin"_s;
    }
    words << u"--isolation-test"_s << quotedForShell(u"%1=%2"_s.arg(load, QString::number(n)));
    return profile + words.join(u' ');
}

} // namespace openloop::gui
