// SPDX-License-Identifier: GPL-3.0-or-later
// Judges every byte by the moment at which it came: before the question, as its answer, or after that.
#include "server/upstream/http1/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <utility>

namespace openloop::http1 {

Connection::Connection(Line line, QObject *parent) : QObject(parent), m_line(std::move(line))
{
    m_line.wire->setObserver(this);
}

Connection::~Connection()
{
    m_line.wire->abort();
}

bool Connection::isQuiet() const
{
    if (m_isOver || !m_line.wire->isOpen())
        return false;
    char byte = 0;
    const auto pending = ::recv(m_line.descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (pending < 0)
        return (errno == EAGAIN || errno == EINTR) && !(m_line.encrypted && m_line.wire->mayHaveMore());
    // A handshake may be followed by something of its own: tickets for the next one.
    return pending > 0 && m_line.encrypted && m_asked == 0 && !m_line.wire->mayHaveMore();
}

void Connection::ask(const QByteArray &request, qsizetype mostBody)
{
    m_answer.emplace(mostBody);
    ++m_asked;
    m_isAsked = true;
    m_hasHeard = false;
    m_line.wire->write(request);
}

void Connection::close()
{
    m_isOver = true;
    m_isAsked = false;
    m_line.wire->abort();
}

void Connection::wireReadable()
{
    if (m_isOver)
        return;
    if (m_isAsked && (m_hasHeard || !cameTooEarly()))
        return read();
    m_line.wire->read(m_in);
    // A 408 is how some say that they close what was idle for too long.
    stop(m_in.startsWith("HTTP/1.") && m_in.mid(8, 4) == " 408" ? End::Unanswered : End::Stray);
}

// TCP tells of each byte up to where its sender had read: an answer comes with, or after, the receipt of the question.
bool Connection::cameTooEarly() const
{
    int onTheWay = 0;
    return m_line.wire->bytesToWrite() > 0 || (::ioctl(m_line.descriptor, SIOCOUTQ, &onTheWay) == 0 && onTheWay > 0);
}

// Level-triggered: reads until the wire has no more, however often it is told.
void Connection::read()
{
    while (m_isAsked && m_line.wire->mayHaveMore()) {
        m_line.wire->read(m_in);
        if (m_in.isEmpty())
            continue;
        m_hasHeard = true;
        const AnswerReader::State state = m_answer->read(m_in);
        if (m_answer->status() == 408 && isReused())
            return stop(End::Unanswered);
        switch (state) {
        case AnswerReader::State::Incomplete: break;
        case AnswerReader::State::Complete:
            if (m_line.wire->mayHaveMore())
                m_line.wire->read(m_in);
            return stop(End::Answered);
        case AnswerReader::State::Malformed: return stop(End::Malformed);
        case AnswerReader::State::TooLarge: return stop(End::TooLarge);
        }
    }
}

void Connection::wireLeft()
{
    read();
    const bool inOrder = m_line.encrypted || m_line.wire->isOpen(); // not reset
    if (m_isAsked && inOrder && m_answer->end() == AnswerReader::State::Complete)
        return stop(End::Answered);
    if (!m_isOver)
        stop(m_hasHeard && m_isAsked ? End::EndedEarly : End::Unanswered);
}

void Connection::stop(End end)
{
    m_isAsked = false;
    m_quietSince = Clock::now();
    m_isOver = end != End::Answered || !m_answer->keepsAlive() || sentMore() || !m_line.wire->isOpen();
    emit ended(end);
}

} // namespace openloop::http1
