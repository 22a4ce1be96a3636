// SPDX-License-Identifier: GPL-3.0-or-later
// Fills the table, narrows it to what is typed, and reads back what was ticked and renamed.
#include "gui/views/dialogs/figures_dialog.h"

#include "gui/models/format.h"
#include "gui/views/dialogs/buttons.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSet>
#include <QTableWidget>
#include <QVBoxLayout>

namespace openloop::gui {

namespace {

constexpr int mostRows = 2000;

/// Series that explain nothing by themselves.
bool isDetail(const Metric &metric)
{
    return metric.labels.contains(QStringLiteral("le")) || metric.name.endsWith(QLatin1StringView("_created"));
}

} // namespace

FiguresDialog::FiguresDialog(const QList<Metric> &offered, const QList<ChosenFigure> &chosen, QWidget *parent)
    : QDialog(parent), m_filter(new QLineEdit(this)), m_table(new QTableWidget(0, ColumnCount, this)),
      m_count(new QLabel(this)), m_buttons(okAndCancel(*this))
{
    setWindowTitle(tr("Figures of the service"));
    m_filter->setPlaceholderText(tr("Part of a name"));
    m_filter->setAccessibleName(tr("Show the metrics whose name contains this"));
    m_filter->setClearButtonEnabled(true);
    m_table->setHorizontalHeaderLabels({tr("Metric"), tr("Name"), tr("Unit"), tr("Per second"), tr("Now")});
    m_table->setAccessibleName(tr("Metrics of the service"));
    m_table->verticalHeader()->hide();
    m_table->setShowGrid(false);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->horizontalHeader()->setSectionResizeMode(Series, QHeaderView::Stretch);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_count->setProperty("role", QStringLiteral("muted"));
    QSet<QString> listed;
    for (const auto &figure : chosen) {
        addRow(figure, true, textOf(figure, figure.perSecond ? std::nullopt : valueOf(figure, offered, {}, 0)));
        listed << figure.metric;
    }
    for (const auto &metric : offered) {
        const auto suggested = suggestedFigure(metric);
        if (m_table->rowCount() >= mostRows || isDetail(metric) || listed.contains(suggested.metric))
            continue;
        addRow(suggested, false, threeDigits(metric.value));
        listed << suggested.metric;
    }
    for (const int column : {Unit, PerSecond, Value})
        m_table->resizeColumnToContents(column);
    m_table->setColumnWidth(Name, 150);
    m_table->setWordWrap(false);
    m_table->setTextElideMode(Qt::ElideMiddle); // series of one metric differ at their ends
    connect(m_filter, &QLineEdit::textChanged, this, &FiguresDialog::filter);
    connect(m_table, &QTableWidget::itemChanged, this, &FiguresDialog::count);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_filter);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_count);
    layout->addWidget(m_buttons);
    resize(760, 440);
    count();
}

void FiguresDialog::addRow(const ChosenFigure &figure, bool chosen, const QString &value)
{
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    const auto put = [&](int column, const QString &text, Qt::ItemFlags flags) {
        auto *item = new QTableWidgetItem(text);
        item->setToolTip(text);
        item->setFlags(flags | Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        m_table->setItem(row, column, item);
        return item;
    };
    put(Series, figure.metric, Qt::ItemIsUserCheckable)->setCheckState(chosen ? Qt::Checked : Qt::Unchecked);
    put(Name, figure.name, Qt::ItemIsEditable);
    put(Unit, figure.unit, Qt::ItemIsEditable);
    put(PerSecond, {}, Qt::ItemIsUserCheckable)->setCheckState(figure.perSecond ? Qt::Checked : Qt::Unchecked);
    put(Value, value, Qt::NoItemFlags);
}

void FiguresDialog::filter(const QString &text)
{
    for (int row = 0; row < m_table->rowCount(); ++row)
        m_table->setRowHidden(row, !m_table->item(row, Series)->text().contains(text, Qt::CaseInsensitive));
}

void FiguresDialog::count()
{
    const auto chosen = figures().size();
    m_count->setText(tr("%1 of at most %2 chosen").arg(chosen).arg(ChosenFigure::most));
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(chosen <= ChosenFigure::most);
}

QList<ChosenFigure> FiguresDialog::figures() const
{
    QList<ChosenFigure> chosen;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (!m_table->item(row, Value) || m_table->item(row, Series)->checkState() != Qt::Checked)
            continue; // not chosen, or not whole yet
        const auto text = [&](int column) {
            return m_table->item(row, column)->text().trimmed().left(ChosenFigure::longestText);
        };
        ChosenFigure figure{text(Series), text(Name), text(Unit),
                            m_table->item(row, PerSecond)->checkState() == Qt::Checked};
        if (figure.name.isEmpty())
            figure.name = figure.metric;
        chosen << figure;
    }
    return chosen;
}

} // namespace openloop::gui
