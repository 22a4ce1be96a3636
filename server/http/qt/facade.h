// SPDX-License-Identifier: GPL-3.0-or-later
// The one socket that QHttpServer ever sees: through it the requests of all connections find their routes.
#pragma once

#include <QTcpSocket>

namespace openloop::http {

/// QHttpServer only routes: of a request it is shown the path, and what it writes is dropped. So no client can reach
/// its parser, and it holds no socket of a client that leaves. The thread of the event loop.
class Facade final : public QTcpSocket
{
public:
    explicit Facade(QObject *parent);

    /// Shows the path to QHttpServer, which calls the route's handler before this returns.
    void show(const QByteArray &path);

    qint64 bytesAvailable() const override;
    void disconnectFromHost() override { }

protected:
    qint64 readData(char *data, qint64 size) override;
    qint64 writeData(const char *, qint64 size) override { return size; }

private:
    QByteArray m_shown;
    qsizetype m_read = 0; ///< of m_shown
};

} // namespace openloop::http
