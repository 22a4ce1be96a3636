// SPDX-License-Identifier: GPL-3.0-or-later
// A change is logged; what comes back within a minute, as a disk that is full for every second write, is not.
#include "server/store/hindrance/health.h"

#include <QLoggingCategory>

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(lcStore, "openloop.store")

constexpr auto silence = 60s; // after a reason was said

} // namespace

void StoreHealth::failed(const SqlError &error)
{
    const std::lock_guard lock(m_mutex);
    if (m_reason == SqlReason::None)
        m_since = Clock::now();
    if (m_reason.exchange(error.reason()) != error.reason())
        m_isSaid = (m_elder ? m_elder->sayOnce(error) : say(error)) || m_isSaid;
}

bool StoreHealth::sayOnce(const SqlError &error)
{
    const std::lock_guard lock(m_mutex);
    return say(error);
}

bool StoreHealth::say(const SqlError &error)
{
    const auto now = Clock::now();
    const auto said = m_said.find(error.reason());
    if (said != m_said.end() && now - said->second < silence)
        return false;
    m_said[error.reason()] = now;
    const QString phrase = phraseOf(error.reason());
    const QString text = QString::fromUtf8(error.what());
    const QString more = text == phrase ? QString() : u": "_s + text;
    qCWarning(lcStore, "%s (%s)%s", qUtf8Printable(phrase), qUtf8Printable(m_name), qUtf8Printable(more));
    return true;
}

void StoreHealth::passed()
{
    if (m_reason == SqlReason::None)
        return;
    const std::lock_guard lock(m_mutex);
    m_reason = SqlReason::None;
    if (std::exchange(m_isSaid, false))
        qCInfo(lcStore, "the database can be used again (%s)", qUtf8Printable(m_name));
}

bool StoreHealth::lasts(std::chrono::milliseconds time) const
{
    if (m_reason == SqlReason::None)
        return false;
    const std::lock_guard lock(m_mutex);
    return Clock::now() - m_since > time;
}

} // namespace openloop
