// SPDX-License-Identifier: GPL-3.0-or-later
// Paints a job as one line with its bar, and keeps the current row where servers come and go.
#include "gui/views/panels/fleet_panel.h"

#include <QHeaderView>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int shape = 11; // pixels, of a state
constexpr int gap = 12; // between parts of a job
constexpr int shortestBar = 40;
constexpr int narrow = 460; // here figures need the place of the state's word more

FleetTable::Kind kindOf(const QModelIndex &index)
{
    return static_cast<FleetTable::Kind>(index.data(FleetTable::KindRole).toInt());
}

class FleetDelegate : public QStyledItemDelegate, public Themed
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        if (kindOf(index) == FleetTable::Kind::Job)
            return paintJob(*painter, option, index);
        const bool isState = kindOf(index) == FleetTable::Kind::Node && index.column() == FleetTable::StateColumn;
        if (!isState)
            return QStyledItemDelegate::paint(painter, option, index);
        QStyleOptionViewItem shifted = option;
        shifted.rect.setLeft(option.rect.left() + shape + 8);
        paintGround(*painter, option);
        if (option.rect.width() > 2 * shape + 12)
            QStyledItemDelegate::paint(painter, shifted, index);
        paintState(*painter, colours(), index.data(FleetTable::StateRole).value<State>(),
                   QPointF(option.rect.left() + 6 + shape / 2.0, option.rect.center().y() + 1), shape);
    }

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        if (kindOf(index) == FleetTable::Kind::Fleet)
            option->font.setBold(true);
        option->fontMetrics = QFontMetrics(option->font);
    }

private:
    /// What is behind a row that is selected.
    static void paintGround(QPainter &painter, const QStyleOptionViewItem &option)
    {
        if (option.state & QStyle::State_Selected)
            painter.fillRect(option.rect, option.palette.highlight());
    }

    /// id, digits, phase, bar, share, time left; the bar takes what is over, and where nothing is, digits and phase
    /// give way.
    void paintJob(QPainter &painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
    {
        paintGround(painter, option);
        const auto parts = index.data(FleetTable::PartsRole).toStringList();
        const QFontMetrics metrics(option.font);
        std::array<int, 5> widths{};
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = metrics.horizontalAdvance(parts[static_cast<qsizetype>(i)]);
        widths[3] = metrics.horizontalAdvance(u"100\u2009%"_s); // so that nothing moves
        const QRect area = option.rect.adjusted(24, 0, -8, 0);
        const auto rest = [&] {
            int used = shortestBar;
            for (const int width : widths)
                used += width > 0 ? width + gap : 0;
            return area.width() - used;
        };
        for (const std::size_t dropped : {std::size_t(2), std::size_t(1), std::size_t(4)}) {
            if (rest() < 0)
                widths[dropped] = 0;
        }
        painter.save();
        painter.setFont(option.font);
        int left = area.left();
        const auto write = [&](std::size_t part, const QColor &colour) {
            if (widths[part] == 0)
                return;
            painter.setPen(colour);
            painter.drawText(QRect(left, area.top(), widths[part] + 2, area.height()),
                             Qt::AlignVCenter | (part == 3 ? Qt::AlignRight : Qt::AlignLeft),
                             parts[static_cast<qsizetype>(part)]);
            left += widths[part] + gap;
        };
        write(0, colours().text);
        write(1, colours().muted);
        write(2, colours().muted);
        const int bar = std::min(std::max(shortestBar, shortestBar + rest()), 220);
        paintBar(painter, QRectF(left, area.center().y() - 2, bar, 5), index.data(FleetTable::ProgressRole).toDouble());
        left += bar + gap;
        write(3, colours().text);
        write(4, colours().muted);
        painter.restore();
    }

    void paintBar(QPainter &painter, const QRectF &bar, double share) const
    {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours().grid);
        painter.drawRoundedRect(bar, 2.5, 2.5);
        painter.setBrush(colours().accent);
        if (share > 0)
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), std::max(5.0, bar.width() * share), bar.height()),
                                    2.5, 2.5);
    }
};

} // namespace

FleetPanel::FleetPanel(QWidget *parent) : QTreeView(parent)
{
    setModel(&m_table);
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setItemDelegate(new FleetDelegate(this));
    setAccessibleName(tr("Fleet"));
    setEditTriggers(NoEditTriggers);
    setTextElideMode(Qt::ElideRight);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(QHeaderView::Fixed);
    header()->setSectionResizeMode(FleetTable::Server, QHeaderView::Stretch);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    setFont(small);
    connect(&m_watch, &FleetWatch::changed, this, &FleetPanel::take);
    connect(&m_table, &QAbstractItemModel::modelReset, this, &FleetPanel::spanRows);
    take();
}

void FleetPanel::take()
{
    const QString current = currentIndex().data(FleetTable::KeyRole).toString();
    const int scrolled = verticalScrollBar()->value();
    m_table.set(m_watch.fleets());
    if (!currentIndex().isValid() && !current.isEmpty()) {
        const auto again = m_table.match(m_table.index(0, 0), FleetTable::KeyRole, current, 1, Qt::MatchExactly);
        if (!again.isEmpty())
            setCurrentIndex(again.first());
        verticalScrollBar()->setValue(scrolled);
    }
    const QString problem = m_watch.problem();
    header()->setVisible(problem.isEmpty());
    setAccessibleDescription(problem);
    viewport()->update();
}

void FleetPanel::spanRows()
{
    for (int row = 0; row < m_table.rowCount(); ++row)
        setFirstColumnSpanned(row, {}, kindOf(m_table.index(row, 0)) != FleetTable::Kind::Node);
}

void FleetPanel::fitColumns()
{
    const QFontMetrics metrics(font());
    const bool isNarrow = width() < narrow;
    const auto fit = [&](int column, const QString &widest) {
        const QString title = m_table.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        setColumnWidth(column, std::max(metrics.horizontalAdvance(title), metrics.horizontalAdvance(widest)) + 18);
    };
    if (isNarrow)
        setColumnWidth(FleetTable::StateColumn, shape + 12);
    else
        fit(FleetTable::StateColumn, FleetTable::tr("overdue") + u"000"_s);
    fit(FleetTable::Busy, FleetTable::tr("%1 of %2").arg(88).arg(88));
    fit(FleetTable::Queue, u"888"_s);
    fit(FleetTable::Lag, u"≤ 888 ms"_s);
    fit(FleetTable::Beat, u"88 min"_s);
    setColumnHidden(FleetTable::Queue, isNarrow);
}

void FleetPanel::resizeEvent(QResizeEvent *event)
{
    fitColumns();
    QTreeView::resizeEvent(event);
}

void FleetPanel::showEvent(QShowEvent *event)
{
    QTreeView::showEvent(event);
    m_watch.setWatched(true);
}

void FleetPanel::hideEvent(QHideEvent *event)
{
    QTreeView::hideEvent(event);
    m_watch.setWatched(false);
}

void FleetPanel::paintEvent(QPaintEvent *event)
{
    QTreeView::paintEvent(event);
    if (m_watch.problem().isEmpty())
        return;
    QPainter painter(viewport());
    painter.setPen(colours().muted);
    painter.drawText(viewport()->rect().adjusted(16, 8, -16, -8), Qt::AlignCenter | Qt::TextWordWrap,
                     m_watch.problem());
}

} // namespace openloop::gui
