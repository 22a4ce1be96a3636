// SPDX-License-Identifier: GPL-3.0-or-later
// Opens the recording and shows as much of each pair as fits.
#include "gui/views/panels/compare_panel.h"

#include "gui/models/format.h"
#include "gui/theme/themed.h"

#include <QDateTime>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int cellPadding = 16; // pixels, both sides
constexpr double remarkable = 1.1; // less is noise on most machines

/// Colours what became slower or faster; the sign in the text says it, too.
class ChangeDelegate : public QStyledItemDelegate, public Themed
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const auto change = index.data(Comparison::ChangeRole);
        if (!change.isValid())
            return;
        const double ratio = change.toDouble();
        if (ratio > remarkable)
            option->palette.setColor(QPalette::Text, colours().error);
        else if (ratio < 1 / remarkable)
            option->palette.setColor(QPalette::Text, colours().ok);
    }
};

} // namespace

ComparePanel::ComparePanel(const Session &session, const TimeWindow &window, QWidget *parent)
    : QFrame(parent), m_session(session), m_window(window), m_sentence(new QLabel(this)),
      m_choose(new QPushButton(tr("Compare with a recording…"), this)), m_table(new QTreeView(this))
{
    setProperty("role", u"panel"_s);
    m_sentence->setText(tr("What changed since then? The quantiles of a recording beside those of the visible range."));
    m_sentence->setWordWrap(true);
    m_table->setModel(&m_comparison);
    m_table->setRootIsDecorated(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setUniformRowHeights(true);
    m_table->setAccessibleName(tr("Differences of quantiles"));
    m_table->setItemDelegate(new ChangeDelegate(m_table));
    m_table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    QFont small = m_table->font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    m_table->setFont(small);
    m_table->hide();
    auto *top = new QHBoxLayout;
    top->addWidget(m_sentence, 1);
    top->addWidget(m_choose);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);
    layout->addStretch(0);
    connect(m_choose, &QPushButton::clicked, this, &ComparePanel::fileWanted);
}

QString ComparePanel::compareWith(const QString &path, std::optional<qint64> session)
{
    if (const QString problem = m_before.openRecording(path, session); !problem.isEmpty())
        return problem;
    const auto began = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(m_before.beginning() * 1000));
    m_sentence->setText(
        tr("Recording of %1 (%2) → visible range")
            .arg(began.toString(u"yyyy-MM-dd HH:mm"_s), formatSpan(m_before.end() - m_before.beginning())));
    m_sentence->setToolTip(QFileInfo(path).absoluteFilePath());
    m_table->show();
    refresh();
    return {};
}

void ComparePanel::refresh()
{
    if (!m_before.isReplay())
        return;
    m_comparison.set(Comparison::of(m_before, m_session, m_window.from(), m_window.to()));
    fitColumns();
}

/// Before and after where all quantiles fit, else what became of them.
void ComparePanel::fitColumns()
{
    const QFontMetrics metrics(m_table->font());
    int needed = 0;
    for (const int column : {Comparison::Name, Comparison::P50, Comparison::P95, Comparison::P99}) {
        int widest = 0;
        for (int row = 0; row < m_comparison.rowCount(); ++row) {
            const QString whole = m_comparison.index(row, column).data(Qt::ToolTipRole).toString();
            widest = std::max(widest, metrics.horizontalAdvance(whole.section(u'\n', 0, 0)));
        }
        needed += widest + cellPadding;
    }
    const QMargins margins = layout()->contentsMargins(); // the layout's own rectangle may be that of another moment
    const bool brief = needed > contentsRect().width() - margins.left() - margins.right();
    m_comparison.setBrief(brief);
    m_table->setColumnHidden(Comparison::Count, brief);
}

void ComparePanel::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    fitColumns();
}

} // namespace openloop::gui
