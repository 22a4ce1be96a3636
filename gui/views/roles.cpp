// SPDX-License-Identifier: GPL-3.0-or-later
// Goes by the names of the classes, so that no view has to know of accessibility more than its own name.
#include "gui/views/roles.h"

#include "gui/views/card.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QHash>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// A card, which can be pressed from a screen reader as by Return.
class AccessibleCard : public QAccessibleWidget
{
public:
    explicit AccessibleCard(Card *card) : QAccessibleWidget(card, QAccessible::Button) { }

    QStringList actionNames() const override { return QStringList{pressAction()} + QAccessibleWidget::actionNames(); }
    void doAction(const QString &name) override
    {
        if (name == pressAction())
            emit static_cast<Card *>(widget())->activated();
        else
            QAccessibleWidget::doAction(name);
    }
};

QAccessibleInterface *roleOf(const QString &type, QObject *object)
{
    static const QHash<QString, QAccessible::Role> roles{{u"openloop::gui::LatencyChart"_s, QAccessible::Chart},
                                                         {u"openloop::gui::Timeline"_s, QAccessible::Chart},
                                                         {u"openloop::gui::Minimap"_s, QAccessible::Chart},
                                                         {u"openloop::gui::ServerPanel"_s, QAccessible::Chart},
                                                         {u"openloop::gui::VerdictBar"_s, QAccessible::StatusBar}};
    auto *widget = qobject_cast<QWidget *>(object);
    if (auto *card = qobject_cast<Card *>(object))
        return new AccessibleCard(card);
    return widget && roles.contains(type) ? new QAccessibleWidget(widget, roles[type]) : nullptr;
}

} // namespace

void giveRoles()
{
    QAccessible::installFactory(roleOf);
}

} // namespace openloop::gui
