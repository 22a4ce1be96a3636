// SPDX-License-Identifier: GPL-3.0-or-later
// Whichever comes first - the last byte, the deadline, the client's leaving - settles the outcome.
#include "server/upstream/call.h"

#include <QTimer>

#include <algorithm>

namespace openloop {

namespace {

constexpr qint64 readBuffer = 256 * 1024; // what a fast upstream can make us hold before we have looked at it

/// Whether the error is of the connection, not one that Qt made of the status.
bool connectionFailed(QNetworkReply::NetworkError error)
{
    return error != QNetworkReply::NoError && error <= QNetworkReply::UnknownNetworkError;
}

int statusOf(const QNetworkReply &reply)
{
    return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
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
    const QNetworkReply::NetworkError error = m_reply->error();
    if (!connectionFailed(error)) {
        read();
        finish(End::Answered);
    } else if (statusOf(*m_reply) != 0) {
        finish(End::EndedEarly);
    } else {
        finish(error == QNetworkReply::ConnectionRefusedError ? End::Refused : End::Broke);
    }
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
    m_terms.ended();
    Outcome outcome;
    outcome.end = end;
    outcome.status = statusOf(*m_reply);
    if (end == End::Answered)
        outcome.body = std::move(m_body);
    m_outcome.addResult(std::move(outcome));
    m_outcome.finish();
    deleteLater();
}

} // namespace openloop
