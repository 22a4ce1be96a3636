// SPDX-License-Identifier: GPL-3.0-or-later
// Leaves out what is measured already.
#include "gui/views/dialogs/pick_dialog.h"

#include "gui/views/dialogs/buttons.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

QUrl withoutQuery(const probe::Target &target)
{
    return QUrl(target.url).adjusted(QUrl::RemoveQuery);
}

/// Without the host, if that is measured already.
QString shown(const probe::Target &target, const QList<probe::Target> &measured)
{
    const QUrl url(target.url);
    const bool isKnown =
        std::ranges::any_of(measured, [&url](const auto &one) { return QUrl(one.url).authority() == url.authority(); });
    return isKnown ? url.toString(QUrl::RemoveScheme | QUrl::RemoveAuthority) : url.toString();
}

} // namespace

PickDialog::PickDialog(const QList<probe::Target> &offered, const QList<probe::Target> &measured, QWidget *parent)
    : QDialog(parent), m_list(new QListWidget(this))
{
    setWindowTitle(tr("Targets of the service"));
    for (const auto &target : offered) {
        if (std::ranges::any_of(measured,
                                [&target](const auto &one) { return withoutQuery(one) == withoutQuery(target); }))
            continue;
        m_offered << target;
        auto *item = new QListWidgetItem(shown(target, measured), m_list);
        item->setToolTip(probe::withoutPassword(target.url));
        item->setSizeHint({0, 26});
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Unchecked);
    }
    m_list->setAccessibleName(tr("Operations that can be measured"));
    auto *hint = new QLabel(m_offered.isEmpty()
                                ? tr("The service describes nothing that can be measured without knowing more, and is "
                                     "not measured already.")
                                : tr("Each ticked one is asked once a second; choose what may be asked so often."),
                            this);
    hint->setWordWrap(true);
    auto *buttons = okAndCancel(*this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setEnabled(false);
    connect(m_list, &QListWidget::itemChanged, this, [this] { m_ok->setEnabled(!picked().isEmpty()); });
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(hint);
    layout->addWidget(m_list, 1);
    layout->addWidget(buttons);
    setMinimumSize(360, 220); // for all of the hint
    resize(460, 320);
}

QList<probe::Target> PickDialog::picked() const
{
    QList<probe::Target> result;
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->checkState() == Qt::Checked)
            result << m_offered[row];
    }
    return result;
}

} // namespace openloop::gui
