// SPDX-License-Identifier: GPL-3.0-or-later
// The list of stalls as JSON; a stack tells how the service is made, so that it is nobody else's to see.
#include "server/routes/stalls.h"

#include "common/endpoints.h"
#include "server/http/app.h"
#include "server/services.h"

#include <QDateTime>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::Failure;
using http::Json;

namespace {

QString textOf(std::chrono::system_clock::time_point time)
{
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(since.count(), Qt::UTC).toString(Qt::ISODateWithMs);
}

Json toJson(const std::optional<Stall::Request> &request)
{
    if (!request)
        return {};
    const bool hasRoute = !request->route.isEmpty();
    return {{u"method"_s, QString::fromLatin1(request->method)},
            {u"route"_s, hasRoute ? Json(request->route) : Json()},
            {u"id"_s, QString::fromLatin1(request->id)},
            {u"evidence"_s, request->wasRunning ? u"running"_s : u"answered first"_s}};
}

Json toJson(const Stall &stall)
{
    const auto toLine = [](const QByteArray &line) { return Json(QString::fromUtf8(line)); };
    return {{u"began_at"_s, textOf(stall.began)},
            {u"duration_ms"_s, qint64(stall.duration.count())},
            {u"over"_s, stall.isOver},
            {u"loop"_s, stall.loop},
            {u"request"_s, toJson(stall.request)},
            {u"stack"_s, Json::array(stall.stack, toLine)}};
}

// With a token configured the guard has asked for it.
Json showStalls(const Services &use, const http::Request &request)
{
    const QHostAddress &client = request.from.client;
    if (use.options.tokenFile.isEmpty() && !client.isNull() && !client.isLoopback())
        throw Failure(403, u"without --token-file stalls are told to clients on loopback only"_s);
    const auto stallToJson = [](const Stall &stall) { return toJson(stall); };
    return {{u"now"_s, textOf(std::chrono::system_clock::now())},
            {u"stalls"_s, Json::array(use.stalls.newestFirst(), stallToJson)}};
}

} // namespace

void addStallRoute(http::App &app, const Services &use)
{
    app.route("GET", endpoints::stalls, use, showStalls);
}

} // namespace openloop
