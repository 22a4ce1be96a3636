// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the list as anybody's answer, and compares times by this machine's clock.
#include "gui/probe/judgement/stalls.h"

#include "gui/probe/samples/words.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>
#include <optional>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qsizetype mostStalls = 100;
constexpr qsizetype longestPart = 128; // of a request's description, each

std::optional<double> secondsOf(const QJsonValue &time)
{
    const auto date = QDateTime::fromString(time.toString(), Qt::ISODateWithMs);
    if (!date.isValid())
        return {};
    return static_cast<double>(date.toMSecsSinceEpoch()) / 1000;
}

QString describe(const QJsonObject &request)
{
    if (request.isEmpty())
        return {};
    const auto part = [&request](const QString &name) { return request[name].toString().left(longestPart); };
    return part(u"method"_s) + u' ' + part(u"route"_s) + u" ("_s + part(u"id"_s) + u')';
}

} // namespace

QList<ServerStall> parseStalls(const QByteArray &answer, double now)
{
    const QJsonObject told = QJsonDocument::fromJson(answer).object();
    const auto itsNow = secondsOf(told[u"now"_s]);
    QList<ServerStall> stalls;
    if (!itsNow)
        return stalls;
    for (const QJsonValue &entry : told[u"stalls"_s].toArray()) {
        const auto began = secondsOf(entry[u"began_at"_s]);
        const double milliseconds = entry[u"duration_ms"_s].toDouble(-1);
        if (began && milliseconds >= 0 && milliseconds < 1e9 && stalls.size() < mostStalls)
            stalls.append({*began + now - *itsNow, Nanoseconds(std::llround(milliseconds * 1e6)),
                           describe(entry[u"request"_s].toObject())});
    }
    return stalls;
}

Blame blameOnStall(const Blame &blame, double due, Nanoseconds response, const QList<ServerStall> &stalls)
{
    if (blame.culprit == Culprit::Host || blame.culprit == Culprit::Network || blame.culprit == Culprit::Nobody)
        return blame;
    using Seconds = std::chrono::duration<double>;
    const auto overlap = [&](const ServerStall &stall) {
        const double end = std::min(due + Seconds(response).count(), stall.began + Seconds(stall.duration).count());
        return end - std::max(due, stall.began);
    };
    const auto worst = std::ranges::max_element(stalls, {}, overlap);
    if (worst == stalls.end() || overlap(*worst) < Seconds(response).count() / 2)
        return blame;
    const QString duration = spoken(worst->duration);
    const QString sentence = worst->request.isEmpty()
        ? tr("event loop: stood still for %1, at no request that is known").arg(duration)
        : tr("event loop: stood still for %1 at %2").arg(duration, worst->request);
    return {Culprit::EventLoop, std::chrono::duration_cast<Nanoseconds>(Seconds(overlap(*worst))), sentence};
}

} // namespace openloop::probe
