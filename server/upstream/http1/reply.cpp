// SPDX-License-Identifier: GPL-3.0-or-later
// Translates an answer, or its lack, into the attributes, errors and signals that users of Qt know.
#include "server/upstream/http1/reply.h"

#include "server/upstream/http1/answer_reader.h"

#include <algorithm>
#include <cstring>

namespace openloop::http1 {

Reply::Reply(const QNetworkRequest &request, QByteArray text, QObject *parent)
    : QNetworkReply(parent), m_text(std::move(text))
{
    setRequest(request);
    setUrl(request.url());
    setOperation(QNetworkAccessManager::GetOperation);
    open(ReadOnly | Unbuffered);
}

Reply::~Reply()
{
    dropCarrier();
}

void Reply::succeed(const AnswerReader &answer)
{
    m_carrier = nullptr;
    takeHead(answer);
    m_body = answer.body();
    setFinished(true);
    emit readyRead();
    emit finished();
}

void Reply::fail(NetworkError error, const QString &reason, const AnswerReader *answer)
{
    m_carrier = nullptr;
    if (answer)
        takeHead(*answer);
    setError(error, reason);
    setFinished(true);
    emit errorOccurred(error);
    emit finished();
}

void Reply::abort()
{
    if (isFinished())
        return;
    dropCarrier();
    fail(OperationCanceledError, QStringLiteral("aborted"));
}

qint64 Reply::readData(char *data, qint64 most)
{
    const qsizetype count = std::min<qsizetype>(most, m_body.size() - m_read);
    if (count == 0)
        return isFinished() ? -1 : 0;
    std::memcpy(data, m_body.constData() + m_read, std::size_t(count));
    m_read += count;
    return count;
}

void Reply::takeHead(const AnswerReader &answer)
{
    if (answer.status() == 0)
        return;
    setAttribute(QNetworkRequest::HttpStatusCodeAttribute, answer.status());
    for (const http::Field &field : answer.fields())
        setRawHeader(field.name, field.value);
}

void Reply::dropCarrier()
{
    if (!m_carrier)
        return;
    m_carrier->disconnect();
    m_carrier->deleteLater();
}

} // namespace openloop::http1
