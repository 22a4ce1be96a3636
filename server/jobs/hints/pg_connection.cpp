// SPDX-License-Identifier: GPL-3.0-or-later
// libpq's functions are those that Qt's plugin has loaded, the connection is none of the plugin's.
#include "server/jobs/hints/pg_connection.h"

#include "common/start_failure.h"
#include "server/store/client_library.h"

#include <array>
#include <memory>
#include <poll.h>
#include <vector>

using namespace Qt::Literals::StringLiterals;

namespace openloop::hints {

namespace {

// As in libpq-fe.h, which is not needed to build.
constexpr int connectionOk = 0;
constexpr int commandOk = 1;

struct Notification {
    char *channel;
    int backend;
    char *payload;
    Notification *next;
};

template <typename Function>
void load(Function &function, const char *name)
{
    function = loadedFunction<Function>(libpq, name);
    if (!function)
        throw StartFailure(u"Qt's plugin for PostgreSQL is not installed"_s);
}

} // namespace

struct Libpq {
    void *(*connect)(const char *const *keywords, const char *const *values, int expandsName);
    void (*finish)(void *connection);
    int (*status)(const void *connection);
    int (*socket)(const void *connection);
    int (*backend)(const void *connection);
    char *(*error)(const void *connection);
    int (*sendQuery)(void *connection, const char *text);
    int (*consumeInput)(void *connection);
    int (*isBusy)(void *connection);
    void *(*getResult)(void *connection);
    int (*resultStatus)(const void *result);
    void (*clear)(void *result);
    Notification *(*notifies)(void *connection);
    void (*freeMemory)(void *memory);

    Libpq()
    {
        load(connect, "PQconnectdbParams");
        load(finish, "PQfinish");
        load(status, "PQstatus");
        load(socket, "PQsocket");
        load(backend, "PQbackendPID");
        load(error, "PQerrorMessage");
        load(sendQuery, "PQsendQuery");
        load(consumeInput, "PQconsumeInput");
        load(isBusy, "PQisBusy");
        load(getResult, "PQgetResult");
        load(resultStatus, "PQresultStatus");
        load(clear, "PQclear");
        load(notifies, "PQnotifies");
        load(freeMemory, "PQfreemem");
    }
};

namespace {

const Libpq &loadedLibpq()
{
    static const Libpq functions;
    return functions;
}

} // namespace

PgConnection::PgConnection() : m_libpq(loadedLibpq()) { }

PgConnection::~PgConnection()
{
    close();
}

bool PgConnection::open(const SqlLocation &location, int mark)
{
    close();
    QByteArrayList texts;
    std::vector<const char *> keywords;
    std::vector<const char *> values;
    for (const auto &[keyword, value] : location.forLibpq(mark).asKeyValueRange()) {
        texts << keyword.toUtf8() << value.toUtf8();
        keywords.push_back((texts.end() - 2)->constData());
        values.push_back(texts.back().constData());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    m_connection = m_libpq.connect(keywords.data(), values.data(), 0);
    logNotices(m_connection);
    const bool isOpen = m_connection && m_libpq.status(m_connection) == connectionOk;
    if (isOpen)
        m_socket.emplace(m_libpq.socket(m_connection));
    return isOpen;
}

void PgConnection::close()
{
    m_socket.reset();
    if (m_connection)
        m_libpq.finish(m_connection);
    m_connection = nullptr;
}

bool PgConnection::command(const QByteArray &text, std::chrono::milliseconds patience)
{
    const auto until = Clock::now() + patience;
    if (!m_libpq.sendQuery(m_connection, text.constData()))
        return false;
    for (bool done = true;;) {
        while (m_libpq.isBusy(m_connection)) {
            if (Clock::now() >= until || !waitFor(-1, until))
                return false;
        }
        void *const result = m_libpq.getResult(m_connection);
        if (!result)
            return done;
        done = done && m_libpq.resultStatus(result) == commandOk;
        m_libpq.clear(result);
    }
}

bool PgConnection::waitFor(int descriptor, Clock::time_point until)
{
    std::array<pollfd, 2> polled{pollfd{m_libpq.socket(m_connection), POLLIN, 0}, pollfd{descriptor, POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    ::poll(polled.data(), polled.size(), int(std::max<qint64>(0, left.count())));
    return m_libpq.consumeInput(m_connection) != 0; // reads what there is, and never waits
}

QByteArrayList PgConnection::takeNotifications()
{
    QByteArrayList payloads;
    while (Notification *const each = m_libpq.notifies(m_connection)) {
        if (each->backend != m_libpq.backend(m_connection))
            payloads << each->payload;
        m_libpq.freeMemory(each);
    }
    return payloads;
}

QString PgConnection::error() const
{
    return m_connection ? QString::fromUtf8(m_libpq.error(m_connection)).simplified() : QString();
}

} // namespace openloop::hints
