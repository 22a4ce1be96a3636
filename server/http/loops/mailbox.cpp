// SPDX-License-Identifier: GPL-3.0-or-later
// One event wakes the loop for as many letters as there are; those beyond a turn's share wait for the next turn.
#include "server/http/loops/mailbox.h"

#include <QMetaObject>

namespace openloop::http {

void Mailbox::post(Letter letter, bool urgent)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return;
    const bool wakes = m_urgent.empty() && m_others.empty();
    (urgent ? m_urgent : m_others).push_back(std::move(letter));
    if (wakes && m_reader)
        QMetaObject::invokeMethod(m_reader, &MailboxReader::wake, Qt::QueuedConnection);
}

QObject *Mailbox::reader() const
{
    return m_reader;
}

std::optional<Mailbox::Letter> Mailbox::take()
{
    const std::lock_guard lock(m_mutex);
    std::deque<Letter> &letters = m_urgent.empty() ? m_others : m_urgent;
    if (letters.empty())
        return {};
    std::optional<Letter> letter(std::move(letters.front()));
    letters.pop_front();
    return letter;
}

MailboxReader::MailboxReader(std::shared_ptr<Mailbox> mailbox, Turns &turns)
    : m_mailbox(std::move(mailbox)), m_turns(turns)
{
    const std::lock_guard lock(m_mailbox->m_mutex);
    m_mailbox->m_reader = this;
    QMetaObject::invokeMethod(this, &MailboxReader::wake, Qt::QueuedConnection); // for what came before
}

// What nobody will do is dropped here, where it belongs, not by whoever posts last.
MailboxReader::~MailboxReader()
{
    {
        const std::lock_guard lock(m_mailbox->m_mutex);
        m_mailbox->m_reader = nullptr;
        m_mailbox->m_closed = true;
    }
    while (m_mailbox->take())
        ;
}

void MailboxReader::wake()
{
    if (!m_turnAwaited)
        takeTurn();
}

void MailboxReader::takeTurn()
{
    m_turnAwaited = false;
    do { // one at least, however slow the machine
        const auto letter = m_mailbox->take();
        if (!letter)
            return;
        (*letter)();
    } while (m_turns.hasTime());
    m_turnAwaited = true;
    m_turns.runLater(this);
}

} // namespace openloop::http
