// SPDX-License-Identifier: GPL-3.0-or-later
// Words the question, whose safe answer is the one that Return gives.
#include "gui/views/dialogs/consent.h"

#include "gui/models/target_address.h"

#include <QMessageBox>
#include <QPushButton>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

void Consent::ask(QWidget *owner, const probe::Target &target, int requests, const std::function<void()> &go)
{
    const QString url = target.loadUrl.isEmpty() ? target.url : target.loadUrl;
    const QString host = QUrl(url).host();
    if (isThisMachine(host) || m_allowed.contains(host)) {
        go();
        return;
    }
    auto *box = new QMessageBox(QMessageBox::Question, tr("Load"),
                                tr("Load %1, which is not on this machine?").arg(host), QMessageBox::Cancel, owner);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("Up to %n request(s) of /%1 are kept in flight. Only load what is yours to load; it is asked once for "
           "each host.",
           nullptr, requests)
            .arg(target.name));
    auto *load = box->addButton(tr("&Load"), QMessageBox::AcceptRole);
    box->setDefaultButton(QMessageBox::Cancel);
    QObject::connect(load, &QPushButton::clicked, owner, [this, host, go] {
        m_allowed.insert(host);
        go();
    });
    box->open();
}

} // namespace openloop::gui
