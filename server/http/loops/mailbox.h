// SPDX-License-Identifier: GPL-3.0-or-later
// The way from any thread to one event loop: what is to be done there, in order, within the share of its turns.
#pragma once

#include "server/http/turns.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace openloop::http {

class MailboxReader;

/// Any thread posts; the loop of its Reader does. Level-triggered: the reader is woken when the first letter comes in,
/// and reads until there is none; a letter that comes meanwhile is among those. The mutex hands over what a letter
/// refers to, so that sanitizers see it.
class Mailbox
{
public:
    using Letter = std::function<void()>;

    /// urgent: before those that are not. Dropped where nobody reads any more.
    void post(Letter letter, bool urgent = false);

    /// Who reads, on the thread where that is done.
    QObject *reader() const;

private:
    friend class MailboxReader;

    std::optional<Letter> take();

    std::mutex m_mutex; // of all below
    std::deque<Letter> m_urgent;
    std::deque<Letter> m_others;
    MailboxReader *m_reader = nullptr; ///< null: there is none yet, or no more
    bool m_closed = false; ///< no more
};

/// Does what comes into the box on the thread that made it, until it is destroyed there.
class MailboxReader final : public Turns::Waiter
{
    Q_OBJECT

public:
    MailboxReader(std::shared_ptr<Mailbox> mailbox, Turns &turns);
    ~MailboxReader() override;

    void takeTurn() override;

private:
    friend class Mailbox;

    void wake();

    const std::shared_ptr<Mailbox> m_mailbox;
    Turns &m_turns;
    bool m_turnAwaited = false; ///< takeTurn() will be called
};

} // namespace openloop::http
