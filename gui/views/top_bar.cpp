// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the buttons side by side and passes on their clicks.
#include "gui/views/top_bar.h"

#include "gui/theme/icons.h"
#include "gui/views/fitting_label.h"
#include "gui/views/load_control.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

TopBar::TopBar(Session &session, QWidget *parent)
    : QWidget(parent), m_title(new FittingLabel(this)), m_live(new QPushButton(tr("Live"), this)),
      m_hold(new QPushButton(tr("Pause"), this)), m_load(new LoadControl(session, this)),
      m_test(new QPushButton(tr("Run isolation test"), this)), m_menu(new QToolButton(this))
{
    m_title->setTextFormat(Qt::RichText);
    m_live->setCheckable(true);
    m_hold->setCheckable(true);
    m_live->setToolTip(tr("Follow the present (L)"));
    m_hold->setToolTip(tr("Hold the view; measuring and recording go on (Space)"));
    m_test->setProperty("role", u"primary"_s);
    m_test->setToolTip(
        tr("Baseline, load, recovery, then a verdict: does heavy work slow the light requests? (Ctrl+R)"));
    m_live->setAccessibleName(tr("Live"));
    m_hold->setAccessibleName(tr("Pause"));
    m_menu->setToolTip(tr("Menu (F10)"));
    m_menu->setAccessibleName(tr("Menu"));
    m_menu->setPopupMode(QToolButton::InstantPopup);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_title, 1);
    layout->addWidget(m_live);
    layout->addWidget(m_hold);
    layout->addSpacing(8);
    layout->addWidget(m_load);
    layout->addSpacing(8);
    layout->addWidget(m_test);
    layout->addWidget(m_menu);
    connect(m_live, &QPushButton::clicked, this, &TopBar::liveWanted);
    connect(m_hold, &QPushButton::clicked, this, &TopBar::holdWanted);
    connect(m_test, &QPushButton::clicked, this, &TopBar::testWanted);
    connect(&session, &Session::targetsChanged, this, [this, &session] {
        // A recording has no present to follow: the replay bar moves it.
        for (auto *button : {m_test, m_live, m_hold})
            button->setEnabled(!session.isReplay());
    });
    setLive(true);
}

void TopBar::recolour()
{
    m_live->setIcon(icon(u"live"_s, colours()));
    m_hold->setIcon(icon(u"pause"_s, colours()));
    m_menu->setIcon(icon(u"menu"_s, colours()));
    setTestRunning(m_testing);
}

void TopBar::resizeEvent(QResizeEvent *event)
{
    constexpr int narrow = 700; // pixels, below which their icons say it
    const bool wordy = width() >= narrow;
    m_title->setVisible(wordy); // the window's own title says it, too
    m_live->setText(wordy ? tr("Live") : QString());
    m_hold->setText(wordy ? tr("Pause") : QString());
    m_load->setBrief(!wordy);
    QWidget::resizeEvent(event);
}

void TopBar::setTitle(const QString &name, const QString &address)
{
    const QString brand = u"<b style='font-size:large'>openloop</b>"_s;
    const QString named = brand + u" &nbsp; "_s + name.toHtmlEscaped();
    m_title->setTexts(
        {named + u" <span style='font-weight:normal'>(%1)</span>"_s.arg(address.toHtmlEscaped()), named, brand});
    m_title->setAccessibleName(u"openloop, %1, %2"_s.arg(name, address));
}

void TopBar::setLive(bool live)
{
    m_live->setChecked(live);
    m_hold->setChecked(!live);
}

void TopBar::setTestRunning(bool running)
{
    m_testing = running;
    m_test->setText(running ? tr("Abort test") : tr("Run isolation test"));
    m_test->setIcon(accentIcon(running ? u"stop"_s : u"test"_s, colours()));
    m_load->setLocked(running);
}

void TopBar::setMenu(QMenu *menu)
{
    m_menu->setMenu(menu);
}

void TopBar::openMenu()
{
    auto *menu = m_menu->menu();
    menu->popup(m_menu->mapToGlobal(QPoint(0, m_menu->height())));
    if (!menu->actions().isEmpty())
        menu->setActiveAction(menu->actions().first());
}

} // namespace openloop::gui
