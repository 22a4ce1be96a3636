// SPDX-License-Identifier: GPL-3.0-or-later
// A QHttpServer whose handlers only note which of them was called, and the socket by which it is asked.
#include "server/http/qt/qt_router.h"

#include "server/http/qt/facade.h"

#include <QHttpServer>
#include <QMetaMethod>
#include <QPointer>
#include <QRegularExpression>
#include <QTcpServer>

#include <cerrno>
#include <deque>
#include <sys/socket.h>
#include <system_error>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
using Responder = QHttpServerResponder &;
#else
using Responder = QHttpServerResponder &&;
#endif

constexpr QStringView anySegment = u"<arg>";

// QHttpServer takes its sockets from a server that listens. This one is told that it does, and has a socket that never
// will: nobody can connect to it.
class SocketSource final : public QTcpServer
{
public:
    explicit SocketSource(QObject *parent) : QTcpServer(parent)
    {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (descriptor < 0 || !setSocketDescriptor(descriptor))
            throw std::system_error(errno, std::generic_category(), "requests can't be routed");
        pauseAccepting();
    }

    void give(QTcpSocket *socket)
    {
        addPendingConnection(socket);
        QMetaMethod::fromSignal(&QTcpServer::newConnection).invoke(this, Qt::DirectConnection);
        pauseAccepting(); // whenever a socket is taken, QTcpServer goes on
    }
};

class QtRouter final : public Router
{
public:
    QtRouter() : m_sockets(new SocketSource(&m_server))
    {
        const auto missing = [this](const QHttpServerRequest &, Responder) { m_found = &m_nowhere; };
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
        m_server.setMissingHandler(&m_server, missing);
#else
        m_server.setMissingHandler(missing);
#endif
        m_server.bind(m_sockets);
    }

    // QHttpServer takes a pattern for a regular expression, and for each <arg> a parameter: it is given one that
    // matches the same paths and has no <arg>, so that there may be any number of them.
    void add(const QString &pattern, int route) override
    {
        QStringList texts = pattern.split(anySegment.toString());
        const Known &known = m_known.emplace_back(route, texts.size() > 1 ? pattern.split(u'/') : QStringList());
        for (QString &text : texts)
            text = QRegularExpression::escape(text);
        m_server.route(texts.join(u"[^/]+"_s), QHttpServerRequest::Method::Get,
                       [this, &known](const QHttpServerRequest &, Responder) { m_found = &known; });
    }

    // QHttpServer does not recover from what it can't read; should that happen, it is given another socket.
    std::optional<Target> resolve(QByteArrayView path) override
    {
        if (!m_facade) {
            m_facade = new Facade(m_sockets);
            m_sockets->give(m_facade);
        }
        m_found = nullptr;
        m_facade->show(path.toByteArray());
        if (m_found)
            return Target{m_found->route, argumentsIn(path, m_found->segments)};
        if (m_facade)
            std::exchange(m_facade, nullptr)->deleteLater();
        return {};
    }

private:
    struct Known {
        Known(int number, QStringList pattern) : route(number), segments(std::move(pattern)) { }

        int route;
        QStringList segments; ///< none where none of them is <arg>
    };

    // The segments of a path where its pattern has <arg>, decoded.
    static QStringList argumentsIn(QByteArrayView path, const QStringList &pattern)
    {
        QStringList arguments;
        if (pattern.isEmpty())
            return arguments;
        const QByteArrayList segments = path.toByteArray().split('/');
        for (qsizetype i = 0; i < qMin(pattern.size(), segments.size()); ++i) {
            if (pattern[i] == anySegment)
                arguments.append(QString::fromUtf8(QByteArray::fromPercentEncoding(segments[i])));
        }
        return arguments;
    }

    QHttpServer m_server;
    SocketSource *m_sockets; ///< owned by m_server
    QPointer<Facade> m_facade;
    std::deque<Known> m_known;
    const Known m_nowhere{nowhere, {}};
    const Known *m_found = nullptr; ///< by the handler that was called last
};

} // namespace

std::unique_ptr<Router> makeQtRouter()
{
    return std::make_unique<QtRouter>();
}

} // namespace openloop::http
