// SPDX-License-Identifier: GPL-3.0-or-later
// Leaves out what SQLite keeps beside a database, which is nothing to be opened.
#include "gui/views/dialogs/choose_file.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QTreeView>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// Of Qt's own dialog; the desktop's goes by the endings of the kinds alone.
class WithoutCompanions : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        const auto name = sourceModel()->index(row, 0, parent).data().toString();
        return std::ranges::none_of(QStringList{u"-wal"_s, u"-shm"_s, u"-journal"_s},
                                    [&name](const auto &ending) { return name.endsWith(ending); });
    }
};

} // namespace

void chooseFile(QWidget *owner, const WantedFile &wanted, const std::function<void(const QString &)> &use)
{
    auto *dialog = new QFileDialog(owner, wanted.title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    const bool writes = wanted.purpose == WantedFile::For::Writing;
    dialog->setAcceptMode(writes ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
    dialog->setFileMode(writes ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
    dialog->setNameFilters(wanted.kinds);
    dialog->setDefaultSuffix(wanted.ending);
    dialog->setProxyModel(new WithoutCompanions(dialog));
    if (const QFileInfo path(wanted.path); path.isDir()) {
        dialog->setDirectory(path.filePath());
    } else if (!wanted.path.isEmpty()) {
        dialog->setDirectory(path.path());
        dialog->selectFile(path.fileName());
    }
    for (auto *list : dialog->findChildren<QTreeView *>()) { // Qt's own dialog would shorten all but the names
        list->header()->setStretchLastSection(false);
        list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
        list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    }
    dialog->resize(dialog->size().expandedTo({760, 420}));
    QObject::connect(dialog, &QFileDialog::fileSelected, owner, use);
    dialog->open();
}

} // namespace openloop::gui
