// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps as many cards as there are targets, and their menu.
#include "gui/views/panels/targets_panel.h"

#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

const QString control = u"control"_s; // what the chart calls it, in every language

} // namespace

namespace {

/// Where Tab comes from to the button.
QWidget *before(const QWidget &button)
{
    auto *one = button.previousInFocusChain();
    while (one != &button && !(one->focusPolicy() & Qt::TabFocus))
        one = one->previousInFocusChain();
    return one;
}

} // namespace

TargetsPanel::TargetsPanel(const Session &session, const TimeWindow &window, QWidget *parent)
    : QWidget(parent), m_session(session), m_window(window)
{
    auto *scroll = new QScrollArea(this);
    scroll->setProperty("role", u"page"_s);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto *content = new QWidget(scroll);
    content->setProperty("role", u"page"_s);
    m_layout = new QVBoxLayout(content);
    m_layout->setContentsMargins(0, 0, 2, 0);
    m_layout->setSpacing(6);
    m_layout->addStretch(1);
    scroll->setWidget(content);
    m_add = new QPushButton(tr("Add target…"), this);
    m_add->setToolTip(tr("Measure another URL, or paste a curl command (Ctrl+N)"));
    connect(m_add, &QPushButton::clicked, this, &TargetsPanel::addWanted);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_add);
    setMinimumWidth(186);
    connect(&session, &Session::targetsChanged, this, &TargetsPanel::rebuild);
    rebuild();
}

void TargetsPanel::rebuild()
{
    const auto wanted = static_cast<std::size_t>(m_session.targets().size()) + (m_session.targets().isEmpty() ? 0 : 1);
    while (m_cards.size() > wanted) {
        delete m_cards.back();
        m_cards.pop_back();
    }
    while (m_cards.size() < wanted) {
        auto *card = new Card(this);
        m_layout->insertWidget(m_layout->count() - 1, card);
        setTabOrder(before(*m_add), card); // as they stand; else behind all that the window has
        connect(card, &Card::activated, this, [this, card] {
            if (!card->figures().isControl)
                select(m_selected == card->figures().name ? QString() : card->figures().name);
        });
        card->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(card, &Card::customContextMenuRequested, this,
                [this, card](const QPoint &at) { showMenu(card, card->mapToGlobal(at)); });
        m_cards.push_back(card);
    }
    for (std::size_t i = 0; i < m_cards.size(); ++i) {
        dress(*m_cards[i], colours());
        m_cards[i]->setSeriesStyle(i + 1 == m_cards.size() ? colours().controlStyle() : colours().styleOf(i));
    }
    refresh();
    forgetWhoIsGone();
}

void TargetsPanel::forgetWhoIsGone()
{
    const auto isShown = [this](const QString &name) {
        return std::ranges::find(m_session.targets(), name, &probe::Target::name) != m_session.targets().end();
    };
    select(isShown(m_selected) ? m_selected : QString()); // cards have moved up, the selection stays with its target
    // What a recording does not hold comes back with the present.
    if (!m_session.isReplay()
        && m_hidden.removeIf([&](const QString &name) { return name != control && !isShown(name); }))
        emit hiddenChanged(m_hidden);
}

void TargetsPanel::refresh()
{
    for (std::size_t i = 0; i < m_cards.size(); ++i) {
        const bool control = i + 1 == m_cards.size();
        m_cards[i]->setFigures(control ? m_session.controlFigures(m_window.from(), m_window.to())
                                       : m_session.figures(m_session.targets()[static_cast<qsizetype>(i)].name,
                                                           m_window.from(), m_window.to()));
    }
}

void TargetsPanel::select(const QString &target)
{
    const bool changes = target != std::exchange(m_selected, target);
    for (auto *card : m_cards)
        card->setSelected(!target.isEmpty() && card->figures().name == target && !card->figures().isControl);
    if (changes)
        emit selectionChanged(target);
}

Card *TargetsPanel::currentCard() const
{
    if (const auto focused = std::ranges::find_if(m_cards, &Card::hasFocus); focused != m_cards.end())
        return *focused;
    if (const auto selected = std::ranges::find_if(m_cards, &Card::isSelected); selected != m_cards.end())
        return *selected;
    return m_cards.empty() ? nullptr : m_cards.front();
}

QString TargetsPanel::current() const
{
    const auto *card = currentCard();
    return card && !card->figures().isControl ? card->figures().name : QString();
}

void TargetsPanel::openMenu()
{
    if (auto *card = currentCard())
        showMenu(card, card->mapToGlobal(card->rect().center()));
}

void TargetsPanel::showMenu(Card *card, const QPoint &at)
{
    const QString name = card->figures().isControl ? control : card->figures().name;
    QMenu menu(this);
    if (!card->figures().isControl) {
        auto *load = menu.addAction(tr("Saturate /%1").arg(name), this, [this, name] { emit loadWanted(name); });
        menu.addAction(tr("Copy as curl command"), this, [this, name] { emit copyCurlWanted(name); });
        auto *edit = menu.addAction(tr("Edit…"), this, [this, name] { emit editWanted(name); });
        auto *remove = menu.addAction(tr("Remove"), this, [this, name] { emit removeWanted(name); });
        for (auto *action : {load, edit, remove})
            action->setEnabled(!m_session.isReplay()); // what was recorded stays as it was
        menu.addSeparator();
    }
    auto *hide = menu.addAction(tr("Hide in the chart"));
    hide->setCheckable(true);
    hide->setChecked(m_hidden.contains(name));
    connect(hide, &QAction::toggled, this, [this, name](bool hidden) {
        if (hidden)
            m_hidden.insert(name);
        else
            m_hidden.remove(name);
        emit hiddenChanged(m_hidden);
    });
    menu.exec(at);
}

} // namespace openloop::gui
