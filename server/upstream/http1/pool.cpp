// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the connection that was used last, so that those that are too many grow old and are closed.
#include "server/upstream/http1/pool.h"

#include <utility>

using namespace Qt::Literals::StringLiterals;
using End = openloop::http1::Connection::End;

namespace openloop::http1 {

namespace {

constexpr std::chrono::seconds longestIdle{60};
constexpr std::chrono::seconds sweepEvery{10};

} // namespace

Pool::Pool(Destination destination, Bounds bounds) : m_destination(std::move(destination)), m_bounds(bounds)
{
    connect(&m_destination.book, &AddressBook::looked, this, [this] {
        closeIdle([this](const Connection &one) { return !m_destination.book.contains(one.address()); });
    });
}

void Pool::ask(Reply *reply)
{
    m_destination.book.isFresh(); // a busy service, whose connections never grow old, has to look as well
    if (Connection *const idle = takeIdle())
        askOn(idle, reply);
    else
        askAnew(reply);
}

Connection *Pool::takeIdle()
{
    for (auto at = m_idle.rbegin(); at != m_idle.rend(); ++at) {
        if (!(*at)->isQuiet())
            continue; // what it has to say, it will tell itself
        Connection *const found = *at;
        m_idle.erase(std::next(at).base());
        return found;
    }
    return nullptr;
}

void Pool::askAnew(Reply *reply)
{
    auto *const dial = new Dial(m_destination);
    dial->setParent(this);
    reply->setCarrier(dial);
    connect(dial, &Dial::connected, this, [this, dial, reply] {
        askOn(new Connection(dial->take(), this), reply);
        dial->deleteLater();
    });
    connect(dial, &Dial::failed, this, [dial, reply](QNetworkReply::NetworkError error, const QString &reason) {
        dial->deleteLater();
        reply->fail(error, reason);
    });
    dial->begin();
}

void Pool::askOn(Connection *connection, Reply *reply)
{
    reply->setCarrier(connection);
    connection->disconnect(this);
    connect(connection, &Connection::ended, this,
            [this, connection, reply](End end) { settle(connection, reply, end); });
    if (connection->isQuiet()) // else it speaks or leaves before it is asked, and is about to tell so
        connection->ask(reply->text(), m_bounds.mostBody);
}

void Pool::settle(Connection *connection, Reply *reply, End end)
{
    connection->disconnect(this);
    if (end == End::Stray || (end == End::Answered && connection->sentMore()))
        distrust();
    const bool reused = connection->isReused();
    const AnswerReader answer = connection->takeAnswer();
    if (connection->isOver())
        drop(connection);
    else
        keep(connection);
    if ((end == End::Unanswered || end == End::Stray) && reused && reply->mayBeRepeated())
        return askAnew(reply);
    switch (end) {
    case End::Answered: return reply->succeed(answer);
    case End::Unanswered: return reply->fail(QNetworkReply::RemoteHostClosedError, u"closed without an answer"_s);
    case End::EndedEarly:
        return reply->fail(QNetworkReply::RemoteHostClosedError, u"closed within the answer"_s, &answer);
    case End::Malformed: return reply->fail(QNetworkReply::ProtocolFailure, answer.reason());
    case End::TooLarge: return reply->fail(QNetworkReply::UnknownContentError, u"the answer is too large"_s, &answer);
    case End::Stray: return reply->fail(QNetworkReply::ProtocolFailure, u"it speaks before it is asked"_s);
    }
}

void Pool::keep(Connection *connection)
{
    if (qsizetype(m_idle.size()) >= m_bounds.mostIdle || Clock::now() < m_distrustedUntil
        || !m_destination.book.contains(connection->address()))
        return drop(connection);
    m_idle.push_back(connection);
    connect(connection, &Connection::ended, this, [this, connection](End end) {
        std::erase(m_idle, connection);
        drop(connection);
        if (end == End::Stray)
            distrust();
    });
    if (!m_sweep.isActive())
        m_sweep.start(int(std::chrono::milliseconds(sweepEvery).count()), this);
}

// Later: it may be telling us.
void Pool::drop(Connection *connection)
{
    connection->disconnect(this);
    connection->close();
    connection->deleteLater();
}

void Pool::closeIdle(const std::function<bool(const Connection &)> &unwanted)
{
    std::erase_if(m_idle, [&](Connection *one) {
        if (!unwanted(*one))
            return false;
        drop(one);
        return true;
    });
}

// An upstream that says what it was not asked for may say the next such thing just after the next question has left,
// when nothing tells it from an answer.
void Pool::distrust()
{
    m_distrustedUntil = Clock::now() + m_bounds.distrusted;
    closeIdle([](const Connection &) { return true; });
}

void Pool::timerEvent(QTimerEvent *)
{
    const auto oldest = Clock::now() - longestIdle;
    closeIdle([oldest](const Connection &one) { return one.quietSince() < oldest; });
    if (m_idle.empty())
        m_sweep.stop();
}

} // namespace openloop::http1
