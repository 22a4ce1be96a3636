// SPDX-License-Identifier: GPL-3.0-or-later
// Turns a click into a load of the session, and the state of the load into the button's words.
#include "gui/views/load_control.h"

#include "gui/models/format.h"
#include "gui/theme/icons.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QSpinBox>
#include <QStyle>

#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

// Of a target's name, which may be as long as it likes; the tooltip has all of it.
constexpr int mostOfName = 240; // pixels
constexpr int mostInBrief = 72;

} // namespace

LoadControl::LoadControl(Session &session, QWidget *parent)
    : QWidget(parent), m_session(session), m_count(new QSpinBox(this)), m_button(new QPushButton(this))
{
    m_count->setRange(1, probe::Engine::maxLoad);
    m_count->setValue(8);
    m_count->setPrefix(u"N "_s);
    m_count->setAccessibleName(tr("Parallel requests"));
    m_count->setToolTip(tr("Requests kept in flight at the same time, each on a connection of its own"));
    m_button->setObjectName(u"load"_s);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_count);
    layout->addWidget(m_button);
    connect(m_button, &QPushButton::clicked, this, &LoadControl::toggle);
    connect(m_count, &QSpinBox::valueChanged, this, [this](int value) {
        if (!m_session.loadedTarget().isEmpty())
            m_session.setLoad(m_session.loadedTarget(), value);
    });
    connect(&session, &Session::targetsChanged, this, &LoadControl::chooseTarget);
    connect(&session, &Session::loadChanged, this, &LoadControl::showState);
    chooseTarget();
}

void LoadControl::chooseTarget()
{
    const auto &targets = m_session.targets();
    const auto named = [&targets](const QString &name) {
        return std::ranges::any_of(targets, [&name](const auto &target) { return target.name == name; });
    };
    if (!named(m_target))
        m_target = named(u"factorize"_s) ? u"factorize"_s : targets.isEmpty() ? QString() : targets.last().name;
    showState();
}

void LoadControl::setTarget(const QString &name)
{
    m_target = name;
    showState();
}

void LoadControl::toggle()
{
    if (!m_button->isEnabled())
        return;
    if (!m_session.loadedTarget().isEmpty()) {
        m_session.setLoad(m_session.loadedTarget(), 0);
        return;
    }
    ifAllowed([this] {
        if (m_button->isEnabled() && m_session.loadedTarget().isEmpty())
            m_session.setLoad(m_target, m_count->value());
    });
}

void LoadControl::ifAllowed(const std::function<void()> &go)
{
    const auto &targets = m_session.targets();
    if (const auto found = std::ranges::find(targets, m_target, &probe::Target::name); found != targets.end())
        m_consent.ask(window(), *found, m_count->value(), go);
}

int LoadControl::requests() const
{
    return m_count->value();
}

void LoadControl::setRequests(int n)
{
    m_count->setValue(n);
}

void LoadControl::setLocked(bool locked)
{
    m_locked = locked;
    m_count->setEnabled(!locked);
    showState();
}

void LoadControl::setBrief(bool brief)
{
    if (std::exchange(m_brief, brief) != brief)
        showState();
}

void LoadControl::showState()
{
    const bool loading = !m_session.isReplay() && !m_session.loadedTarget().isEmpty();
    const auto name = fontMetrics().elidedText(m_target, Qt::ElideMiddle, m_brief ? mostInBrief : mostOfName);
    m_button->setText(loading ? tr("Stop load") : m_target.isEmpty() ? tr("Saturate") : tr("Saturate /%1").arg(name));
    m_button->setIcon(loading ? icon(u"stop"_s, colours().surface) : icon(u"load"_s, colours()));
    m_button->setProperty("role", loading ? u"stop"_s : QString());
    m_button->setToolTip(
        loading ? tr("Ends the parallel requests (B)")
                : tr("Keeps N requests of /%1 in flight, on connections of their own, while the others are watched (B)")
                      .arg(m_target));
    m_button->setEnabled(!m_locked && !m_target.isEmpty() && !m_session.isReplay());
    m_button->style()->unpolish(m_button);
    m_button->style()->polish(m_button);
}

} // namespace openloop::gui
