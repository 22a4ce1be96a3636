// SPDX-License-Identifier: GPL-3.0-or-later
// Counts what is alike in a table of a second, and names the members of a line.
#include "server/telemetry/access_log.h"

#include "server/telemetry/log.h"

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;
using openloop::http::Finished;
using openloop::http::Json;
using openloop::http::Timing;

namespace openloop {

namespace {

constexpr auto category = "openloop.access";
constexpr auto slow = 1s;
constexpr int mostWrittenAlike = 30; // lines in a second
constexpr int mostWritten = 60;
constexpr std::size_t mostAlike = 20; // sums in a second
constexpr qsizetype longestText = 256; // of what a client chose

QString nameOf(const QString &route)
{
    return route.isEmpty() ? u"(no route)"_s : route;
}

QString textOf(QByteArrayView bytes)
{
    return QString::fromLatin1(bytes.first(qMin(bytes.size(), longestText)));
}

// Of a request of which not even the method was read.
QString methodOf(const Finished &finished)
{
    const QByteArrayView method = finished.request.head.method();
    return method.isEmpty() ? u"-"_s : textOf(method);
}

QtMsgType levelOf(const Finished &finished)
{
    if (finished.status == 500)
        return QtCriticalMsg;
    return finished.status > 500 || (finished.time > slow && !finished.isStream) ? QtWarningMsg : QtInfoMsg;
}

qint64 nanoseconds(Timing::Clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

void writeLine(const Finished &finished)
{
    const http::Request &request = finished.request;
    QList<Json::Member> fields{
        {u"http.request.method"_s, methodOf(finished)},
        {u"url.path"_s, textOf(request.head.path())},
        {u"http.response.status_code"_s, finished.status},
        {u"http.response.body.bytes"_s, finished.bytes},
        {u"event.duration"_s, nanoseconds(finished.time)},
        {u"client.ip"_s, request.from.client.toString()},
        {u"http.request.id"_s, QString::fromLatin1(request.trace.id())},
        {u"trace.id"_s, QString::fromLatin1(request.trace.traceId())},
        {u"span.id"_s, QString::fromLatin1(request.trace.spanId())},
    };
    if (!finished.route.isEmpty())
        fields.append({u"http.route"_s, finished.route});
    static const std::array parts{std::pair{Timing::Queue, u"openloop.timing.queue"_s},
                                  std::pair{Timing::Compute, u"openloop.timing.compute"_s},
                                  std::pair{Timing::Database, u"openloop.timing.db"_s},
                                  std::pair{Timing::Upstream, u"openloop.timing.upstream"_s}};
    for (const auto &[part, name] : parts) {
        if (const auto spent = request.timing->spent(part); spent > Timing::Clock::duration::zero())
            fields.append({name, nanoseconds(spent)});
    }
    if (!finished.detail.isEmpty())
        fields.append({u"error.message"_s, finished.detail.left(longestText)});
    writeLog(levelOf(finished), category,
             u"%1 %2 %3"_s.arg(methodOf(finished), nameOf(finished.route), QString::number(finished.status)), fields);
}

} // namespace

AccessLog::AccessLog(AccessLines wanted) : m_wanted(wanted)
{
    if (m_wanted == AccessLines::Slow)
        m_second.start(int(std::chrono::milliseconds(1s).count()), this);
}

AccessLog::~AccessLog()
{
    tellUnwritten();
}

void AccessLog::note(const Finished &finished)
{
    const bool isNotable = !finished.isStream && (finished.status >= 400 || finished.time > slow);
    if (m_wanted == AccessLines::All || (m_wanted == AccessLines::Slow && isNotable && mayBeWritten(finished)))
        writeLine(finished);
}

bool AccessLog::mayBeWritten(const Finished &finished)
{
    const std::lock_guard lock(m_mutex);
    Alike &alike = alikeOf(finished);
    if (alike.written >= mostWrittenAlike || m_written >= mostWritten) {
        ++alike.unwritten;
        return false;
    }
    ++alike.written;
    ++m_written;
    return true;
}

AccessLog::Alike &AccessLog::alikeOf(const Finished &finished)
{
    const QByteArrayView method = finished.request.head.method();
    const auto found = std::ranges::find_if(m_alike, [&](const Alike &one) {
        return one.status == finished.status && one.route == finished.route && one.method == method;
    });
    if (found != m_alike.end())
        return *found;
    if (m_alike.size() < mostAlike)
        return m_alike.emplace_back(finished.route, method.toByteArray(), finished.status);
    if (m_alike.size() == mostAlike)
        m_alike.emplace_back();
    return m_alike.back();
}

void AccessLog::timerEvent(QTimerEvent *)
{
    tellUnwritten();
}

void AccessLog::tellUnwritten()
{
    std::vector<Alike> alike;
    {
        const std::lock_guard lock(m_mutex);
        alike.swap(m_alike);
        m_written = 0;
    }
    for (const Alike &one : alike) {
        if (one.unwritten == 0)
            continue;
        QString message = u"%1 more requests that have no line of their own"_s.arg(one.unwritten);
        QList<Json::Member> fields{{u"openloop.repeated"_s, one.unwritten}};
        if (one.status != 0) {
            const QString method = one.method.isEmpty() ? u"-"_s : textOf(one.method);
            message = u"%1 %2 %3, %4 times more"_s.arg(method, nameOf(one.route), QString::number(one.status),
                                                       QString::number(one.unwritten));
            fields += {{u"http.request.method"_s, method}, {u"http.response.status_code"_s, one.status}};
            if (!one.route.isEmpty())
                fields.append({u"http.route"_s, one.route});
        }
        writeLog(QtWarningMsg, category, message, fields);
    }
}

} // namespace openloop
