// SPDX-License-Identifier: GPL-3.0-or-later
// What QNetworkAccessManager hands out, filled from a connection of our own.
#pragma once

#include <QNetworkReply>
#include <QPointer>

namespace openloop::http1 {

class AnswerReader;

/// The reply to one GET. It is told of nothing before its end: then status, fields and body are there at once.
class Reply final : public QNetworkReply
{
    Q_OBJECT

public:
    /// text: the whole request as it goes over the wire
    Reply(const QNetworkRequest &request, QByteArray text, QObject *parent);
    ~Reply() override;

    const QByteArray &text() const { return m_text; }
    /// Who works for it now; destroyed when it is aborted.
    void setCarrier(QObject *carrier) { m_carrier = carrier; }
    /// False the second time: a question is repeated once.
    bool mayBeRepeated() { return !std::exchange(m_repeated, true); }

    void succeed(const AnswerReader &answer);
    /// answer: as much as has come of it, or none
    void fail(NetworkError error, const QString &reason, const AnswerReader *answer = nullptr);

    void abort() override;
    qint64 bytesAvailable() const override { return m_body.size() - m_read + QNetworkReply::bytesAvailable(); }
    bool isSequential() const override { return true; }

protected:
    qint64 readData(char *data, qint64 most) override;

private:
    void takeHead(const AnswerReader &answer);
    void dropCarrier();

    const QByteArray m_text;
    QPointer<QObject> m_carrier;
    bool m_repeated = false;
    QByteArray m_body;
    qsizetype m_read = 0; ///< of m_body
};

} // namespace openloop::http1
