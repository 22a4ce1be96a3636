// SPDX-License-Identifier: GPL-3.0-or-later
// Whichever comes first - the last byte, the deadline, the client's leaving - settles the outcome.
#include "server/upstream/call.h"

#include <QTimer>

#include <algorithm>

namespace openloop {

namespace {

constexpr qint64 readBuffer = 256 * 1024; // what a fast upstream can make us hold before we have looked at it

int statusOf(const QNetworkReply &reply)
{
    return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

UpstreamCall::End endOf(const QNetworkReply &reply)
{
    using End = UpstreamCall::End;
    const int status = statusOf(reply);
    switch (reply.error()) {
    case QNetworkReply::NoError: return End::Answered;
    case QNetworkReply::HostNotFoundError: return End::NoName;
    case QNetworkReply::ConnectionRefusedError: return End::Refused;
    case QNetworkReply::SslHandshakeFailedError: return End::Insecure;
    case QNetworkReply::ProtocolFailure: return End::Malformed;
    case QNetworkReply::UnknownContentError:
        if (status < 300)
            return End::TooLarge;
        break;
    default: break;
    }
    if (reply.error() > QNetworkReply::UnknownNetworkError && status != 0)
        return End::Answered; // an error that Qt made of the status
    return status != 0 ? End::EndedEarly : End::Broke;
}

} // namespace

UpstreamCall::UpstreamCall(QNetworkReply *reply, Terms terms, QObject *parent)
    : QObject(parent), m_reply(reply), m_terms(std::move(terms)), m_leaving(m_terms.stop, [this] {
          // Queued: the client's leaving is told from any thread, and never resumes a coroutine under its caller.
          QMetaObject::invokeMethod(this, [this] { finish(End::Left); }, Qt::QueuedConnection);
      })
{
    m_outcome.start();
    m_reply->setReadBufferSize(readBuffer);
    connect(m_reply, &QNetworkReply::readyRead, this, &UpstreamCall::read);
    connect(m_reply, &QNetworkReply::finished, this, &UpstreamCall::replyFinished);
    connect(m_reply, &QNetworkReply::requestSent, this, &UpstreamCall::sent);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_terms.deadline - Clock::now());
    QTimer::singleShot(std::max(left, std::chrono::milliseconds(0)), Qt::PreciseTimer, this,
                       [this] { finish(End::TimedOut); });
}

void UpstreamCall::read()
{
    const qint64 announced = m_reply->header(QNetworkRequest::ContentLengthHeader).toLongLong();
    m_body += m_reply->readAll();
    if (std::max(announced, qint64(m_body.size())) > m_terms.mostBytes)
        finish(End::TooLarge);
}

void UpstreamCall::sent()
{
    // Qt repeats a request up to three times when its connection closes unanswered, and tells only afterwards.
    if (m_sent && !m_terms.mayRepeat())
        finish(End::Broke);
    m_sent = true;
}

void UpstreamCall::replyFinished()
{
    const End end = endOf(*m_reply);
    if (end == End::Answered)
        read();
    finish(end);
}

void UpstreamCall::finish(End end)
{
    if (m_done)
        return;
    m_done = true;
    m_reply->disconnect(this);
    if (m_reply->isRunning())
        m_reply->abort();
    m_reply->deleteLater(); // never at once: this may be called by its own signal
    Outcome outcome;
    outcome.end = end;
    outcome.status = statusOf(*m_reply);
    outcome.retryAfter = m_reply->rawHeader("Retry-After");
    if (m_reply->error() != QNetworkReply::OperationCanceledError)
        outcome.why = m_reply->error() == QNetworkReply::NoError ? QString() : m_reply->errorString();
    if (end == End::Answered)
        outcome.body = std::move(m_body);
    m_outcome.addResult(std::move(outcome));
    m_outcome.finish();
    deleteLater();
}

} // namespace openloop
