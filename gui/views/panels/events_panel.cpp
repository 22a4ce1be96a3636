// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the kind of an event as a shape, gives up columns that have no room, and wraps what is long.
#include "gui/views/panels/events_panel.h"

#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

namespace openloop::gui {

namespace {

State stateOf(int kind)
{
    switch (static_cast<Event::Kind>(kind)) {
    case Event::Kind::Alert: return State::Down;
    case Event::Kind::Recovery: return State::Ok;
    case Event::Kind::Trust: return State::Degraded;
    case Event::Kind::Load:
    case Event::Kind::Experiment:
    case Event::Kind::Note: break;
    }
    return State::Unknown;
}

constexpr int shapeWidth = 30;
constexpr int wordWidth = 104;
constexpr int narrow = 460; // here the details need the word's place more

/// Paints the shape of the event before its word, so that colour is not alone.
class KindDelegate : public QStyledItemDelegate, public Themed
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyleOptionViewItem shifted = option;
        shifted.rect.setLeft(option.rect.left() + 18);
        if (option.rect.width() > shapeWidth)
            QStyledItemDelegate::paint(painter, shifted, index);
        paintState(*painter, colours(), stateOf(index.data(EventLog::KindRole).toInt()),
                   QPointF(option.rect.left() + 11, option.rect.center().y() + 1), 11);
    }
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        return QStyledItemDelegate::sizeHint(option, index) + QSize(22, 0);
    }
};

/// As many lines as the text needs in its column: QTreeView asks for heights without a word of widths.
class WrappingDelegate : public QStyledItemDelegate
{
public:
    explicit WrappingDelegate(QTreeView *view) : QStyledItemDelegate(view), m_view(view) { }

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        constexpr int padding = 16; // of the style sheet and of the style, both sides
        const auto hint = QStyledItemDelegate::sizeHint(option, index);
        const int width = std::max(40, m_view->columnWidth(index.column()) - padding);
        const auto needed = option.fontMetrics.boundingRect(QRect(0, 0, width, 10'000), Qt::TextWordWrap,
                                                            index.data(Qt::DisplayRole).toString());
        return {hint.width(), std::max(option.fontMetrics.height(), needed.height()) + 6};
    }

private:
    QTreeView *m_view;
};

} // namespace

EventsPanel::EventsPanel(EventLog &log, QWidget *parent) : QTreeView(parent), m_log(log)
{
    setModel(&log);
    setRootIsDecorated(false);
    setWordWrap(true);
    setVerticalScrollMode(ScrollPerPixel); // rows are as high as their text
    setItemDelegateForColumn(EventLog::Text, new WrappingDelegate(this));
    setItemDelegateForColumn(EventLog::What, new KindDelegate(this));
    setAccessibleName(tr("Events"));
    setEditTriggers(NoEditTriggers);
    setTextElideMode(Qt::ElideRight);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(QHeaderView::Fixed);
    header()->setSectionResizeMode(EventLog::Text, QHeaderView::Stretch);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    setFont(small);
    setColumnWidth(EventLog::Time, QFontMetrics(small).horizontalAdvance(QStringLiteral("00:00:00")) + 16);
    setColumnWidth(EventLog::What, wordWidth);
    hideColumn(EventLog::Target);
    connect(this, &QTreeView::clicked, this,
            [this](const QModelIndex &index) { emit jumpWanted(index.data(EventLog::SecondsRole).toDouble()); });
    connect(this, &QTreeView::activated, this,
            [this](const QModelIndex &index) { emit jumpWanted(index.data(EventLog::SecondsRole).toDouble()); });
}

void EventsPanel::resizeEvent(QResizeEvent *event)
{
    setColumnWidth(EventLog::What, width() < narrow ? shapeWidth : wordWidth);
    QTreeView::resizeEvent(event);
    scheduleDelayedItemsLayout(); // other widths, other heights
}

void EventsPanel::paintEvent(QPaintEvent *event)
{
    QTreeView::paintEvent(event);
    if (m_log.rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(colours().muted);
    painter.drawText(viewport()->rect().adjusted(16, 8, -16, -8), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("Nothing happened yet. Broken rules, outages and loads are listed here."));
}

} // namespace openloop::gui
